/*
 * Files of one or two CRLs, with different things behind each.
 */
#include "pair.h"

#include "mbedtls/pem.h"
#include "mbedtls/x509_crl.h"

static const char *crl;
static char text[16384];

static int parse(const char *between, const char *behind, int expected_count)
{
    mbedtls_x509_crl chain, *each;
    int ret, count = 0;

    mbedtls_x509_crl_init(&chain);
    snprintf(text, sizeof(text), "%s%s%s%s", crl, between, crl, behind);
    ret = mbedtls_x509_crl_parse(&chain, (unsigned char *) text, strlen(text) + 1);
    for (each = &chain; each != NULL; each = each->next)
        count += each->version != 0;
    CHECK(count == expected_count);
    mbedtls_x509_crl_free(&chain);
    return ret;
}

static void must_parse(const char *between, const char *behind)
{
    if (parse(between, behind, 2) != 0)
        fault("whitespace behind a CRL is refused");
}

int main(int argc, char **argv)
{
    size_t length;

    CHECK(argc == 2);
    crl = (const char *) read_file(argv[1], &length);

    must_parse("", "");
    must_parse("\n\n", "");
    must_parse("", "\n");
    must_parse("\r\n \t", "\n\n \r\n\t\n");
    must_parse("", " ");

    CHECK(parse("", "\n-----BEGIN X509 CRL-----\n", 2) ==
          MBEDTLS_ERR_PEM_NO_HEADER_FOOTER_PRESENT);
    CHECK(parse("", "\nx\n", 2) == MBEDTLS_ERR_PEM_NO_HEADER_FOOTER_PRESENT);
    return 0;
}
