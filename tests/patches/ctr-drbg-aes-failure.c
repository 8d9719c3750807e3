/*
 * A generator whose cipher fails after a while.
 */
#include "program.h"

#include "mbedtls/aes.h"

static int blocks_left = 1000;

static int encrypt(mbedtls_aes_context *aes, int mode,
                   const unsigned char *input, unsigned char *output)
{
    if (blocks_left-- <= 0)
        return MBEDTLS_ERR_AES_HW_ACCEL_FAILED;
    return mbedtls_aes_crypt_ecb(aes, mode, input, output);
}

#define mbedtls_aes_crypt_ecb(aes, mode, input, output) encrypt(aes, mode, input, output)
#include <../library/ctr_drbg.c>

int main(void)
{
    mbedtls_ctr_drbg_context drbg;
    unsigned char output[64];
    int blocks;

    mbedtls_ctr_drbg_init(&drbg);
    CHECK(mbedtls_ctr_drbg_seed(&drbg, counting, NULL, NULL, 0) == 0);
    CHECK(mbedtls_ctr_drbg_random(&drbg, output, sizeof(output)) == 0);
    for (blocks = 0; blocks < 7; blocks++) {
        blocks_left = blocks;
        if (mbedtls_ctr_drbg_random(&drbg, output, sizeof(output)) == 0)
            fault("numbers came from a cipher that failed");
    }
    mbedtls_ctr_drbg_free(&drbg);
    return 0;
}
