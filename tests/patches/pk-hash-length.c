/*
 * Hashes that are shorter and longer than their algorithm says.
 */
#include "rsa.h"

#include "mbedtls/pk.h"

static void lengths(mbedtls_pk_context *key)
{
    static const unsigned char hash[64] = { 1 };
    unsigned char signature[MBEDTLS_MPI_MAX_SIZE];
    size_t length;

    CHECK(mbedtls_pk_sign(key, MBEDTLS_MD_SHA256, hash, 32, signature, &length,
                          counting, NULL) == 0);
    CHECK(mbedtls_pk_verify(key, MBEDTLS_MD_SHA256, hash, 32, signature, length) == 0);
    CHECK(mbedtls_pk_verify(key, MBEDTLS_MD_SHA256, hash, 0, signature, length) == 0);
    if (mbedtls_pk_verify(key, MBEDTLS_MD_SHA256, hash, 20, signature, length) !=
            MBEDTLS_ERR_PK_BAD_INPUT_DATA ||
        mbedtls_pk_verify(key, MBEDTLS_MD_SHA256, hash, 33, signature, length) !=
            MBEDTLS_ERR_PK_BAD_INPUT_DATA)
        fault("a hash of another length is verified");
    if (mbedtls_pk_sign(key, MBEDTLS_MD_SHA256, hash, 20, signature, &length,
                        counting, NULL) != MBEDTLS_ERR_PK_BAD_INPUT_DATA)
        fault("a hash of another length is signed");
}

int main(void)
{
    mbedtls_pk_context key;

    mbedtls_pk_init(&key);
    CHECK(mbedtls_pk_setup(&key, mbedtls_pk_info_from_type(MBEDTLS_PK_RSA)) == 0);
    make_rsa_key(mbedtls_pk_rsa(key));
    lengths(&key);
    mbedtls_pk_free(&key);

    mbedtls_pk_init(&key);
    CHECK(mbedtls_pk_setup(&key, mbedtls_pk_info_from_type(MBEDTLS_PK_ECKEY)) == 0);
    CHECK(mbedtls_ecp_gen_key(MBEDTLS_ECP_DP_SECP256R1, mbedtls_pk_ec(key), counting, NULL) == 0);
    lengths(&key);
    mbedtls_pk_free(&key);
    return 0;
}
