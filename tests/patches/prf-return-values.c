/*
 * The TLS key derivation, with each step of its HMAC failing once.
 */
#include "program.h"

#include "mbedtls/md.h"

static int failing_step, steps;

static int step(int ret)
{
    steps++;
    return steps == failing_step ? MBEDTLS_ERR_MD_HW_ACCEL_FAILED : ret;
}

#define mbedtls_md_hmac_starts(a, b, c) step(mbedtls_md_hmac_starts(a, b, c))
#define mbedtls_md_hmac_update(a, b, c) step(mbedtls_md_hmac_update(a, b, c))
#define mbedtls_md_hmac_finish(a, b) step(mbedtls_md_hmac_finish(a, b))
#define mbedtls_md_hmac_reset(a) step(mbedtls_md_hmac_reset(a))
#include <../library/ssl_tls.c>

static const unsigned char secret[16] = {
    0x9b, 0xbe, 0x43, 0x6b, 0xa9, 0x40, 0xf0, 0x17,
    0xb1, 0x76, 0x52, 0x84, 0x9a, 0x71, 0xdb, 0x35,
};
static const unsigned char seed[16] = {
    0xa0, 0xba, 0x9f, 0x93, 0x6c, 0xda, 0x31, 0x18,
    0x27, 0xa6, 0xf7, 0x96, 0xff, 0xd5, 0x19, 0x8c,
};
static const unsigned char expected[16] = {
    0xe3, 0xf2, 0x29, 0xba, 0x72, 0x7b, 0xe1, 0x7b,
    0x8d, 0x12, 0x26, 0x20, 0x55, 0x7c, 0xd4, 0x53,
};

int main(void)
{
    unsigned char output[100], zeros[100] = { 0 };
    int ret, all;

    hook_allocations();
    CHECK(tls_prf_sha256(secret, 16, "test label", seed, 16, output, 100) == 0);
    CHECK(memcmp(output, expected, sizeof(expected)) == 0);
    all = steps;

    for (failing_step = 1; failing_step <= all; failing_step++) {
        steps = 0;
        ret = tls_prf_sha256(secret, 16, "test label", seed, 16, output, 100);
        if (ret == 0)
            fault("keys were made with a hash that failed");
        CHECK(ret == MBEDTLS_ERR_MD_HW_ACCEL_FAILED);
        CHECK(memcmp(output, zeros, sizeof(zeros)) == 0);
        CHECK(live_blocks == 0);
    }
    return 0;
}
