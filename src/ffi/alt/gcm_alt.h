/* AES-GCM in src/ffi/hooks/gcm.rs. All zeros is a context without a key. */
#ifndef EMBERTLS_GCM_ALT_H
#define EMBERTLS_GCM_ALT_H

#include "contexts.h"

typedef struct mbedtls_gcm_context
{
    uint64_t words[EMBER_GCM_WORDS];
} mbedtls_gcm_context;

#endif
