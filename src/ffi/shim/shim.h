/*
 * Our own C between Mbed TLS and Rust.
 *
 * It hands out opaque handles and reads or writes the struct fields that Rust
 * must see, so that Rust never knows the layout of a C struct.
 */
#ifndef EMBERTLS_SHIM_H
#define EMBERTLS_SHIM_H

/* First, because the configuration also carries the symbol prefix. */
#include MBEDTLS_CONFIG_FILE

#include <stddef.h>

/* version.c */

/* The version of the compiled Mbed TLS, such as "2.16.0". Static. */
const char *ember_version(void);

#endif /* EMBERTLS_SHIM_H */
