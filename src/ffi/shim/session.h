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

/* A signature that is wanted or made; see signing.c. */
struct ember_signing {
    /* What is signed with: the engine's number of the hash, that of IANA for the scheme, 0 for nothing yet. */
    int hash;
    uint16_t scheme;
    size_t digest_len;
    size_t signature_len;
    unsigned char digest[MBEDTLS_MD_MAX_SIZE];
    unsigned char signature[EMBER_PK_MAX_SIGNATURE];
    /* A client's transcript under SHA-512, which the engine does not keep. */
    int has_transcript;
    mbedtls_sha512_context transcript;
};

struct ember_session {
    mbedtls_ssl_config config;
    struct ember_signing signing;
};

void ember_signing_init(mbedtls_ssl_config *copy);

#endif /* EMBERTLS_SESSION_H */
