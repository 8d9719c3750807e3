#include "shim.h"

#include "mbedtls/ecp.h"
#include "mbedtls/md.h"
#include "mbedtls/platform.h"
#include "mbedtls/rsa.h"
#include "mbedtls/rsa_internal.h"

#if defined(MBEDTLS_PK_C)

mbedtls_pk_context *ember_pk_new(void)
{
    mbedtls_pk_context *pk = mbedtls_calloc(1, sizeof(*pk));
    if (pk != NULL)
        mbedtls_pk_init(pk);
    return pk;
}

void ember_pk_free(mbedtls_pk_context *pk)
{
    mbedtls_pk_free(pk);
    mbedtls_free(pk);
}

#if defined(MBEDTLS_RSA_C)

/* What mbedtls_rsa_check_privkey() does, which does not tell a key that is
 * wrong from memory that ran out. */
static int check_rsa(const mbedtls_rsa_context *rsa)
{
    int ret;

    if (mbedtls_rsa_check_pubkey(rsa) != 0)
        return MBEDTLS_ERR_RSA_KEY_CHECK_FAILED;
    /* Numbers that the computations below and those with the key need. */
    if (mbedtls_mpi_get_bit(&rsa->P, 0) == 0 || mbedtls_mpi_get_bit(&rsa->Q, 0) == 0
        || mbedtls_mpi_cmp_int(&rsa->D, 0) <= 0 || mbedtls_mpi_cmp_int(&rsa->DP, 0) <= 0
        || mbedtls_mpi_cmp_int(&rsa->DQ, 0) <= 0 || mbedtls_mpi_cmp_int(&rsa->QP, 0) <= 0)
        return MBEDTLS_ERR_RSA_KEY_CHECK_FAILED;
    ret = mbedtls_rsa_validate_params(&rsa->N, &rsa->P, &rsa->Q, &rsa->D, &rsa->E, NULL, NULL);
    if (ret == 0)
        ret = mbedtls_rsa_validate_crt(&rsa->P, &rsa->Q, &rsa->D, &rsa->DP, &rsa->DQ, &rsa->QP);
    return ret;
}

int ember_pk_set_rsa(mbedtls_pk_context *pk,
                     const unsigned char *const *numbers,
                     const size_t *lengths)
{
    int ret = mbedtls_pk_setup(pk, mbedtls_pk_info_from_type(MBEDTLS_PK_RSA));
    if (ret != 0)
        return ret;

    /* Set directly: mbedtls_rsa_complete would compute the last three anew,
     * with a running time that depends on the primes. */
    mbedtls_rsa_context *rsa = mbedtls_pk_rsa(*pk);
    mbedtls_mpi *const fields[EMBER_RSA_NUMBERS] = {
        &rsa->N, &rsa->E, &rsa->D, &rsa->P, &rsa->Q, &rsa->DP, &rsa->DQ, &rsa->QP,
    };
    for (size_t i = 0; i < EMBER_RSA_NUMBERS; i++) {
        ret = mbedtls_mpi_read_binary(fields[i], numbers[i], lengths[i]);
        if (ret != 0)
            return ret;
    }
    rsa->len = mbedtls_mpi_size(&rsa->N);
    return check_rsa(rsa);
}

#endif /* MBEDTLS_RSA_C */

int ember_pk_set_ec(mbedtls_pk_context *pk, int group,
                    const unsigned char *secret, size_t secret_len,
                    int (*f_rng)(void *, unsigned char *, size_t), void *p_rng,
                    unsigned char *point, size_t size, size_t *written)
{
    int ret = mbedtls_pk_setup(pk, mbedtls_pk_info_from_type(MBEDTLS_PK_ECKEY));
    if (ret != 0)
        return ret;

    mbedtls_ecp_keypair *ec = mbedtls_pk_ec(*pk);
    ret = mbedtls_ecp_group_load(&ec->grp, (mbedtls_ecp_group_id) group);
    if (ret == 0)
        ret = mbedtls_mpi_read_binary(&ec->d, secret, secret_len);
    if (ret == 0)
        ret = mbedtls_ecp_check_privkey(&ec->grp, &ec->d);
    if (ret == 0)
        ret = mbedtls_ecp_mul(&ec->grp, &ec->Q, &ec->d, &ec->grp.G, f_rng, p_rng);
    if (ret == 0)
        ret = mbedtls_ecp_check_pubkey(&ec->grp, &ec->Q);
    if (ret == 0)
        ret = mbedtls_ecp_point_write_binary(&ec->grp, &ec->Q,
                                             MBEDTLS_ECP_PF_UNCOMPRESSED,
                                             written, point, size);
    return ret;
}

int ember_pk_same_public(const mbedtls_pk_context *a, const mbedtls_pk_context *b)
{
#if defined(MBEDTLS_RSA_C)
    if (mbedtls_pk_can_do(a, MBEDTLS_PK_RSA) && mbedtls_pk_can_do(b, MBEDTLS_PK_RSA)) {
        const mbedtls_rsa_context *x = mbedtls_pk_rsa(*a), *y = mbedtls_pk_rsa(*b);
        return mbedtls_mpi_cmp_mpi(&x->N, &y->N) == 0
            && mbedtls_mpi_cmp_mpi(&x->E, &y->E) == 0;
    }
#endif
    if (mbedtls_pk_can_do(a, MBEDTLS_PK_ECKEY) && mbedtls_pk_can_do(b, MBEDTLS_PK_ECKEY)) {
        const mbedtls_ecp_keypair *x = mbedtls_pk_ec(*a), *y = mbedtls_pk_ec(*b);
        return x->grp.id == y->grp.id && mbedtls_ecp_point_cmp(&x->Q, &y->Q) == 0;
    }
    return 0;
}

