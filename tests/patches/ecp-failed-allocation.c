/*
 * The fast reductions, with each of their allocations failing once.
 */
#include "program.h"

#include <../library/ecp_curves.c>

static void reduce(mbedtls_ecp_group_id id, int (*modp)(mbedtls_mpi *))
{
    mbedtls_ecp_group group;
    mbedtls_mpi number, expected;
    size_t bytes;
    int round, allocation, failed = 0;

    mbedtls_ecp_group_init(&group);
    mbedtls_mpi_init(&number);
    mbedtls_mpi_init(&expected);
    CHECK(mbedtls_ecp_group_load(&group, id) == 0);
    bytes = 2 * group.pbits / 8;

    for (round = 0; round < 200; round++)
        for (allocation = 0; allocation < 3; allocation++) {
            CHECK(mbedtls_mpi_fill_random(&number, bytes, counting, NULL) == 0);
            CHECK(mbedtls_mpi_mod_mpi(&expected, &number, &group.P) == 0);
            failing_allocation = allocation;
            if (modp(&number) != 0) {
                failed++;
                continue;
            }
            failing_allocation = 0;
            CHECK(mbedtls_mpi_mod_mpi(&number, &number, &group.P) == 0);
            if (mbedtls_mpi_cmp_mpi(&number, &expected) != 0)
                fault("a reduction is wrong without an error");
        }
    CHECK(failed > 0);
    mbedtls_mpi_free(&number);
    mbedtls_mpi_free(&expected);
    mbedtls_ecp_group_free(&group);
}

int main(void)
{
    hook_allocations();
    reduce(MBEDTLS_ECP_DP_SECP256R1, ecp_mod_p256);
    reduce(MBEDTLS_ECP_DP_SECP384R1, ecp_mod_p384);
    return 0;
}
