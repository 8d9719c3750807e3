/*
 * A client's Finished message, where the server has another master secret.
 */
#include "pair.h"

int main(int argc, char **argv)
{
    mbedtls_x509_crt certificate;
    mbedtls_pk_context key;
    int ret, rounds;

    CHECK(argc == 3);
    read_certificate(&certificate, argv[1]);
    read_key(&key, argv[2]);
    configure_pair(&certificate, &key, &certificate);
    for (rounds = 0; server.ssl.state != MBEDTLS_SSL_CLIENT_FINISHED; rounds++) {
        CHECK(rounds < 100);
        mbedtls_ssl_handshake_step(&client.ssl);
        if (server.ssl.state != MBEDTLS_SSL_CLIENT_FINISHED)
            mbedtls_ssl_handshake_step(&server.ssl);
    }
    while ((ret = mbedtls_ssl_handshake_step(&client.ssl)) == 0)
        ;
    CHECK(ret == MBEDTLS_ERR_SSL_WANT_READ);

    /* The keys of the records are made already. */
    server.ssl.session_negotiate->master[0] ^= 1;
    CHECK(mbedtls_ssl_handshake_step(&server.ssl) == MBEDTLS_ERR_SSL_BAD_HS_FINISHED);
    CHECK(server.ssl.out_msgtype == MBEDTLS_SSL_MSG_ALERT);
    CHECK(server.ssl.out_msg[0] == MBEDTLS_SSL_ALERT_LEVEL_FATAL);
    if (server.ssl.out_msg[1] != MBEDTLS_SSL_ALERT_MSG_DECRYPT_ERROR)
        fault("a Finished that does not match is answered with another alert");

    free_pair();
    mbedtls_x509_crt_free(&certificate);
    mbedtls_pk_free(&key);
    return 0;
}
