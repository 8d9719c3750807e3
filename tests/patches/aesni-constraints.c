/*
 * AES with keys of every size, as the processor does it where it can, against
 * the examples of FIPS 197; and with all the assembly in one function, where
 * the compiler keeps pointers in registers across it.
 */
#include "program.h"

#include "mbedtls/aes.h"

#include <../library/aesni.c>

static const unsigned char expected[3][16] = {
    { 0x69, 0xc4, 0xe0, 0xd8, 0x6a, 0x7b, 0x04, 0x30,
      0xd8, 0xcd, 0xb7, 0x80, 0x70, 0xb4, 0xc5, 0x5a },
    { 0xdd, 0xa9, 0x7c, 0xa4, 0x86, 0x4c, 0xdf, 0xe0,
      0x6e, 0xaf, 0x70, 0xa0, 0xec, 0x0d, 0x71, 0x91 },
    { 0x8e, 0xa2, 0xb7, 0xca, 0x51, 0x67, 0x45, 0xbf,
      0xea, 0xfc, 0x49, 0x90, 0x4b, 0x49, 0x60, 0x89 },
};

static void examples(void)
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
}

#if defined(MBEDTLS_HAVE_X86_64)
#include <sys/wait.h>
#include <unistd.h>

#define BLOCKS 64

__attribute__((flatten, noinline))
static void expand_and_encrypt(mbedtls_aes_context *aes, unsigned char *enc,
                               unsigned char *dec, const unsigned char *key,
                               unsigned char *blocks)
{
    size_t i;

    aesni_setkey_enc_128(enc, key);
    for (i = 0; i < BLOCKS; i++)
        mbedtls_aesni_crypt_ecb(aes, MBEDTLS_AES_ENCRYPT, blocks + 16 * i, blocks + 16 * i);
    mbedtls_aesni_inverse_key(dec, enc, 10);
}

static int in_one_function(void)
{
    static unsigned char enc[176], dec[176], blocks[16 * BLOCKS], key[16];
    mbedtls_aes_context aes;
    size_t i;

    for (i = 0; i < sizeof(key); i++)
        key[i] = (unsigned char) i;
    for (i = 0; i < sizeof(blocks); i++)
        blocks[i] = (unsigned char) (i % 16 * 0x11);
    memset(&aes, 0, sizeof(aes));
    aes.nr = 10;
    aes.rk = (uint32_t *) enc;
    expand_and_encrypt(&aes, enc, dec, key, blocks);

    aes.rk = (uint32_t *) dec;
    for (i = 0; i < BLOCKS; i++) {
        if (memcmp(blocks + 16 * i, expected[0], 16) != 0)
            return 1;
        mbedtls_aesni_crypt_ecb(&aes, MBEDTLS_AES_DECRYPT, blocks + 16 * i, blocks + 16 * i);
        if (blocks[16 * i + 1] != 0x11)
            return 1;
    }
    return 0;
}

/* In a process of its own: wrong code may also follow a wrong pointer. */
static void inlined(void)
{
    int status;
    pid_t child;

    if (!mbedtls_aesni_has_support(MBEDTLS_AESNI_AES))
        return;
    child = fork();
    CHECK(child >= 0);
    if (child == 0)
        _exit(in_one_function());
    CHECK(waitpid(child, &status, 0) == child);
    if (status != 0)
        fault("the compiler makes wrong code around the assembly");
}
#endif

int main(void)
{
    examples();
#if defined(MBEDTLS_HAVE_X86_64)
    inlined();
#endif
    return 0;
}
