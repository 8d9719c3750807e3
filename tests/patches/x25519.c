/*
 * An exchange on Curve25519 as TLS makes it: the numbers of RFC 7748, section
 * 6.1, with the highest bit of the peer's value set, and a value of small order.
 */
#include "program.h"

#include "mbedtls/ecdh.h"

/* Alice's secret, clamped, the most significant byte first. */
static const unsigned char alice[] = {
    0x6a, 0x2c, 0xb9, 0x1d, 0xa5, 0xfb, 0x77, 0xb1, 0x2a, 0x99, 0xc0, 0xeb, 0x87, 0x2f, 0x4c, 0xdf,
    0x45, 0x66, 0xb2, 0x51, 0x72, 0xc1, 0x16, 0x3c, 0x7d, 0xa5, 0x18, 0x73, 0x0a, 0x6d, 0x07, 0x70,
};

/* ServerECDHParams with Bob's value; its highest bit is to be ignored. */
static const unsigned char bob[] = {
    3, 0, 29, 32,
    0xde, 0x9e, 0xdb, 0x7d, 0x7b, 0x7d, 0xc1, 0xb4, 0xd3, 0x5b, 0x61, 0xc2, 0xec, 0xe4, 0x35, 0x37,
    0x3f, 0x83, 0x43, 0xc8, 0x5b, 0x78, 0x67, 0x4d, 0xad, 0xfc, 0x7e, 0x14, 0x6f, 0x88, 0x2b, 0xcf,
};

static const unsigned char shared[] = {
    0x4a, 0x5d, 0x9d, 0x5b, 0xa4, 0xce, 0x2d, 0xe1, 0x72, 0x8e, 0x3b, 0xf4, 0x80, 0x35, 0x0f, 0x25,
    0xe0, 0x7e, 0x21, 0xc9, 0x47, 0xd1, 0x9e, 0x33, 0x76, 0xf0, 0x9b, 0x3c, 0x1e, 0x16, 0x17, 0x42,
};

static int agree(const unsigned char *params, size_t len, unsigned char secret[66], size_t *written)
{
    mbedtls_ecdh_context ecdh;
    const unsigned char *p = params;
    int ret;

    mbedtls_ecdh_init(&ecdh);
    ret = mbedtls_ecdh_read_params(&ecdh, &p, params + len);
    if (ret == 0)
        ret = mbedtls_mpi_read_binary(&ecdh.d, alice, sizeof(alice));
    if (ret == 0)
        ret = mbedtls_ecdh_calc_secret(&ecdh, written, secret, 66, counting, NULL);
    mbedtls_ecdh_free(&ecdh);
    return ret;
}

int main(void)
{
    unsigned char small_order[sizeof(bob)] = { 3, 0, 29, 32 };
    unsigned char secret[66], public[66];
    mbedtls_ecdh_context ecdh;
    size_t len;

    if (agree(bob, sizeof(bob), secret, &len) != 0 || len != sizeof(shared)
        || memcmp(secret, shared, sizeof(shared)) != 0)
        fault("the shared secret is not that of RFC 7748");
    if (agree(small_order, sizeof(small_order), secret, &len) == 0)
        fault("a value of small order is taken");
    if (agree(bob, sizeof(bob) - 1, secret, &len) == 0)
        fault("a value that is cut off is taken");

    mbedtls_ecdh_init(&ecdh);
    CHECK(mbedtls_ecdh_setup(&ecdh, MBEDTLS_ECP_DP_CURVE25519) == 0);
    CHECK(mbedtls_ecdh_make_params(&ecdh, &len, public, sizeof(public), counting, NULL) == 0);
    if (len != 4 + 32 || public[0] != 3 || public[2] != 29 || public[3] != 32)
        fault("our own value is not written as RFC 8422 says");
    mbedtls_ecdh_free(&ecdh);
    return 0;
}
