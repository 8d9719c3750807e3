/*
 * The peer's public key, once the engine has its certificate: from then on
 * signatures under it are checked in Rust.
 */
#include "shim.h"

#include "mbedtls/pk_internal.h"
#include "mbedtls/platform.h"
#include "mbedtls/platform_util.h"
#include "mbedtls/ssl_internal.h"

#if defined(MBEDTLS_X509_CRT_PARSE_C)

struct peer_key
{
    ember_verify *verify;
    ember_drop *drop;
    void *key;
    size_t bits;
};

static size_t bits(const void *ctx)
{
    return ((const struct peer_key *) ctx)->bits;
}

static int is_rsa(mbedtls_pk_type_t type)
{
    return type == MBEDTLS_PK_RSA;
}

/* As the engine's EC keys, but not for a key exchange, which would look for the numbers. */
static int is_ec(mbedtls_pk_type_t type)
{
    return type == MBEDTLS_PK_ECKEY || type == MBEDTLS_PK_ECDSA;
}

static int verify(void *ctx, mbedtls_md_type_t md, const unsigned char *hash, size_t hash_len,
                  const unsigned char *sig, size_t sig_len)
{
    const struct peer_key *peer = ctx;

    return peer->verify(peer->key, (int) md, hash, hash_len, sig, sig_len);
}

static void release(void *ctx)
{
    struct peer_key *peer = ctx;

    peer->drop(peer->key);
    mbedtls_platform_zeroize(peer, sizeof(*peer));
    mbedtls_free(peer);
}

static const mbedtls_pk_info_t rsa_info = {
    .type = MBEDTLS_PK_RSA,
    .name = "RSA",
    .get_bitlen = bits,
    .can_do = is_rsa,
    .verify_func = verify,
    .ctx_free_func = release,
};

static const mbedtls_pk_info_t ec_info = {
    .type = MBEDTLS_PK_ECKEY,
    .name = "EC",
    .get_bitlen = bits,
    .can_do = is_ec,
    .verify_func = verify,
    .ctx_free_func = release,
};

/* Only where the key does nothing but sign: it cannot encrypt, or be a part of a key exchange. */
static int only_signs(const mbedtls_ssl_context *ssl)
{
    const mbedtls_ssl_ciphersuite_t *suite =
        ssl->transform_negotiate != NULL ? ssl->transform_negotiate->ciphersuite_info : NULL;

    return suite != NULL
        && (suite->key_exchange == MBEDTLS_KEY_EXCHANGE_ECDHE_RSA
            || suite->key_exchange == MBEDTLS_KEY_EXCHANGE_ECDHE_ECDSA
            || ssl->conf->endpoint == MBEDTLS_SSL_IS_SERVER);
}

int ember_ssl_replace_peer_key(mbedtls_ssl_context *ssl, void *key, ember_verify *verify_with, ember_drop *drop)
{
    mbedtls_pk_context *pk;
    struct peer_key *peer;

    if (ssl->session_negotiate == NULL || ssl->session_negotiate->peer_cert == NULL || !only_signs(ssl))
        return 0;
    pk = &ssl->session_negotiate->peer_cert->pk;
    peer = mbedtls_calloc(1, sizeof(*peer));
    if (peer == NULL)
        return 0;

    peer->verify = verify_with;
    peer->drop = drop;
    peer->key = key;
    peer->bits = mbedtls_pk_get_bitlen(pk);
    int rsa = mbedtls_pk_can_do(pk, MBEDTLS_PK_RSA);
    mbedtls_pk_free(pk);
    pk->pk_info = rsa ? &rsa_info : &ec_info;
    pk->pk_ctx = peer;
    return 1;
}

#else /* MBEDTLS_X509_CRT_PARSE_C */

int ember_ssl_replace_peer_key(mbedtls_ssl_context *ssl, void *key, ember_verify *verify_with, ember_drop *drop)
{
    (void) ssl, (void) key, (void) verify_with, (void) drop;
    return 0;
}

#endif /* MBEDTLS_X509_CRT_PARSE_C */
