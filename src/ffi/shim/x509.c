#include "shim.h"

#include "mbedtls/bignum.h"
#include "mbedtls/pk.h"
#include "mbedtls/platform.h"
#include "mbedtls/rsa.h"
#include "mbedtls/sha256.h"

/* The default profile of 2.16 with the algorithms that we compile, by name:
 * what a later library adds is not allowed because of that. */
static const mbedtls_x509_crt_profile profile = {
    MBEDTLS_X509_ID_FLAG(MBEDTLS_MD_SHA224) |
    MBEDTLS_X509_ID_FLAG(MBEDTLS_MD_SHA256) |
    MBEDTLS_X509_ID_FLAG(MBEDTLS_MD_SHA384) |
    MBEDTLS_X509_ID_FLAG(MBEDTLS_MD_SHA512),
    MBEDTLS_X509_ID_FLAG(MBEDTLS_PK_RSA) |
    MBEDTLS_X509_ID_FLAG(MBEDTLS_PK_RSASSA_PSS) |
    MBEDTLS_X509_ID_FLAG(MBEDTLS_PK_ECKEY) |
    MBEDTLS_X509_ID_FLAG(MBEDTLS_PK_ECDSA),
    MBEDTLS_X509_ID_FLAG(MBEDTLS_ECP_DP_SECP256R1) |
    MBEDTLS_X509_ID_FLAG(MBEDTLS_ECP_DP_SECP384R1) |
    MBEDTLS_X509_ID_FLAG(MBEDTLS_ECP_DP_SECP521R1),
    2048,
};

mbedtls_x509_crt *ember_x509_crt_new(void)
{
    mbedtls_x509_crt *list = mbedtls_calloc(1, sizeof(*list));
    if (list != NULL)
        mbedtls_x509_crt_init(list);
    return list;
}

void ember_x509_crt_free(mbedtls_x509_crt *list)
{
    mbedtls_x509_crt_free(list);
    mbedtls_free(list);
}

int ember_x509_crt_add(mbedtls_x509_crt *list, const unsigned char *der, size_t len)
{
    return mbedtls_x509_crt_parse_der(list, der, len);
}

const unsigned char *ember_x509_crt_der(const mbedtls_x509_crt *crt, size_t *len)
{
    *len = crt->raw.len;
    return crt->raw.p;
}

const mbedtls_pk_context *ember_x509_crt_pk(const mbedtls_x509_crt *crt)
{
    return &crt->pk;
}

size_t ember_x509_crt_rsa_bits(const mbedtls_x509_crt *crt)
{
    if (!mbedtls_pk_can_do(&crt->pk, MBEDTLS_PK_RSA))
        return 0;
    return mbedtls_mpi_bitlen(&mbedtls_pk_rsa(crt->pk)->N);
}

mbedtls_x509_crl *ember_x509_crl_new(void)
{
    mbedtls_x509_crl *list = mbedtls_calloc(1, sizeof(*list));
    if (list != NULL)
        mbedtls_x509_crl_init(list);
    return list;
}

void ember_x509_crl_free(mbedtls_x509_crl *list)
{
    mbedtls_x509_crl_free(list);
    mbedtls_free(list);
}

int ember_x509_crl_add(mbedtls_x509_crl *list, const unsigned char *der, size_t len)
{
    mbedtls_x509_crl *last = list, *fresh;
    int ret;

    if (list->version == 0)
        return mbedtls_x509_crl_parse_der(list, der, len);

    /* Apart, because the library frees the last good list when there is no
     * memory for the next, and leaves an empty one behind a bad one. */
    fresh = ember_x509_crl_new();
    if (fresh == NULL)
        return MBEDTLS_ERR_X509_ALLOC_FAILED;
    ret = mbedtls_x509_crl_parse_der(fresh, der, len);
    if (ret != 0)
    {
        ember_x509_crl_free(fresh);
        return ret;
    }
    while (last->next != NULL)
        last = last->next;
    last->next = fresh;
    return 0;
}

/* Where the library's callback puts the chain. */
typedef struct
{
    const mbedtls_x509_crt **chain;
    uint32_t *flags;
    size_t count;
} collected;

static int collect(void *context, mbedtls_x509_crt *crt, int depth, uint32_t *flags)
{
    collected *found = context;

    /* The library calls from the root down, once for each depth. */
    if (depth < 0 || depth >= EMBER_X509_MAX_CHAIN)
        return MBEDTLS_ERR_X509_FATAL_ERROR;
    found->chain[depth] = crt;
    found->flags[depth] = *flags;
    found->count++;
    return 0;
}

int ember_x509_verify(mbedtls_x509_crt *presented, mbedtls_x509_crt *trusted,
                      mbedtls_x509_crl *crls, const mbedtls_x509_crt **chain,
                      uint32_t *flags, size_t *count)
{
    uint32_t all;
    collected found = { chain, flags, 0 };
    int ret = mbedtls_x509_crt_verify_with_profile(presented, trusted, crls, &profile,
                                                   NULL, &all, collect, &found);
    *count = found.count;
    return ret;
}

int ember_sha256(const unsigned char *data, size_t len, unsigned char digest[32])
{
    return mbedtls_sha256_ret(data, len, digest, 0);
}
