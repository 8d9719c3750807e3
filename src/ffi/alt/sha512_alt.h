/* SHA-512 and SHA-384 in src/ffi/hooks/sha512.rs. May be copied byte by byte. */
#ifndef EMBERTLS_SHA512_ALT_H
#define EMBERTLS_SHA512_ALT_H

#include "contexts.h"

typedef struct mbedtls_sha512_context
{
    uint64_t words[EMBER_SHA512_WORDS];
} mbedtls_sha512_context;

#endif
