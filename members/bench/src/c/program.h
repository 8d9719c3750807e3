/*
 * A client and a server as a C program has them: Mbed TLS's own functions,
 * called in the order of its documentation.
 */
#ifndef BENCH_PROGRAM_H
#define BENCH_PROGRAM_H

#include <stddef.h>
#include <stdint.h>

struct bench_setup;
struct bench_pair;

/* DER; the chain without its root. */
struct bench_identity
{
    const unsigned char *leaf, *middle, *root, *key;
    size_t leaf_len, middle_len, root_len, key_len;
};

struct bench_sent
{
    uint32_t sends;
};

/* NULL where it cannot be done. */
struct bench_setup *bench_setup_new(const struct bench_identity *identity, const char *server_name, int suite,
                                    int x25519, int mutual, int resumed);
void bench_setup_free(struct bench_setup *setup);

/* Both ends, connected in memory; NULL for a handshake that fails. */
struct bench_pair *bench_connect(struct bench_setup *setup);
/* The same, until the server has answered the client's hello. */
struct bench_pair *bench_answered(struct bench_setup *setup);
void bench_pair_free(struct bench_pair *pair);
/* What is left is the server, without what lies between the two. */
void bench_pair_keep_server(struct bench_pair *pair);
int bench_is_resumed(const struct bench_pair *pair);

/* How many bytes lie in `wire` then; negative for an error. */
long bench_seal(struct bench_pair *pair, const unsigned char *data, size_t len, size_t record, unsigned char *wire,
                size_t wire_len);
/* How many bytes of data there were; negative for an error. */
long bench_open(struct bench_pair *pair, const unsigned char *wire, size_t wire_len, unsigned char *data, size_t len);

/* A handshake over a blocking socket: 0, or an error. */
int bench_over(struct bench_setup *setup, int fd, int is_client, struct bench_sent *sent);

#endif
