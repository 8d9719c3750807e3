/*
 * Zero comes out of sums, differences, products and text: its sign is 1.
 */
#include "program.h"

#include "mbedtls/bignum.h"

static void expect(const mbedtls_mpi *number, const char *text, const char *what)
{
    mbedtls_mpi wanted;

    mbedtls_mpi_init(&wanted);
    CHECK(mbedtls_mpi_read_string(&wanted, 10, text) == 0);
    CHECK(mbedtls_mpi_cmp_mpi(number, &wanted) == 0);
    mbedtls_mpi_free(&wanted);
    if (mbedtls_mpi_cmp_int(number, 0) == 0 && number->s != 1)
        fault(what);
}

int main(void)
{
    mbedtls_mpi five, minus_five, zero, result;

    mbedtls_mpi_init(&five);
    mbedtls_mpi_init(&minus_five);
    mbedtls_mpi_init(&zero);
    mbedtls_mpi_init(&result);
    CHECK(mbedtls_mpi_lset(&five, 5) == 0);
    CHECK(mbedtls_mpi_lset(&minus_five, -5) == 0);
    CHECK(mbedtls_mpi_lset(&zero, 0) == 0);

    CHECK(mbedtls_mpi_add_mpi(&result, &minus_five, &five) == 0);
    expect(&result, "0", "a sum is a negative zero");
    CHECK(mbedtls_mpi_add_mpi(&result, &five, &minus_five) == 0);
    expect(&result, "0", "a sum is a negative zero");
    CHECK(mbedtls_mpi_sub_mpi(&result, &minus_five, &minus_five) == 0);
    expect(&result, "0", "a difference is a negative zero");
    CHECK(mbedtls_mpi_sub_mpi(&result, &zero, &minus_five) == 0);
    expect(&result, "5", "a difference is wrong");
    CHECK(mbedtls_mpi_mul_mpi(&result, &zero, &minus_five) == 0);
    expect(&result, "0", "a product is a negative zero");
    CHECK(mbedtls_mpi_mul_mpi(&result, &minus_five, &zero) == 0);
    expect(&result, "0", "a product is a negative zero");
    CHECK(mbedtls_mpi_mul_int(&result, &minus_five, 0) == 0);
    expect(&result, "0", "a product is a negative zero");
    CHECK(mbedtls_mpi_mul_mpi(&result, &five, &minus_five) == 0);
    expect(&result, "-25", "a product is wrong");

    CHECK(mbedtls_mpi_read_string(&result, 10, "-0") == 0);
    expect(&result, "0", "decimal text is a negative zero");
    CHECK(mbedtls_mpi_read_string(&result, 16, "-00") == 0);
    expect(&result, "0", "hexadecimal text is a negative zero");
    CHECK(mbedtls_mpi_read_string(&result, 10, "-0012") == 0);
    CHECK(mbedtls_mpi_cmp_int(&result, -12) == 0);
    CHECK(mbedtls_mpi_read_string(&result, 16, "-1f") == 0);
    CHECK(mbedtls_mpi_cmp_int(&result, -31) == 0);

    mbedtls_mpi_free(&five);
    mbedtls_mpi_free(&minus_five);
    mbedtls_mpi_free(&zero);
    mbedtls_mpi_free(&result);
    return 0;
}
