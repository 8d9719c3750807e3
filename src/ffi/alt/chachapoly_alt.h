/* ChaCha20-Poly1305 in src/ffi/hooks/chachapoly.rs. All zeros is a context
 * without a key. */
#ifndef EMBERTLS_CHACHAPOLY_ALT_H
#define EMBERTLS_CHACHAPOLY_ALT_H

#include "contexts.h"

typedef struct mbedtls_chachapoly_context
{
    uint64_t words[EMBER_CHACHAPOLY_WORDS];
} mbedtls_chachapoly_context;

#endif
