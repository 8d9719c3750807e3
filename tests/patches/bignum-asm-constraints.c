/*
 * Products and powers of large numbers whose results are known.
 */
#include <stdio.h>
#include <stdlib.h>

#include "mbedtls/bignum.h"

static void must(int ret)
{
    if (ret != 0) {
        fprintf(stderr, "a call failed: %d\n", ret);
        exit(2);
    }
}

/* (2^n + 1)(2^n - 1) = 2^2n - 1 */
static int product_is_right(size_t n)
{
    mbedtls_mpi a, b, product, expected;
    int right;

    mbedtls_mpi_init(&a);
    mbedtls_mpi_init(&b);
    mbedtls_mpi_init(&product);
    mbedtls_mpi_init(&expected);
    must(mbedtls_mpi_set_bit(&a, n, 1));
    must(mbedtls_mpi_sub_int(&b, &a, 1));
    must(mbedtls_mpi_add_int(&a, &a, 1));
    must(mbedtls_mpi_mul_mpi(&product, &a, &b));
    must(mbedtls_mpi_set_bit(&expected, 2 * n, 1));
    must(mbedtls_mpi_sub_int(&expected, &expected, 1));
    right = mbedtls_mpi_cmp_mpi(&product, &expected) == 0;
    mbedtls_mpi_free(&a);
    mbedtls_mpi_free(&b);
    mbedtls_mpi_free(&product);
    mbedtls_mpi_free(&expected);
    return right;
}

/* 3^(p-1) = 1 modulo a prime p = 2^n - 1 */
static int power_is_right(size_t n)
{
    mbedtls_mpi prime, exponent, power;
    int right;

    mbedtls_mpi_init(&prime);
    mbedtls_mpi_init(&exponent);
    mbedtls_mpi_init(&power);
    must(mbedtls_mpi_set_bit(&prime, n, 1));
    must(mbedtls_mpi_sub_int(&prime, &prime, 1));
    must(mbedtls_mpi_sub_int(&exponent, &prime, 1));
    must(mbedtls_mpi_lset(&power, 3));
    must(mbedtls_mpi_exp_mod(&power, &power, &exponent, &prime, NULL));
    right = mbedtls_mpi_cmp_int(&power, 1) == 0;
    mbedtls_mpi_free(&prime);
    mbedtls_mpi_free(&exponent);
    mbedtls_mpi_free(&power);
    return right;
}

int main(void)
{
    static const size_t mersenne[] = { 61, 89, 127, 521, 607, 1279, 2203 };
    size_t i;
    int right = 1;

    for (i = 1; i < 2048; i += 13)
        right &= product_is_right(i);
    for (i = 0; i < sizeof(mersenne) / sizeof(mersenne[0]); i++)
        right &= power_is_right(mersenne[i]);
    if (!right) {
        fprintf(stderr, "fault: a result is wrong\n");
        return 1;
    }
    return 0;
}
