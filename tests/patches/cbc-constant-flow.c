/*
 * Records with padding of every length, right and wrong: they are opened or
 * refused, and the pages of memory that are touched are the same.
 */
#include "pages.h"
#include "record.h"

static struct records records;

/* What opening gives, and the pages that it touches. */
static int open_record(unsigned long *digest)
{
    int ret, first_page = page_count;

    start_watching();
    ret = ssl_decrypt_buf(&records.ssl);
    *digest = stop_watching(first_page);
    return ret;
}

static void good_records(size_t total)
{
    unsigned long digest, first = 0;
    size_t padding, i, length;

    for (padding = 0; padding < 256; padding += padding == 240 ? 15 : 16) {
        if (total < padding + 1 + records.transform.maclen)
            break;
        length = total - padding - 1 - records.transform.maclen;
        receive_record(&records, total, padding, 0, 0);
        CHECK(open_record(&digest) == 0);
        CHECK(records.ssl.in_msglen == length);
        for (i = 0; i < length; i++)
            CHECK(records.ssl.in_msg[i] == (unsigned char) (i * 7));
        if (padding == 0)
            first = digest;
        else if (length != 0 && digest != first)
            fault("the pages that are touched tell the length of the padding");
    }
}

static void wrong_records(size_t total)
{
    const size_t maclen = records.transform.maclen;
    /* Padding, the place from the end that is spoiled, and by how much. */
    const size_t wrong[][3] = {
        { 0, 1, 1 }, { 0, maclen, 0x80 }, { 0, maclen + 1, 1 }, { 100, 101, 3 },
        { 100, 1, 1 }, { 100, 100, 1 }, { 100, 50, 0xff }, { 255, 255, 1 },
        { 255, 256, 1 }, { 255, 0, 1 }, { 0, 0, 255 }, { 16, 0, 1 }, { 16, 0, 239 },
    };
    unsigned long digest, first = 0;
    size_t i;

    for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        receive_record(&records, total, wrong[i][0], wrong[i][1], (unsigned char) wrong[i][2]);
        CHECK(open_record(&digest) == MBEDTLS_ERR_SSL_INVALID_MAC);
        if (i == 0)
            first = digest;
        else if (digest != first)
            fault("the pages that are touched tell what is wrong with the padding");
    }
}

/* The shortest records, and those whose padding is longer than they are. */
static void short_records(void)
{
    size_t total, padding;
    unsigned long digest;
    int ret;

    for (total = (records.transform.maclen + 16) / 16 * 16; total < 320; total += 16)
        for (padding = 0; padding < 256; padding += 5) {
            int fits = padding + 1 + records.transform.maclen <= total;

            receive_record(&records, total, fits ? padding : 0, 0,
                           (unsigned char) (fits ? 0 : padding));
            ret = open_record(&digest);
            CHECK(ret == (fits ? 0 : MBEDTLS_ERR_SSL_INVALID_MAC));
        }
}

int main(void)
{
    static const int suites[] = { CBC_SHA, CBC_SHA256, CBC_SHA384 };
    size_t i, total;

    use_pages();
    for (i = 0; i < 3; i++) {
        set_up_records(&records, suites[i], MBEDTLS_SSL_ETM_DISABLED);
        /* The padding begins before the end of a page or behind it. */
        total = (page_size - (size_t) (records.ssl.in_msg - records.ssl.in_buf) + 100) / 16 * 16;
        good_records(total);
        wrong_records(total);
        if (i == 0)
            short_records();
    }
    return 0;
}
