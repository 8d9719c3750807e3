/*
 * One block by each hash: what it wipes, and the digest of "abc".
 */
#include "wiped.h"

#include <../library/sha1.c>
#undef P
#undef F
#undef K
#undef S
#undef R
#include <../library/sha256.c>
#undef P
#undef R
#undef F0
#undef F1
#undef S0
#undef S1
#undef S2
#undef S3
#undef SHR
#undef ROTR
#define K K512
#include <../library/sha512.c>

static const unsigned char abc[] = { 'a', 'b', 'c' };

int main(void)
{
    static const unsigned char sha1[] = { 0xa9, 0x99, 0x3e, 0x36 };
    static const unsigned char sha256[] = { 0xba, 0x78, 0x16, 0xbf };
    static const unsigned char sha512[] = { 0xdd, 0xaf, 0x35, 0xa1 };
    unsigned char digest[64];

    wiped_bytes = 0;
    CHECK(mbedtls_sha1_ret(abc, 3, digest) == 0);
    CHECK(memcmp(digest, sha1, sizeof(sha1)) == 0);
    if (wiped_bytes < sizeof(mbedtls_sha1_context) + 16 * 4)
        fault("SHA-1 leaves its schedule behind");
    wiped_bytes = 0;
    CHECK(mbedtls_sha256_ret(abc, 3, digest, 0) == 0);
    CHECK(memcmp(digest, sha256, sizeof(sha256)) == 0);
    if (wiped_bytes < sizeof(mbedtls_sha256_context) + 64 * 4)
        fault("SHA-256 leaves its schedule behind");
    wiped_bytes = 0;
    CHECK(mbedtls_sha512_ret(abc, 3, digest, 0) == 0);
    CHECK(memcmp(digest, sha512, sizeof(sha512)) == 0);
    if (wiped_bytes < sizeof(mbedtls_sha512_context) + 80 * 8)
        fault("SHA-512 leaves its schedule behind");
    return 0;
}
