/*
 * A second CRL is added while memory is short.
 */
#include "program.h"

#include "mbedtls/x509_crl.h"

int main(int argc, char **argv)
{
    mbedtls_x509_crl chain;
    const unsigned char *der;
    size_t length;

    CHECK(argc == 2);
    hook_allocations();
    mbedtls_x509_crl_init(&chain);
    der = read_file(argv[1], &length);
    CHECK(mbedtls_x509_crl_parse_der(&chain, der, length - 1) == 0);
    CHECK(chain.version != 0);

    failing_allocation = 1;
    CHECK(mbedtls_x509_crl_parse_der(&chain, der, length - 1) ==
          MBEDTLS_ERR_X509_ALLOC_FAILED);
    if (chain.version == 0 || chain.raw.p == NULL)
        fault("the first CRL is gone");
    mbedtls_x509_crl_free(&chain);
    CHECK(live_blocks == 0);
    return 0;
}
