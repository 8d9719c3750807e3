/*
 * Powers with exponents of every size of window, against plain squaring and
 * multiplying; and the pages that are touched, which are to be the same for
 * exponents whose windows lie in the same places.
 */
#include "pages.h"

#include "mbedtls/bignum.h"

static void power(mbedtls_mpi *result, const mbedtls_mpi *base,
                  const mbedtls_mpi *exponent, const mbedtls_mpi *modulus)
{
    size_t bit = mbedtls_mpi_bitlen(exponent);

    CHECK(mbedtls_mpi_lset(result, 1) == 0);
    while (bit-- > 0) {
        CHECK(mbedtls_mpi_mul_mpi(result, result, result) == 0);
        CHECK(mbedtls_mpi_mod_mpi(result, result, modulus) == 0);
        if (mbedtls_mpi_get_bit(exponent, bit)) {
            CHECK(mbedtls_mpi_mul_mpi(result, result, base) == 0);
            CHECK(mbedtls_mpi_mod_mpi(result, result, modulus) == 0);
        }
    }
}

/* 48 windows of 5 bits, each a 1 and then the same 4 bits. */
static void set_windows(mbedtls_mpi *exponent, unsigned bits)
{
    int window, bit;

    CHECK(mbedtls_mpi_lset(exponent, 0) == 0);
    for (window = 0; window < 48; window++) {
        CHECK(mbedtls_mpi_set_bit(exponent, (size_t) window * 5 + 4, 1) == 0);
        for (bit = 0; bit < 4; bit++)
            CHECK(mbedtls_mpi_set_bit(exponent, (size_t) (window * 5 + bit),
                                      bits >> bit & 1) == 0);
    }
}

static void compare_pages(void)
{
    mbedtls_mpi base, exponent, modulus, result, rr;
    unsigned long digest, first_digest = 0;
    unsigned bits;
    int first_page;

    use_pages();
    mbedtls_mpi_init(&base);
    mbedtls_mpi_init(&exponent);
    mbedtls_mpi_init(&modulus);
    mbedtls_mpi_init(&rr);
    CHECK(mbedtls_mpi_fill_random(&base, 60, counting, NULL) == 0);
    CHECK(mbedtls_mpi_fill_random(&modulus, 64, counting, NULL) == 0);
    CHECK(mbedtls_mpi_set_bit(&modulus, 0, 1) == 0);
    CHECK(mbedtls_mpi_set_bit(&modulus, 511, 1) == 0);
    CHECK(mbedtls_mpi_grow(&exponent, 4) == 0);
    CHECK(mbedtls_mpi_lset(&exponent, 1) == 0);
    mbedtls_mpi_init(&result);
    CHECK(mbedtls_mpi_exp_mod(&result, &base, &exponent, &modulus, &rr) == 0);
    for (bits = 0; bits < 16; bits += 5) {
        set_windows(&exponent, bits);
        mbedtls_mpi_init(&result);
        first_page = page_count;
        start_watching();
        CHECK(mbedtls_mpi_exp_mod(&result, &base, &exponent, &modulus, &rr) == 0);
        digest = stop_watching(first_page);
        if (bits == 0)
            first_digest = digest;
        else if (digest != first_digest)
            fault("the pages that are touched tell the exponent");
    }
}

int main(void)
{
    static const size_t bytes[] = { 1, 2, 3, 4, 9, 10, 11, 29, 30, 31, 83, 84, 90 };
    mbedtls_mpi base, exponent, modulus, result, expected;
    size_t i;
    int round;

    hook_allocations();
    mbedtls_mpi_init(&base);
    mbedtls_mpi_init(&exponent);
    mbedtls_mpi_init(&modulus);
    mbedtls_mpi_init(&result);
    mbedtls_mpi_init(&expected);
    for (i = 0; i < sizeof(bytes) / sizeof(bytes[0]); i++)
        for (round = 0; round < 4; round++) {
            CHECK(mbedtls_mpi_fill_random(&base, 70, counting, NULL) == 0);
            CHECK(mbedtls_mpi_fill_random(&exponent, bytes[i], counting, NULL) == 0);
            CHECK(mbedtls_mpi_fill_random(&modulus, 64, counting, NULL) == 0);
            CHECK(mbedtls_mpi_set_bit(&modulus, 0, 1) == 0);
            CHECK(mbedtls_mpi_exp_mod(&result, &base, &exponent, &modulus, NULL) == 0);
            power(&expected, &base, &exponent, &modulus);
            CHECK(mbedtls_mpi_cmp_mpi(&result, &expected) == 0);
        }
    mbedtls_mpi_free(&base);
    mbedtls_mpi_free(&exponent);
    mbedtls_mpi_free(&modulus);
    mbedtls_mpi_free(&result);
    mbedtls_mpi_free(&expected);
    CHECK(live_blocks == 0);
    compare_pages();
    return 0;
}
