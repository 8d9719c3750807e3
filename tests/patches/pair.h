/*
 * A client and a server in one program, with queues in memory between them.
 */
#ifndef PAIR_H
#define PAIR_H

#include "program.h"

#include "mbedtls/pk.h"
#include "mbedtls/ssl.h"
#include "mbedtls/ssl_internal.h"
#include "mbedtls/x509_crt.h"

struct queue {
    unsigned char bytes[1 << 18];
    size_t start, end;
    /* What a sender is told, or 1 to take everything. */
    int answer;
    /* Whether alerts that can be seen are lost. */
    int loses_alerts;
};

struct side {
    struct queue *in, *out;
    mbedtls_ssl_config config;
    mbedtls_ssl_context ssl;
};

static struct queue to_server, to_client;
static struct side client = { .in = &to_client, .out = &to_server };
static struct side server = { .in = &to_server, .out = &to_client };

static int queue_send(void *context, const unsigned char *bytes, size_t length)
{
    struct queue *queue = ((struct side *) context)->out;

    if (queue->answer != 1)
        return queue->answer;
    if (queue->loses_alerts && bytes[0] == MBEDTLS_SSL_MSG_ALERT)
        return (int) length;
    CHECK(length <= sizeof(queue->bytes) - queue->end);
    memcpy(queue->bytes + queue->end, bytes, length);
    queue->end += length;
    return (int) length;
}

static int queue_recv(void *context, unsigned char *bytes, size_t length)
{
    struct queue *queue = ((struct side *) context)->in;

    if (queue->start == queue->end)
        return MBEDTLS_ERR_SSL_WANT_READ;
    if (length > queue->end - queue->start)
        length = queue->end - queue->start;
    memcpy(bytes, queue->bytes + queue->start, length);
    queue->start += length;
    return (int) length;
}

static void queue_clear(struct queue *queue)
{
    queue->start = queue->end = 0;
    queue->answer = 1;
}

/* The type of the next record in a queue, 0 where there is none. Passes over
 * that record. */
static inline int next_record(struct queue *queue)
{
    const unsigned char *header = queue->bytes + queue->start;

    if (queue->start == queue->end)
        return 0;
    CHECK(queue->end - queue->start >= 5);
    queue->start += 5 + (size_t) (header[3] << 8 | header[4]);
    CHECK(queue->start <= queue->end);
    return header[0];
}

static void configure(struct side *side, int endpoint)
{
    mbedtls_ssl_config_init(&side->config);
    mbedtls_ssl_init(&side->ssl);
    CHECK(mbedtls_ssl_config_defaults(&side->config, endpoint,
                                      MBEDTLS_SSL_TRANSPORT_STREAM,
                                      MBEDTLS_SSL_PRESET_DEFAULT) == 0);
    mbedtls_ssl_conf_rng(&side->config, counting, NULL);
}

static void set_up(struct side *side)
{
    queue_clear(side->in);
    CHECK(mbedtls_ssl_setup(&side->ssl, &side->config) == 0);
    mbedtls_ssl_set_bio(&side->ssl, side, queue_send, queue_recv, NULL);
}

static inline void read_certificate(mbedtls_x509_crt *certificate, const char *path)
{
    size_t length;
    const unsigned char *der = read_file(path, &length);

    mbedtls_x509_crt_init(certificate);
    CHECK(mbedtls_x509_crt_parse_der(certificate, der, length - 1) == 0);
}

static inline void read_key(mbedtls_pk_context *key, const char *path)
{
    size_t length;
    const unsigned char *der = read_file(path, &length);

    mbedtls_pk_init(key);
    CHECK(mbedtls_pk_parse_key(key, der, length - 1, NULL, 0) == 0);
}

/* A server with a certificate and a client that trusts `trusted`. */
static inline void configure_pair(mbedtls_x509_crt *certificate,
                                  mbedtls_pk_context *key,
                                  mbedtls_x509_crt *trusted)
{
    configure(&server, MBEDTLS_SSL_IS_SERVER);
    configure(&client, MBEDTLS_SSL_IS_CLIENT);
    CHECK(mbedtls_ssl_conf_own_cert(&server.config, certificate, key) == 0);
    mbedtls_ssl_conf_ca_chain(&client.config, trusted, NULL);
    set_up(&server);
    set_up(&client);
    CHECK(mbedtls_ssl_set_hostname(&client.ssl, "localhost") == 0);
}

static inline int wants(int code)
{
    return code == MBEDTLS_ERR_SSL_WANT_READ || code == MBEDTLS_ERR_SSL_WANT_WRITE;
}

/* Drives both sides until the client is done or has failed. */
static inline int handshake(void)
{
    int ret, rounds;

    for (rounds = 0; rounds < 100; rounds++) {
        ret = mbedtls_ssl_handshake(&client.ssl);
        if (ret != 0 && !wants(ret))
            return ret;
        if (server.ssl.state != MBEDTLS_SSL_HANDSHAKE_OVER)
            mbedtls_ssl_handshake(&server.ssl);
        if (ret == 0 && server.ssl.state == MBEDTLS_SSL_HANDSHAKE_OVER)
            return 0;
    }
    CHECK(!"the handshake comes to an end");
    return -1;
}

static inline void free_pair(void)
{
    mbedtls_ssl_free(&client.ssl);
    mbedtls_ssl_free(&server.ssl);
    mbedtls_ssl_config_free(&client.config);
    mbedtls_ssl_config_free(&server.config);
}

#endif /* PAIR_H */