int ember_pk_public_new(const unsigned char *info, size_t len, mbedtls_pk_context **pk)
{
    unsigned char *p = (unsigned char *) info; /* only read */
    int ret;

    *pk = ember_pk_new();
    if (*pk == NULL)
        return MBEDTLS_ERR_PK_ALLOC_FAILED;
    ret = mbedtls_pk_parse_subpubkey(&p, info + len, *pk);
    if (ret == 0 && p != info + len)
        ret = MBEDTLS_ERR_PK_KEY_INVALID_FORMAT;
    if (ret != 0) {
        ember_pk_free(*pk);
        *pk = NULL;
    }
    return ret;
}

int ember_pk_is_rsa(const mbedtls_pk_context *pk)
{
    return mbedtls_pk_can_do(pk, MBEDTLS_PK_RSA);
}

size_t ember_pk_bits(const mbedtls_pk_context *pk)
{
    return mbedtls_pk_get_bitlen(pk);
}

#if defined(MBEDTLS_RSA_C)

static int sign_pss(mbedtls_pk_context *pk, mbedtls_md_type_t md, const unsigned char *digest, size_t digest_len,
                    int (*f_rng)(void *, unsigned char *, size_t), void *p_rng,
                    unsigned char *signature, size_t *written)
{
    mbedtls_rsa_context *rsa;
    int ret;

    if (!mbedtls_pk_can_do(pk, MBEDTLS_PK_RSA))
        return MBEDTLS_ERR_PK_TYPE_MISMATCH;
    rsa = mbedtls_pk_rsa(*pk);
    mbedtls_rsa_set_padding(rsa, MBEDTLS_RSA_PKCS_V21, md);
    ret = mbedtls_rsa_rsassa_pss_sign(rsa, f_rng, p_rng, MBEDTLS_RSA_PRIVATE, md, (unsigned int) digest_len,
                                      digest, signature);
    mbedtls_rsa_set_padding(rsa, MBEDTLS_RSA_PKCS_V15, MBEDTLS_MD_NONE);
    *written = ret == 0 ? rsa->len : 0;
    return ret;
}

#endif /* MBEDTLS_RSA_C */

int ember_pk_sign(mbedtls_pk_context *pk, int md, int is_pss,
                  const unsigned char *digest, size_t digest_len,
                  int (*f_rng)(void *, unsigned char *, size_t), void *p_rng,
                  unsigned char *signature, size_t size, size_t *written)
{
    const mbedtls_md_info_t *info = mbedtls_md_info_from_type((mbedtls_md_type_t) md);

    if (info == NULL || digest_len != mbedtls_md_get_size(info))
        return MBEDTLS_ERR_PK_BAD_INPUT_DATA;
    if (size < EMBER_PK_MAX_SIGNATURE || mbedtls_pk_get_len(pk) > EMBER_PK_MAX_SIGNATURE)
        return MBEDTLS_ERR_PK_BAD_INPUT_DATA;
    if (!is_pss)
        return mbedtls_pk_sign(pk, (mbedtls_md_type_t) md, digest, digest_len,
                               signature, written, f_rng, p_rng);
#if defined(MBEDTLS_RSA_C)
    return sign_pss(pk, (mbedtls_md_type_t) md, digest, digest_len, f_rng, p_rng, signature, written);
#else
    return MBEDTLS_ERR_PK_TYPE_MISMATCH;
#endif
}

int ember_pk_check_digest(mbedtls_pk_context *pk, int type, int md, int salt_len,
                          const unsigned char *digest, size_t digest_len,
                          const unsigned char *signature, size_t signature_len)
{
    mbedtls_pk_rsassa_pss_options pss = { (mbedtls_md_type_t) md, salt_len };

    return mbedtls_pk_verify_ext((mbedtls_pk_type_t) type,
                                 type == MBEDTLS_PK_RSASSA_PSS ? &pss : NULL, pk,
                                 (mbedtls_md_type_t) md, digest, digest_len,
                                 signature, signature_len);
}

int ember_pk_check_signature(mbedtls_pk_context *pk, int type, int md, int salt_len,
                             const unsigned char *message, size_t message_len,
                             const unsigned char *signature, size_t signature_len)
{
    const mbedtls_md_info_t *info = mbedtls_md_info_from_type((mbedtls_md_type_t) md);
    unsigned char digest[MBEDTLS_MD_MAX_SIZE];
    int ret;

    if (info == NULL)
        return MBEDTLS_ERR_PK_FEATURE_UNAVAILABLE;
    ret = mbedtls_md(info, message, message_len, digest);
    if (ret != 0)
        return ret;
    return ember_pk_check_digest(pk, type, md, salt_len, digest, mbedtls_md_get_size(info),
                                 signature, signature_len);
}

#endif /* MBEDTLS_PK_C */
