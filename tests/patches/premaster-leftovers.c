/*
 * A server decrypts a premaster secret, and one that is none.
 */
#include "wiped.h"

#include <../library/ssl_srv.c>
#include "rsa.h"

static void decrypt(mbedtls_ssl_context *ssl, mbedtls_rsa_context *rsa, int spoil)
{
    unsigned char secret[48] = { 3, 3, 9 }, message[66] = { 0, 64 };
    size_t before;

    CHECK(mbedtls_rsa_pkcs1_encrypt(rsa, counting, NULL, MBEDTLS_RSA_PUBLIC, sizeof(secret),
                                    secret, message + 2) == 0);
    message[65] = (unsigned char) (message[65] + spoil);
    before = wiped_bytes;
    CHECK(ssl_parse_encrypted_pms(ssl, message, message + sizeof(message), 0) == 0);
    CHECK(ssl->handshake->pmslen == 48);
    CHECK((memcmp(ssl->handshake->premaster, secret, 48) == 0) == !spoil);
    if (wiped_bytes < before + 2 * sizeof(secret))
        fault("premaster secrets are still on the stack");
}

int main(void)
{
    mbedtls_ssl_config config;
    mbedtls_ssl_context ssl;
    mbedtls_ssl_key_cert own;
    mbedtls_x509_crt certificate;
    mbedtls_pk_context key;

    mbedtls_ssl_config_init(&config);
    mbedtls_ssl_init(&ssl);
    CHECK(mbedtls_ssl_config_defaults(&config, MBEDTLS_SSL_IS_SERVER,
                                      MBEDTLS_SSL_TRANSPORT_STREAM,
                                      MBEDTLS_SSL_PRESET_DEFAULT) == 0);
    mbedtls_ssl_conf_rng(&config, counting, NULL);
    CHECK(mbedtls_ssl_setup(&ssl, &config) == 0);
    mbedtls_pk_init(&key);
    CHECK(mbedtls_pk_setup(&key, mbedtls_pk_info_from_type(MBEDTLS_PK_RSA)) == 0);
    make_rsa_key(mbedtls_pk_rsa(key));
    mbedtls_x509_crt_init(&certificate);
    certificate.pk = key;
    memset(&own, 0, sizeof(own));
    own.cert = &certificate;
    own.key = &key;
    ssl.handshake->key_cert = &own;
    ssl.major_ver = ssl.minor_ver = 3;
    ssl.handshake->max_major_ver = ssl.handshake->max_minor_ver = 3;

    decrypt(&ssl, mbedtls_pk_rsa(key), 0);
    decrypt(&ssl, mbedtls_pk_rsa(key), 1);

    ssl.handshake->key_cert = NULL;
    mbedtls_ssl_free(&ssl);
    mbedtls_ssl_config_free(&config);
    mbedtls_pk_free(&key);
    return 0;
}
