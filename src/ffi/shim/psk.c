/*
 * Pre-shared keys: looked up in Rust when the client has named one, before the engine reads its message.
 */
#include "shim.h"

#include "mbedtls/ssl_internal.h"

#if defined(MBEDTLS_KEY_EXCHANGE__SOME__PSK_ENABLED)

/* The engine asks for the key that Rust has given it already, or not. */
static int has_key(void *unused, mbedtls_ssl_context *ssl, const unsigned char *identity, size_t len)
{
    (void) unused;
    (void) identity;
    (void) len;
    return ssl->handshake->psk != NULL && ssl->handshake->psk_len != 0 ? 0 : MBEDTLS_ERR_SSL_UNKNOWN_IDENTITY;
}

/* On a server: suites with pre-shared keys may be chosen. */
void ember_ssl_config_expect_psk(mbedtls_ssl_config *conf)
{
    mbedtls_ssl_conf_psk_cb(conf, has_key, NULL);
}

/* The key of this handshake; wiped with it. */
int ember_ssl_put_psk(mbedtls_ssl_context *ssl, const unsigned char *key, size_t len)
{
    if (len == 0)
        return MBEDTLS_ERR_SSL_BAD_INPUT_DATA;
    return mbedtls_ssl_set_hs_psk(ssl, key, len);
}

#endif /* MBEDTLS_KEY_EXCHANGE__SOME__PSK_ENABLED */
