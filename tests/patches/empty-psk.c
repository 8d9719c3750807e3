/*
 * A server whose callback knows every client and sets no key, and a client with an empty one.
 */
#include "pair.h"

static int knows_everybody(void *context, mbedtls_ssl_context *ssl, const unsigned char *identity, size_t length)
{
    (void) context;
    (void) ssl;
    (void) identity;
    (void) length;
    return 0;
}

int main(void)
{
    static const int suites[] = { MBEDTLS_TLS_PSK_WITH_AES_128_GCM_SHA256, 0 };
    static const unsigned char key[16] = { 1 };
    static const unsigned char identity[] = "mallory";

    configure(&server, MBEDTLS_SSL_IS_SERVER);
    configure(&client, MBEDTLS_SSL_IS_CLIENT);
    mbedtls_ssl_conf_ciphersuites(&client.config, suites);
    mbedtls_ssl_conf_ciphersuites(&server.config, suites);
    mbedtls_ssl_conf_psk_cb(&server.config, knows_everybody, NULL);
    CHECK(mbedtls_ssl_conf_psk(&client.config, key, sizeof(key), identity, sizeof(identity)) == 0);
    set_up(&server);
    set_up(&client);
    if (mbedtls_ssl_set_hs_psk(&server.ssl, key, 0) == 0)
        fault("an empty key is taken");

    /* A client that makes its own premaster secret needs no library that lets it. */
    client.config.psk_len = 0;
    if (mbedtls_ssl_psk_derive_premaster(&client.ssl, MBEDTLS_KEY_EXCHANGE_PSK) == 0)
        fault("a premaster secret is made of an empty key");
    client.config.psk_len = sizeof(key);
    if (mbedtls_ssl_conf_psk(&client.config, key, 0, identity, sizeof(identity)) == 0)
        fault("an empty key is configured");
    if (mbedtls_ssl_psk_derive_premaster(&server.ssl, MBEDTLS_KEY_EXCHANGE_PSK) == 0)
        fault("a server goes on without a key");
    free_pair();
    return 0;
}
