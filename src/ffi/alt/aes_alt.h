/* The AES block cipher in src/ffi/hooks/aes.rs. All zeros is a context without
 * a key. */
#ifndef EMBERTLS_AES_ALT_H
#define EMBERTLS_AES_ALT_H

#include "contexts.h"

typedef struct mbedtls_aes_context
{
    uint64_t words[EMBER_AES_WORDS];
} mbedtls_aes_context;

#endif
