/*
 * Authenticated encryption of small texts: session tickets, cached and saved sessions.
 */
#include "shim.h"

#include "mbedtls/gcm.h"
#include "mbedtls/md.h"

int ember_hmac_sha256(const unsigned char *key, size_t key_len, const unsigned char *data, size_t len,
                      unsigned char out[32])
{
    const mbedtls_md_info_t *sha256 = mbedtls_md_info_from_type(MBEDTLS_MD_SHA256);

    if (sha256 == NULL)
        return MBEDTLS_ERR_MD_FEATURE_UNAVAILABLE;
    return mbedtls_md_hmac(sha256, key, key_len, data, len, out);
}

static int start(mbedtls_gcm_context *gcm, const unsigned char key[32])
{
    mbedtls_gcm_init(gcm);
    return mbedtls_gcm_setkey(gcm, MBEDTLS_CIPHER_ID_AES, key, 256);
}

int ember_seal(const unsigned char key[32], const unsigned char nonce[12], const unsigned char *aad, size_t aad_len,
               unsigned char *text, size_t len, unsigned char tag[16])
{
    mbedtls_gcm_context gcm;
    int ret = start(&gcm, key);

    if (ret == 0)
        ret = mbedtls_gcm_crypt_and_tag(&gcm, MBEDTLS_GCM_ENCRYPT, len, nonce, 12, aad, aad_len, text, text, 16, tag);
    mbedtls_gcm_free(&gcm);
    return ret;
}

int ember_open(const unsigned char key[32], const unsigned char nonce[12], const unsigned char *aad, size_t aad_len,
               unsigned char *text, size_t len, const unsigned char tag[16])
{
    mbedtls_gcm_context gcm;
    int ret = start(&gcm, key);

    if (ret == 0)
        ret = mbedtls_gcm_auth_decrypt(&gcm, len, nonce, 12, aad, aad_len, tag, 16, text, text);
    mbedtls_gcm_free(&gcm);
    return ret;
}
