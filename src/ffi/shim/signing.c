/*
 * Signatures of our own: made in Rust between two steps of the engine, which has certificates and no private keys.
 *
 * A server's engine is told so by the callbacks below: it computes what is to be signed, stops with
 * MBEDTLS_ERR_SSL_ASYNC_IN_PROGRESS, and takes the signature when it is stepped again. A client's has no such place,
 * and would sign with the hash of the suite, whatever the server asks for: its CertificateVerify is written here.
 */
#include "shim.h"

#include <string.h>

#include "mbedtls/platform.h"
#include "mbedtls/platform_util.h"
#include "mbedtls/ssl_internal.h"

#include "session.h"

#if defined(MBEDTLS_KEY_EXCHANGE__SOME__ECDH_ENABLED)
#error "Static ECDH needs a private key in the engine."
#endif

#if defined(MBEDTLS_SSL_ASYNC_PRIVATE)

static struct ember_signing *signing_of(const mbedtls_ssl_context *ssl)
{
    return &((struct ember_session *) ssl->conf)->signing;
}

static void put_scheme(unsigned char *at, uint16_t scheme)
{
    at[0] = (unsigned char) (scheme >> 8);
    at[1] = (unsigned char) scheme;
}

/* The engine has written hash and algorithm as it knows them; RSASSA-PSS it does not know. */
static int start(mbedtls_ssl_context *ssl, mbedtls_x509_crt *cert, mbedtls_md_type_t md,
                 const unsigned char *hash, size_t hash_len)
{
    struct ember_signing *signing = signing_of(ssl);
    (void) cert;

    if (signing->scheme == 0 || (int) md != signing->hash || hash_len > sizeof(signing->digest))
        return MBEDTLS_ERR_SSL_INTERNAL_ERROR;

    memcpy(signing->digest, hash, hash_len);
    signing->digest_len = hash_len;
    put_scheme(ssl->out_msg + ssl->out_msglen - 2, signing->scheme);
    return MBEDTLS_ERR_SSL_ASYNC_IN_PROGRESS;
}

static int resume(mbedtls_ssl_context *ssl, unsigned char *out, size_t *out_len, size_t out_size)
{
    struct ember_signing *signing = signing_of(ssl);

#if defined(MBEDTLS_KEY_EXCHANGE_RSA_ENABLED)
    if (ember_decryption_is_wanted(ssl))
        return ember_decryption_resume(ssl, out, out_len, out_size);
#endif
    if (signing->signature_len == 0)
        return MBEDTLS_ERR_SSL_ASYNC_IN_PROGRESS;
    if (signing->signature_len > out_size)
        return MBEDTLS_ERR_SSL_BUFFER_TOO_SMALL;

    memcpy(out, signing->signature, signing->signature_len);
    *out_len = signing->signature_len;
    signing->signature_len = 0;
    return 0;
}

void ember_signing_init(mbedtls_ssl_config *copy)
{
#if defined(MBEDTLS_KEY_EXCHANGE_RSA_ENABLED)
    mbedtls_ssl_conf_async_private_cb(copy, start, ember_decryption_start, resume, NULL, NULL);
#else
    mbedtls_ssl_conf_async_private_cb(copy, start, NULL, resume, NULL, NULL);
#endif
}

/*
 * What the next signature is made with. On a server before the ClientHello is parsed, which chooses no suite without a
 * hash, and again before ServerKeyExchange is written.
 */
void ember_ssl_sign_with(mbedtls_ssl_context *ssl, int is_rsa, int hash, uint16_t scheme)
{
    signing_of(ssl)->hash = hash;
    signing_of(ssl)->scheme = scheme;
    if (ssl->handshake == NULL)
        return;
    if (is_rsa)
        ssl->handshake->hash_algs.rsa = (mbedtls_md_type_t) hash;
    else
        ssl->handshake->hash_algs.ecdsa = (mbedtls_md_type_t) hash;
}

const unsigned char *ember_ssl_digest_to_sign(const mbedtls_ssl_context *ssl, size_t *len)
{
    *len = signing_of(ssl)->digest_len;
    return signing_of(ssl)->digest;
}

/* The engine takes it in its next step. */
int ember_ssl_put_signature(mbedtls_ssl_context *ssl, const unsigned char *signature, size_t len)
{
    struct ember_signing *signing = signing_of(ssl);

    if (len == 0 || len > sizeof(signing->signature))
        return MBEDTLS_ERR_SSL_BAD_INPUT_DATA;
    memcpy(signing->signature, signature, len);
    signing->signature_len = len;
    return 0;
}

