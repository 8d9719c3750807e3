/*
 * Where every block of memory that C uses comes from.
 *
 * Included before anything of Mbed TLS. There is no function pointer that
 * could be changed while the program runs: the unit tests link functions of
 * their own in place of allocation.c, and nothing else can.
 */
#ifndef EMBERTLS_ALLOCATION_H
#define EMBERTLS_ALLOCATION_H

#include <stddef.h>

#define MBEDTLS_PLATFORM_MEMORY
#define MBEDTLS_PLATFORM_CALLOC_MACRO ember_calloc
#define MBEDTLS_PLATFORM_FREE_MACRO ember_free

void *ember_calloc(size_t count, size_t size);
void ember_free(void *block);

#endif /* EMBERTLS_ALLOCATION_H */
