/*
 * A session that writes and reads records of a CBC suite, and records made by
 * hand. Includes the record layer, to call it alone.
 */
#ifndef RECORD_H
#define RECORD_H

#include <../library/ssl_tls.c>

#define CBC_SHA 0xc013
#define CBC_SHA256 0xc027
#define CBC_SHA384 0xc028

struct records {
    mbedtls_ssl_config config;
    mbedtls_ssl_context ssl;
    mbedtls_ssl_session session;
    mbedtls_ssl_transform transform;
    mbedtls_md_context_t mac;
};

static const unsigned char record_keys[64] = { 1, 2, 3, 4 };

static inline void set_up_cipher(mbedtls_cipher_context_t *cipher,
                                 const mbedtls_ssl_ciphersuite_t *suite,
                                 mbedtls_operation_t operation)
{
    const mbedtls_cipher_info_t *info = mbedtls_cipher_info_from_type(suite->cipher);

    mbedtls_cipher_init(cipher);
    CHECK(mbedtls_cipher_setup(cipher, info) == 0);
    CHECK(mbedtls_cipher_setkey(cipher, record_keys, (int) info->key_bitlen, operation) == 0);
    CHECK(mbedtls_cipher_set_padding_mode(cipher, MBEDTLS_PADDING_NONE) == 0);
}

static inline void set_up_mac(mbedtls_md_context_t *mac, const mbedtls_ssl_ciphersuite_t *suite)
{
    const mbedtls_md_info_t *info = mbedtls_md_info_from_type(suite->mac);

    mbedtls_md_init(mac);
    CHECK(mbedtls_md_setup(mac, info, 1) == 0);
    CHECK(mbedtls_md_hmac_starts(mac, record_keys, mbedtls_md_get_size(info)) == 0);
}

static inline void set_up_records(struct records *records, int suite, int encrypt_then_mac)
{
    mbedtls_ssl_transform *transform = &records->transform;
    mbedtls_ssl_context *ssl = &records->ssl;

    memset(records, 0, sizeof(*records));
    mbedtls_ssl_config_init(&records->config);
    CHECK(mbedtls_ssl_config_defaults(&records->config, MBEDTLS_SSL_IS_SERVER,
                                      MBEDTLS_SSL_TRANSPORT_STREAM,
                                      MBEDTLS_SSL_PRESET_DEFAULT) == 0);
    mbedtls_ssl_conf_rng(&records->config, counting, NULL);
    mbedtls_ssl_init(ssl);
    CHECK(mbedtls_ssl_setup(ssl, &records->config) == 0);

    transform->ciphersuite_info = mbedtls_ssl_ciphersuite_from_id(suite);
    CHECK(transform->ciphersuite_info != NULL);
    set_up_cipher(&transform->cipher_ctx_enc, transform->ciphersuite_info, MBEDTLS_ENCRYPT);
    set_up_cipher(&transform->cipher_ctx_dec, transform->ciphersuite_info, MBEDTLS_DECRYPT);
    set_up_mac(&transform->md_ctx_enc, transform->ciphersuite_info);
    set_up_mac(&transform->md_ctx_dec, transform->ciphersuite_info);
    set_up_mac(&records->mac, transform->ciphersuite_info);
    transform->ivlen = 16;
    transform->maclen = mbedtls_md_get_size(transform->md_ctx_dec.md_info);

    records->session.encrypt_then_mac = encrypt_then_mac;
    ssl->transform_in = ssl->transform_out = transform;
    ssl->session_in = ssl->session_out = &records->session;
    ssl->major_ver = MBEDTLS_SSL_MAJOR_VERSION_3;
    ssl->minor_ver = MBEDTLS_SSL_MINOR_VERSION_3;
    ssl_update_in_pointers(ssl, transform);
    ssl_update_out_pointers(ssl, transform);
}

static inline void free_records(struct records *records)
{
    records->ssl.transform_in = records->ssl.transform_out = NULL;
    records->ssl.session_in = records->ssl.session_out = NULL;
    mbedtls_ssl_transform_free(&records->transform);
    mbedtls_md_free(&records->mac);
    mbedtls_ssl_free(&records->ssl);
    mbedtls_ssl_config_free(&records->config);
}

/* Puts a record of `total` bytes, of which MAC and padding are the end, where
 * the session reads. `spoil` is added to the byte that far from the end. */
static inline void receive_record(struct records *records, size_t total, size_t padding,
                                  size_t spoiled, unsigned char spoil)
{
    mbedtls_ssl_context *ssl = &records->ssl;
    mbedtls_cipher_context_t *cipher = &records->transform.cipher_ctx_enc;
    size_t length = total - padding - 1 - records->transform.maclen, i, out;
    static unsigned char content[20000];
    unsigned char iv[16] = { 7 };

    memset(ssl->in_ctr, 0, 8);
    ssl->in_hdr[0] = ssl->in_msgtype = MBEDTLS_SSL_MSG_APPLICATION_DATA;
    ssl->in_hdr[1] = ssl->in_hdr[2] = 3;
    ssl->in_len[0] = (unsigned char) (length >> 8);
    ssl->in_len[1] = (unsigned char) length;
    for (i = 0; i < length; i++)
        content[i] = (unsigned char) (i * 7);
    CHECK(mbedtls_md_hmac_reset(&records->mac) == 0);
    CHECK(mbedtls_md_hmac_update(&records->mac, ssl->in_ctr, 8) == 0);
    CHECK(mbedtls_md_hmac_update(&records->mac, ssl->in_hdr, 3) == 0);
    CHECK(mbedtls_md_hmac_update(&records->mac, ssl->in_len, 2) == 0);
    CHECK(mbedtls_md_hmac_update(&records->mac, content, length) == 0);
    CHECK(mbedtls_md_hmac_finish(&records->mac, content + length) == 0);
    memset(content + total - padding - 1, (int) padding, padding + 1);
    content[total - 1 - spoiled] = (unsigned char) (content[total - 1 - spoiled] + spoil);

    memcpy(ssl->in_iv, iv, sizeof(iv));
    CHECK(mbedtls_cipher_crypt(cipher, iv, sizeof(iv), content, total, ssl->in_msg, &out) == 0);
    CHECK(out == total);
    ssl->in_msglen = total + sizeof(iv);
    ssl->in_len[0] = (unsigned char) (ssl->in_msglen >> 8);
    ssl->in_len[1] = (unsigned char) ssl->in_msglen;
}

#endif /* RECORD_H */
