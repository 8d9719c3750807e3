/*
 * The MAC of a record fails at each step, in both orders and directions.
 */
#include "program.h"

#include "mbedtls/md.h"

static int steps_left = -1;

static int step(int ret)
{
    if (steps_left > 0 && --steps_left == 0)
        return MBEDTLS_ERR_MD_HW_ACCEL_FAILED;
    return ret;
}

#define mbedtls_md_hmac_update(md, bytes, length) step(mbedtls_md_hmac_update(md, bytes, length))
#define mbedtls_md_hmac_finish(md, mac) step(mbedtls_md_hmac_finish(md, mac))
#define mbedtls_md_hmac_reset(md) step(mbedtls_md_hmac_reset(md))
#include "record.h"

static struct records records;

static void prepare(int encrypt_then_mac)
{
    steps_left = -1;
    set_up_records(&records, CBC_SHA256, encrypt_then_mac);
    records.ssl.out_msgtype = MBEDTLS_SSL_MSG_APPLICATION_DATA;
    records.ssl.out_msglen = 20;
    memset(records.ssl.out_msg, 3, 20);
    records.ssl.out_hdr[0] = MBEDTLS_SSL_MSG_APPLICATION_DATA;
    records.ssl.out_hdr[1] = records.ssl.out_hdr[2] = 3;
    records.ssl.out_len[0] = 0;
    records.ssl.out_len[1] = 20;
}

/* The record just sent comes back. */
static void turn_round(void)
{
    mbedtls_ssl_context *ssl = &records.ssl;

    memcpy(ssl->in_ctr, ssl->out_ctr, 8);
    memcpy(ssl->in_hdr, ssl->out_hdr, 3);
    memcpy(ssl->in_iv, ssl->out_iv, ssl->out_msglen);
    ssl->in_msglen = ssl->out_msglen;
    ssl->in_msgtype = MBEDTLS_SSL_MSG_APPLICATION_DATA;
}

static void sealing(int encrypt_then_mac)
{
    int failing, ret;

    for (failing = 1;; failing++) {
        prepare(encrypt_then_mac);
        steps_left = failing;
        ret = ssl_encrypt_buf(&records.ssl);
        if (steps_left > 0) {
            CHECK(ret == 0 && failing > 3);
            free_records(&records);
            return;
        }
        if (ret != MBEDTLS_ERR_MD_HW_ACCEL_FAILED)
            fault("a record goes out whose MAC could not be computed");
        free_records(&records);
    }
}

static void opening(void)
{
    int failing, ret;

    for (failing = 1;; failing++) {
        prepare(MBEDTLS_SSL_ETM_ENABLED);
        CHECK(ssl_encrypt_buf(&records.ssl) == 0);
        turn_round();
        steps_left = failing;
        ret = ssl_decrypt_buf(&records.ssl);
        if (steps_left > 0) {
            CHECK(ret == 0 && failing > 3);
            CHECK(records.ssl.in_msglen == 20 && records.ssl.in_msg[19] == 3);
            free_records(&records);
            return;
        }
        if (ret != MBEDTLS_ERR_MD_HW_ACCEL_FAILED)
            fault("a record is judged by a MAC that could not be computed");
        free_records(&records);
    }
}

int main(void)
{
    sealing(MBEDTLS_SSL_ETM_DISABLED);
    sealing(MBEDTLS_SSL_ETM_ENABLED);
    opening();
    return 0;
}
