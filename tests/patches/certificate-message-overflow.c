/*
 * A server's own chain of two certificates, the first of which ends at the
 * given place in the Certificate message.
 */
#include "pair.h"

#define LIMIT MBEDTLS_SSL_OUT_CONTENT_LEN

/* Header of the message, and the length before each certificate. */
#define FIRST (7 + 3)

static unsigned char first[LIMIT], second[1024];

/* Writes the message; the first certificate ends at `end`. */
static int write_chain(size_t end, size_t second_length)
{
    static const mbedtls_ssl_ciphersuite_t *suite;
    mbedtls_x509_crt chain[2];
    mbedtls_ssl_key_cert own;
    int ret;

    memset(chain, 0, sizeof(chain));
    memset(&own, 0, sizeof(own));
    chain[0].raw.p = first;
    chain[0].raw.len = end - FIRST;
    chain[0].next = second_length > 0 ? &chain[1] : NULL;
    chain[1].raw.p = second;
    chain[1].raw.len = second_length;
    own.cert = chain;

    configure(&server, MBEDTLS_SSL_IS_SERVER);
    set_up(&server);
    queue_clear(&to_client);
    suite = mbedtls_ssl_ciphersuite_from_id(
        MBEDTLS_TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256);
    server.ssl.transform_negotiate->ciphersuite_info = suite;
    server.ssl.handshake->key_cert = &own;
    server.ssl.major_ver = MBEDTLS_SSL_MAJOR_VERSION_3;
    server.ssl.minor_ver = MBEDTLS_SSL_MINOR_VERSION_3;
    mbedtls_ssl_optimize_checksum(&server.ssl, suite);
    server.ssl.state = MBEDTLS_SSL_SERVER_CERTIFICATE;
    ret = mbedtls_ssl_write_certificate(&server.ssl);

    server.ssl.handshake->key_cert = NULL;
    mbedtls_ssl_free(&server.ssl);
    mbedtls_ssl_config_free(&server.config);
    return ret;
}

int main(void)
{
    size_t end;

    CHECK(write_chain(LIMIT, 0) == 0);
    CHECK(write_chain(LIMIT - 3 - sizeof(second), sizeof(second)) == 0);
    CHECK(write_chain(LIMIT - 2 - sizeof(second), sizeof(second)) ==
          MBEDTLS_ERR_SSL_CERTIFICATE_TOO_LARGE);
    for (end = LIMIT - 4; end <= LIMIT; end++)
        CHECK(write_chain(end, sizeof(second)) ==
              MBEDTLS_ERR_SSL_CERTIFICATE_TOO_LARGE);
    return 0;
}
