/*
 * How often a multiplication asks for random numbers, and that its result
 * stays the same.
 */
#include "program.h"

#include "mbedtls/ecp.h"

static int draws;

static int counted(void *context, unsigned char *bytes, size_t length)
{
    draws++;
    return counting(context, bytes, length);
}

int main(void)
{
    mbedtls_ecp_group group;
    mbedtls_ecp_point plain, blinded;
    mbedtls_mpi factor;
    int round;

    mbedtls_ecp_group_init(&group);
    mbedtls_ecp_point_init(&plain);
    mbedtls_ecp_point_init(&blinded);
    mbedtls_mpi_init(&factor);
    CHECK(mbedtls_ecp_group_load(&group, MBEDTLS_ECP_DP_SECP256R1) == 0);
    for (round = 0; round < 3; round++) {
        CHECK(mbedtls_mpi_fill_random(&factor, 31, counting, NULL) == 0);
        CHECK(mbedtls_ecp_mul(&group, &plain, &factor, &group.G, NULL, NULL) == 0);
        draws = 0;
        CHECK(mbedtls_ecp_mul(&group, &blinded, &factor, &group.G, counted, NULL) == 0);
        CHECK(mbedtls_ecp_point_cmp(&plain, &blinded) == 0);
        if (draws < 2)
            fault("the result is normalised as it is");
    }
    mbedtls_ecp_group_free(&group);
    mbedtls_ecp_point_free(&plain);
    mbedtls_ecp_point_free(&blinded);
    mbedtls_mpi_free(&factor);
    return 0;
}
