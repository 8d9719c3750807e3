/*
 * Powers modulo numbers at the limit and behind it.
 */
#include "program.h"

#include "mbedtls/bignum.h"

static int power(size_t exponent_bits, size_t modulus_bits)
{
    mbedtls_mpi base, exponent, modulus, result;
    int ret;

    mbedtls_mpi_init(&base);
    mbedtls_mpi_init(&exponent);
    mbedtls_mpi_init(&modulus);
    mbedtls_mpi_init(&result);
    CHECK(mbedtls_mpi_lset(&base, 3) == 0);
    CHECK(mbedtls_mpi_set_bit(&exponent, exponent_bits - 1, 1) == 0);
    CHECK(mbedtls_mpi_set_bit(&modulus, modulus_bits - 1, 1) == 0);
    CHECK(mbedtls_mpi_set_bit(&modulus, 0, 1) == 0);
    ret = mbedtls_mpi_exp_mod(&result, &base, &exponent, &modulus, NULL);
    mbedtls_mpi_free(&base);
    mbedtls_mpi_free(&exponent);
    mbedtls_mpi_free(&modulus);
    mbedtls_mpi_free(&result);
    return ret;
}

int main(void)
{
    CHECK(power(2, MBEDTLS_MPI_MAX_BITS) == 0);
    CHECK(power(MBEDTLS_MPI_MAX_BITS, 2) == 0);
    if (power(2, MBEDTLS_MPI_MAX_BITS + 1) != MBEDTLS_ERR_MPI_BAD_INPUT_DATA)
        fault("a modulus has no limit");
    if (power(MBEDTLS_MPI_MAX_BITS + 1, 2) != MBEDTLS_ERR_MPI_BAD_INPUT_DATA)
        fault("an exponent has no limit");
    return 0;
}
