#include "program.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>

#include "mbedtls/ctr_drbg.h"
#include "mbedtls/entropy.h"
#include "mbedtls/pk.h"
#include "mbedtls/ssl.h"
#include "mbedtls/x509_crt.h"

/* Bytes on their way. They lie where they were put, or where the caller has
 * them. */
struct queue
{
    unsigned char *bytes;
    size_t start, end, size;
};

struct end
{
    mbedtls_ssl_context ssl;
    struct queue *in, *out;
};

struct bench_pair
{
    struct end client, server;
    struct queue to_client, to_server;
    int has_client, is_resumed;
};

struct bench_setup
{
    mbedtls_ssl_config client, server;
    mbedtls_x509_crt chain, root;
    mbedtls_pk_context key;
    const char *server_name;
    int suites[2];
    mbedtls_ecp_group_id curves[3];
    /* The session of a first connection, where others resume it. */
    mbedtls_ssl_session kept, cached;
    int resumed, has_session;
    pthread_mutex_t lock;
};

struct socket_end
{
    int fd;
    uint32_t sends;
};

/* Each thread draws from a generator of its own. */
struct generator
{
    mbedtls_entropy_context entropy;
    mbedtls_ctr_drbg_context drbg;
    int is_seeded;
};

static __thread struct generator generator;

static int gather(void *context, unsigned char *out, size_t len, size_t *got)
{
    ssize_t count = getrandom(out, len, 0);

    (void) context;
    if (count < 0)
        return MBEDTLS_ERR_ENTROPY_SOURCE_FAILED;
    *got = (size_t) count;
    return 0;
}

static int draw(void *context, unsigned char *out, size_t len)
{
    int ret;

    (void) context;
    if (!generator.is_seeded)
    {
        mbedtls_entropy_init(&generator.entropy);
        mbedtls_ctr_drbg_init(&generator.drbg);
        ret = mbedtls_entropy_add_source(&generator.entropy, gather, NULL, 32, MBEDTLS_ENTROPY_SOURCE_STRONG);
        if (ret == 0)
            ret = mbedtls_ctr_drbg_seed(&generator.drbg, mbedtls_entropy_func, &generator.entropy, NULL, 0);
        if (ret != 0)
            return ret;
        generator.is_seeded = 1;
    }
    return mbedtls_ctr_drbg_random(&generator.drbg, out, len);
}

/* A cache of one session. */
static int cache_get(void *context, mbedtls_ssl_session *session)
{
    struct bench_setup *setup = context;
    int ret = 1;

    pthread_mutex_lock(&setup->lock);
    if (setup->cached.id_len != 0 && setup->cached.id_len == session->id_len &&
        memcmp(setup->cached.id, session->id, session->id_len) == 0)
    {
        memcpy(session->master, setup->cached.master, sizeof(session->master));
        session->ciphersuite = setup->cached.ciphersuite;
        session->compression = setup->cached.compression;
        session->verify_result = setup->cached.verify_result;
        ret = 0;
    }
    pthread_mutex_unlock(&setup->lock);
    return ret;
}

static int cache_set(void *context, const mbedtls_ssl_session *session)
{
    struct bench_setup *setup = context;

    pthread_mutex_lock(&setup->lock);
    if (setup->cached.id_len == 0)
    {
        setup->cached = *session;
        setup->cached.peer_cert = NULL;
        setup->cached.ticket = NULL;
    }
    pthread_mutex_unlock(&setup->lock);
    return 0;
}

static int configure(struct bench_setup *setup, mbedtls_ssl_config *config, int endpoint, int shows, int asks)
{
    int ret =
        mbedtls_ssl_config_defaults(config, endpoint, MBEDTLS_SSL_TRANSPORT_STREAM, MBEDTLS_SSL_PRESET_DEFAULT);

    if (ret != 0)
        return ret;
    mbedtls_ssl_conf_rng(config, draw, NULL);
    mbedtls_ssl_conf_ciphersuites(config, setup->suites);
    mbedtls_ssl_conf_curves(config, setup->curves);
    mbedtls_ssl_conf_session_tickets(config, MBEDTLS_SSL_SESSION_TICKETS_DISABLED);
    mbedtls_ssl_conf_authmode(config, asks ? MBEDTLS_SSL_VERIFY_REQUIRED : MBEDTLS_SSL_VERIFY_NONE);
    if (asks)
        mbedtls_ssl_conf_ca_chain(config, &setup->root, NULL);
    return shows ? mbedtls_ssl_conf_own_cert(config, &setup->chain, &setup->key) : 0;
}

