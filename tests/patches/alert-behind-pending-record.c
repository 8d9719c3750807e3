/*
 * A client's record waits for a transport that takes nothing. The server asks
 * for a renegotiation, which the client refuses by an alert.
 */
#include "pair.h"

#define LENGTH MBEDTLS_SSL_OUT_CONTENT_LEN

static unsigned char data[LENGTH], received[LENGTH];

static void write_while(int answer, int expected)
{
    to_server.answer = answer;
    CHECK(mbedtls_ssl_write(&client.ssl, data, LENGTH) == expected);
}

static int send_alert(void)
{
    return mbedtls_ssl_send_alert_message(&client.ssl,
                                          MBEDTLS_SSL_ALERT_LEVEL_WARNING,
                                          MBEDTLS_SSL_ALERT_MSG_NO_RENEGOTIATION);
}

static void ask_for_renegotiation(void)
{
    server.ssl.out_msgtype = MBEDTLS_SSL_MSG_HANDSHAKE;
    server.ssl.out_msglen = 4;
    server.ssl.out_msg[0] = MBEDTLS_SSL_HS_HELLO_REQUEST;
    CHECK(mbedtls_ssl_write_handshake_msg(&server.ssl) == 0);
}

/* The server gets the record whole. */
static void receive(void)
{
    size_t total = 0;
    int ret;

    while (total < LENGTH) {
        ret = mbedtls_ssl_read(&server.ssl, received + total, LENGTH - total);
        CHECK(ret > 0);
        total += (size_t) ret;
    }
    CHECK(memcmp(data, received, LENGTH) == 0);
}

int main(int argc, char **argv)
{
    mbedtls_x509_crt certificate;
    mbedtls_pk_context key;

    CHECK(argc == 3);
    read_certificate(&certificate, argv[1]);
    read_key(&key, argv[2]);
    configure_pair(&certificate, &key, &certificate);
    CHECK(handshake() == 0);
    counting(NULL, data, LENGTH);

    /* The peer's way. */
    write_while(MBEDTLS_ERR_SSL_WANT_WRITE, MBEDTLS_ERR_SSL_WANT_WRITE);
    ask_for_renegotiation();
    CHECK(mbedtls_ssl_read(&client.ssl, received, 1) == MBEDTLS_ERR_SSL_WANT_WRITE);
    write_while(1, LENGTH);
    receive();
    CHECK(next_record(&to_server) == 0);

    /* Where the transport takes the record, the alert follows at once. */
    write_while(MBEDTLS_ERR_SSL_WANT_WRITE, MBEDTLS_ERR_SSL_WANT_WRITE);
    to_server.answer = 1;
    CHECK(send_alert() == 0);
    receive();
    CHECK(next_record(&to_server) == MBEDTLS_SSL_MSG_ALERT);
    CHECK(next_record(&to_server) == 0);

    /* A transport that takes 0 bytes and calls it success. */
    write_while(0, LENGTH);
    CHECK(send_alert() == MBEDTLS_ERR_SSL_WANT_WRITE);

    free_pair();
    mbedtls_x509_crt_free(&certificate);
    mbedtls_pk_free(&key);
    return 0;
}
