/*
 * Each AEAD cipher opens a message and one that was changed.
 */
#include "wiped.h"

#include <../library/gcm.c>
#include <../library/ccm.c>
#include <../library/chachapoly.c>

static const unsigned char key[32] = { 1 }, nonce[12] = { 2 }, text[20] = { 3 };

static void wiped(size_t before, const char *what)
{
    if (wiped_bytes < before + 16)
        fault(what);
}

static void gcm(void)
{
    mbedtls_gcm_context gcm;
    unsigned char sealed[20], opened[20], tag[16];
    size_t before;

    mbedtls_gcm_init(&gcm);
    CHECK(mbedtls_gcm_setkey(&gcm, MBEDTLS_CIPHER_ID_AES, key, 128) == 0);
    CHECK(mbedtls_gcm_crypt_and_tag(&gcm, MBEDTLS_GCM_ENCRYPT, 20, nonce, 12, NULL, 0,
                                    text, sealed, 16, tag) == 0);
    before = wiped_bytes;
    CHECK(mbedtls_gcm_auth_decrypt(&gcm, 20, nonce, 12, NULL, 0, tag, 16, sealed, opened) == 0);
    wiped(before, "GCM leaves the tag behind");
    CHECK(memcmp(opened, text, 20) == 0);
    before = wiped_bytes + 20;
    tag[15] ^= 1;
    CHECK(mbedtls_gcm_auth_decrypt(&gcm, 20, nonce, 12, NULL, 0, tag, 16, sealed, opened) ==
          MBEDTLS_ERR_GCM_AUTH_FAILED);
    wiped(before, "GCM leaves the right tag behind");
    mbedtls_gcm_free(&gcm);
}

static void ccm(void)
{
    mbedtls_ccm_context ccm;
    unsigned char sealed[20], opened[20], tag[16];
    size_t before;

    mbedtls_ccm_init(&ccm);
    CHECK(mbedtls_ccm_setkey(&ccm, MBEDTLS_CIPHER_ID_AES, key, 128) == 0);
    CHECK(mbedtls_ccm_encrypt_and_tag(&ccm, 20, nonce, 12, NULL, 0, text, sealed, tag, 16) == 0);
    before = wiped_bytes;
    CHECK(mbedtls_ccm_auth_decrypt(&ccm, 20, nonce, 12, NULL, 0, sealed, opened, tag, 16) == 0);
    wiped(before, "CCM leaves the tag behind");
    CHECK(memcmp(opened, text, 20) == 0);
    before = wiped_bytes + 20;
    tag[15] ^= 1;
    CHECK(mbedtls_ccm_auth_decrypt(&ccm, 20, nonce, 12, NULL, 0, sealed, opened, tag, 16) ==
          MBEDTLS_ERR_CCM_AUTH_FAILED);
    wiped(before, "CCM leaves the right tag behind");
    mbedtls_ccm_free(&ccm);
}

static void chachapoly(void)
{
    mbedtls_chachapoly_context chachapoly;
    unsigned char sealed[20], opened[20], tag[16];
    size_t once, before;

    mbedtls_chachapoly_init(&chachapoly);
    CHECK(mbedtls_chachapoly_setkey(&chachapoly, key) == 0);
    before = wiped_bytes;
    CHECK(mbedtls_chachapoly_encrypt_and_tag(&chachapoly, 20, nonce, NULL, 0, text, sealed,
                                             tag) == 0);
    /* What it wipes either way. */
    once = wiped_bytes - before;
    before = wiped_bytes + once;
    CHECK(mbedtls_chachapoly_auth_decrypt(&chachapoly, 20, nonce, NULL, 0, tag, sealed,
                                          opened) == 0);
    wiped(before, "ChaCha20-Poly1305 leaves the tag behind");
    CHECK(memcmp(opened, text, 20) == 0);
    before = wiped_bytes + once + 20;
    tag[15] ^= 1;
    CHECK(mbedtls_chachapoly_auth_decrypt(&chachapoly, 20, nonce, NULL, 0, tag, sealed,
                                          opened) == MBEDTLS_ERR_CHACHAPOLY_AUTH_FAILED);
    wiped(before, "ChaCha20-Poly1305 leaves the right tag behind");
    mbedtls_chachapoly_free(&chachapoly);
}

int main(void)
{
    gcm();
    ccm();
    chachapoly();
    return 0;
}
