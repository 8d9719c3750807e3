/*
 * What is set before a generator is seeded stays set.
 */
#include "program.h"

#include "mbedtls/ctr_drbg.h"

static size_t asked;

static int counting_entropy(void *context, unsigned char *bytes, size_t length)
{
    (void) context;
    asked += length;
    memset(bytes, 0x5a, length);
    return 0;
}

int main(void)
{
    mbedtls_ctr_drbg_context drbg;
    unsigned char bytes[16];
    int draw;

    mbedtls_ctr_drbg_init(&drbg);
    CHECK(mbedtls_ctr_drbg_seed(&drbg, counting_entropy, NULL, NULL, 0) == 0);
    CHECK(asked == MBEDTLS_CTR_DRBG_ENTROPY_LEN);
    mbedtls_ctr_drbg_free(&drbg);

    asked = 0;
    mbedtls_ctr_drbg_init(&drbg);
    mbedtls_ctr_drbg_set_entropy_len(&drbg, 100);
    mbedtls_ctr_drbg_set_reseed_interval(&drbg, 2);
    CHECK(mbedtls_ctr_drbg_seed(&drbg, counting_entropy, NULL, NULL, 0) == 0);
    if (asked != 100)
        fault("the amount of entropy that was asked for is forgotten");
    for (draw = 0; draw < 5; draw++)
        CHECK(mbedtls_ctr_drbg_random(&drbg, bytes, sizeof(bytes)) == 0);
    if (asked != 300)
        fault("the interval that was asked for is forgotten");

    /* Never without entropy, even where a freed generator is seeded again. */
    asked = 0;
    mbedtls_ctr_drbg_free(&drbg);
#if defined(MBEDTLS_THREADING_C)
    mbedtls_mutex_init(&drbg.mutex);
#endif
    CHECK(mbedtls_ctr_drbg_seed(&drbg, counting_entropy, NULL, NULL, 0) == 0);
    CHECK(asked == MBEDTLS_CTR_DRBG_ENTROPY_LEN);
    mbedtls_ctr_drbg_free(&drbg);
    return 0;
}
