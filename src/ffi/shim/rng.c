#include "shim.h"

#include "mbedtls/platform.h"
#include "mbedtls/platform_util.h"

#if defined(MBEDTLS_THREADING_PTHREAD)
#include <pthread.h>
#endif

mbedtls_entropy_context *ember_entropy_new(void)
{
    mbedtls_entropy_context *entropy = mbedtls_calloc(1, sizeof(*entropy));
    if (entropy != NULL)
        mbedtls_entropy_init(entropy);
    return entropy;
}

void ember_entropy_free(mbedtls_entropy_context *entropy)
{
    mbedtls_entropy_free(entropy);
    mbedtls_free(entropy);
}

void ember_entropy_wipe(mbedtls_entropy_context *entropy)
{
    mbedtls_platform_zeroize(entropy, sizeof(*entropy));
}

void ember_entropy_abandon(mbedtls_entropy_context *entropy)
{
    ember_entropy_wipe(entropy);
    mbedtls_free(entropy);
}

mbedtls_ctr_drbg_context *ember_ctr_drbg_new(void)
{
    mbedtls_ctr_drbg_context *drbg = mbedtls_calloc(1, sizeof(*drbg));
    if (drbg != NULL)
        mbedtls_ctr_drbg_init(drbg);
    return drbg;
}

void ember_ctr_drbg_free(mbedtls_ctr_drbg_context *drbg)
{
    mbedtls_ctr_drbg_free(drbg);
    mbedtls_free(drbg);
}

void ember_ctr_drbg_wipe(mbedtls_ctr_drbg_context *drbg)
{
    mbedtls_platform_zeroize(drbg, sizeof(*drbg));
}

void ember_ctr_drbg_abandon(mbedtls_ctr_drbg_context *drbg)
{
    ember_ctr_drbg_wipe(drbg);
    mbedtls_free(drbg);
}

int ember_at_fork(void (*child)(void))
{
#if defined(MBEDTLS_THREADING_PTHREAD)
    return pthread_atfork(NULL, NULL, child);
#else
    (void) child;
    return 0;
#endif
}
