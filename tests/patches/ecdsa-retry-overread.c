/*
 * A signature for which no nonce is good enough.
 */
#include "program.h"

#include "mbedtls/bignum.h"

#define mbedtls_mpi_cmp_int(number, z) ((void) (number), 0)
#include <../library/ecdsa.c>

int main(void)
{
    static const unsigned char hash[32] = { 1 };
    mbedtls_ecdsa_context key;
    mbedtls_mpi r, s;

    mbedtls_ecdsa_init(&key);
    mbedtls_mpi_init(&r);
    mbedtls_mpi_init(&s);
    CHECK(mbedtls_ecdsa_genkey(&key, MBEDTLS_ECP_DP_SECP256R1, counting, NULL) == 0);
    CHECK(mbedtls_ecdsa_sign(&key.grp, &r, &s, &key.d, hash, sizeof(hash),
                             counting, NULL) == MBEDTLS_ERR_ECP_RANDOM_FAILED);
    mbedtls_mpi_free(&r);
    mbedtls_mpi_free(&s);
    mbedtls_ecdsa_free(&key);
    return 0;
}
