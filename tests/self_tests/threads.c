/*
 * Threads that share what sessions share: keys, certificates' keys, a random
 * generator. Built with ThreadSanitizer, which ends it where two of them
 * write to one place, or one writes what another reads.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mbedtls/ccm.h"
#include "mbedtls/chachapoly.h"
#include "mbedtls/ctr_drbg.h"
#include "mbedtls/ecdh.h"
#include "mbedtls/entropy.h"
#include "mbedtls/gcm.h"
#include "mbedtls/pk.h"

#define THREADS 4
#define ROUNDS 8

static mbedtls_entropy_context entropy;
/* One for each thread and one for all, in turns: a lock that all take orders
 * what comes before and after it, and hides what is not ordered by itself. */
static mbedtls_ctr_drbg_context shared;
static mbedtls_pk_context rsa, ec;
static pthread_barrier_t start;

static void check(int holds, const char *what)
{
    if (!holds) {
        fprintf(stderr, "not so: %s\n", what);
        exit(2);
    }
}
#define CHECK(condition) check((condition), #condition)

static int bytes(void *context, unsigned char *out, size_t length, size_t *written)
{
    static const unsigned char seed[] = "not random, and the same for all";
    size_t i;

    (void) context;
    for (i = 0; i < length; i++)
        out[i] = seed[i % sizeof(seed)];
    *written = length;
    return 0;
}

static void make_keys(void)
{
    mbedtls_ecp_keypair made;
    mbedtls_mpi p, q, e;

    mbedtls_mpi_init(&p);
    mbedtls_mpi_init(&q);
    mbedtls_mpi_init(&e);
    CHECK(mbedtls_mpi_read_string(&p, 16,
        "F774EB5248DB40AF72158370D269A9A5AE658F33FE3B890B93F448B3A5AA3C81") == 0);
    CHECK(mbedtls_mpi_read_string(&q, 16,
        "DE7D6B377936D536243D35702C1EEA1F265974A7CC966F46C6AA7D550101B811") == 0);
    CHECK(mbedtls_mpi_lset(&e, 65537) == 0);
    mbedtls_pk_init(&rsa);
    CHECK(mbedtls_pk_setup(&rsa, mbedtls_pk_info_from_type(MBEDTLS_PK_RSA)) == 0);
    CHECK(mbedtls_rsa_import(mbedtls_pk_rsa(rsa), NULL, &p, &q, NULL, &e) == 0);
    CHECK(mbedtls_rsa_complete(mbedtls_pk_rsa(rsa)) == 0);
    mbedtls_mpi_free(&p);
    mbedtls_mpi_free(&q);
    mbedtls_mpi_free(&e);

    mbedtls_pk_init(&ec);
    CHECK(mbedtls_pk_setup(&ec, mbedtls_pk_info_from_type(MBEDTLS_PK_ECKEY)) == 0);
    mbedtls_ecp_keypair_init(&made);
    CHECK(mbedtls_ecp_gen_key(MBEDTLS_ECP_DP_SECP256R1, &made,
                              mbedtls_ctr_drbg_random, &shared) == 0);
    /* The numbers alone: what a group computes on first use is not there. */
    CHECK(mbedtls_ecp_group_load(&mbedtls_pk_ec(ec)->grp, MBEDTLS_ECP_DP_SECP256R1) == 0);
    CHECK(mbedtls_mpi_copy(&mbedtls_pk_ec(ec)->d, &made.d) == 0);
    CHECK(mbedtls_ecp_copy(&mbedtls_pk_ec(ec)->Q, &made.Q) == 0);
    mbedtls_ecp_keypair_free(&made);
}

static void sign_and_verify(mbedtls_pk_context *key, mbedtls_ctr_drbg_context *drbg)
{
    unsigned char hash[32], signature[MBEDTLS_MPI_MAX_SIZE];
    size_t length;

    CHECK(mbedtls_ctr_drbg_random(drbg, hash, sizeof(hash)) == 0);
    CHECK(mbedtls_pk_sign(key, MBEDTLS_MD_SHA256, hash, sizeof(hash), signature, &length,
                          mbedtls_ctr_drbg_random, drbg) == 0);
    CHECK(mbedtls_pk_verify(key, MBEDTLS_MD_SHA256, hash, sizeof(hash), signature, length) == 0);
}

static void encrypt(void)
{
    mbedtls_gcm_context gcm;
    unsigned char key[16] = { 1 }, nonce[12] = { 2 }, text[64] = { 3 }, tag[16];

    mbedtls_gcm_init(&gcm);
    CHECK(mbedtls_gcm_setkey(&gcm, MBEDTLS_CIPHER_ID_AES, key, 128) == 0);
    CHECK(mbedtls_gcm_crypt_and_tag(&gcm, MBEDTLS_GCM_ENCRYPT, sizeof(text), nonce,
                                    sizeof(nonce), NULL, 0, text, text, sizeof(tag), tag) == 0);
    CHECK(mbedtls_gcm_auth_decrypt(&gcm, sizeof(text), nonce, sizeof(nonce), NULL, 0, tag,
                                   sizeof(tag), text, text) == 0);
    CHECK(text[0] == 3);
    mbedtls_gcm_free(&gcm);
}

static void agree(mbedtls_ctr_drbg_context *drbg)
{
    mbedtls_ecdh_context ecdh;
    unsigned char point[133];
    size_t length;

    mbedtls_ecdh_init(&ecdh);
    CHECK(mbedtls_ecdh_setup(&ecdh, MBEDTLS_ECP_DP_SECP384R1) == 0);
    CHECK(mbedtls_ecdh_make_params(&ecdh, &length, point, sizeof(point),
                                   mbedtls_ctr_drbg_random, drbg) == 0);
    mbedtls_ecdh_free(&ecdh);
}

static void seed(mbedtls_ctr_drbg_context *drbg)
{
    mbedtls_ctr_drbg_init(drbg);
    CHECK(mbedtls_ctr_drbg_seed(drbg, mbedtls_entropy_func, &entropy, NULL, 0) == 0);
}

static void *work(void *unused)
{
    mbedtls_ctr_drbg_context own;
    int round;

    seed(&own);
    pthread_barrier_wait(&start);
    for (round = 0; round < ROUNDS; round++) {
        mbedtls_ctr_drbg_context *drbg = round % 2 == 0 ? &own : &shared;

        sign_and_verify(&ec, drbg);
        agree(drbg);
        encrypt();
        sign_and_verify(&rsa, drbg);
    }
    mbedtls_ctr_drbg_free(&own);
    return unused;
}

int main(void)
{
    pthread_t threads[THREADS];
    int i;

    mbedtls_entropy_init(&entropy);
    CHECK(mbedtls_entropy_add_source(&entropy, bytes, NULL, 32, MBEDTLS_ENTROPY_SOURCE_STRONG) == 0);
    seed(&shared);
    make_keys();
    CHECK(pthread_barrier_init(&start, NULL, THREADS) == 0);
    for (i = 0; i < THREADS; i++)
        CHECK(pthread_create(&threads[i], NULL, work, NULL) == 0);
    for (i = 0; i < THREADS; i++)
        CHECK(pthread_join(threads[i], NULL) == 0);
    mbedtls_pk_free(&rsa);
    mbedtls_pk_free(&ec);
    mbedtls_ctr_drbg_free(&shared);
    mbedtls_entropy_free(&entropy);
    return 0;
}
