/*
 * The peer's bytes in the engine's own inbound buffer.
 *
 * After the handshake the transport fills that buffer itself, with as much as comes, and the engine's pointers are led to
 * one record after the other: each is opened where it lies. The number of the next record stays at the buffer's front.
 */
#include "shim.h"

#include "mbedtls/ssl_internal.h"

#define RECORDS_AT 8 /* where the number of the record ends */

/* There is room for the largest record that Rust lets through: src/ssl/wire/inbound.rs. */
#if defined(MBEDTLS_CIPHER_MODE_CBC)
#define MAX_EXPANSION (16 + 48 + 256)
#else
#define MAX_EXPANSION (8 + 16)
#endif
typedef char room_for_a_record[MBEDTLS_SSL_IN_BUFFER_LEN - RECORDS_AT >= 5 + 16384 + MAX_EXPANSION ? 1 : -1];

unsigned char *ember_ssl_input(mbedtls_ssl_context *ssl, size_t *capacity)
{
    if (ssl->in_buf == NULL)
        return NULL;
    *capacity = MBEDTLS_SSL_IN_BUFFER_LEN - RECORDS_AT;
    return ssl->in_buf + RECORDS_AT;
}

/* What comes before the content of a record that the peer encrypts. */
static size_t explicit_iv(const mbedtls_ssl_context *ssl)
{
    return ssl->transform_in == NULL ? 0 : ssl->transform_in->ivlen - ssl->transform_in->fixed_ivlen;
}

int ember_ssl_place_record(mbedtls_ssl_context *ssl, size_t at, size_t len)
{
    const size_t capacity = MBEDTLS_SSL_IN_BUFFER_LEN - RECORDS_AT;
    size_t iv = explicit_iv(ssl);

    if (ssl->in_buf == NULL || ssl->in_offt != NULL || ember_ssl_has_more_messages(ssl) || at > capacity
        || len > capacity - at)
        return MBEDTLS_ERR_SSL_BAD_INPUT_DATA;

    ssl->in_hdr = ssl->in_buf + RECORDS_AT + at;
    ssl->in_len = ssl->in_hdr + 3;
    ssl->in_iv = ssl->in_hdr + 5;
    /* A record too short for that is refused before anything looks at its content. */
    if (len != 0 && len < 5 + iv)
        iv = len > 5 ? len - 5 : 0;
    ssl->in_msg = ssl->in_iv + iv;
    ssl->in_left = len;
    return 0;
}
