/*
 * What is inverted while signatures are made.
 */
#include "program.h"

#include "mbedtls/bignum.h"

static size_t most_bits;

static int invert(mbedtls_mpi *x, const mbedtls_mpi *a, const mbedtls_mpi *n)
{
    if (mbedtls_mpi_bitlen(a) > most_bits)
        most_bits = mbedtls_mpi_bitlen(a);
    return mbedtls_mpi_inv_mod(x, a, n);
}

#define mbedtls_mpi_inv_mod(x, a, n) invert(x, a, n)
#include <../library/ecdsa.c>

int main(void)
{
    unsigned char hash[32] = { 0 };
    mbedtls_ecdsa_context key;
    mbedtls_mpi r, s;
    int round;

    mbedtls_ecdsa_init(&key);
    mbedtls_mpi_init(&r);
    mbedtls_mpi_init(&s);
    CHECK(mbedtls_ecdsa_genkey(&key, MBEDTLS_ECP_DP_SECP256R1, counting, NULL) == 0);
    for (round = 0; round < 5; round++) {
        hash[0]++;
        CHECK(mbedtls_ecdsa_sign(&key.grp, &r, &s, &key.d, hash, sizeof(hash),
                                 counting, NULL) == 0);
        if (most_bits > 256)
            fault("a product of two secrets is inverted as it is");
        CHECK(mbedtls_ecdsa_verify(&key.grp, hash, sizeof(hash), &key.Q, &r, &s) == 0);
    }
    mbedtls_mpi_free(&r);
    mbedtls_mpi_free(&s);
    mbedtls_ecdsa_free(&key);
    return 0;
}
