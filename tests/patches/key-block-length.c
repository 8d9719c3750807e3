/*
 * How much of the key block is computed for AES-128-GCM.
 */
#include "pair.h"

#include "mbedtls/md.h"

static int hmacs;

static int counted(int ret)
{
    hmacs++;
    return ret;
}

#define mbedtls_md_hmac_finish(a, b) counted(mbedtls_md_hmac_finish(a, b))
#include <../library/ssl_tls.c>

int main(int argc, char **argv)
{
    static const int suites[] = { MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, 0 };
    mbedtls_x509_crt certificate;
    mbedtls_pk_context key;
    mbedtls_ssl_context *sides[] = { &client.ssl, &server.ssl };
    size_t side;

    CHECK(argc == 3);
    read_certificate(&certificate, argv[1]);
    read_key(&key, argv[2]);
    configure_pair(&certificate, &key, &certificate);
    mbedtls_ssl_conf_ciphersuites(&client.config, suites);
    CHECK(handshake() == 0);

    /* Once more, as if the session were resumed: the key block alone. */
    for (side = 0; side < 2; side++) {
        mbedtls_ssl_context *ssl = sides[side];
        mbedtls_ssl_handshake_params handshake = { .resume = 1 };
        mbedtls_ssl_transform transform;

        ssl_transform_init(&transform);
        transform.ciphersuite_info = ssl->transform->ciphersuite_info;
        ssl->handshake = &handshake;
        ssl->session_negotiate = ssl->session;
        ssl->transform_negotiate = &transform;
        hmacs = 0;
        CHECK(mbedtls_ssl_derive_keys(ssl) == 0);
        ssl->handshake = NULL;
        ssl->session_negotiate = NULL;
        ssl->transform_negotiate = NULL;
        mbedtls_ssl_transform_free(&transform);
        CHECK(hmacs != 0);
        /* Two blocks of 32 bytes hold two keys of 16 and two vectors of 12. */
        if (hmacs > 1 + 2 * 2)
            fault("more of the key block is computed than used");
    }

    free_pair();
    mbedtls_x509_crt_free(&certificate);
    mbedtls_pk_free(&key);
    return 0;
}
