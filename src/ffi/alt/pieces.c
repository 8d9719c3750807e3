/*
 * Texts in pieces. The engine's cipher layer refers to these functions, and
 * nothing in TLS calls them: a record is sealed and opened whole.
 */
#include "shim.h"

#include "mbedtls/chachapoly.h"
#include "mbedtls/gcm.h"
#include "mbedtls/platform.h"

#define UNSUPPORTED MBEDTLS_ERR_PLATFORM_FEATURE_UNSUPPORTED

int mbedtls_gcm_starts(mbedtls_gcm_context *ctx, int mode, const unsigned char *iv, size_t iv_len,
                       const unsigned char *add, size_t add_len)
{
    (void) ctx, (void) mode, (void) iv, (void) iv_len, (void) add, (void) add_len;
    return UNSUPPORTED;
}

int mbedtls_gcm_update(mbedtls_gcm_context *ctx, size_t length, const unsigned char *input, unsigned char *output)
{
    (void) ctx, (void) length, (void) input, (void) output;
    return UNSUPPORTED;
}

int mbedtls_gcm_finish(mbedtls_gcm_context *ctx, unsigned char *tag, size_t tag_len)
{
    (void) ctx, (void) tag, (void) tag_len;
    return UNSUPPORTED;
}

#if defined(MBEDTLS_CHACHAPOLY_C)

int mbedtls_chachapoly_starts(mbedtls_chachapoly_context *ctx, const unsigned char nonce[12],
                              mbedtls_chachapoly_mode_t mode)
{
    (void) ctx, (void) nonce, (void) mode;
    return UNSUPPORTED;
}

int mbedtls_chachapoly_update_aad(mbedtls_chachapoly_context *ctx, const unsigned char *aad, size_t aad_len)
{
    (void) ctx, (void) aad, (void) aad_len;
    return UNSUPPORTED;
}

int mbedtls_chachapoly_update(mbedtls_chachapoly_context *ctx, size_t len, const unsigned char *input,
                              unsigned char *output)
{
    (void) ctx, (void) len, (void) input, (void) output;
    return UNSUPPORTED;
}

int mbedtls_chachapoly_finish(mbedtls_chachapoly_context *ctx, unsigned char mac[16])
{
    (void) ctx, (void) mac;
    return UNSUPPORTED;
}

#endif /* MBEDTLS_CHACHAPOLY_C */
