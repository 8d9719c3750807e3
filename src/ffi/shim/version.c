#include "shim.h"

#include "mbedtls/version.h"

const char *ember_version(void)
{
    return MBEDTLS_VERSION_STRING;
}
