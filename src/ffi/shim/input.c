/*
 * The peer's bytes in the engine's own inbound buffer.
 *
 * After the handshake the transport fills that buffer itself, with as much as comes, and the engine's pointers are led to
 * one record after the other: each is opened where it lies. The number of the next record stays at the buffer's front.
 */
#include "shim.h"

#include "mbedtls/ssl_internal.h"

#define RECORDS_AT 8 /* where the number of the record ends */

unsigned char *ember_ssl_input(mbedtls_ssl_context *ssl, size_t *capacity)
{
    if (ssl->in_buf == NULL)
        return NULL;
    *capacity = MBEDTLS_SSL_IN_BUFFER_LEN - RECORDS_AT;
    return ssl->in_buf + RECORDS_AT;
}

int ember_ssl_place_record(mbedtls_ssl_context *ssl, size_t at, size_t len)
{
    const size_t capacity = MBEDTLS_SSL_IN_BUFFER_LEN - RECORDS_AT;
    size_t explicit_iv;

    if (ssl->in_buf == NULL || ssl->in_offt != NULL || at > capacity || len > capacity - at)
        return MBEDTLS_ERR_SSL_BAD_INPUT_DATA;

    explicit_iv = (size_t) (ssl->in_msg - ssl->in_iv);
    ssl->in_hdr = ssl->in_buf + RECORDS_AT + at;
    ssl->in_len = ssl->in_hdr + 3;
    ssl->in_iv = ssl->in_hdr + 5;
    ssl->in_msg = ssl->in_iv + explicit_iv;
    ssl->in_left = len;
    return 0;
}
