/*
 * What the programs share: how they end, a generator, allocations that fail.
 */
#ifndef PROGRAM_H
#define PROGRAM_H

#include MBEDTLS_CONFIG_FILE

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mbedtls/platform.h"
#include "mbedtls/platform_util.h"

#define CHECK(condition) \
    check((condition), #condition, __FILE__, __LINE__)

/* The program itself went wrong, or the library in a way that is not asked. */
static inline void check(int holds, const char *what, const char *file, int line)
{
    if (!holds) {
        fprintf(stderr, "%s:%d: not so: %s\n", file, line, what);
        exit(2);
    }
}

/* The library shows the fault. */
static inline void fault(const char *what)
{
    fprintf(stderr, "fault: %s\n", what);
    exit(1);
}

/* Not random at all: the same run each time. */
static inline int counting(void *context, unsigned char *bytes, size_t length)
{
    static unsigned long state = 1;

    (void) context;
    while (length-- > 0) {
        state = state * 1103515245UL + 12345UL;
        *bytes++ = (unsigned char) (state >> 16);
    }
    return 0;
}

/* A generator that has failed. */
static inline int no_random(void *context, unsigned char *bytes, size_t length)
{
    (void) context;
    (void) bytes;
    (void) length;
    return -1;
}

/* Which allocation from now on fails, 1 for the next; none if 0. */
static long failing_allocation;
/* Blocks that are allocated and not freed. */
static long live_blocks;

static inline void *failing_calloc(size_t count, size_t size)
{
    void *block;

    if (failing_allocation > 0 && --failing_allocation == 0)
        return NULL;
    block = calloc(count, size);
    live_blocks += block != NULL;
    return block;
}

static inline void counting_free(void *block)
{
    live_blocks -= block != NULL;
    free(block);
}

static inline void hook_allocations(void)
{
    CHECK(mbedtls_platform_set_calloc_free(failing_calloc, counting_free) == 0);
}

/* The bytes of a file that the test wrote, up to the next call. A zero follows
 * them, which counts in `length`. */
static inline unsigned char *read_file(const char *path, size_t *length)
{
    static unsigned char bytes[8192];
    FILE *file = fopen(path, "rb");

    CHECK(file != NULL);
    *length = fread(bytes, 1, sizeof(bytes) - 1, file);
    fclose(file);
    bytes[*length] = '\0';
    *length += 1;
    return bytes;
}

#endif /* PROGRAM_H */
