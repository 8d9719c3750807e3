/*
 * A client refuses the server's certificate, and its caller carries on all
 * the same. The server is hostile: it overlooks the client's alert.
 */
#include "pair.h"

static void must_fail(int ret, const char *what)
{
    if (ret >= 0 || wants(ret))
        fault(what);
}

static void carry_on(void)
{
    unsigned char byte = 0;
    int round;

    for (round = 0; round < 10; round++) {
        must_fail(mbedtls_ssl_handshake(&client.ssl), "the handshake goes on");
        must_fail(mbedtls_ssl_handshake_step(&client.ssl), "a step is made");
        must_fail(mbedtls_ssl_read(&client.ssl, &byte, 1), "read works");
        must_fail(mbedtls_ssl_write(&client.ssl, &byte, 1), "write works");
        mbedtls_ssl_handshake(&server.ssl);
    }
}

int main(int argc, char **argv)
{
    mbedtls_x509_crt certificate, other;
    mbedtls_pk_context key;

    CHECK(argc == 4);
    read_certificate(&certificate, argv[1]);
    read_key(&key, argv[2]);
    read_certificate(&other, argv[3]);
    configure_pair(&certificate, &key, &other);
    to_server.loses_alerts = 1;

    CHECK(handshake() == MBEDTLS_ERR_X509_CERT_VERIFY_FAILED);
    carry_on();

    /* A reset brings the session back to life. */
    mbedtls_ssl_conf_ca_chain(&client.config, &certificate, NULL);
    CHECK(mbedtls_ssl_session_reset(&client.ssl) == 0);
    CHECK(mbedtls_ssl_session_reset(&server.ssl) == 0);
    queue_clear(&to_server);
    queue_clear(&to_client);
    CHECK(handshake() == 0);

    free_pair();
    mbedtls_x509_crt_free(&certificate);
    mbedtls_x509_crt_free(&other);
    mbedtls_pk_free(&key);
    return 0;
}
