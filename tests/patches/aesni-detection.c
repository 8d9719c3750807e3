/*
 * Threads ask at the same time what the processor can do.
 */
#include "program.h"

#include <pthread.h>

#include "mbedtls/aesni.h"

static pthread_barrier_t all_here;

static void *ask(void *answer)
{
    pthread_barrier_wait(&all_here);
    *(int *) answer = mbedtls_aesni_has_support(MBEDTLS_AESNI_AES);
    return NULL;
}

int main(void)
{
    pthread_t threads[4];
    int answers[4], i;

    CHECK(pthread_barrier_init(&all_here, NULL, 4) == 0);
    for (i = 0; i < 4; i++)
        CHECK(pthread_create(&threads[i], NULL, ask, &answers[i]) == 0);
    for (i = 0; i < 4; i++)
        CHECK(pthread_join(threads[i], NULL) == 0);
    for (i = 1; i < 4; i++)
        CHECK(answers[i] == answers[0]);
    return 0;
}
