/*
 * The record buffers of a session that nothing goes through: given back, and taken again before the next record.
 *
 * The engine allocates them once, leads into them with a dozen pointers, and keeps in the inbound one the number of the
 * record that comes next. Here they go as a pair, and only where nothing in them counts but that number.
 */
#include "shim.h"

#include <string.h>

#include "mbedtls/platform.h"
#include "mbedtls/platform_util.h"
#include "mbedtls/ssl_internal.h"

#include "session.h"

#define POINTERS EMBER_BUFFER_POINTERS

static void pointers_of(mbedtls_ssl_context *ssl, unsigned char **in[POINTERS], unsigned char **out[POINTERS])
{
    unsigned char **const inbound[POINTERS] = { &ssl->in_ctr, &ssl->in_hdr, &ssl->in_len, &ssl->in_iv, &ssl->in_msg };
    unsigned char **const outbound[POINTERS] = { &ssl->out_ctr, &ssl->out_hdr, &ssl->out_len, &ssl->out_iv,
                                                 &ssl->out_msg };

    memcpy(in, inbound, sizeof(inbound));
    memcpy(out, outbound, sizeof(outbound));
}

static struct ember_idle *idle_of(const mbedtls_ssl_context *ssl)
{
    return &((struct ember_session *) ssl->conf)->idle;
}

static void give_back(unsigned char **buffer, size_t len)
{
    mbedtls_platform_zeroize(*buffer, len);
    mbedtls_free(*buffer);
    *buffer = NULL;
}

/* Whether the buffers hold neither a record that comes, nor one that goes, nor data or messages not yet taken. */
static int is_idle(const mbedtls_ssl_context *ssl)
{
    return ssl->in_buf != NULL && ssl->state == MBEDTLS_SSL_HANDSHAKE_OVER && ssl->handshake == NULL
        && ssl->in_left == 0 && ssl->out_left == 0 && ssl->in_offt == NULL && ssl->keep_current_message == 0
        && (ssl->in_hslen == 0 || ssl->in_hslen >= ssl->in_msglen);
}

int ember_ssl_release_buffers(mbedtls_ssl_context *ssl)
{
    struct ember_idle *idle = idle_of(ssl);
    unsigned char **in[POINTERS], **out[POINTERS];

    if (!is_idle(ssl))
        return 0;
    pointers_of(ssl, in, out);
    memcpy(idle->in_ctr, ssl->in_ctr, sizeof(idle->in_ctr));
    for (int i = 0; i < POINTERS; i++) {
        idle->in[i] = (size_t) (*in[i] - ssl->in_buf);
        idle->out[i] = (size_t) (*out[i] - ssl->out_buf);
        *in[i] = NULL;
        *out[i] = NULL;
    }
    ssl->in_msglen = 0;
    ssl->in_hslen = 0;
    ssl->in_msgtype = 0;
    give_back(&ssl->in_buf, MBEDTLS_SSL_IN_BUFFER_LEN);
    give_back(&ssl->out_buf, MBEDTLS_SSL_OUT_BUFFER_LEN);
    return 1;
}

/* 0 where the buffers are there; else they stay given back, and the call may be repeated. */
int ember_ssl_take_buffers(mbedtls_ssl_context *ssl)
{
    const struct ember_idle *idle = idle_of(ssl);
    unsigned char **in[POINTERS], **out[POINTERS];

    if (ssl->in_buf != NULL)
        return 0;
    ssl->in_buf = mbedtls_calloc(1, MBEDTLS_SSL_IN_BUFFER_LEN);
    ssl->out_buf = mbedtls_calloc(1, MBEDTLS_SSL_OUT_BUFFER_LEN);
    if (ssl->in_buf == NULL || ssl->out_buf == NULL) {
        mbedtls_free(ssl->in_buf);
        mbedtls_free(ssl->out_buf);
        ssl->in_buf = NULL;
        ssl->out_buf = NULL;
        return MBEDTLS_ERR_SSL_ALLOC_FAILED;
    }
    pointers_of(ssl, in, out);
    for (int i = 0; i < POINTERS; i++) {
        *in[i] = ssl->in_buf + idle->in[i];
        *out[i] = ssl->out_buf + idle->out[i];
    }
    memcpy(ssl->in_ctr, idle->in_ctr, sizeof(idle->in_ctr));
    return 0;
}
