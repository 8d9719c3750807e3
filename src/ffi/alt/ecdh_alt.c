/*
 * The key exchange: the engine's numbers become bytes for Rust, and back.
 * Nothing is computed with them here.
 */
#include "shim.h"

#include "mbedtls/ecdh.h"
#include "mbedtls/platform_util.h"

#if defined(MBEDTLS_ECDH_C)

#define MAX_COORDINATE 66
#define MAX_POINT (1 + 2 * MAX_COORDINATE)

/* In src/ffi/hooks/ecdh.rs. */
int ember_accel_ecdh_generate(int group, int (*f_rng)(void *, unsigned char *, size_t), void *p_rng,
                              unsigned char secret[MAX_COORDINATE], unsigned char public[MAX_POINT]);
int ember_accel_ecdh_agree(int group, const unsigned char *secret, const unsigned char *public, size_t public_len,
                           unsigned char shared[MAX_COORDINATE]);

/* Bytes of a scalar and of a coordinate; 0 for a group that is not ours. */
static size_t group_len(const mbedtls_ecp_group *grp)
{
    switch (grp->id)
    {
        case MBEDTLS_ECP_DP_SECP256R1:
        case MBEDTLS_ECP_DP_CURVE25519:
            return 32;
        case MBEDTLS_ECP_DP_SECP384R1:
            return 48;
        case MBEDTLS_ECP_DP_SECP521R1:
            return 66;
        default:
            return 0;
    }
}

/* X25519 has its numbers the other way round. */
static void reverse(unsigned char *bytes, size_t len)
{
    for (size_t i = 0; i < len / 2; i++)
    {
        unsigned char byte = bytes[i];

        bytes[i] = bytes[len - 1 - i];
        bytes[len - 1 - i] = byte;
    }
}

int mbedtls_ecdh_gen_public(mbedtls_ecp_group *grp, mbedtls_mpi *d, mbedtls_ecp_point *Q,
                            int (*f_rng)(void *, unsigned char *, size_t), void *p_rng)
{
    unsigned char secret[MAX_COORDINATE], public[MAX_POINT];
    size_t len = group_len(grp);
    size_t public_len = grp->id == MBEDTLS_ECP_DP_CURVE25519 ? len : 1 + 2 * len;
    int ret;

    if (len == 0)
        return MBEDTLS_ERR_ECP_FEATURE_UNAVAILABLE;
    ret = ember_accel_ecdh_generate(grp->id, f_rng, p_rng, secret, public);
    if (ret == 0 && grp->id == MBEDTLS_ECP_DP_CURVE25519)
        reverse(secret, len);
    if (ret == 0)
        ret = mbedtls_mpi_read_binary(d, secret, len);
    if (ret == 0)
        ret = mbedtls_ecp_point_read_binary(grp, Q, public, public_len);
    mbedtls_platform_zeroize(secret, sizeof(secret));
    return ret;
}

int mbedtls_ecdh_compute_shared(mbedtls_ecp_group *grp, mbedtls_mpi *z, const mbedtls_ecp_point *Q,
                                const mbedtls_mpi *d, int (*f_rng)(void *, unsigned char *, size_t), void *p_rng)
{
    unsigned char secret[MAX_COORDINATE], public[MAX_POINT], shared[MAX_COORDINATE];
    size_t len = group_len(grp), public_len = 0;
    int ret;

    (void) f_rng;
    (void) p_rng;
    if (len == 0)
        return MBEDTLS_ERR_ECP_FEATURE_UNAVAILABLE;
    ret = mbedtls_mpi_write_binary(d, secret, len);
    if (ret == 0 && grp->id == MBEDTLS_ECP_DP_CURVE25519)
        reverse(secret, len);
    if (ret == 0)
        ret = mbedtls_ecp_point_write_binary(grp, Q, MBEDTLS_ECP_PF_UNCOMPRESSED, &public_len, public, sizeof(public));
    if (ret == 0)
        ret = ember_accel_ecdh_agree(grp->id, secret, public, public_len, shared);
    if (ret == 0 && grp->id == MBEDTLS_ECP_DP_CURVE25519)
        reverse(shared, len);
    if (ret == 0)
        ret = mbedtls_mpi_read_binary(z, shared, len);
    mbedtls_platform_zeroize(secret, sizeof(secret));
    mbedtls_platform_zeroize(shared, sizeof(shared));
    return ret;
}

#endif /* MBEDTLS_ECDH_C */
