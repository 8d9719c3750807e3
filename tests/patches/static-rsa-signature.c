/*
 * Which suites a server chooses for a client that accepts no signature of its key.
 */
#include <../library/ssl_srv.c>

#include "program.h"
#include "rsa.h"

int main(void)
{
    const mbedtls_ecp_curve_info *curves[2] = { NULL, NULL };
    const mbedtls_ssl_ciphersuite_t *chosen;
    mbedtls_ssl_config config;
    mbedtls_ssl_context ssl;
    mbedtls_x509_crt certificate;
    mbedtls_pk_context key;

    mbedtls_pk_init(&key);
    CHECK(mbedtls_pk_setup(&key, mbedtls_pk_info_from_type(MBEDTLS_PK_RSA)) == 0);
    make_rsa_key(mbedtls_pk_rsa(key));
    mbedtls_x509_crt_init(&certificate);
    certificate.pk = key;

    mbedtls_ssl_config_init(&config);
    mbedtls_ssl_init(&ssl);
    CHECK(mbedtls_ssl_config_defaults(&config, MBEDTLS_SSL_IS_SERVER,
                                      MBEDTLS_SSL_TRANSPORT_STREAM,
                                      MBEDTLS_SSL_PRESET_DEFAULT) == 0);
    mbedtls_ssl_conf_rng(&config, counting, NULL);
    CHECK(mbedtls_ssl_conf_own_cert(&config, &certificate, &key) == 0);
    CHECK(mbedtls_ssl_setup(&ssl, &config) == 0);
    ssl.major_ver = ssl.minor_ver = 3;
    curves[0] = mbedtls_ecp_curve_info_from_grp_id(MBEDTLS_ECP_DP_SECP256R1);
    ssl.handshake->curves = curves;
    ssl.handshake->hash_algs.rsa = MBEDTLS_MD_NONE;

    chosen = NULL;
    CHECK(ssl_ciphersuite_match(&ssl, MBEDTLS_TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, &chosen) == 0);
    CHECK(chosen == NULL);
    CHECK(ssl_ciphersuite_match(&ssl, MBEDTLS_TLS_RSA_WITH_AES_128_GCM_SHA256, &chosen) == 0);
    if (chosen == NULL)
        fault("static RSA is refused for want of a signature");

    ssl.handshake->curves = NULL;
    mbedtls_ssl_free(&ssl);
    mbedtls_ssl_config_free(&config);
    mbedtls_pk_free(&key);
    return 0;
}
