/*
 * A list of entries that ends with the header of an empty one.
 */
#include "program.h"

#include <../library/x509_crl.c>

int main(void)
{
    static const unsigned char der[] = { 0x30, 2, 0x30, 0 };
    unsigned char *heap = malloc(sizeof(der)), *p = heap;
    mbedtls_x509_crl_entry entry;

    CHECK(heap != NULL);
    memcpy(heap, der, sizeof(der));
    memset(&entry, 0, sizeof(entry));
    CHECK(x509_get_entries(&p, heap + sizeof(der), &entry) != 0);
    free(heap);
    return 0;
}
