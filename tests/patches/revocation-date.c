/*
 * CRL entries whose dates lie before and after now.
 */
#include "pair.h"

#include "mbedtls/x509_crl.h"
#include "mbedtls/x509_crt.h"

static int revoked_in(int year)
{
    static unsigned char serial[] = { 1, 2, 3 };
    mbedtls_x509_crt certificate;
    mbedtls_x509_crl crl;

    mbedtls_x509_crt_init(&certificate);
    mbedtls_x509_crl_init(&crl);
    certificate.serial.p = serial;
    certificate.serial.len = sizeof(serial);
    crl.entry.serial = certificate.serial;
    crl.entry.revocation_date.year = year;
    crl.entry.revocation_date.mon = 1;
    crl.entry.revocation_date.day = 1;
    return mbedtls_x509_crt_is_revoked(&certificate, &crl);
}

int main(void)
{
    CHECK(revoked_in(2020) == 1);
    if (revoked_in(9999) != 1)
        fault("a revocation does not count yet");
    return 0;
}
