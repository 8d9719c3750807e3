/*
 * A CRL whose first entry has an empty serial.
 */
#include "program.h"

#include "mbedtls/x509_crl.h"
#include "mbedtls/x509_crt.h"

int main(void)
{
    static unsigned char serial[] = { 1, 2, 3 };
    mbedtls_x509_crt certificate;
    mbedtls_x509_crl_entry second;
    mbedtls_x509_crl crl;

    mbedtls_x509_crt_init(&certificate);
    mbedtls_x509_crl_init(&crl);
    memset(&second, 0, sizeof(second));
    certificate.serial.p = serial;
    certificate.serial.len = sizeof(serial);
    CHECK(mbedtls_x509_crt_is_revoked(&certificate, &crl) == 0);

    crl.entry.serial.p = serial;
    crl.entry.serial.len = 0;
    crl.entry.revocation_date.year = 2020;
    crl.entry.next = &second;
    CHECK(mbedtls_x509_crt_is_revoked(&certificate, &crl) == 0);
    second.serial = certificate.serial;
    second.revocation_date = crl.entry.revocation_date;
    if (mbedtls_x509_crt_is_revoked(&certificate, &crl) != 1)
        fault("an empty serial hides the entries behind it");
    return 0;
}
