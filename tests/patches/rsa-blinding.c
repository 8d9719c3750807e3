/*
 * Signatures of a key for whose blinding values memory was short once: when
 * they were made, and when they were squared.
 */
#include "rsa.h"

static void use_after_failure(long allocation, int make_values_first)
{
    mbedtls_rsa_context rsa;
    unsigned char signature[64];
    int ret;

    make_rsa_key(&rsa);
    if (make_values_first)
        CHECK(sign(&rsa, signature, counting) == 0);
    failing_allocation = allocation;
    ret = sign(&rsa, signature, counting);
    failing_allocation = 0;
    if (ret == 0)
        CHECK(verify(&rsa, signature) == 0);
    if (sign(&rsa, signature, counting) != 0)
        fault("the key is of no use any more");
    CHECK(verify(&rsa, signature) == 0);
    mbedtls_rsa_free(&rsa);
    CHECK(live_blocks == 0);
}

int main(void)
{
    long allocation;

    hook_allocations();
    for (allocation = 1; allocation < 120; allocation++) {
        use_after_failure(allocation, 0);
        use_after_failure(allocation, 1);
    }
    return 0;
}
