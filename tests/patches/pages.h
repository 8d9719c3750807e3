/*
 * Which pages of the library's memory a computation touches, and in which
 * order: what an operating system learns about an enclave, or a neighbour
 * about somebody whose cache it shares, only coarser.
 *
 * Every block gets pages of its own. All are closed but for the two that were
 * touched last, so that an instruction can move from one block to another. A
 * program that touches a closed page is stopped, the page is noted by the
 * number of its block, and opened.
 */
#ifndef PAGES_H
#define PAGES_H

#include "program.h"

#include <signal.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

#define MOST_BLOCKS 4096
#define LONGEST_TRACE (1 << 20)

static struct {
    unsigned char *start;
    size_t size;
} blocks[MOST_BLOCKS];
static int block_count;
/* What the handler of a signal writes, and what it reads. */
static volatile int watching, open_blocks[2] = { -1, -1 };
static volatile unsigned short trace[LONGEST_TRACE];
static volatile size_t trace_length;

static inline int block_of(const void *address)
{
    int block;

    for (block = 0; block < block_count; block++)
        if ((uintptr_t) address - (uintptr_t) blocks[block].start < blocks[block].size)
            return block;
    return -1;
}

static inline void close_block(int block)
{
    if (block >= 0)
        mprotect(blocks[block].start, blocks[block].size, PROT_NONE);
}

static void on_touch(int number, siginfo_t *info, void *context)
{
    int block = block_of(info->si_addr);

    (void) context;
    if (block < 0 || !watching || trace_length == LONGEST_TRACE) {
        /* A fault of the program itself: the next try ends it. */
        signal(number, SIG_DFL);
        return;
    }
    trace[trace_length++] = (unsigned short) block;
    close_block(open_blocks[0]);
    open_blocks[0] = open_blocks[1];
    open_blocks[1] = block;
    mprotect(blocks[block].start, blocks[block].size, PROT_READ | PROT_WRITE);
}

static void *paged_calloc(size_t count, size_t size)
{
    size_t page = (size_t) sysconf(_SC_PAGESIZE);
    size_t whole = (count * size + page - 1) / page * page;
    void *start = mmap(NULL, whole, watching ? PROT_NONE : PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    CHECK(start != MAP_FAILED && block_count < MOST_BLOCKS);
    blocks[block_count].start = start;
    blocks[block_count++].size = whole;
    return start;
}

/* Blocks keep their pages, so that none has the number of another. */
static void paged_free(void *block)
{
    (void) block;
}

static inline void use_pages(void)
{
    struct sigaction action;

    memset(&action, 0, sizeof(action));
    action.sa_sigaction = on_touch;
    action.sa_flags = SA_SIGINFO | SA_NODEFER;
    CHECK(sigaction(SIGSEGV, &action, NULL) == 0);
    CHECK(sigaction(SIGBUS, &action, NULL) == 0);
    CHECK(mbedtls_platform_set_calloc_free(paged_calloc, paged_free) == 0);
}

static inline void start_watching(void)
{
    int block;

    trace_length = 0;
    open_blocks[0] = open_blocks[1] = -1;
    for (block = 0; block < block_count; block++)
        close_block(block);
    watching = 1;
}

/* The fingerprint of the trace. Blocks that were allocated since `first_block`
 * count from there, so that two computations can be compared. */
static inline unsigned long stop_watching(int first_block)
{
    unsigned long digest = 5381;
    size_t i;
    int block;

    watching = 0;
    for (block = 0; block < block_count; block++)
        mprotect(blocks[block].start, blocks[block].size, PROT_READ | PROT_WRITE);
    CHECK(trace_length > 0 && trace_length < LONGEST_TRACE);
    for (i = 0; i < trace_length; i++) {
        block = trace[i] < first_block ? trace[i] : trace[i] - first_block + MOST_BLOCKS;
        digest = digest * 33 + (unsigned long) block;
    }
    return digest;
}

#endif /* PAGES_H */
