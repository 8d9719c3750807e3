/*
 * Entries of a CRL with different things behind their dates.
 */
#include "program.h"

#include <../library/x509_crl.c>

/* The serial 5 and a date; `rest` follows. */
static int parse(const unsigned char *rest, size_t length)
{
    static const unsigned char start[] = {
        2, 1, 5, 0x17, 13, '2', '4', '0', '1', '0', '1', '0', '0', '0', '0', '0', '0', 'Z',
    };
    unsigned char der[128], *p = der;
    mbedtls_x509_crl_entry entry, *next;
    int ret;

    CHECK(sizeof(start) + length < 100);
    der[0] = der[2] = 0x30;
    der[1] = (unsigned char) (2 + sizeof(start) + length);
    der[3] = (unsigned char) (sizeof(start) + length);
    memcpy(der + 4, start, sizeof(start));
    memcpy(der + 4 + sizeof(start), rest, length);
    memset(&entry, 0, sizeof(entry));
    ret = x509_get_entries(&p, der + 4 + sizeof(start) + length, &entry);
    while ((next = entry.next) != NULL) {
        entry.next = next->next;
        mbedtls_free(next);
    }
    return ret;
}

#define PARSE(...) \
    parse((const unsigned char[]) { __VA_ARGS__ }, \
          sizeof((const unsigned char[]) { __VA_ARGS__ }))

int main(void)
{
    CHECK(parse((const unsigned char *) "", 0) == 0);
    /* A reason code: keyCompromise. */
    CHECK(PARSE(0x30, 12, 0x30, 10, 6, 3, 0x55, 0x1d, 0x15, 4, 3, 0x0a, 1, 1) == 0);
    /* The same with `critical` spelt out as false. */
    CHECK(PARSE(0x30, 15, 0x30, 13, 6, 3, 0x55, 0x1d, 0x15, 1, 1, 0, 4, 3, 0x0a, 1, 1) == 0);
    if (PARSE(0x30, 15, 0x30, 13, 6, 3, 0x55, 0x1d, 0x1d, 1, 1, 0xff, 4, 3, 0x0a, 1, 1) == 0)
        fault("a critical extension is ignored");
    if (PARSE(0x30, 12, 0x30, 10, 6, 3, 0x55, 0x1d, 0x15, 4, 3, 0x0a, 1, 1, 5, 0) == 0)
        fault("what follows the extensions is passed over");
    if (PARSE(0x30, 2, 0x30, 0) == 0)
        fault("an extension without a name is passed over");
    CHECK(PARSE(0x30, 3, 0x30, 1, 6) != 0);
    CHECK(PARSE(5, 0) != 0);
    return 0;
}
