/*
 * Sums of points of which one is not on the curve, with factors of 1 and -1.
 */
#include "program.h"

#include "mbedtls/ecp.h"

int main(void)
{
    static const int factors[] = { 1, -1 };
    mbedtls_ecp_group group;
    mbedtls_ecp_point result, off;
    mbedtls_mpi factor, two;
    size_t i;

    mbedtls_ecp_group_init(&group);
    mbedtls_ecp_point_init(&result);
    mbedtls_ecp_point_init(&off);
    mbedtls_mpi_init(&factor);
    mbedtls_mpi_init(&two);
    CHECK(mbedtls_ecp_group_load(&group, MBEDTLS_ECP_DP_SECP256R1) == 0);
    CHECK(mbedtls_ecp_copy(&off, &group.G) == 0);
    CHECK(mbedtls_mpi_add_int(&off.Y, &off.Y, 1) == 0);
    CHECK(mbedtls_mpi_lset(&two, 2) == 0);
    for (i = 0; i < 2; i++) {
        CHECK(mbedtls_mpi_lset(&factor, factors[i]) == 0);
        CHECK(mbedtls_ecp_muladd(&group, &result, &two, &group.G, &factor, &group.G) == 0);
        if (mbedtls_ecp_muladd(&group, &result, &two, &group.G, &factor, &off) == 0)
            fault("a point that is not on the curve is added");
    }
    mbedtls_ecp_group_free(&group);
    mbedtls_ecp_point_free(&result);
    mbedtls_ecp_point_free(&off);
    mbedtls_mpi_free(&factor);
    mbedtls_mpi_free(&two);
    return 0;
}
