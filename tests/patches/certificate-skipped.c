/*
 * A server puts a certificate that is signed with an unknown algorithm in
 * front of its own.
 */
#include "pair.h"

#include "mbedtls/oid.h"

/* ecdsa-with-SHA256, of which the last byte names the hash. */
static const unsigned char algorithm[] = {
    0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02,
};

static unsigned char unknown[8192];

int main(int argc, char **argv)
{
    mbedtls_x509_crt certificate, front;
    mbedtls_pk_context key;
    size_t i, changed = 0;
    int ret;

    CHECK(argc == 3);
    read_certificate(&certificate, argv[1]);
    read_key(&key, argv[2]);

    mbedtls_x509_crt_init(&front);
    CHECK(certificate.raw.len <= sizeof(unknown));
    memcpy(unknown, certificate.raw.p, certificate.raw.len);
    for (i = 0; i + sizeof(algorithm) <= certificate.raw.len; i++)
        if (memcmp(unknown + i, algorithm, sizeof(algorithm)) == 0) {
            unknown[i + sizeof(algorithm) - 1] = 0x7f;
            changed++;
        }
    CHECK(changed == 2);
    front.raw.p = unknown;
    front.raw.len = certificate.raw.len;
    front.pk = certificate.pk;
    front.next = &certificate;

    configure_pair(&front, &key, &certificate);
    ret = handshake();
    if (ret == 0)
        fault("the second certificate became the first");
    CHECK(ret == MBEDTLS_ERR_X509_UNKNOWN_SIG_ALG + MBEDTLS_ERR_OID_NOT_FOUND);
    free_pair();

    /* Behind its own it does not matter. */
    front.next = NULL;
    certificate.next = &front;
    configure_pair(&certificate, &key, &certificate);
    CHECK(handshake() == 0);

    free_pair();
    certificate.next = NULL;
    mbedtls_x509_crt_free(&certificate);
    mbedtls_pk_free(&key);
    return 0;
}
