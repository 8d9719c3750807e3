/*
 * Counts what the library's own files wipe. To be included before them.
 */
#ifndef WIPED_H
#define WIPED_H

#include "program.h"

static size_t wiped_bytes;

static inline void count_wiped(void *bytes, size_t length)
{
    wiped_bytes += length;
    mbedtls_platform_zeroize(bytes, length);
}

#define mbedtls_platform_zeroize(bytes, length) count_wiped(bytes, length)

#endif /* WIPED_H */
