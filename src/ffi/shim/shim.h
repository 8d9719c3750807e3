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

#include "mbedtls/ctr_drbg.h"
#include "mbedtls/entropy.h"

/* version.c */

/* The version of the compiled Mbed TLS, such as "2.16.0". Static. */
const char *ember_version(void);

/* rng.c */

/* Allocated and initialised; NULL when there is no memory. */
mbedtls_entropy_context *ember_entropy_new(void);
void ember_entropy_free(mbedtls_entropy_context *entropy);

/* Wipes and frees without touching the mutex: after a fork it may be locked
 * by a thread that does not exist in this process. */
void ember_entropy_abandon(mbedtls_entropy_context *entropy);

/* The same three for the generator. */
mbedtls_ctr_drbg_context *ember_ctr_drbg_new(void);
void ember_ctr_drbg_free(mbedtls_ctr_drbg_context *drbg);
void ember_ctr_drbg_abandon(mbedtls_ctr_drbg_context *drbg);

/* Has the function called in each forked child; 0, or an errno. */
int ember_at_fork(void (*child)(void));

#endif /* EMBERTLS_SHIM_H */
