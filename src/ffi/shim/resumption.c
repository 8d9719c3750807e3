/*
 * Resumption: what Rust decides about it is written into the handshake here. Nothing is looked up and no ticket is
 * read in C. Every function takes a context in its handshake.
 */
#include "shim.h"

#include <string.h>

#include "mbedtls/platform.h"
#include "mbedtls/platform_util.h"
#include "mbedtls/ssl_internal.h"

#include "session.h"

/* What both sides of a resumed session know from before. */
static int restore(mbedtls_ssl_session *session, int suite, const unsigned char master[48])
{
    if (mbedtls_ssl_ciphersuite_from_id(suite) == NULL)
        return MBEDTLS_ERR_SSL_BAD_INPUT_DATA;
    session->ciphersuite = suite;
    session->compression = MBEDTLS_SSL_COMPRESS_NULL;
    memcpy(session->master, master, sizeof(session->master));
    return 0;
}

/*
 * A client, before its hello: offers a session by its id or, where there is one, by its ticket; the engine makes up the
 * id that goes with a ticket (RFC 5077, 3.4).
 */
int ember_ssl_offer_session(mbedtls_ssl_context *ssl, int suite, const unsigned char master[48],
                            const unsigned char *id, size_t id_len, const unsigned char *ticket, size_t ticket_len)
{
    mbedtls_ssl_session *session = ssl->session_negotiate;
    unsigned char *copy = NULL;
    int ret;

    if (ssl->handshake == NULL || session == NULL || session->ticket != NULL ||
        ssl->conf->endpoint != MBEDTLS_SSL_IS_CLIENT || ssl->state > MBEDTLS_SSL_CLIENT_HELLO ||
        id_len > sizeof(session->id))
        return MBEDTLS_ERR_SSL_BAD_INPUT_DATA;
    if (ticket_len != 0 && (copy = mbedtls_calloc(1, ticket_len)) == NULL)
        return MBEDTLS_ERR_SSL_ALLOC_FAILED;
    if ((ret = restore(session, suite, master)) != 0)
    {
        mbedtls_free(copy);
        return ret;
    }
    if (ticket_len != 0)
        memcpy(copy, ticket, ticket_len);
    session->ticket = copy;
    session->ticket_len = ticket_len;
    memcpy(session->id, id, id_len);
    session->id_len = id_len;
    ssl->handshake->resume = 1;
    return 0;
}

/* A server, between ClientHello and ServerHello: goes on with this session. The client's session id is sent back. */
int ember_ssl_resume_session(mbedtls_ssl_context *ssl, int suite, const unsigned char master[48])
{
    int ret;

    if (ssl->handshake == NULL || ssl->session_negotiate == NULL || ssl->transform_negotiate == NULL ||
        ssl->conf->endpoint != MBEDTLS_SSL_IS_SERVER || ssl->state != MBEDTLS_SSL_SERVER_HELLO)
        return MBEDTLS_ERR_SSL_BAD_INPUT_DATA;
    if ((ret = restore(ssl->session_negotiate, suite, master)) != 0)
        return ret;
    ssl->transform_negotiate->ciphersuite_info = mbedtls_ssl_ciphersuite_from_id(suite);
    ssl->handshake->resume = 1;
    return 0;
}

/* Whether the handshake under way is an abbreviated one. */
int ember_ssl_is_resuming(const mbedtls_ssl_context *ssl)
{
    return ssl->handshake != NULL && ssl->handshake->resume != 0;
}

/* A server, before its ServerHello: whether the suite that was chosen has a pre-shared key. */
int ember_ssl_chose_psk(const mbedtls_ssl_context *ssl)
{
#if defined(MBEDTLS_KEY_EXCHANGE__SOME__PSK_ENABLED)
    const mbedtls_ssl_transform *transform = ssl->transform_negotiate;

    return transform != NULL && transform->ciphersuite_info != NULL &&
        mbedtls_ssl_ciphersuite_uses_psk(transform->ciphersuite_info);
#else
    (void) ssl;
    return 0;
#endif
}

static int kept_elsewhere(void *none, const mbedtls_ssl_session *session)
{
    (void) none;
    (void) session;
    return 0;
}

/* A server, before its ServerHello: a new session is kept, so it gets an id. Who keeps it is not the engine. */
void ember_ssl_give_session_id(mbedtls_ssl_context *ssl)
{
    ((struct ember_session *) ssl->conf)->config.f_set_cache = kept_elsewhere;
}

/* A server, before its ServerHello: a NewSessionTicket will follow. */
void ember_ssl_announce_ticket(mbedtls_ssl_context *ssl)
{
    if (ssl->handshake != NULL)
        ssl->handshake->new_session_ticket = 1;
}

/* Whether a NewSessionTicket that was announced must be written before ChangeCipherSpec. */
int ember_ssl_owes_ticket(const mbedtls_ssl_context *ssl)
{
    return ssl->handshake != NULL && ssl->handshake->new_session_ticket != 0;
}

/* Writes the NewSessionTicket (RFC 5077, 3.3); one without a ticket says that there is none after all. */
int ember_ssl_write_ticket(mbedtls_ssl_context *ssl, uint32_t lifetime, const unsigned char *ticket, size_t len)
{
    unsigned char *p = ssl->out_msg;

    if (ssl->handshake == NULL || ssl->out_left != 0 || ssl->conf->endpoint != MBEDTLS_SSL_IS_SERVER ||
        ssl->state != MBEDTLS_SSL_SERVER_CHANGE_CIPHER_SPEC || len > MBEDTLS_SSL_OUT_CONTENT_LEN - 10)
        return MBEDTLS_ERR_SSL_BAD_INPUT_DATA;

    p[0] = MBEDTLS_SSL_HS_NEW_SESSION_TICKET;
    p[4] = (unsigned char) (lifetime >> 24);
    p[5] = (unsigned char) (lifetime >> 16);
    p[6] = (unsigned char) (lifetime >> 8);
    p[7] = (unsigned char) lifetime;
    p[8] = (unsigned char) (len >> 8);
    p[9] = (unsigned char) len;
    if (len != 0)
        memcpy(p + 10, ticket, len);
    ssl->out_msgtype = MBEDTLS_SSL_MSG_HANDSHAKE;
    ssl->out_msglen = 10 + len;
    ssl->handshake->new_session_ticket = 0;
    return mbedtls_ssl_write_handshake_msg(ssl);
}

/* The code of the fragment length that a client has asked a server for (RFC 6066, section 4); 0 for none. */
int ember_ssl_max_fragment_code(const mbedtls_ssl_context *ssl)
{
    const mbedtls_ssl_session *session = ssl->session_negotiate != NULL ? ssl->session_negotiate : ssl->session;

    return session != NULL ? session->mfl_code : 0;
}
