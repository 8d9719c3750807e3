/*
 * A multiplication, on each kind of curve, with generators that give zeros and large
 * numbers only.
 */
#include "program.h"

#include "mbedtls/ecp.h"

static int zeros(void *context, unsigned char *bytes, size_t length)
{
    (void) context;
    memset(bytes, 0, length);
    return 0;
}

static int ones(void *context, unsigned char *bytes, size_t length)
{
    (void) context;
    memset(bytes, 0xff, length);
    return 0;
}

static void multiply(mbedtls_ecp_group_id id, int (*f_rng)(void *, unsigned char *, size_t))
{
    mbedtls_ecp_group group;
    mbedtls_ecp_point result;
    mbedtls_mpi factor;
    int ret;

    mbedtls_ecp_group_init(&group);
    mbedtls_ecp_point_init(&result);
    mbedtls_mpi_init(&factor);
    CHECK(mbedtls_ecp_group_load(&group, id) == 0);
    /* A scalar of either curve. */
    CHECK(mbedtls_mpi_lset(&factor, 1) == 0);
    CHECK(mbedtls_mpi_shift_l(&factor, 254) == 0);
    ret = mbedtls_ecp_mul(&group, &result, &factor, &group.G, f_rng, NULL);
    mbedtls_ecp_group_free(&group);
    mbedtls_ecp_point_free(&result);
    mbedtls_mpi_free(&factor);
    if (live_blocks != 0)
        fault("blinding factors are left on the heap");
    if (ret == 0)
        fault("a number that is too large became a factor");
    CHECK(ret == MBEDTLS_ERR_ECP_RANDOM_FAILED);
}

int main(void)
{
    hook_allocations();
    multiply(MBEDTLS_ECP_DP_SECP256R1, zeros);
    multiply(MBEDTLS_ECP_DP_SECP256R1, ones);
    multiply(MBEDTLS_ECP_DP_CURVE25519, zeros);
    multiply(MBEDTLS_ECP_DP_CURVE25519, ones);
    return 0;
}
