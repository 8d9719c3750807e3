/*
 * What the suites for old peers need: padding, encrypt-then-MAC, and premaster secrets that clients encrypt. These are
 * decrypted between two steps of the engine, as signatures are made.
 *
 * Whether decryption succeeded is a secret, as is what it gave: both go to the engine as they are, which chooses
 * between the result and random bytes without a branch. Nothing here or in Rust looks at them.
 */
#include "shim.h"

#include <string.h>

#include "mbedtls/pk.h"
#include "mbedtls/platform_util.h"
#include "mbedtls/ssl_internal.h"

#include "session.h"

/* The version that a premaster secret must begin with is that of the ClientHello as it came (RFC 5246, 7.4.7.1). The
 * engine has got another hello. */
void ember_ssl_expect_premaster_version(mbedtls_ssl_context *ssl, uint16_t version)
{
    if (ssl->handshake == NULL)
        return;
    ssl->handshake->max_major_ver = version >> 8;
    ssl->handshake->max_minor_ver = version & 0xff;
}

#if defined(MBEDTLS_KEY_EXCHANGE_RSA_ENABLED)

static struct ember_decryption *decryption_of(const mbedtls_ssl_context *ssl)
{
    return &((struct ember_session *) ssl->conf)->decryption;
}

int ember_decryption_start(mbedtls_ssl_context *ssl, mbedtls_x509_crt *cert, const unsigned char *input, size_t len)
{
    struct ember_decryption *decryption = decryption_of(ssl);
    (void) cert;

    if (len > sizeof(decryption->encrypted))
        return MBEDTLS_ERR_SSL_INTERNAL_ERROR;
    memcpy(decryption->encrypted, input, len);
    decryption->encrypted_len = len;
    return MBEDTLS_ERR_SSL_ASYNC_IN_PROGRESS;
}

int ember_decryption_is_wanted(const mbedtls_ssl_context *ssl)
{
    return ssl->state == MBEDTLS_SSL_CLIENT_KEY_EXCHANGE;
}

int ember_decryption_resume(mbedtls_ssl_context *ssl, unsigned char *out, size_t *out_len, size_t out_size)
{
    struct ember_decryption *decryption = decryption_of(ssl);
    int code = decryption->code;

    if (!decryption->is_done)
        return MBEDTLS_ERR_SSL_ASYNC_IN_PROGRESS;
    if (out_size < sizeof(decryption->premaster))
        return MBEDTLS_ERR_SSL_BUFFER_TOO_SMALL;
    memcpy(out, decryption->premaster, sizeof(decryption->premaster));
    *out_len = decryption->premaster_len;
    mbedtls_platform_zeroize(decryption, sizeof(*decryption));
    return code;
}

/* On a server that stopped at ClientKeyExchange: decrypts for it, with the private key of the certificate that it
 * shows. Fails only where the engine does not wait for this. */
int ember_ssl_decrypt_premaster(mbedtls_ssl_context *ssl, mbedtls_pk_context *key)
{
    struct ember_decryption *decryption = decryption_of(ssl);

    if (!ember_decryption_is_wanted(ssl) || decryption->encrypted_len == 0)
        return MBEDTLS_ERR_SSL_INTERNAL_ERROR;
    memset(decryption->premaster, 0xff, sizeof(decryption->premaster));
    decryption->premaster_len = 0;
    decryption->code = mbedtls_pk_decrypt(key, decryption->encrypted, decryption->encrypted_len,
                                          decryption->premaster, &decryption->premaster_len,
                                          sizeof(decryption->premaster), ssl->conf->f_rng, ssl->conf->p_rng);
    decryption->is_done = 1;
    return 0;
}

/* Whether encrypt-then-MAC is offered and taken, where it is compiled: the engine would offer it without any suite that
 * has a use for it. */
void ember_ssl_conf_encrypt_then_mac(mbedtls_ssl_config *conf, int on)
{
    mbedtls_ssl_conf_encrypt_then_mac(conf, on ? MBEDTLS_SSL_ETM_ENABLED : MBEDTLS_SSL_ETM_DISABLED);
}

/* What a client encrypted; nothing where none waits. */
const unsigned char *ember_ssl_encrypted_premaster(const mbedtls_ssl_context *ssl, size_t *len)
{
    *len = ember_decryption_is_wanted(ssl) ? decryption_of(ssl)->encrypted_len : 0;
    return decryption_of(ssl)->encrypted;
}

/* What it decrypts to, where that happened elsewhere; a code other than 0 makes the engine take random bytes. */
int ember_ssl_put_premaster(mbedtls_ssl_context *ssl, const unsigned char premaster[48], int code)
{
    struct ember_decryption *decryption = decryption_of(ssl);

    if (!ember_decryption_is_wanted(ssl) || decryption->encrypted_len == 0)
        return MBEDTLS_ERR_SSL_INTERNAL_ERROR;
    memcpy(decryption->premaster, premaster, sizeof(decryption->premaster));
    decryption->premaster_len = sizeof(decryption->premaster);
    decryption->code = code;
    decryption->is_done = 1;
    return 0;
}

/* Whether the suite under negotiation has the client encrypt a secret to the server's key. */
int ember_ssl_encrypts_premaster(const mbedtls_ssl_context *ssl)
{
    const mbedtls_ssl_transform *transform = ssl->transform_negotiate;

    return transform != NULL && transform->ciphersuite_info != NULL
        && transform->ciphersuite_info->key_exchange == MBEDTLS_KEY_EXCHANGE_RSA;
}

/* Whether the suite under negotiation pads its records. */
int ember_ssl_pads_records(const mbedtls_ssl_context *ssl)
{
    const mbedtls_ssl_transform *transform = ssl->transform_negotiate;
    const mbedtls_cipher_info_t *cipher = NULL;

    if (transform != NULL && transform->ciphersuite_info != NULL)
        cipher = mbedtls_cipher_info_from_type(transform->ciphersuite_info->cipher);
    return cipher != NULL && cipher->mode == MBEDTLS_MODE_CBC;
}

#else /* MBEDTLS_KEY_EXCHANGE_RSA_ENABLED */

const unsigned char *ember_ssl_encrypted_premaster(const mbedtls_ssl_context *ssl, size_t *len)
{
    (void) ssl;
    *len = 0;
    return NULL;
}

int ember_ssl_put_premaster(mbedtls_ssl_context *ssl, const unsigned char premaster[48], int code)
{
    (void) ssl;
    (void) premaster;
    (void) code;
    return MBEDTLS_ERR_SSL_FEATURE_UNAVAILABLE;
}

int ember_ssl_decrypt_premaster(mbedtls_ssl_context *ssl, mbedtls_pk_context *key)
{
    (void) ssl;
    (void) key;
    return MBEDTLS_ERR_SSL_FEATURE_UNAVAILABLE;
}

void ember_ssl_conf_encrypt_then_mac(mbedtls_ssl_config *conf, int on)
{
    (void) conf;
    (void) on;
}

int ember_ssl_encrypts_premaster(const mbedtls_ssl_context *ssl)
{
    (void) ssl;
    return 0;
}

int ember_ssl_pads_records(const mbedtls_ssl_context *ssl)
{
    (void) ssl;
    return 0;
}

#endif /* MBEDTLS_KEY_EXCHANGE_RSA_ENABLED */
