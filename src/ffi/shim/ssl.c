/*
 * Sessions: what the Rust engine needs to see and do inside mbedtls_ssl_context, whose layout Rust never knows.
 * Every function takes a context that went through mbedtls_ssl_setup().
 */
#include "shim.h"

#include <string.h>

#include "mbedtls/platform.h"
#include "mbedtls/platform_util.h"
#include "mbedtls/ssl_internal.h"

#include "session.h"

mbedtls_ssl_config *ember_ssl_config_new(void)
{
    mbedtls_ssl_config *conf = mbedtls_calloc(1, sizeof(*conf));
    if (conf != NULL)
        mbedtls_ssl_config_init(conf);
    return conf;
}

void ember_ssl_config_free(mbedtls_ssl_config *conf)
{
    mbedtls_ssl_config_free(conf);
    mbedtls_free(conf);
}

/* The copy borrows every list of the original, so it is given back with ember_ssl_config_copy_free() alone. */
mbedtls_ssl_config *ember_ssl_config_copy(const mbedtls_ssl_config *conf)
{
    struct ember_session *session = mbedtls_calloc(1, sizeof(*session));
    if (session == NULL)
        return NULL;
    session->config = *conf;
#if defined(MBEDTLS_SSL_ASYNC_PRIVATE)
    ember_signing_init(&session->config);
#endif
    return &session->config;
}

void ember_ssl_config_copy_free(mbedtls_ssl_config *copy)
{
    if (copy == NULL)
        return;
    mbedtls_platform_zeroize(copy, sizeof(struct ember_session));
    mbedtls_free(copy);
}

mbedtls_ssl_context *ember_ssl_new(void)
{
    mbedtls_ssl_context *ssl = mbedtls_calloc(1, sizeof(*ssl));
    if (ssl != NULL)
        mbedtls_ssl_init(ssl);
    return ssl;
}

void ember_ssl_free(mbedtls_ssl_context *ssl)
{
    mbedtls_ssl_free(ssl);
    mbedtls_free(ssl);
}

int ember_ssl_state(const mbedtls_ssl_context *ssl)
{
    return ssl->state;
}

int ember_ssl_is_encrypting(const mbedtls_ssl_context *ssl)
{
    return ssl->transform_out != NULL;
}

int ember_ssl_ciphersuite(const mbedtls_ssl_context *ssl)
{
    return ssl->session != NULL ? ssl->session->ciphersuite : 0;
}

static int update_both_transcripts(mbedtls_ssl_context *ssl, const unsigned char *message, size_t len)
{
    int ret = mbedtls_sha256_update_ret(&ssl->handshake->fin_sha256, message, len);
#if defined(MBEDTLS_SHA512_C)
    if (ret == 0)
        ret = mbedtls_sha512_update_ret(&ssl->handshake->fin_sha512, message, len);
#endif
    return ret;
}

/*
 * Both transcripts go on after ServerHello: the engine keeps only that of the suite's hash, asks clients for signatures
 * over either, and then refuses the one it has no transcript for.
 */
void ember_ssl_keep_both_transcripts(mbedtls_ssl_context *ssl)
{
    if (ssl->handshake != NULL)
        ssl->handshake->update_checksum = update_both_transcripts;
}

/* Makes `message` the current handshake message: the next read_record() of the engine returns it as if just read. */
int ember_ssl_place_message(mbedtls_ssl_context *ssl, const unsigned char *message, size_t len)
{
    if (len < mbedtls_ssl_hs_hdr_len(ssl) || len > MBEDTLS_SSL_IN_CONTENT_LEN)
        return MBEDTLS_ERR_SSL_BAD_INPUT_DATA;

    memmove(ssl->in_msg, message, len);
    ssl->in_msgtype = MBEDTLS_SSL_MSG_HANDSHAKE;
    ssl->in_msglen = len;
    ssl->in_hslen = len;
    ssl->keep_current_message = 1;
    return 0;
}

int ember_ssl_hash_message(mbedtls_ssl_context *ssl, const unsigned char *message, size_t len)
{
    return ssl->handshake != NULL ? ssl->handshake->update_checksum(ssl, message, len) : 0;
}

/* Leaves one message out of the transcript. */
static int skip_one_message(mbedtls_ssl_context *ssl, const unsigned char *message, size_t len)
{
    (void) message;
    (void) len;
    ssl->handshake->update_checksum = ((struct ember_session *) ssl->conf)->update_checksum;
    return 0;
}

