/*
 * What can be drawn from a session's master secret.
 */
#include "shim.h"

#include <string.h>

#include "mbedtls/md.h"
#include "mbedtls/platform_util.h"
#include "mbedtls/ssl_internal.h"

/* One HMAC over up to two parts. */
static int hmac(mbedtls_md_context_t *md, const unsigned char *first, size_t first_len,
                const unsigned char *second, size_t second_len, unsigned char *out)
{
    int ret = mbedtls_md_hmac_reset(md);
    if (ret == 0)
        ret = mbedtls_md_hmac_update(md, first, first_len);
    if (ret == 0 && second_len != 0)
        ret = mbedtls_md_hmac_update(md, second, second_len);
    if (ret == 0)
        ret = mbedtls_md_hmac_finish(md, out);
    return ret;
}

/* P_hash of RFC 5246, section 5, without the engine's limit on the seed. */
static int p_hash(mbedtls_md_context_t *md, size_t hash_len, const unsigned char *seed, size_t seed_len,
                  unsigned char *out, size_t out_len)
{
    unsigned char a[MBEDTLS_MD_MAX_SIZE], block[MBEDTLS_MD_MAX_SIZE];
    int ret = hmac(md, seed, seed_len, NULL, 0, a);

    while (ret == 0 && out_len != 0)
    {
        size_t len = out_len < hash_len ? out_len : hash_len;
        ret = hmac(md, a, hash_len, seed, seed_len, block);
        if (ret == 0)
            memcpy(out, block, len);
        out += len;
        out_len -= len;
        if (ret == 0)
            ret = hmac(md, a, hash_len, NULL, 0, a);
    }
    mbedtls_platform_zeroize(a, sizeof(a));
    mbedtls_platform_zeroize(block, sizeof(block));
    return ret;
}

int ember_ssl_export(const mbedtls_ssl_context *ssl, const unsigned char *seed, size_t seed_len,
                     unsigned char *out, size_t out_len)
{
    const mbedtls_ssl_ciphersuite_t *suite;
    const mbedtls_md_info_t *hash;
    mbedtls_md_context_t md;
    int ret;

    if (ssl->session == NULL)
        return MBEDTLS_ERR_SSL_BAD_INPUT_DATA;
    suite = mbedtls_ssl_ciphersuite_from_id(ssl->session->ciphersuite);
    if (suite == NULL)
        return MBEDTLS_ERR_SSL_INTERNAL_ERROR;
    hash = mbedtls_md_info_from_type(suite->mac == MBEDTLS_MD_SHA384 ? MBEDTLS_MD_SHA384 : MBEDTLS_MD_SHA256);
    if (hash == NULL)
        return MBEDTLS_ERR_SSL_INTERNAL_ERROR;

    mbedtls_md_init(&md);
    ret = mbedtls_md_setup(&md, hash, 1);
    if (ret == 0)
        ret = mbedtls_md_hmac_starts(&md, ssl->session->master, sizeof(ssl->session->master));
    if (ret == 0)
        ret = p_hash(&md, mbedtls_md_get_size(hash), seed, seed_len, out, out_len);
    mbedtls_md_free(&md);
    return ret;
}

/* While it is negotiated, and after. */
int ember_ssl_master_secret(const mbedtls_ssl_context *ssl, unsigned char master[48])
{
    const mbedtls_ssl_session *session = ssl->session_negotiate != NULL ? ssl->session_negotiate : ssl->session;

    if (session == NULL)
        return MBEDTLS_ERR_SSL_BAD_INPUT_DATA;
    memcpy(master, session->master, sizeof(session->master));
    return 0;
}
