/*
 * A full record with a MAC of SHA-384 and the longest padding.
 */
#include "program.h"
#include "record.h"

int main(void)
{
    static struct records records;
    const size_t content = 16384, padding = 255;

    set_up_records(&records, CBC_SHA384, 0);
    /* What a whole handshake computes: IV and MAC, up to a block. */
    records.transform.minlen = 16 + records.transform.maclen + 16;
    receive_record(&records, content + records.transform.maclen + padding + 1, padding, 0, 0);
    if (ssl_parse_record_header(&records.ssl) != 0)
        fault("a record of the largest size is refused");
    CHECK(records.ssl.in_msglen == content + records.transform.maclen + padding + 1 + 16);
    CHECK(ssl_decrypt_buf(&records.ssl) == 0);
    CHECK(records.ssl.in_msglen == content);

    /* One block more is too long. */
    receive_record(&records, content + records.transform.maclen + padding + 1, padding, 0, 0);
    records.ssl.in_len[1] = (unsigned char) (records.ssl.in_len[1] + 16);
    CHECK(ssl_parse_record_header(&records.ssl) == MBEDTLS_ERR_SSL_INVALID_RECORD);

    free_records(&records);
    return 0;
}
