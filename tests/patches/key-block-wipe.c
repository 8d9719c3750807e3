/*
 * A client whose cipher cannot be set up once it has the keys.
 */
#include "pair.h"

#include "mbedtls/cipher.h"

static int wiped_key_blocks, ciphers_set_up;

static void wipe(void *bytes, size_t length)
{
    wiped_key_blocks += length == 256;
    mbedtls_platform_zeroize(bytes, length);
}

static int set_up_cipher(mbedtls_cipher_context_t *cipher, const mbedtls_cipher_info_t *info)
{
    (void) cipher;
    (void) info;
    ciphers_set_up++;
    return MBEDTLS_ERR_CIPHER_ALLOC_FAILED;
}

#define mbedtls_platform_zeroize(bytes, length) wipe(bytes, length)
#define mbedtls_cipher_setup(cipher, info) set_up_cipher(cipher, info)
#include <../library/ssl_tls.c>

int main(int argc, char **argv)
{
    mbedtls_x509_crt certificate;
    mbedtls_pk_context key;

    CHECK(argc == 3);
    read_certificate(&certificate, argv[1]);
    read_key(&key, argv[2]);
    configure_pair(&certificate, &key, &certificate);
    CHECK(handshake() == MBEDTLS_ERR_CIPHER_ALLOC_FAILED);
    CHECK(ciphers_set_up == 1);
    if (wiped_key_blocks != 1)
        fault("the keys are still on the stack");

    free_pair();
    mbedtls_x509_crt_free(&certificate);
    mbedtls_pk_free(&key);
    return 0;
}
