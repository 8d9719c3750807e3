/*
 * What is decrypted goes through no division and no power.
 */
#include "program.h"

#include "mbedtls/bignum.h"

static mbedtls_mpi secret;
static int watched;

static int divide(mbedtls_mpi *rest, const mbedtls_mpi *a, const mbedtls_mpi *b)
{
    int ret = mbedtls_mpi_mod_mpi(rest, a, b);

    if (watched && mbedtls_mpi_cmp_mpi(rest, &secret) == 0)
        fault("the plaintext is the rest of a division");
    return ret;
}

static int power(mbedtls_mpi *x, const mbedtls_mpi *a, const mbedtls_mpi *e,
                 const mbedtls_mpi *n, mbedtls_mpi *rr)
{
    if (watched && mbedtls_mpi_cmp_mpi(a, &secret) == 0)
        fault("the plaintext is raised to a power");
    return mbedtls_mpi_exp_mod(x, a, e, n, rr);
}

#define mbedtls_mpi_mod_mpi(rest, a, b) divide(rest, a, b)
#define mbedtls_mpi_exp_mod(x, a, e, n, rr) power(x, a, e, n, rr)
#include <../library/rsa.c>
#include "rsa.h"

int main(void)
{
    mbedtls_rsa_context rsa;
    unsigned char plain[64], cipher[64], decrypted[64];
    int round;

    hook_allocations();
    make_rsa_key(&rsa);
    mbedtls_mpi_init(&secret);
    for (round = 0; round < 50; round++) {
        /* Few bytes, many bytes, and all sizes between. */
        memset(plain, 0, sizeof(plain));
        CHECK(counting(NULL, plain + 1 + round, sizeof(plain) - 1 - (size_t) round) == 0);
        CHECK(mbedtls_mpi_read_binary(&secret, plain, sizeof(plain)) == 0);
        CHECK(mbedtls_rsa_public(&rsa, plain, cipher) == 0);
        watched = 1;
        CHECK(mbedtls_rsa_private(&rsa, counting, NULL, cipher, decrypted) == 0);
        watched = 0;
        CHECK(memcmp(plain, decrypted, sizeof(plain)) == 0);
    }
    mbedtls_mpi_free(&secret);
    mbedtls_rsa_free(&rsa);
    CHECK(live_blocks == 0);
    return 0;
}
