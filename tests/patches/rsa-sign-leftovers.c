/*
 * A signature whose random generator has failed.
 */
#include "rsa.h"

int main(void)
{
    static const unsigned char zeros[64];
    mbedtls_rsa_context rsa;
    unsigned char signature[64];

    make_rsa_key(&rsa);
    CHECK(sign(&rsa, signature, counting) == 0);
    CHECK(verify(&rsa, signature) == 0);
    mbedtls_rsa_free(&rsa);

    make_rsa_key(&rsa);
    CHECK(sign(&rsa, signature, no_random) != 0);
    if (memcmp(signature, zeros, sizeof(zeros)) != 0)
        fault("what was to be signed is left behind");
    mbedtls_rsa_free(&rsa);
    return 0;
}