struct bench_setup *bench_setup_new(const struct bench_identity *identity, const char *server_name, int suite,
                                    int x25519, int mutual, int resumed)
{
    struct bench_setup *setup = calloc(1, sizeof(*setup));
    mbedtls_ecp_group_id *curve;

    if (setup == NULL)
        return NULL;
    mbedtls_ssl_config_init(&setup->client);
    mbedtls_ssl_config_init(&setup->server);
    mbedtls_x509_crt_init(&setup->chain);
    mbedtls_x509_crt_init(&setup->root);
    mbedtls_pk_init(&setup->key);
    pthread_mutex_init(&setup->lock, NULL);
    setup->server_name = server_name;
    setup->resumed = resumed;
    setup->suites[0] = suite;
    curve = setup->curves;
    if (x25519)
        *curve++ = MBEDTLS_ECP_DP_CURVE25519;
    *curve++ = MBEDTLS_ECP_DP_SECP256R1;
    *curve = MBEDTLS_ECP_DP_NONE;

    if (mbedtls_x509_crt_parse_der(&setup->chain, identity->leaf, identity->leaf_len) != 0 ||
        mbedtls_x509_crt_parse_der(&setup->chain, identity->middle, identity->middle_len) != 0 ||
        mbedtls_x509_crt_parse_der(&setup->root, identity->root, identity->root_len) != 0 ||
        mbedtls_pk_parse_key(&setup->key, identity->key, identity->key_len, NULL, 0) != 0 ||
        configure(setup, &setup->client, MBEDTLS_SSL_IS_CLIENT, mutual, 1) != 0 ||
        configure(setup, &setup->server, MBEDTLS_SSL_IS_SERVER, 1, mutual) != 0)
    {
        bench_setup_free(setup);
        return NULL;
    }
    if (resumed)
        mbedtls_ssl_conf_session_cache(&setup->server, setup, cache_get, cache_set);
    return setup;
}

void bench_setup_free(struct bench_setup *setup)
{
    mbedtls_ssl_session_free(&setup->kept);
    mbedtls_ssl_config_free(&setup->client);
    mbedtls_ssl_config_free(&setup->server);
    mbedtls_x509_crt_free(&setup->chain);
    mbedtls_x509_crt_free(&setup->root);
    mbedtls_pk_free(&setup->key);
    pthread_mutex_destroy(&setup->lock);
    free(setup);
}

static int queue_send(void *context, const unsigned char *bytes, size_t len)
{
    struct queue *queue = ((struct end *) context)->out;

    if (len > queue->size - queue->end)
    {
        size_t size = 2 * (queue->end + len);
        unsigned char *larger = realloc(queue->bytes, size);
        if (larger == NULL)
            return MBEDTLS_ERR_SSL_ALLOC_FAILED;
        queue->bytes = larger;
        queue->size = size;
    }
    memcpy(queue->bytes + queue->end, bytes, len);
    queue->end += len;
    return (int) len;
}

static int queue_recv(void *context, unsigned char *bytes, size_t len)
{
    struct queue *queue = ((struct end *) context)->in;

    if (len > queue->end - queue->start)
        len = queue->end - queue->start;
    if (len == 0)
        return MBEDTLS_ERR_SSL_WANT_READ;
    memcpy(bytes, queue->bytes + queue->start, len);
    queue->start += len;
    if (queue->start == queue->end)
        queue->start = queue->end = 0;
    return (int) len;
}

/* Under the lock where sessions are resumed: the name is the client's alone,
 * and the kept session is only read. */
static int begin_client(struct bench_setup *setup, mbedtls_ssl_context *ssl)
{
    int ret = mbedtls_ssl_setup(ssl, &setup->client);

    if (ret == 0)
        ret = mbedtls_ssl_set_hostname(ssl, setup->server_name);
    if (ret == 0 && setup->has_session)
        ret = mbedtls_ssl_set_session(ssl, &setup->kept);
    return ret;
}

static struct bench_pair *pair_new(struct bench_setup *setup)
{
    struct bench_pair *pair = calloc(1, sizeof(*pair));

    if (pair == NULL)
        return NULL;
    pair->has_client = 1;
    mbedtls_ssl_init(&pair->client.ssl);
    mbedtls_ssl_init(&pair->server.ssl);
    pair->client.in = pair->server.out = &pair->to_client;
    pair->server.in = pair->client.out = &pair->to_server;
    if (begin_client(setup, &pair->client.ssl) != 0 || mbedtls_ssl_setup(&pair->server.ssl, &setup->server) != 0)
    {
        bench_pair_free(pair);
        return NULL;
    }
    mbedtls_ssl_set_bio(&pair->client.ssl, &pair->client, queue_send, queue_recv, NULL);
    mbedtls_ssl_set_bio(&pair->server.ssl, &pair->server, queue_send, queue_recv, NULL);
    return pair;
}

static int advance(struct end *end)
{
    int ret = mbedtls_ssl_handshake(&end->ssl);

    return ret == MBEDTLS_ERR_SSL_WANT_READ ? 0 : ret;
}

