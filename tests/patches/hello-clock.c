/*
 * Whether the hellos of both sides begin with the time.
 */
#include "pair.h"

#include <time.h>

/* The random value of the hello in the first record of a queue. */
static void check_hello(const struct queue *queue, int type)
{
    const unsigned char *hello = queue->bytes + 5;
    const unsigned char *random = hello + 6;
    long long told, difference;

    CHECK(queue->end > 5 + 6 + 32 && hello[0] == type);
    told = (long long) random[0] << 24 | random[1] << 16 | random[2] << 8 | random[3];
    difference = told - (long long) time(NULL);
    if (difference > -1000 && difference < 1000)
        fault("a hello tells the time");
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
    check_hello(&to_server, MBEDTLS_SSL_HS_CLIENT_HELLO);
    check_hello(&to_client, MBEDTLS_SSL_HS_SERVER_HELLO);

    free_pair();
    mbedtls_x509_crt_free(&certificate);
    mbedtls_pk_free(&key);
    return 0;
}
