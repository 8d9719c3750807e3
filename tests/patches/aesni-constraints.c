/*
 * AES with keys of every size, as the processor does it where it can, against
 * the examples of FIPS 197.
 */
#include "program.h"

#include "mbedtls/aes.h"

static const unsigned char expected[3][16] = {
    { 0x69, 0xc4, 0xe0, 0xd8, 0x6a, 0x7b, 0x04, 0x30,
      0xd8, 0xcd, 0xb7, 0x80, 0x70, 0xb4, 0xc5, 0x5a },
    { 0xdd, 0xa9, 0x7c, 0xa4, 0x86, 0x4c, 0xdf, 0xe0,
      0x6e, 0xaf, 0x70, 0xa0, 0xec, 0x0d, 0x71, 0x91 },
    { 0x8e, 0xa2, 0xb7, 0xca, 0x51, 0x67, 0x45, 0xbf,
      0xea, 0xfc, 0x49, 0x90, 0x4b, 0x49, 0x60, 0x89 },
};

int main(void)
{
    mbedtls_aes_context aes;
    unsigned char key[32], block[16];
    unsigned int size, i;

    for (i = 0; i < 32; i++)
        key[i] = (unsigned char) i;
    for (size = 0; size < 3; size++) {
        for (i = 0; i < 16; i++)
            block[i] = (unsigned char) (i * 0x11);
        mbedtls_aes_init(&aes);
        CHECK(mbedtls_aes_setkey_enc(&aes, key, 128 + 64 * size) == 0);
        CHECK(mbedtls_aes_crypt_ecb(&aes, MBEDTLS_AES_ENCRYPT, block, block) == 0);
        CHECK(memcmp(block, expected[size], 16) == 0);
        CHECK(mbedtls_aes_setkey_dec(&aes, key, 128 + 64 * size) == 0);
        CHECK(mbedtls_aes_crypt_ecb(&aes, MBEDTLS_AES_DECRYPT, block, block) == 0);
        for (i = 0; i < 16; i++)
            CHECK(block[i] == i * 0x11);
        mbedtls_aes_free(&aes);
    }
    return 0;
}
