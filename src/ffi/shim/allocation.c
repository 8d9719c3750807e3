/*
 * Nothing else belongs in this file. The linker takes it from the archive
 * only where nobody else defines both functions (see src/ffi/allocation.rs).
 */
#include MBEDTLS_CONFIG_FILE

#include <stdlib.h>

void *ember_calloc(size_t count, size_t size)
{
    return calloc(count, size);
}

void ember_free(void *block)
{
    free(block);
}