struct bench_pair *bench_connect(struct bench_setup *setup)
{
    struct bench_pair *pair = pair_new(setup);
    int ret = pair == NULL ? -1 : 0;

    while (ret == 0 && (pair->client.ssl.state != MBEDTLS_SSL_HANDSHAKE_OVER ||
                        pair->server.ssl.state != MBEDTLS_SSL_HANDSHAKE_OVER))
    {
        ret = advance(&pair->client);
        if (ret == 0)
            ret = advance(&pair->server);
    }
    if (ret == 0 && setup->resumed && !setup->has_session)
    {
        ret = mbedtls_ssl_get_session(&pair->client.ssl, &setup->kept);
        setup->has_session = 1;
    }
    else if (ret == 0)
        pair->is_resumed = setup->resumed && memcmp(pair->client.ssl.session->master, setup->kept.master, 48) == 0;
    if (ret == 0)
        return pair;
    bench_pair_free(pair);
    return NULL;
}

struct bench_pair *bench_answered(struct bench_setup *setup)
{
    struct bench_pair *pair = pair_new(setup);

    if (pair == NULL)
        return NULL;
    if (advance(&pair->client) == 0 && advance(&pair->server) == 0)
    {
        bench_pair_keep_server(pair);
        return pair;
    }
    bench_pair_free(pair);
    return NULL;
}

void bench_pair_keep_server(struct bench_pair *pair)
{
    if (pair->has_client)
        mbedtls_ssl_free(&pair->client.ssl);
    pair->has_client = 0;
    free(pair->to_client.bytes);
    free(pair->to_server.bytes);
    memset(&pair->to_client, 0, sizeof(pair->to_client));
    memset(&pair->to_server, 0, sizeof(pair->to_server));
}

void bench_pair_free(struct bench_pair *pair)
{
    if (pair == NULL)
        return;
    bench_pair_keep_server(pair);
    mbedtls_ssl_free(&pair->server.ssl);
    free(pair);
}

int bench_is_resumed(const struct bench_pair *pair)
{
    return pair->is_resumed;
}

long bench_seal(struct bench_pair *pair, const unsigned char *data, size_t len, size_t record, unsigned char *wire,
                size_t wire_len)
{
    struct queue own = pair->to_server;
    size_t done = 0;
    long sealed;

    pair->to_server = (struct queue) { .bytes = wire, .size = wire_len };
    while (done < len)
    {
        size_t part = len - done < record ? len - done : record;
        int ret = mbedtls_ssl_write(&pair->client.ssl, data + done, part);
        if (ret <= 0)
            return ret == 0 ? -1 : ret;
        done += (size_t) ret;
    }
    /* The caller has made room for all of it, so it is still there. */
    sealed = pair->to_server.bytes == wire ? (long) pair->to_server.end : -1;
    pair->to_server = own;
    return sealed;
}

long bench_open(struct bench_pair *pair, const unsigned char *wire, size_t wire_len, unsigned char *data, size_t len)
{
    struct queue own = pair->to_server;
    size_t done = 0;

    /* Is only read. */
    pair->to_server = (struct queue) { .bytes = (unsigned char *) wire, .end = wire_len, .size = wire_len };
    while (done < len)
    {
        int ret = mbedtls_ssl_read(&pair->server.ssl, data + done, len - done);
        if (ret == MBEDTLS_ERR_SSL_WANT_READ)
            break;
        if (ret <= 0)
            return ret == 0 ? -1 : ret;
        done += (size_t) ret;
    }
    pair->to_server = own;
    return (long) done;
}

static int socket_send(void *context, const unsigned char *bytes, size_t len)
{
    struct socket_end *end = context;
    ssize_t count = send(end->fd, bytes, len, MSG_NOSIGNAL);

    end->sends++;
    return count < 0 ? MBEDTLS_ERR_SSL_INTERNAL_ERROR : (int) count;
}

static int socket_recv(void *context, unsigned char *bytes, size_t len)
{
    struct socket_end *end = context;
    ssize_t count = recv(end->fd, bytes, len, 0);

    return count < 0 ? MBEDTLS_ERR_SSL_INTERNAL_ERROR : (int) count;
}

int bench_over(struct bench_setup *setup, int fd, int is_client, struct bench_sent *sent)
{
    struct socket_end end = { .fd = fd };
    mbedtls_ssl_context ssl;
    int ret;

    mbedtls_ssl_init(&ssl);
    ret = is_client ? begin_client(setup, &ssl) : mbedtls_ssl_setup(&ssl, &setup->server);
    mbedtls_ssl_set_bio(&ssl, &end, socket_send, socket_recv, NULL);
    if (ret == 0)
        ret = mbedtls_ssl_handshake(&ssl);
    mbedtls_ssl_free(&ssl);
    sent->sends = end.sends;
    return ret;
}