/* On a client: whether the next step would write a CertificateVerify. */
int ember_ssl_owes_certificate_verify(const mbedtls_ssl_context *ssl)
{
    return ssl->state == MBEDTLS_SSL_CERTIFICATE_VERIFY && ssl->conf->endpoint == MBEDTLS_SSL_IS_CLIENT
        && ssl->client_auth != 0 && mbedtls_ssl_own_cert((mbedtls_ssl_context *) ssl) != NULL;
}

/*
 * All transcripts, because the server names the hash that the client signs with long after the engine has forgotten all
 * but that of the suite.
 */
static int update_transcripts(mbedtls_ssl_context *ssl, const unsigned char *message, size_t len)
{
    int ret = mbedtls_sha256_update_ret(&ssl->handshake->fin_sha256, message, len);
#if defined(MBEDTLS_SHA512_C)
    if (ret == 0)
        ret = mbedtls_sha512_update_ret(&ssl->handshake->fin_sha512, message, len);
    if (ret == 0)
        ret = mbedtls_sha512_update_ret(&signing_of(ssl)->transcript, message, len);
#endif
    return ret;
}

/* On a client that may have to sign: when nothing is written yet, and again after ServerHello. */
int ember_ssl_keep_transcripts(mbedtls_ssl_context *ssl)
{
    struct ember_signing *signing = signing_of(ssl);
    int ret = 0;

    if (ssl->handshake == NULL)
        return 0;
    if (!signing->has_transcript) {
#if defined(MBEDTLS_SHA512_C)
        mbedtls_sha512_init(&signing->transcript);
        ret = mbedtls_sha512_starts_ret(&signing->transcript, 0);
#endif
        signing->has_transcript = ret == 0;
    }
    if (ret == 0)
        ssl->handshake->update_checksum = update_transcripts;
    return ret;
}

/* The transcript so far under a hash: `digest` has room for MBEDTLS_MD_MAX_SIZE. */
int ember_ssl_transcript(const mbedtls_ssl_context *ssl, int hash, unsigned char *digest)
{
    mbedtls_sha256_context sha256;
    int ret;

    if (ssl->handshake == NULL || !signing_of(ssl)->has_transcript)
        return MBEDTLS_ERR_SSL_INTERNAL_ERROR;
    if (hash == MBEDTLS_MD_SHA256) {
        mbedtls_sha256_init(&sha256);
        mbedtls_sha256_clone(&sha256, &ssl->handshake->fin_sha256);
        ret = mbedtls_sha256_finish_ret(&sha256, digest);
        mbedtls_sha256_free(&sha256);
        return ret;
    }
#if defined(MBEDTLS_SHA512_C)
    if (hash == MBEDTLS_MD_SHA384 || hash == MBEDTLS_MD_SHA512) {
        mbedtls_sha512_context sha512;

        mbedtls_sha512_init(&sha512);
        mbedtls_sha512_clone(&sha512, hash == MBEDTLS_MD_SHA384 ? &ssl->handshake->fin_sha512
                                                                : &signing_of(ssl)->transcript);
        ret = mbedtls_sha512_finish_ret(&sha512, digest);
        mbedtls_sha512_free(&sha512);
        return ret;
    }
#endif
    return MBEDTLS_ERR_SSL_INTERNAL_ERROR;
}

/* The step that writes CertificateVerify, with a signature that is made already. */
int ember_ssl_write_certificate_verify(mbedtls_ssl_context *ssl, uint16_t scheme,
                                       const unsigned char *signature, size_t len)
{
    int ret;

    if (!ember_ssl_owes_certificate_verify(ssl) || len > MBEDTLS_SSL_OUT_CONTENT_LEN - 8)
        return MBEDTLS_ERR_SSL_INTERNAL_ERROR;
    ret = mbedtls_ssl_flush_output(ssl);
    if (ret == 0)
        ret = mbedtls_ssl_derive_keys(ssl);
    if (ret != 0)
        return ret;

    put_scheme(ssl->out_msg + 4, scheme);
    ssl->out_msg[6] = (unsigned char) (len >> 8);
    ssl->out_msg[7] = (unsigned char) len;
    memcpy(ssl->out_msg + 8, signature, len);
    ssl->out_msglen = 8 + len;
    ssl->out_msgtype = MBEDTLS_SSL_MSG_HANDSHAKE;
    ssl->out_msg[0] = MBEDTLS_SSL_HS_CERTIFICATE_VERIFY;
    ssl->state++;
    return mbedtls_ssl_write_handshake_msg(ssl);
}

#endif /* MBEDTLS_SSL_ASYNC_PRIVATE */
