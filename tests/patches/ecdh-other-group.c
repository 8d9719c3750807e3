/*
 * An exchange whose two keys belong to one group, then to different ones.
 */
#include "program.h"

#include "mbedtls/ecdh.h"

int main(void)
{
    mbedtls_ecp_keypair ours, theirs, other;
    mbedtls_ecdh_context ecdh;
    unsigned char secret[66];
    size_t length;

    mbedtls_ecp_keypair_init(&ours);
    mbedtls_ecp_keypair_init(&theirs);
    mbedtls_ecp_keypair_init(&other);
    CHECK(mbedtls_ecp_gen_key(MBEDTLS_ECP_DP_SECP256R1, &ours, counting, NULL) == 0);
    CHECK(mbedtls_ecp_gen_key(MBEDTLS_ECP_DP_SECP256R1, &theirs, counting, NULL) == 0);
    CHECK(mbedtls_ecp_gen_key(MBEDTLS_ECP_DP_SECP384R1, &other, counting, NULL) == 0);

    mbedtls_ecdh_init(&ecdh);
    CHECK(mbedtls_ecdh_get_params(&ecdh, &ours, MBEDTLS_ECDH_OURS) == 0);
    CHECK(mbedtls_ecdh_get_params(&ecdh, &theirs, MBEDTLS_ECDH_THEIRS) == 0);
    CHECK(mbedtls_ecdh_calc_secret(&ecdh, &length, secret, sizeof(secret), counting, NULL) == 0);
    mbedtls_ecdh_free(&ecdh);

    mbedtls_ecdh_init(&ecdh);
    CHECK(mbedtls_ecdh_get_params(&ecdh, &ours, MBEDTLS_ECDH_OURS) == 0);
    if (mbedtls_ecdh_get_params(&ecdh, &other, MBEDTLS_ECDH_THEIRS) == 0)
        fault("keys of two groups are put together");
    mbedtls_ecdh_free(&ecdh);
    mbedtls_ecp_keypair_free(&ours);
    mbedtls_ecp_keypair_free(&theirs);
    mbedtls_ecp_keypair_free(&other);
    return 0;
}
