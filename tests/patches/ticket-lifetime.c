/*
 * A server whose ticket callback fails after it has begun.
 */
#include "pair.h"

static int begin_and_fail(void *context, const mbedtls_ssl_session *session,
                          unsigned char *start, const unsigned char *end,
                          size_t *length, uint32_t *lifetime)
{
    (void) context;
    (void) session;
    (void) start;
    (void) end;
    *length = 7;
    *lifetime = 0x41424344;
    return MBEDTLS_ERR_SSL_ALLOC_FAILED;
}

static int no_ticket(void *context, mbedtls_ssl_session *session,
                     unsigned char *bytes, size_t length)
{
    (void) context;
    (void) session;
    (void) bytes;
    (void) length;
    return MBEDTLS_ERR_SSL_INVALID_MAC;
}

/* The body of the NewSessionTicket that the server has sent. */
static const unsigned char *sent_ticket(void)
{
    const unsigned char *at;

    to_client.start = 0;
    do {
        at = to_client.bytes + to_client.start;
        CHECK(next_record(&to_client) != 0);
    } while (at[0] != MBEDTLS_SSL_MSG_HANDSHAKE ||
             at[5] != MBEDTLS_SSL_HS_NEW_SESSION_TICKET);
    return at + 9;
}

int main(int argc, char **argv)
{
    static const unsigned char nothing[6] = { 0 };
    mbedtls_x509_crt certificate;
    mbedtls_pk_context key;

    CHECK(argc == 3);
    read_certificate(&certificate, argv[1]);
    read_key(&key, argv[2]);
    configure_pair(&certificate, &key, &certificate);
    mbedtls_ssl_conf_session_tickets_cb(&server.config, begin_and_fail, no_ticket, NULL);
    CHECK(handshake() == 0);
    if (memcmp(sent_ticket(), nothing, sizeof(nothing)) != 0)
        fault("an empty ticket has a lifetime");

    free_pair();
    mbedtls_x509_crt_free(&certificate);
    mbedtls_pk_free(&key);
    return 0;
}
