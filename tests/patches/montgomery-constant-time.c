/*
 * Products at the edges, where the last subtraction is needed and where not,
 * against a division; and the pages that are touched, which are to be the same.
 */
#include "pages.h"

#include "mbedtls/version.h"

#include <../library/bignum.c>

/* It returned a code that could not be an error, and later releases none. */
#if MBEDTLS_VERSION_NUMBER > 0x02100000
#define MONTMUL(...) ((mpi_montmul(__VA_ARGS__)), 0)
#else
#define MONTMUL(...) mpi_montmul(__VA_ARGS__)
#endif

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
    CHECK(MONTMUL(&product, b, n, mm, &scratch) == 0);
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

static void compare_pages(void)
{
    mbedtls_mpi a, b, n, scratch;
    mbedtls_mpi_uint mm;
    unsigned long digest, first_digest = 0;
    int round;

    use_pages();
    mbedtls_mpi_init(&a);
    mbedtls_mpi_init(&b);
    mbedtls_mpi_init(&n);
    mbedtls_mpi_init(&scratch);
    CHECK(mbedtls_mpi_fill_random(&n, 8 * ciL, counting, NULL) == 0);
    CHECK(mbedtls_mpi_set_bit(&n, 0, 1) == 0);
    CHECK(mbedtls_mpi_set_bit(&n, 8 * biL - 1, 1) == 0);
    CHECK(mbedtls_mpi_grow(&a, 9) == 0);
    CHECK(mbedtls_mpi_grow(&b, 8) == 0);
    CHECK(mbedtls_mpi_grow(&scratch, 18) == 0);
    mpi_montg_init(&mm, &n);
    for (round = 0; round < 64; round++) {
        CHECK(counting(NULL, (unsigned char *) a.p, 8 * ciL) == 0);
        CHECK(counting(NULL, (unsigned char *) b.p, 8 * ciL) == 0);
        a.p[8] = 0;
        /* Both below the modulus, whose highest bit is set. */
        a.p[7] = b.p[7] = n.p[7] - 1 - (mbedtls_mpi_uint) round;
        start_watching();
        CHECK(MONTMUL(&a, &b, &n, mm, &scratch) == 0);
        digest = stop_watching(0);
        if (round == 0)
            first_digest = digest;
        else if (digest != first_digest)
            fault("the pages that are touched tell whether a subtraction was needed");
    }
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
    compare_pages();
    return 0;
}
