/*
 * Path lengths up to the largest that an int can hold.
 */
#include "program.h"

#include <../library/x509_crt.c>

static int parse(unsigned char length)
{
    unsigned char der[] = { 0x30, 9, 1, 1, 0xff, 2, 4, 0x7f, 0xff, 0xff, length };
    unsigned char *p = der;
    int ca, most, ret;

    ret = x509_get_basic_constraints(&p, der + sizeof(der), &ca, &most);
    if (ret == 0) {
        CHECK(ca == 1);
        if (most <= 0)
            fault("a path length has overflowed");
    }
    return ret;
}

int main(void)
{
    CHECK(parse(0xfe) == 0);
    CHECK(parse(0xff) != 0);
    return 0;
}
