/*
 * What our C keeps for a session besides the engine's own context.
 *
 * The engine leads from a context to its configuration. Each session has a copy of that, and the copy is the front of
 * this structure.
 */
#ifndef EMBERTLS_SESSION_H
#define EMBERTLS_SESSION_H

#include "shim.h"

#include "mbedtls/sha512.h"

#if defined(MBEDTLS_SSL_ASYNC_PRIVATE)
/* A signature that is wanted or made; see signing.c. */
struct ember_signing {
    /* What is signed with: the engine's number of the hash, that of IANA for the scheme, 0 for nothing yet. */
    int hash;
    uint16_t scheme;
    size_t digest_len;
    size_t signature_len;
    unsigned char digest[MBEDTLS_MD_MAX_SIZE];
    unsigned char signature[EMBER_PK_MAX_SIGNATURE];
    int has_transcript;
#if defined(MBEDTLS_SHA512_C)
    /* A client's transcript under SHA-512, which the engine does not keep. */
    mbedtls_sha512_context transcript;
#endif
};

void ember_signing_init(mbedtls_ssl_config *copy);
#endif

#if defined(MBEDTLS_KEY_EXCHANGE_RSA_ENABLED)
/* A premaster secret as the client encrypted it, and what became of it; see legacy.c. */
struct ember_decryption {
    size_t encrypted_len;
    unsigned char encrypted[EMBER_PK_MAX_SIGNATURE];
    int is_done;
    int code;
    size_t premaster_len;
    unsigned char premaster[48];
};

int ember_decryption_start(mbedtls_ssl_context *ssl, mbedtls_x509_crt *cert, const unsigned char *input, size_t len);
int ember_decryption_is_wanted(const mbedtls_ssl_context *ssl);
int ember_decryption_resume(mbedtls_ssl_context *ssl, unsigned char *out, size_t *out_len, size_t out_size);
#endif

/* What the record buffers held that counts, while they are given back; see buffers.c. */
#define EMBER_BUFFER_POINTERS 5

struct ember_idle {
    size_t in[EMBER_BUFFER_POINTERS];
    size_t out[EMBER_BUFFER_POINTERS];
    unsigned char in_ctr[8];
};

/* What adds a message to the transcript of a context. */
typedef int ember_transcript(mbedtls_ssl_context *, const unsigned char *, size_t);

struct ember_session {
    mbedtls_ssl_config config;
    /* What goes on after a message that is left out of the transcript; see ember_ssl_hash_in_place_of_next(). */
    ember_transcript *update_checksum;
#if defined(MBEDTLS_SSL_ASYNC_PRIVATE)
    struct ember_signing signing;
#endif
#if defined(MBEDTLS_KEY_EXCHANGE_RSA_ENABLED)
    struct ember_decryption decryption;
#endif
    struct ember_idle idle;
};

#endif /* EMBERTLS_SESSION_H */