/* `message` goes into the transcript, and the next one that the engine adds does not. */
int ember_ssl_hash_in_place_of_next(mbedtls_ssl_context *ssl, const unsigned char *message, size_t len)
{
    int ret;

    if (ssl->handshake == NULL || ssl->handshake->update_checksum == skip_one_message)
        return MBEDTLS_ERR_SSL_INTERNAL_ERROR;
    if ((ret = ssl->handshake->update_checksum(ssl, message, len)) != 0)
        return ret;
    ((struct ember_session *) ssl->conf)->update_checksum = ssl->handshake->update_checksum;
    ssl->handshake->update_checksum = skip_one_message;
    return 0;
}

/* What the Finished message that comes or goes next must hold; the client's or the server's. */
int ember_ssl_next_finished(mbedtls_ssl_context *ssl, int of_client, unsigned char verify_data[12])
{
    if (ssl->handshake == NULL)
        return MBEDTLS_ERR_SSL_BAD_INPUT_DATA;
    return ssl->handshake->calc_finished(ssl, verify_data,
                                         of_client ? MBEDTLS_SSL_IS_CLIENT : MBEDTLS_SSL_IS_SERVER);
}

/* Runs of empty records are counted and bounded in Rust; the engine would answer the fourth with a wrong alert. */
int ember_ssl_read_record(mbedtls_ssl_context *ssl)
{
    int ret = ember_ssl_take_buffers(ssl);
    if (ret != 0)
        return ret;
    ssl->nb_zero = 0;
    return mbedtls_ssl_read_record(ssl, 0);
}

/* The level of the alert that was just read; the engine takes every one that is not fatal for a warning. */
unsigned char ember_ssl_alert_level(const mbedtls_ssl_context *ssl)
{
    return ssl->in_msg[0];
}

/* Whether the record just read was whole and could be decrypted, so that its content is the peer's own. */
int ember_ssl_is_opened(const mbedtls_ssl_context *ssl, int code)
{
    return ssl->in_left == 0 && code != MBEDTLS_ERR_SSL_INVALID_MAC;
}

const unsigned char *ember_ssl_record_content(const mbedtls_ssl_context *ssl, size_t *len)
{
    *len = ssl->in_msglen;
    return ssl->in_offt != NULL ? ssl->in_offt : ssl->in_msg;
}

/* Takes a handshake fragment, which the engine has refused, out of its buffer. */
void ember_ssl_discard_record(mbedtls_ssl_context *ssl)
{
    mbedtls_platform_zeroize(ssl->in_msg, ssl->in_msglen);
    ssl->in_msglen = 0;
    ssl->in_hslen = 0;
}

/* Application data just read becomes readable; an empty record stays consumed. */
void ember_ssl_begin_data(mbedtls_ssl_context *ssl)
{
    if (ssl->in_msglen != 0)
        ssl->in_offt = ssl->in_msg;
}

void ember_ssl_consume_data(mbedtls_ssl_context *ssl, size_t len)
{
    if (ssl->in_offt == NULL)
        return;
    if (len > ssl->in_msglen)
        len = ssl->in_msglen;

    mbedtls_platform_zeroize(ssl->in_offt, len);
    ssl->in_msglen -= len;
    if (ssl->in_msglen == 0)
    {
        ssl->in_offt = NULL;
        ssl->keep_current_message = 0;
    }
    else
        ssl->in_offt += len;
}

const unsigned char *ember_ssl_pending_output(const mbedtls_ssl_context *ssl, size_t *len)
{
    *len = ssl->out_left;
    /* Without its buffer there is no header to count back from. */
    return ssl->out_left == 0 ? NULL : ssl->out_hdr - ssl->out_left;
}

/*
 * Copies application data to its place in the next record, behind `staged` bytes that are there already: how much of
 * `buf` fitted, or an error. Refused while another record is pending, since the engine would lose or overrun it.
 */
int ember_ssl_stage_data(mbedtls_ssl_context *ssl, size_t staged, const unsigned char *buf, size_t len)
{
    int most;

    if (ssl->out_left != 0 || ssl->state != MBEDTLS_SSL_HANDSHAKE_OVER)
        return MBEDTLS_ERR_SSL_BAD_INPUT_DATA;

    most = ember_ssl_take_buffers(ssl);
    if (most == 0)
        most = mbedtls_ssl_get_max_out_record_payload(ssl);
    if (most < 0)
        return most;
    if (staged > (size_t) most)
        return MBEDTLS_ERR_SSL_BAD_INPUT_DATA;
    if (len > (size_t) most - staged)
        len = (size_t) most - staged;

    if (len > 0)
        memcpy(ssl->out_msg + staged, buf, len);
    return (int) len;
}

