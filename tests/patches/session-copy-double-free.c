/*
 * A session with a ticket is put into a client while memory is short; then
 * both are freed.
 */
#include "pair.h"

static int copy(const char *path, int allocation)
{
    mbedtls_ssl_session session;
    int ret;

    mbedtls_ssl_session_init(&session);
    session.peer_cert = mbedtls_calloc(1, sizeof(*session.peer_cert));
    CHECK(session.peer_cert != NULL);
    read_certificate(session.peer_cert, path);
    session.ticket_len = 10;
    session.ticket = mbedtls_calloc(1, session.ticket_len);
    CHECK(session.ticket != NULL);
    configure(&client, MBEDTLS_SSL_IS_CLIENT);
    set_up(&client);

    failing_allocation = allocation;
    ret = mbedtls_ssl_set_session(&client.ssl, &session);
    failing_allocation = 0;

    mbedtls_ssl_session_free(&session);
    mbedtls_ssl_free(&client.ssl);
    mbedtls_ssl_config_free(&client.config);
    return ret;
}

int main(int argc, char **argv)
{
    int allocation = 1;

    CHECK(argc == 3);
    hook_allocations();
    while (copy(argv[1], allocation) != 0)
        allocation++;
    CHECK(allocation > 3);
    CHECK(live_blocks == 0);
    return 0;
}
