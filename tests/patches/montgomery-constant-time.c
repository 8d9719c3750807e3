/*
 * Products at the edges, where the last subtraction is needed and where not,
 * against a division.
 */
#include "program.h"

#include <../library/bignum.c>

static void multiply(const mbedtls_mpi *a, const mbedtls_mpi *b, const mbedtls_mpi *n)
{
    mbedtls_mpi product, scratch, expected, r;
    mbedtls_mpi_uint mm;

    mbedtls_mpi_init(&product);
    mbedtls_mpi_init(&scratch);
    mbedtls_mpi_init(&expected);
    mbedtls_mpi_init(&r);
    mpi_montg_init(&mm, n);
    CHECK(mbedtls_mpi_grow(&product, n->n + 1) == 0);
    CHECK(mbedtls_mpi_grow(&scratch, 2 * (n->n + 1)) == 0);
    CHECK(mbedtls_mpi_copy(&product, a) == 0);
    CHECK(mpi_montmul(&product, b, n, mm, &scratch) == 0);
    CHECK(mbedtls_mpi_cmp_mpi(&product, n) < 0);

    /* product * R = a * b */
    CHECK(mbedtls_mpi_lset(&r, 1) == 0);
    CHECK(mbedtls_mpi_shift_l(&r, n->n * biL) == 0);
    CHECK(mbedtls_mpi_mul_mpi(&product, &product, &r) == 0);
    CHECK(mbedtls_mpi_mod_mpi(&product, &product, n) == 0);
    CHECK(mbedtls_mpi_mul_mpi(&expected, a, b) == 0);
    CHECK(mbedtls_mpi_mod_mpi(&expected, &expected, n) == 0);
    CHECK(mbedtls_mpi_cmp_mpi(&product, &expected) == 0);
    mbedtls_mpi_free(&product);
    mbedtls_mpi_free(&scratch);
    mbedtls_mpi_free(&expected);
    mbedtls_mpi_free(&r);
}

/* Pairs of 0, 1, 2, N - 1, N - 2 and random numbers. */
static void edges(const mbedtls_mpi *n)
{
    mbedtls_mpi factors[7];
    size_t i, j;

    for (i = 0; i < 7; i++) {
        mbedtls_mpi_init(&factors[i]);
        CHECK(mbedtls_mpi_grow(&factors[i], n->n) == 0);
        if (i < 3)
            CHECK(mbedtls_mpi_lset(&factors[i], (mbedtls_mpi_sint) i) == 0);
        else if (i < 5)
            CHECK(mbedtls_mpi_sub_int(&factors[i], n, (mbedtls_mpi_sint) i - 2) == 0);
        else
            CHECK(mbedtls_mpi_fill_random(&factors[i], n->n * ciL, counting, NULL) == 0);
        CHECK(mbedtls_mpi_mod_mpi(&factors[i], &factors[i], n) == 0);
        CHECK(mbedtls_mpi_grow(&factors[i], n->n) == 0);
    }
    for (i = 0; i < 7; i++)
        for (j = 0; j < 7; j++)
            multiply(&factors[i], &factors[j], n);
    for (i = 0; i < 7; i++)
        mbedtls_mpi_free(&factors[i]);
}

int main(void)
{
    mbedtls_mpi n;
    size_t limbs;
    int round;

    mbedtls_mpi_init(&n);
    for (limbs = 1; limbs < 6; limbs++) {
        /* The largest modulus, the smallest, and others. */
        CHECK(mbedtls_mpi_lset(&n, 1) == 0);
        CHECK(mbedtls_mpi_shift_l(&n, limbs * biL) == 0);
        CHECK(mbedtls_mpi_sub_int(&n, &n, 1) == 0);
        CHECK(mbedtls_mpi_shrink(&n, 0) == 0);
        edges(&n);
        mbedtls_mpi_free(&n);
        CHECK(mbedtls_mpi_lset(&n, 1) == 0);
        CHECK(mbedtls_mpi_set_bit(&n, limbs * biL - 1, 1) == 0);
        edges(&n);
        for (round = 0; round < 20; round++) {
            CHECK(mbedtls_mpi_fill_random(&n, limbs * ciL, counting, NULL) == 0);
            CHECK(mbedtls_mpi_set_bit(&n, 0, 1) == 0);
            edges(&n);
        }
        mbedtls_mpi_free(&n);
    }
    return 0;
}
