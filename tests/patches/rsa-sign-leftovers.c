/*
 * A signature whose random generator has failed.
 */
#include "rsa.h"

int main(void)
{
    mbedtls_rsa_context rsa;
    unsigned char signature[64];
    size_t i;

    make_rsa_key(&rsa);
    CHECK(sign(&rsa, signature, counting) == 0);
    CHECK(verify(&rsa, signature) == 0);
    mbedtls_rsa_free(&rsa);

    make_rsa_key(&rsa);
    CHECK(sign(&rsa, signature, no_random) != 0);
    /* Zeros, or as later releases have it, exclamation marks. */
    for (i = 1; i < sizeof(signature); i++)
        if (signature[i] != signature[0])
            fault("what was to be signed is left behind");
    mbedtls_rsa_free(&rsa);
    return 0;
}
