/*
 * An RSA key of 512 bits, which is too short for anything but a test.
 */
#ifndef RSA_H
#define RSA_H

#include "program.h"

#include "mbedtls/rsa.h"

static inline void make_rsa_key(mbedtls_rsa_context *rsa)
{
    mbedtls_mpi p, q, e;

    mbedtls_mpi_init(&p);
    mbedtls_mpi_init(&q);
    mbedtls_mpi_init(&e);
    CHECK(mbedtls_mpi_read_string(&p, 16,
        "F774EB5248DB40AF72158370D269A9A5AE658F33FE3B890B93F448B3A5AA3C81") == 0);
    CHECK(mbedtls_mpi_read_string(&q, 16,
        "DE7D6B377936D536243D35702C1EEA1F265974A7CC966F46C6AA7D550101B811") == 0);
    CHECK(mbedtls_mpi_lset(&e, 65537) == 0);
    mbedtls_rsa_init(rsa, MBEDTLS_RSA_PKCS_V15, 0);
    CHECK(mbedtls_rsa_import(rsa, NULL, &p, &q, NULL, &e) == 0);
    CHECK(mbedtls_rsa_complete(rsa) == 0);
    mbedtls_mpi_free(&p);
    mbedtls_mpi_free(&q);
    mbedtls_mpi_free(&e);
}

static inline int sign(mbedtls_rsa_context *rsa, unsigned char *signature,
                       int (*f_rng)(void *, unsigned char *, size_t))
{
    static const unsigned char hash[32] = { 1, 2, 3 };

    return mbedtls_rsa_pkcs1_sign(rsa, f_rng, NULL, MBEDTLS_RSA_PRIVATE,
                                  MBEDTLS_MD_SHA256, sizeof(hash), hash, signature);
}

static inline int verify(mbedtls_rsa_context *rsa, const unsigned char *signature)
{
    static const unsigned char hash[32] = { 1, 2, 3 };

    return mbedtls_rsa_pkcs1_verify(rsa, NULL, NULL, MBEDTLS_RSA_PUBLIC,
                                    MBEDTLS_MD_SHA256, sizeof(hash), hash, signature);
}

#endif /* RSA_H */
