/* SHA-256 and SHA-224 in src/ffi/hooks/sha256.rs. May be copied byte by byte. */
#ifndef EMBERTLS_SHA256_ALT_H
#define EMBERTLS_SHA256_ALT_H

#include "contexts.h"

typedef struct mbedtls_sha256_context
{
    uint64_t words[EMBER_SHA256_WORDS];
} mbedtls_sha256_context;

#endif
