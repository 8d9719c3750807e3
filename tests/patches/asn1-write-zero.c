/*
 * Zero is written, with and without limbs.
 */
#include "program.h"

#include "mbedtls/asn1write.h"

static void write_zero(const mbedtls_mpi *zero)
{
    static const unsigned char expected[] = { MBEDTLS_ASN1_INTEGER, 1, 0 };
    unsigned char bytes[sizeof(expected) + 1] = { 0 };
    unsigned char *start = bytes + sizeof(expected);
    int length = mbedtls_asn1_write_mpi(&start, bytes, zero);

    CHECK(length > 0);
    if (start != bytes || length != (int) sizeof(expected) || memcmp(bytes, expected, sizeof(expected)) != 0)
        fault("zero has no byte");
    start = bytes;
    CHECK(mbedtls_asn1_write_mpi(&start, bytes, zero) == MBEDTLS_ERR_ASN1_BUF_TOO_SMALL);
}

int main(void)
{
    mbedtls_mpi zero;

    mbedtls_mpi_init(&zero);
    CHECK(zero.n == 0);
    write_zero(&zero);
    CHECK(mbedtls_mpi_lset(&zero, 0) == 0);
    CHECK(zero.n != 0);
    write_zero(&zero);
    mbedtls_mpi_free(&zero);
    return 0;
}
