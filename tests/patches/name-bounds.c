/*
 * Names whose parts do not end where they say.
 */
#include "program.h"

#include "mbedtls/x509.h"

static int parse(const unsigned char *der, size_t length)
{
    unsigned char copy[64], *p = copy;
    mbedtls_x509_name name, *next;
    int ret;

    CHECK(length <= sizeof(copy));
    memcpy(copy, der, length);
    memset(&name, 0, sizeof(name));
    ret = mbedtls_x509_get_name(&p, copy + length, &name);
    while ((next = name.next) != NULL) {
        name.next = next->next;
        mbedtls_free(next);
    }
    return ret;
}

#define PARSE(...) \
    parse((const unsigned char[]) { __VA_ARGS__ }, \
          sizeof((const unsigned char[]) { __VA_ARGS__ }))

int main(void)
{
    /* CN=ab */
    CHECK(PARSE(0x31, 11, 0x30, 9, 6, 3, 0x55, 4, 3, 0x0c, 2, 'a', 'b') == 0);
    if (PARSE(0x31, 11, 0x30, 8, 6, 3, 0x55, 4, 3, 0x0c, 2, 'a', 'b') == 0)
        fault("a part ends behind its sequence");
    if (PARSE(0x31, 11, 0x30, 5, 6, 3, 0x55, 4, 3, 0x0c, 2, 'a', 'b') == 0)
        fault("a value stands outside its sequence");
    CHECK(PARSE(0x31, 13, 0x30, 11, 6, 3, 0x55, 4, 3, 0x0c, 2, 'a', 'b', 5, 0) != 0);
    return 0;
}
