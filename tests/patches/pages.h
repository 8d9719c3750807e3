/*
 * Which pages of the library's memory a computation touches, and in which
 * order: what an operating system learns about an enclave, or a neighbour
 * about somebody whose cache it shares, only coarser.
 *
 * Every block of memory gets pages of its own. All pages are closed but for the
 * two that were touched last, so that an instruction can move from one to
 * another. A program that touches a closed page is stopped, the page is noted
 * by its number, and opened.
 */
#ifndef PAGES_H
#define PAGES_H

#include "program.h"

#include <signal.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

#define MOST_PAGES 16384
#define LONGEST_TRACE (1 << 20)

static unsigned char *pages[MOST_PAGES];
static size_t page_size;
static int page_count;
/* What the handler of a signal writes, and what it reads. */
static volatile int watching, open_pages[2] = { -1, -1 };
static volatile unsigned short trace[LONGEST_TRACE];
static volatile size_t trace_length;

static inline int page_of(const void *address)
{
    int page;

    /* What was made last is mostly what is used. */
    for (page = page_count; page-- > 0;)
        if ((uintptr_t) address - (uintptr_t) pages[page] < page_size)
            return page;
    return -1;
}

static inline void close_page(int page)
{
    if (page >= 0)
        mprotect(pages[page], page_size, PROT_NONE);
}

static void on_touch(int number, siginfo_t *info, void *context)
{
    int page = page_of(info->si_addr);

    (void) context;
    if (page < 0 || !watching || trace_length == LONGEST_TRACE) {
        /* A fault of the program itself: the next try ends it. */
        signal(number, SIG_DFL);
        return;
    }
    trace[trace_length++] = (unsigned short) page;
    close_page(open_pages[0]);
    open_pages[0] = open_pages[1];
    open_pages[1] = page;
    mprotect(pages[page], page_size, PROT_READ | PROT_WRITE);
}

static void *paged_calloc(size_t count, size_t size)
{
    size_t whole = (count * size + page_size - 1) / page_size * page_size;
    unsigned char *start = mmap(NULL, whole, watching ? PROT_NONE : PROT_READ | PROT_WRITE,
                                MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    size_t at;

    CHECK(start != MAP_FAILED);
    for (at = 0; at < whole; at += page_size) {
        CHECK(page_count < MOST_PAGES);
        pages[page_count++] = start + at;
    }
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

    page_size = (size_t) sysconf(_SC_PAGESIZE);
    memset(&action, 0, sizeof(action));
    action.sa_sigaction = on_touch;
    action.sa_flags = SA_SIGINFO | SA_NODEFER;
    CHECK(sigaction(SIGSEGV, &action, NULL) == 0);
    CHECK(sigaction(SIGBUS, &action, NULL) == 0);
    CHECK(mbedtls_platform_set_calloc_free(paged_calloc, paged_free) == 0);
}

static inline void start_watching(void)
{
    int page;

    trace_length = 0;
    open_pages[0] = open_pages[1] = -1;
    for (page = 0; page < page_count; page++)
        close_page(page);
    watching = 1;
}

/* The fingerprint of the trace. Pages that were made since `first_page` count
 * from there, so that two computations can be compared. */
static inline unsigned long stop_watching(int first_page)
{
    unsigned long digest = 5381;
    size_t i;
    int page;

    watching = 0;
    for (page = 0; page < page_count; page++)
        mprotect(pages[page], page_size, PROT_READ | PROT_WRITE);
    CHECK(trace_length > 0 && trace_length < LONGEST_TRACE);
    for (i = 0; i < trace_length; i++) {
        page = trace[i] < first_page ? trace[i] : trace[i] - first_page + MOST_PAGES;
        digest = digest * 33 + (unsigned long) page;
    }
    return digest;
}

#endif /* PAGES_H */
