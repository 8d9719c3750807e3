/*
 * What Rust calls and a small build leaves out, of ours and of the library: it refuses, or does nothing where there is
 * nothing to do. So the Rust is the same for every build; a configuration that needs what is not there is refused
 * before.
 */
#include "shim.h"

#include "mbedtls/ssl_internal.h"

#define UNAVAILABLE MBEDTLS_ERR_SSL_FEATURE_UNAVAILABLE

#if !defined(MBEDTLS_ECP_C)

void mbedtls_ssl_conf_curves(mbedtls_ssl_config *conf, const mbedtls_ecp_group_id *curves)
{
    (void) conf, (void) curves;
}

#endif

#if !defined(MBEDTLS_RSA_C)

int ember_pk_set_rsa(mbedtls_pk_context *pk, const unsigned char *const *numbers, const size_t *lengths)
{
    (void) pk, (void) numbers, (void) lengths;
    return UNAVAILABLE;
}

#endif

#if !defined(MBEDTLS_PK_C)

mbedtls_pk_context *ember_pk_new(void)
{
    return NULL;
}

void ember_pk_free(mbedtls_pk_context *pk)
{
    (void) pk;
}

int ember_pk_set_ec(mbedtls_pk_context *pk, int group, const unsigned char *secret, size_t secret_len,
                    int (*f_rng)(void *, unsigned char *, size_t), void *p_rng,
                    unsigned char *point, size_t size, size_t *written)
{
    (void) pk, (void) group, (void) secret, (void) secret_len, (void) f_rng, (void) p_rng;
    (void) point, (void) size, (void) written;
    return UNAVAILABLE;
}

int ember_pk_same_public(const mbedtls_pk_context *a, const mbedtls_pk_context *b)
{
    (void) a, (void) b;
    return 0;
}

int ember_pk_public_new(const unsigned char *info, size_t len, mbedtls_pk_context **pk)
{
    (void) info, (void) len;
    *pk = NULL;
    return UNAVAILABLE;
}

int ember_pk_is_rsa(const mbedtls_pk_context *pk)
{
    (void) pk;
    return 0;
}

size_t ember_pk_bits(const mbedtls_pk_context *pk)
{
    (void) pk;
    return 0;
}

int ember_pk_sign(mbedtls_pk_context *pk, int md, int is_pss, const unsigned char *digest, size_t digest_len,
                  int (*f_rng)(void *, unsigned char *, size_t), void *p_rng,
                  unsigned char *signature, size_t size, size_t *written)
{
    (void) pk, (void) md, (void) is_pss, (void) digest, (void) digest_len, (void) f_rng, (void) p_rng;
    (void) signature, (void) size, (void) written;
    return UNAVAILABLE;
}

int ember_pk_check_digest(mbedtls_pk_context *pk, int type, int md, int salt_len, const unsigned char *digest,
                          size_t digest_len, const unsigned char *signature, size_t signature_len)
{
    (void) pk, (void) type, (void) md, (void) salt_len, (void) digest, (void) digest_len;
    (void) signature, (void) signature_len;
    return UNAVAILABLE;
}

int ember_pk_check_signature(mbedtls_pk_context *pk, int type, int md, int salt_len, const unsigned char *message,
                             size_t message_len, const unsigned char *signature, size_t signature_len)
{
    (void) pk, (void) type, (void) md, (void) salt_len, (void) message, (void) message_len;
    (void) signature, (void) signature_len;
    return UNAVAILABLE;
}

#endif

#if !defined(MBEDTLS_X509_CRT_PARSE_C)

void mbedtls_ssl_conf_sig_hashes(mbedtls_ssl_config *conf, const int *hashes)
{
    (void) conf, (void) hashes;
}

void mbedtls_ssl_conf_ca_chain(mbedtls_ssl_config *conf, mbedtls_x509_crt *chain, mbedtls_x509_crl *lists)
{
    (void) conf, (void) chain, (void) lists;
}

int mbedtls_ssl_conf_own_cert(mbedtls_ssl_config *conf, mbedtls_x509_crt *chain, mbedtls_pk_context *key)
{
    (void) conf, (void) chain, (void) key;
    return UNAVAILABLE;
}

int mbedtls_ssl_set_hs_own_cert(mbedtls_ssl_context *ssl, mbedtls_x509_crt *chain, mbedtls_pk_context *key)
{
    (void) ssl, (void) chain, (void) key;
    return UNAVAILABLE;
}

