/*
 * A client refuses the server's certificate, and its caller carries on all
 * the same. The server is hostile: it overlooks the client's alert.
 */
#include "pair.h"

#include "mbedtls/pk.h"
#include "mbedtls/x509_crt.h"

static unsigned char text[8192];

/* Reads a file with a zero behind it; returns the length with the zero. */
static size_t read_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    size_t length;

    CHECK(file != NULL);
    length = fread(text, 1, sizeof(text) - 1, file);
    fclose(file);
    text[length] = '\0';
    return length + 1;
}

static void read_certificate(mbedtls_x509_crt *certificate, const char *path)
{
    mbedtls_x509_crt_init(certificate);
    CHECK(mbedtls_x509_crt_parse(certificate, text, read_file(path)) == 0);
}

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
    mbedtls_pk_init(&key);
    CHECK(mbedtls_pk_parse_key(&key, text, read_file(argv[2]), NULL, 0) == 0);
    read_certificate(&other, argv[3]);

    configure(&server, MBEDTLS_SSL_IS_SERVER);
    configure(&client, MBEDTLS_SSL_IS_CLIENT);
    CHECK(mbedtls_ssl_conf_own_cert(&server.config, &certificate, &key) == 0);
    mbedtls_ssl_conf_ca_chain(&client.config, &other, NULL);
    set_up(&server);
    set_up(&client);
    CHECK(mbedtls_ssl_set_hostname(&client.ssl, "localhost") == 0);
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
