/*
 * One block by the software rounds, there and back.
 */
#include "wiped.h"

#include "mbedtls/aesni.h"

#if defined(mbedtls_aesni_has_support) || defined(MBEDTLS_HAVE_X86_64)
#define mbedtls_aesni_has_support(what) 0
#endif
#include <../library/aes.c>

int main(void)
{
    static const unsigned char expected[16] = {
        0x69, 0xc4, 0xe0, 0xd8, 0x6a, 0x7b, 0x04, 0x30,
        0xd8, 0xcd, 0xb7, 0x80, 0x70, 0xb4, 0xc5, 0x5a,
    };
    mbedtls_aes_context aes;
    unsigned char key[16], block[16];
    size_t i;

    for (i = 0; i < 16; i++) {
        key[i] = (unsigned char) i;
        block[i] = (unsigned char) (i * 0x11);
    }
    mbedtls_aes_init(&aes);
    CHECK(mbedtls_aes_setkey_enc(&aes, key, 128) == 0);
    wiped_bytes = 0;
    CHECK(mbedtls_internal_aes_encrypt(&aes, block, block) == 0);
    CHECK(memcmp(block, expected, sizeof(expected)) == 0);
    if (wiped_bytes < 32)
        fault("the state of the rounds is left on the stack");

    CHECK(mbedtls_aes_setkey_dec(&aes, key, 128) == 0);
    wiped_bytes = 0;
    CHECK(mbedtls_internal_aes_decrypt(&aes, block, block) == 0);
    for (i = 0; i < 16; i++)
        CHECK(block[i] == i * 0x11);
    if (wiped_bytes < 32)
        fault("the state of the rounds back is left on the stack");
    mbedtls_aes_free(&aes);
    return 0;
}