/* The engine sends no name of the server where nobody shows a certificate for it. */
int mbedtls_ssl_set_hostname(mbedtls_ssl_context *ssl, const char *name)
{
    (void) ssl, (void) name;
    return 0;
}

mbedtls_x509_crt *ember_x509_crt_new(void)
{
    return NULL;
}

void ember_x509_crt_free(mbedtls_x509_crt *list)
{
    (void) list;
}

int ember_x509_crt_add(mbedtls_x509_crt *list, const unsigned char *der, size_t len)
{
    (void) list, (void) der, (void) len;
    return UNAVAILABLE;
}

int ember_x509_name_add(mbedtls_x509_crt *list, const unsigned char *name, size_t len)
{
    (void) list, (void) name, (void) len;
    return UNAVAILABLE;
}

const mbedtls_pk_context *ember_x509_crt_pk(const mbedtls_x509_crt *crt)
{
    (void) crt;
    return NULL;
}

int ember_x509_verify(mbedtls_x509_crt *presented, mbedtls_x509_crt *trusted, uint32_t *flags, size_t *count)
{
    (void) presented, (void) trusted, (void) flags;
    *count = 0;
    return UNAVAILABLE;
}

int ember_x509_check_signature(const mbedtls_x509_crt *child, mbedtls_x509_crt *issuer)
{
    (void) child, (void) issuer;
    return UNAVAILABLE;
}

void ember_ssl_request_certificate(mbedtls_ssl_context *ssl)
{
    (void) ssl;
}

void ember_ssl_config_copy_forget_authorities(mbedtls_ssl_config *copy)
{
    (void) copy;
}

void ember_ssl_config_copy_withdraw_certificate(mbedtls_ssl_config *copy)
{
    (void) copy;
}

const mbedtls_x509_crt *ember_ssl_own_certificate(const mbedtls_ssl_context *ssl)
{
    (void) ssl;
    return NULL;
}

int ember_ssl_peer_curve_is_allowed(const mbedtls_ssl_context *ssl)
{
    (void) ssl;
    return 0;
}

#endif

#if !defined(MBEDTLS_SSL_ASYNC_PRIVATE)

void ember_ssl_sign_with(mbedtls_ssl_context *ssl, int is_rsa, int hash, uint16_t scheme)
{
    (void) ssl, (void) is_rsa, (void) hash, (void) scheme;
}

const unsigned char *ember_ssl_digest_to_sign(const mbedtls_ssl_context *ssl, size_t *len)
{
    (void) ssl;
    *len = 0;
    return NULL;
}

int ember_ssl_put_signature(mbedtls_ssl_context *ssl, const unsigned char *signature, size_t len)
{
    (void) ssl, (void) signature, (void) len;
    return UNAVAILABLE;
}

int ember_ssl_owes_certificate_verify(const mbedtls_ssl_context *ssl)
{
    (void) ssl;
    return 0;
}

int ember_ssl_keep_transcripts(mbedtls_ssl_context *ssl)
{
    (void) ssl;
    return UNAVAILABLE;
}

int ember_ssl_transcript(const mbedtls_ssl_context *ssl, int hash, unsigned char *digest)
{
    (void) ssl, (void) hash, (void) digest;
    return UNAVAILABLE;
}

int ember_ssl_write_certificate_verify(mbedtls_ssl_context *ssl, uint16_t scheme, const unsigned char *signature,
                                       size_t len)
{
    (void) ssl, (void) scheme, (void) signature, (void) len;
    return UNAVAILABLE;
}

#endif

#if !defined(MBEDTLS_KEY_EXCHANGE__SOME__PSK_ENABLED)

int mbedtls_ssl_conf_psk(mbedtls_ssl_config *conf, const unsigned char *key, size_t len,
                         const unsigned char *identity, size_t identity_len)
{
    (void) conf, (void) key, (void) len, (void) identity, (void) identity_len;
    return UNAVAILABLE;
}

void ember_ssl_config_expect_psk(mbedtls_ssl_config *conf)
{
    (void) conf;
}

int ember_ssl_put_psk(mbedtls_ssl_context *ssl, const unsigned char *key, size_t len)
{
    (void) ssl, (void) key, (void) len;
    return UNAVAILABLE;
}

#endif