/* Seals what was staged and leaves it pending. */
int ember_ssl_seal_data(mbedtls_ssl_context *ssl, size_t staged)
{
    int most;

    if (ssl->out_left != 0 || ssl->state != MBEDTLS_SSL_HANDSHAKE_OVER)
        return MBEDTLS_ERR_SSL_BAD_INPUT_DATA;

    most = ember_ssl_take_buffers(ssl);
    if (most == 0)
        most = mbedtls_ssl_get_max_out_record_payload(ssl);
    if (most < 0)
        return most;
    if (staged > (size_t) most)
        return MBEDTLS_ERR_SSL_BAD_INPUT_DATA;

    ssl->out_msgtype = MBEDTLS_SSL_MSG_APPLICATION_DATA;
    ssl->out_msglen = staged;
    return mbedtls_ssl_write_record(ssl, 0);
}

/* Seals an alert and leaves it pending. Same rule as for data. */
int ember_ssl_seal_alert(mbedtls_ssl_context *ssl, unsigned char level, unsigned char description)
{
    int ret;

    if (ssl->out_left != 0)
        return MBEDTLS_ERR_SSL_BAD_INPUT_DATA;
    ret = ember_ssl_take_buffers(ssl);
    if (ret != 0)
        return ret;

    ssl->out_msg[0] = level;
    ssl->out_msg[1] = description;
    ssl->out_msgtype = MBEDTLS_SSL_MSG_ALERT;
    ssl->out_msglen = 2;
    return mbedtls_ssl_write_record(ssl, 0);
}

/*
 * Whether `code`, just returned by a read, means that a handshake record was opened and holds less than a message.
 * in_left is 0 only once a record is whole, and only then has its content been decrypted.
 */
int ember_ssl_is_fragment(const mbedtls_ssl_context *ssl, int code)
{
    if (ssl->in_msgtype != MBEDTLS_SSL_MSG_HANDSHAKE || ssl->in_left != 0)
        return 0;
    return code == MBEDTLS_ERR_SSL_FEATURE_UNAVAILABLE ||
           (code == MBEDTLS_ERR_SSL_INVALID_RECORD && ssl->in_msglen < mbedtls_ssl_hs_hdr_len(ssl));
}

int ember_ssl_has_more_messages(const mbedtls_ssl_context *ssl)
{
    return ssl->in_hslen != 0 && ssl->in_hslen < ssl->in_msglen;
}

int ember_ssl_has_data(const mbedtls_ssl_context *ssl)
{
    return ssl->in_offt != NULL;
}

#if defined(MBEDTLS_X509_CRT_PARSE_C)

/*
 * A server asks for a certificate. The engine is told that it is optional and judges nothing: what comes is judged in
 * Rust, and refused there where it is required or bad.
 */
void ember_ssl_request_certificate(mbedtls_ssl_context *ssl)
{
    mbedtls_ssl_set_hs_authmode(ssl, MBEDTLS_SSL_VERIFY_OPTIONAL);
}

/* The names of authorities have been sent; what comes back is judged in Rust alone. */
void ember_ssl_config_copy_forget_authorities(mbedtls_ssl_config *copy)
{
    copy->ca_chain = NULL;
}

/* The session answers a CertificateRequest with an empty list. */
void ember_ssl_config_copy_withdraw_certificate(mbedtls_ssl_config *copy)
{
    copy->key_cert = NULL;
}

/* The certificate that a server shows, once it has chosen its suite; NULL for none. Belongs to the configuration. */
const mbedtls_x509_crt *ember_ssl_own_certificate(const mbedtls_ssl_context *ssl)
{
    return ssl->handshake != NULL && ssl->handshake->key_cert != NULL ? ssl->handshake->key_cert->cert : NULL;
}

/* Whether the peer's key is on a curve that our configuration allows; true where it is on none. */
int ember_ssl_peer_curve_is_allowed(const mbedtls_ssl_context *ssl)
{
    const mbedtls_ssl_session *session = ssl->session_negotiate;

    if (session == NULL || session->peer_cert == NULL ||
        !mbedtls_pk_can_do(&session->peer_cert->pk, MBEDTLS_PK_ECKEY))
        return 1;

    return mbedtls_ssl_check_curve(ssl, mbedtls_pk_ec(session->peer_cert->pk)->grp.id) == 0;
}

#endif /* MBEDTLS_X509_CRT_PARSE_C */
