/*
 * A session without a handshake, for fuzzing and for tests that need very many. Nothing else belongs in this file: no
 * code of the library refers to it, so the linker leaves it out of every program (see src/fuzzing/established.rs).
 */
#include "shim.h"

#include <stdint.h>
#include <string.h>

#include "mbedtls/ssl_internal.h"

int ember_ssl_establish(mbedtls_ssl_context *ssl, int ciphersuite, const unsigned char master[48],
                        const unsigned char randoms[64]);
int ember_ssl_seal_record(mbedtls_ssl_context *ssl, unsigned char type, const unsigned char *content, size_t len);
void ember_ssl_number_records(mbedtls_ssl_context *ssl, uint64_t sent, uint64_t received);

/* Goes from mbedtls_ssl_setup() to the end of a handshake that agreed upon this master secret and these randoms. */
int ember_ssl_establish(mbedtls_ssl_context *ssl, int ciphersuite, const unsigned char master[48],
                        const unsigned char randoms[64])
{
    mbedtls_ssl_transform *transform = ssl->transform_negotiate;
    int ret;

    ssl->major_ver = MBEDTLS_SSL_MAJOR_VERSION_3;
    ssl->minor_ver = MBEDTLS_SSL_MINOR_VERSION_3;
    ssl->secure_renegotiation = MBEDTLS_SSL_SECURE_RENEGOTIATION;
    ssl->session_negotiate->ciphersuite = ciphersuite;
    memcpy(ssl->session_negotiate->master, master, 48);
    memcpy(ssl->handshake->randbytes, randoms, 64);
    ssl->handshake->resume = 1;
    transform->ciphersuite_info = mbedtls_ssl_ciphersuite_from_id(ciphersuite);
    if (transform->ciphersuite_info == NULL)
        return MBEDTLS_ERR_SSL_BAD_INPUT_DATA;

    ret = mbedtls_ssl_derive_keys(ssl);
    if (ret != 0)
        return ret;

    ssl->transform_in = ssl->transform_out = transform;
    ssl->session_in = ssl->session_out = ssl->session_negotiate;
    ssl->in_msg = ssl->in_iv + transform->ivlen - transform->fixed_ivlen;
    ssl->out_msg = ssl->out_iv + transform->ivlen - transform->fixed_ivlen;
    ssl->state = MBEDTLS_SSL_HANDSHAKE_WRAPUP;
    mbedtls_ssl_handshake_wrapup(ssl);
    return 0;
}

/* Seals any record and leaves it pending, where nothing is. */
int ember_ssl_seal_record(mbedtls_ssl_context *ssl, unsigned char type, const unsigned char *content, size_t len)
{
    if (ssl->out_left != 0 || len > MBEDTLS_SSL_OUT_CONTENT_LEN)
        return MBEDTLS_ERR_SSL_BAD_INPUT_DATA;

    memcpy(ssl->out_msg, content, len);
    ssl->out_msgtype = type;
    ssl->out_msglen = len;
    return mbedtls_ssl_write_record(ssl, 0);
}

/* Sets how many records were sent and received under these keys, where none is on its way. */
void ember_ssl_number_records(mbedtls_ssl_context *ssl, uint64_t sent, uint64_t received)
{
    size_t i;

    for (i = 0; i < 8; i++) {
        ssl->cur_out_ctr[i] = (unsigned char)(sent >> (56 - 8 * i));
        ssl->in_ctr[i] = (unsigned char)(received >> (56 - 8 * i));
    }
}
