/*
 * A server accepts SHA-384 only; the client signs with its suite's SHA-256.
 */
#include "pair.h"

static int handshake_with(mbedtls_x509_crt *certificate, mbedtls_pk_context *key,
                          const int *hashes)
{
    static const int suites[] = { MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, 0 };
    int ret, rounds;

    configure_pair(certificate, key, certificate);
    mbedtls_ssl_conf_ciphersuites(&client.config, suites);
    CHECK(mbedtls_ssl_conf_own_cert(&client.config, certificate, key) == 0);
    mbedtls_ssl_conf_authmode(&server.config, MBEDTLS_SSL_VERIFY_OPTIONAL);
    mbedtls_ssl_conf_ca_chain(&server.config, certificate, NULL);
    mbedtls_ssl_conf_sig_hashes(&server.config, hashes);
    for (rounds = 0; rounds < 20; rounds++) {
        mbedtls_ssl_handshake(&client.ssl);
        ret = mbedtls_ssl_handshake(&server.ssl);
        if (!wants(ret))
            break;
    }
    free_pair();
    return ret;
}

int main(int argc, char **argv)
{
    static const int sha256[] = { MBEDTLS_MD_SHA256, MBEDTLS_MD_NONE };
    static const int sha384[] = { MBEDTLS_MD_SHA384, MBEDTLS_MD_NONE };
    mbedtls_x509_crt certificate;
    mbedtls_pk_context key;

    CHECK(argc == 3);
    read_certificate(&certificate, argv[1]);
    read_key(&key, argv[2]);
    CHECK(handshake_with(&certificate, &key, sha256) == 0);
    if (handshake_with(&certificate, &key, sha384) == 0)
        fault("a hash that was not offered is accepted");
    mbedtls_x509_crt_free(&certificate);
    mbedtls_pk_free(&key);
    return 0;
}
