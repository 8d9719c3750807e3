/*
 * A certificate whose outer algorithm has a NULL where the inner one has
 * nothing.
 */
#include "program.h"

#include "mbedtls/x509_crt.h"

/* SEQUENCE of ecdsa-with-SHA256 without parameters. */
static const unsigned char algorithm[] = {
    0x30, 0x0a, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02,
};

static int parse(const unsigned char *der, size_t length)
{
    mbedtls_x509_crt certificate;
    int ret;

    mbedtls_x509_crt_init(&certificate);
    ret = mbedtls_x509_crt_parse_der(&certificate, der, length);
    mbedtls_x509_crt_free(&certificate);
    return ret;
}

int main(int argc, char **argv)
{
    unsigned char *der;
    size_t length, outer;

    CHECK(argc == 3);
    der = read_file(argv[1], &length);
    length--;
    CHECK(parse(der, length) == 0);

    CHECK(der[0] == 0x30 && der[1] == 0x82 && der[4] == 0x30 && der[5] == 0x82);
    outer = 8 + (size_t) (der[6] << 8 | der[7]);
    CHECK(memcmp(der + outer, algorithm, sizeof(algorithm)) == 0);
    memmove(der + outer + 14, der + outer + 12, length - outer - 12);
    der[outer + 1] = 12;
    der[outer + 12] = 5;
    der[outer + 13] = 0;
    length += 2;
    der[2] = (unsigned char) ((length - 4) >> 8);
    der[3] = (unsigned char) (length - 4);
    if (parse(der, length) != MBEDTLS_ERR_X509_SIG_MISMATCH)
        fault("two different algorithms pass for one");
    return 0;
}
