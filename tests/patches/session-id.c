/*
 * The session id of servers with and without a cache.
 */
#include "pair.h"

static int keep(void *context, const mbedtls_ssl_session *session)
{
    (void) context;
    (void) session;
    return 0;
}

/* The length of the id in the ServerHello that was sent. */
static unsigned id_length(void)
{
    const unsigned char *record = to_client.bytes;

    CHECK(to_client.end > 44 && record[0] == MBEDTLS_SSL_MSG_HANDSHAKE &&
          record[5] == MBEDTLS_SSL_HS_SERVER_HELLO);
    return record[5 + 4 + 2 + 32];
}

int main(int argc, char **argv)
{
    mbedtls_x509_crt certificate;
    mbedtls_pk_context key;

    CHECK(argc == 3);
    read_certificate(&certificate, argv[1]);
    read_key(&key, argv[2]);

    configure_pair(&certificate, &key, &certificate);
    mbedtls_ssl_conf_session_cache(&server.config, NULL, NULL, keep);
    CHECK(handshake() == 0);
    CHECK(id_length() == 32);
    free_pair();

    configure_pair(&certificate, &key, &certificate);
    CHECK(handshake() == 0);
    if (id_length() != 0)
        fault("a session that nobody keeps has an id");
    free_pair();

    mbedtls_x509_crt_free(&certificate);
    mbedtls_pk_free(&key);
    return 0;
}
