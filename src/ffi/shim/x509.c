#include "shim.h"

#include <string.h>

#include "mbedtls/platform.h"
#include "mbedtls/sha256.h"

int ember_digest(int md, const unsigned char *data, size_t len, unsigned char *digest)
{
    const mbedtls_md_info_t *info = mbedtls_md_info_from_type(md);
    return info != NULL ? mbedtls_md(info, data, len, digest) : MBEDTLS_ERR_MD_FEATURE_UNAVAILABLE;
}

int ember_sha256(const unsigned char *data, size_t len, unsigned char digest[32])
{
    return mbedtls_sha256_ret(data, len, digest, 0);
}

#if defined(MBEDTLS_X509_CRT_PARSE_C)

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

/* The engine reads no more of an authority that it only names. */
int ember_x509_name_add(mbedtls_x509_crt *list, const unsigned char *name, size_t len)
{
    mbedtls_x509_crt *last = list;
    unsigned char *copy;

    while (last->next != NULL)
        last = last->next;
    if (last->version != 0)
    {
        last->next = ember_x509_crt_new();
        if (last->next == NULL)
            return MBEDTLS_ERR_X509_ALLOC_FAILED;
        last = last->next;
    }
    copy = mbedtls_calloc(1, len);
    if (copy == NULL)
        return MBEDTLS_ERR_X509_ALLOC_FAILED;
    memcpy(copy, name, len);
    last->version = 3;
    last->raw.p = copy;
    last->raw.len = len;
    last->subject_raw = last->raw;
    return 0;
}

const mbedtls_pk_context *ember_x509_crt_pk(const mbedtls_x509_crt *crt)
{
    return &crt->pk;
}

/* Where the library's callback puts the flags. */
typedef struct
{
    uint32_t *flags;
    size_t count;
} collected;

static int collect(void *context, mbedtls_x509_crt *crt, int depth, uint32_t *flags)
{
    collected *found = context;

    (void) crt;
    /* The library calls from the root down, once for each depth. */
    if (depth < 0 || depth >= EMBER_X509_MAX_CHAIN)
        return MBEDTLS_ERR_X509_FATAL_ERROR;
    found->flags[depth] = *flags;
    found->count++;
    return 0;
}

int ember_x509_verify(mbedtls_x509_crt *presented, mbedtls_x509_crt *trusted,
                      uint32_t *flags, size_t *count)
{
    uint32_t all;
    collected found = { flags, 0 };
    int ret = mbedtls_x509_crt_verify_with_profile(presented, trusted, NULL, &profile,
                                                   NULL, &all, collect, &found);
    *count = found.count;
    return ret;
}

int ember_x509_check_signature(const mbedtls_x509_crt *child, mbedtls_x509_crt *issuer)
{
    const mbedtls_md_info_t *info = mbedtls_md_info_from_type(child->sig_md);
    unsigned char digest[MBEDTLS_MD_MAX_SIZE];
    int ret;

    if (info == NULL)
        return MBEDTLS_ERR_X509_UNKNOWN_SIG_ALG;
    ret = mbedtls_md(info, child->tbs.p, child->tbs.len, digest);
    if (ret != 0)
        return ret;
    return mbedtls_pk_verify_ext(child->sig_pk, child->sig_opts, &issuer->pk,
                                 child->sig_md, digest, mbedtls_md_get_size(info),
                                 child->sig.p, child->sig.len);
}

#endif /* MBEDTLS_X509_CRT_PARSE_C */
