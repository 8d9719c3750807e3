/*
 * A server's key exchange with a byte too many.
 */
#include "pair.h"

static const unsigned char key[16] = { 1 };
static const unsigned char identity[] = "client";

static int known(void *context, mbedtls_ssl_context *ssl, const unsigned char *name, size_t length)
{
    (void) context;
    (void) name;
    (void) length;
    return mbedtls_ssl_set_hs_psk(ssl, key, sizeof(key));
}

/* What the client says to the flight of a server, whose ServerKeyExchange has `extra` bytes more. */
static int client_gets(int suite, unsigned extra)
{
    static unsigned char flight[1 << 14];
    const int suites[] = { suite, 0 };
    size_t end, at;
    int ret;

    configure(&server, MBEDTLS_SSL_IS_SERVER);
    configure(&client, MBEDTLS_SSL_IS_CLIENT);
    mbedtls_ssl_conf_ciphersuites(&client.config, suites);
    mbedtls_ssl_conf_ciphersuites(&server.config, suites);
    mbedtls_ssl_conf_psk_cb(&server.config, known, NULL);
    CHECK(mbedtls_ssl_conf_psk(&client.config, key, sizeof(key), identity, sizeof(identity)) == 0);
    set_up(&server);
    set_up(&client);
    CHECK(wants(mbedtls_ssl_handshake(&client.ssl)));
    CHECK(wants(mbedtls_ssl_handshake(&server.ssl)));

    /* Each message is in a record of its own. */
    end = to_client.end;
    CHECK(end < sizeof(flight));
    memcpy(flight, to_client.bytes, end);
    queue_clear(&to_client);
    for (at = 0; at < end;) {
        const unsigned char *record = flight + at;
        size_t length = (size_t) (record[3] << 8 | record[4]);
        unsigned char *copy = to_client.bytes + to_client.end;

        memcpy(copy, record, 5 + length);
        at += 5 + length;
        to_client.end += 5 + length;
        if (record[5] != MBEDTLS_SSL_HS_SERVER_KEY_EXCHANGE)
            continue;
        copy[4] = (unsigned char) (length + extra);
        copy[8] = (unsigned char) (length - 4 + extra);
        memset(copy + 5 + length, 0, extra);
        to_client.end += extra;
    }
    ret = mbedtls_ssl_handshake(&client.ssl);
    free_pair();
    return ret;
}

int main(void)
{
    const int suite = MBEDTLS_TLS_ECDHE_PSK_WITH_CHACHA20_POLY1305_SHA256;

    CHECK(wants(client_gets(suite, 0)));
    if (wants(client_gets(suite, 1)))
        fault("trailing data are passed over");
    return 0;
}
