/*
 * Memory is short while a Finished message is computed, on each side.
 */
#include "pair.h"

/* Both sides go on until `side` is in `state`, before its step. */
static void drive_to(struct side *side, int state)
{
    int rounds;

    for (rounds = 0; rounds < 100; rounds++) {
        if (side->ssl.state == state)
            return;
        mbedtls_ssl_handshake_step(&side->ssl);
        if (side->ssl.state == state)
            return;
        mbedtls_ssl_handshake_step(side == &client ? &server.ssl : &client.ssl);
    }
    CHECK(!"the state comes");
}

static void must_fail(mbedtls_x509_crt *certificate, mbedtls_pk_context *key,
                      struct side *side, int state, int suite)
{
    static int suites[2];
    int ret, allocation;

    suites[0] = suite;
    for (allocation = 1; allocation <= 2; allocation++) {
        configure_pair(certificate, key, certificate);
        mbedtls_ssl_conf_ciphersuites(&client.config, suites);
        drive_to(side, state);
        failing_allocation = allocation;
        ret = mbedtls_ssl_handshake_step(&side->ssl);
        CHECK(failing_allocation == 0);
        if (ret == 0 || ret == MBEDTLS_ERR_SSL_BAD_HS_FINISHED)
            fault("a Finished message of leftovers was sent or compared");
        CHECK(!wants(ret));
        free_pair();
    }
}

int main(int argc, char **argv)
{
    static const int suites[] = {
        MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
        MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
    };
    mbedtls_x509_crt certificate;
    mbedtls_pk_context key;
    size_t i;

    CHECK(argc == 3);
    hook_allocations();
    read_certificate(&certificate, argv[1]);
    read_key(&key, argv[2]);
    for (i = 0; i < 2; i++) {
        must_fail(&certificate, &key, &client, MBEDTLS_SSL_CLIENT_FINISHED, suites[i]);
        must_fail(&certificate, &key, &server, MBEDTLS_SSL_CLIENT_FINISHED, suites[i]);
        must_fail(&certificate, &key, &server, MBEDTLS_SSL_SERVER_FINISHED, suites[i]);
        must_fail(&certificate, &key, &client, MBEDTLS_SSL_SERVER_FINISHED, suites[i]);
    }

    configure_pair(&certificate, &key, &certificate);
    CHECK(handshake() == 0);
    free_pair();
    mbedtls_x509_crt_free(&certificate);
    mbedtls_pk_free(&key);
    return 0;
}
