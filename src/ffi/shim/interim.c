/*
 * Certificates and keys: the least that sessions need.
 */
#include "shim.h"

#include "mbedtls/platform.h"
#include "mbedtls/x509_crl.h"

mbedtls_x509_crt *ember_list_new(void)
{
    mbedtls_x509_crt *list = mbedtls_calloc(1, sizeof(*list));
    if (list != NULL)
        mbedtls_x509_crt_init(list);
    return list;
}

void ember_list_free(mbedtls_x509_crt *list)
{
    mbedtls_x509_crt_free(list);
    mbedtls_free(list);
}

int ember_list_add(mbedtls_x509_crt *list, const unsigned char *der, size_t len)
{
    return mbedtls_x509_crt_parse_der(list, der, len);
}

int ember_list_matches(const mbedtls_x509_crt *list, const mbedtls_pk_context *key)
{
    return mbedtls_pk_check_pair(&list->pk, key) == 0;
}

int ember_list_verify(mbedtls_x509_crt *chain, mbedtls_x509_crt *trusted, const char *name, unsigned *flags)
{
    uint32_t found = 0;
    int code = mbedtls_x509_crt_verify(chain, trusted, NULL, name, &found, NULL, NULL);
    *flags = found;
    return code;
}
