/*
 * BasicConstraints, and lists of extensions, that are not what DER allows.
 */
#include "program.h"

#include <../library/x509_crt.c>

/* 1 for a CA, 0 for none, -1 if it cannot be read. */
static int is_ca(const unsigned char *der, size_t length)
{
    unsigned char copy[32], *p = copy;
    int ca = 0, most;

    CHECK(length <= sizeof(copy));
    memcpy(copy, der, length);
    if (x509_get_basic_constraints(&p, copy + length, &ca, &most) != 0)
        return -1;
    return ca;
}

#define IS_CA(...) \
    is_ca((const unsigned char[]) { __VA_ARGS__ }, \
          sizeof((const unsigned char[]) { __VA_ARGS__ }))

static void hidden_extension(void)
{
    /* An empty list, and behind it in the wrapper BasicConstraints. */
    unsigned char der[] = {
        0xa3, 2, 0x30, 0,
        0x30, 12, 6, 3, 0x55, 0x1d, 0x13, 4, 5, 0x30, 3, 1, 1, 0xff,
    };
    unsigned char *p = der;
    mbedtls_x509_crt certificate;

    mbedtls_x509_crt_init(&certificate);
    if (x509_get_crt_ext(&p, der + sizeof(der), &certificate) == 0 && certificate.ca_istrue)
        fault("an extension outside the list counts");
}

int main(void)
{
    CHECK(IS_CA(0x30, 0) == 0);
    CHECK(IS_CA(0x30, 3, 1, 1, 0xff) == 1);
    CHECK(IS_CA(0x30, 3, 1, 1, 0) == 0);
    CHECK(IS_CA(0x30, 6, 1, 1, 0xff, 2, 1, 3) == 1);
    CHECK(IS_CA(0x30, 3, 1, 1, 0xff, 0) == -1);
    if (IS_CA(0x30, 3, 2, 1, 1) == 1)
        fault("an INTEGER makes a CA");
    if (IS_CA(0x30, 0, 1, 1, 0xff) == 1)
        fault("a BOOLEAN behind the sequence makes a CA");
    hidden_extension();
    return 0;
}
