/*
 * A build with the feature `accel`, as far as the PRF goes.
 */
#include "program.h"

#include "mbedtls/ssl_internal.h"

/* The configuration has been read without it: nothing else changes. */
#define EMBERTLS_ACCEL
#include <../library/ssl_tls.c>

static const unsigned char secret[48] = { 1 }, seed[120] = { 2 };
static int calls, with_sha384, answer;

int ember_accel_prf(int is_sha384, const unsigned char *given_secret, size_t slen, const char *label,
                    size_t label_len, const unsigned char *given_seed, size_t seed_len, unsigned char *output,
                    size_t output_len)
{
    CHECK(given_secret == secret && slen == sizeof(secret));
    CHECK(label_len == 13 && memcmp(label, "key expansion", label_len) == 0);
    CHECK(given_seed == seed && seed_len == 64);
    memset(output, 3, output_len);
    with_sha384 += is_sha384;
    calls++;
    return answer;
}

int main(void)
{
    unsigned char output[40] = { 0 };

    CHECK(tls_prf_sha256(secret, sizeof(secret), "key expansion", seed, 64, output, sizeof(output)) == 0);
    if (calls != 1 || output[39] != 3)
        fault("the PRF is computed in C");
    CHECK(with_sha384 == 0);
    CHECK(tls_prf_sha384(secret, sizeof(secret), "key expansion", seed, 64, output, sizeof(output)) == 0);
    CHECK(calls == 2 && with_sha384 == 1);

    /* Failures are told, and the limit of the C holds. */
    answer = MBEDTLS_ERR_MD_HW_ACCEL_FAILED;
    CHECK(tls_prf_sha256(secret, sizeof(secret), "key expansion", seed, 64, output, sizeof(output)) == answer);
    CHECK(tls_prf_sha256(secret, sizeof(secret), "key expansion", seed, sizeof(seed), output, sizeof(output)) ==
          MBEDTLS_ERR_SSL_BAD_INPUT_DATA);
    CHECK(calls == 3);
    return 0;
}
