/*
 * A number without limbs is divided, written as text and as a debug line, and
 * is half of a greatest common divisor.
 */
#include "program.h"

#include "mbedtls/bignum.h"
#include "mbedtls/debug.h"
#include "mbedtls/ssl.h"

static char lines[256];

static void remember(void *context, int level, const char *file, int line, const char *text)
{
    (void) context;
    (void) level;
    (void) file;
    (void) line;
    strncat(lines, text, sizeof(lines) - strlen(lines) - 1);
}

int main(void)
{
    mbedtls_mpi empty, six, result;
    mbedtls_mpi_uint rest = 7;
    mbedtls_ssl_config config;
    mbedtls_ssl_context ssl;
    char text[16];
    size_t length;

    mbedtls_mpi_init(&empty);
    mbedtls_mpi_init(&six);
    mbedtls_mpi_init(&result);
    CHECK(mbedtls_mpi_lset(&six, -6) == 0);
    CHECK(empty.n == 0);

    CHECK(mbedtls_mpi_gcd(&result, &empty, &six) == 0);
    if (mbedtls_mpi_cmp_int(&result, 6) != 0)
        fault("the greatest common divisor of 0 and -6 is not 6");
    CHECK(mbedtls_mpi_gcd(&result, &six, &empty) == 0);
    if (mbedtls_mpi_cmp_int(&result, 6) != 0)
        fault("the greatest common divisor of -6 and 0 is not 6");

    CHECK(mbedtls_mpi_mod_int(&rest, &empty, 2) == 0);
    CHECK(rest == 0);
    CHECK(mbedtls_mpi_write_string(&empty, 2, text, sizeof(text), &length) == 0);
    CHECK(strcmp(text, "0") == 0);

    mbedtls_ssl_config_init(&config);
    mbedtls_ssl_init(&ssl);
    mbedtls_ssl_conf_dbg(&config, remember, NULL);
    ssl.conf = &config;
    mbedtls_debug_set_threshold(3);
    mbedtls_debug_print_mpi(&ssl, 3, "file", 1, "number", &empty);
    CHECK(strstr(lines, "value of 'number' (0 bits) is:\n") != NULL);
    CHECK(strstr(lines, " 00\n") != NULL);

    mbedtls_mpi_free(&six);
    mbedtls_mpi_free(&result);
    return 0;
}
