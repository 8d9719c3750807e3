/*
 * A power of zero, as it is when nobody has written to it.
 */
#include "program.h"

#include "mbedtls/bignum.h"

int main(void)
{
    mbedtls_mpi base, exponent, modulus, result;

    mbedtls_mpi_init(&base);
    mbedtls_mpi_init(&exponent);
    mbedtls_mpi_init(&modulus);
    mbedtls_mpi_init(&result);
    CHECK(mbedtls_mpi_lset(&exponent, 5) == 0);
    CHECK(mbedtls_mpi_lset(&modulus, 7) == 0);
    CHECK(mbedtls_mpi_exp_mod(&result, &base, &exponent, &modulus, NULL) == 0);
    CHECK(mbedtls_mpi_cmp_int(&result, 0) == 0);
    mbedtls_mpi_free(&base);
    mbedtls_mpi_free(&exponent);
    mbedtls_mpi_free(&modulus);
    mbedtls_mpi_free(&result);
    return 0;
}
