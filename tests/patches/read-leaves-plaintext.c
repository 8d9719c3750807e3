/*
 * A client reads what the server has written, in two parts.
 */
#include "pair.h"

static const char text[] = "a secret of twenty-nine bytes";

static int is_in_buffer(const char *part, size_t length)
{
    const unsigned char *at = client.ssl.in_buf;
    size_t i;

    for (i = 0; i + length <= MBEDTLS_SSL_IN_BUFFER_LEN; i++)
        if (memcmp(at + i, part, length) == 0)
            return 1;
    return 0;
}

int main(int argc, char **argv)
{
    mbedtls_x509_crt certificate;
    mbedtls_pk_context key;
    unsigned char read[sizeof(text)];

    CHECK(argc == 3);
    read_certificate(&certificate, argv[1]);
    read_key(&key, argv[2]);
    configure_pair(&certificate, &key, &certificate);
    CHECK(handshake() == 0);

    CHECK(mbedtls_ssl_write(&server.ssl, (const unsigned char *) text, 29) == 29);
    CHECK(mbedtls_ssl_read(&client.ssl, read, 9) == 9);
    CHECK(is_in_buffer(text + 9, 20));
    if (is_in_buffer(text, 9))
        fault("the first part is still there");
    CHECK(mbedtls_ssl_read(&client.ssl, read + 9, 20) == 20);
    if (is_in_buffer(text + 9, 20))
        fault("the second part is still there");
    CHECK(memcmp(read, text, 29) == 0);

    free_pair();
    mbedtls_x509_crt_free(&certificate);
    mbedtls_pk_free(&key);
    return 0;
}
