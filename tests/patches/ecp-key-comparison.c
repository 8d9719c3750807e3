/*
 * Which random numbers become private keys, and how that is found.
 */
#include "program.h"

#include "mbedtls/bignum.h"

static int comparisons;

#define mbedtls_mpi_cmp_mpi(a, b) (comparisons++, mbedtls_mpi_cmp_mpi(a, b))
#define mbedtls_mpi_cmp_int(a, b) (comparisons++, mbedtls_mpi_cmp_int(a, b))
#include <../library/ecp.c>
#undef mbedtls_mpi_cmp_mpi
#undef mbedtls_mpi_cmp_int

/* Gives one number first, then a small one. */
static unsigned char first[66];
static int draws;

static int scripted(void *context, unsigned char *bytes, size_t length)
{
    (void) context;
    memset(bytes, 0, length);
    bytes[length - 2] = 7;
    if (draws++ == 0)
        memcpy(bytes, first, length);
    return 0;
}

/* Whether N + difference, or difference alone, is taken as it comes. */
static int is_taken(mbedtls_ecp_group_id id, int from_order, int difference)
{
    mbedtls_ecp_group group;
    mbedtls_mpi number, key;
    int taken;

    mbedtls_ecp_group_init(&group);
    mbedtls_mpi_init(&number);
    mbedtls_mpi_init(&key);
    CHECK(mbedtls_ecp_group_load(&group, id) == 0);
    if (from_order)
        CHECK(mbedtls_mpi_copy(&number, &group.N) == 0);
    CHECK(mbedtls_mpi_add_int(&number, &number, difference) == 0);
    CHECK(mbedtls_mpi_write_binary(&number, first, (group.nbits + 7) / 8) == 0);
    /* The surplus bits are shifted out of what is drawn. */
    if (group.nbits % 8 != 0) {
        CHECK(mbedtls_mpi_shift_l(&number, 8 - group.nbits % 8) == 0);
        CHECK(mbedtls_mpi_write_binary(&number, first, (group.nbits + 7) / 8) == 0);
    }
    draws = comparisons = 0;
    CHECK(mbedtls_ecp_gen_privkey(&group, &key, scripted, NULL) == 0);
    taken = draws == 1;
    mbedtls_ecp_group_free(&group);
    mbedtls_mpi_free(&number);
    mbedtls_mpi_free(&key);
    if (comparisons != 0)
        fault("a secret is compared in a time that tells about it");
    return taken;
}

int main(void)
{
    static const mbedtls_ecp_group_id groups[] = {
        MBEDTLS_ECP_DP_SECP256R1, MBEDTLS_ECP_DP_SECP384R1, MBEDTLS_ECP_DP_SECP521R1,
    };
    size_t i;

    for (i = 0; i < 2; i++) {
        CHECK(!is_taken(groups[i], 0, 0));
        CHECK(is_taken(groups[i], 0, 1));
        CHECK(is_taken(groups[i], 0, 2));
        CHECK(is_taken(groups[i], 1, -1));
        CHECK(!is_taken(groups[i], 1, 0));
        CHECK(!is_taken(groups[i], 1, 1));
        CHECK(!is_taken(groups[i], 1, 1 << 30));
    }
    CHECK(!is_taken(groups[2], 0, 0));
    CHECK(is_taken(groups[2], 1, -1));
    CHECK(!is_taken(groups[2], 1, 0));
    return 0;
}
