/* Starts the threads anew for each call. A product takes far longer than that, and a pool would need
 * state. */
#include "data/parallel.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>

struct helper {
    pthread_t thread;
    void (*task)(void *context, uint64_t part);
    void *context;
    uint64_t part;
};

static void *helper_main(void *p)
{
    struct helper *helper = p;
    helper->task(helper->context, helper->part);
    return NULL;
}

int mlm_parallel(
    uint64_t parts, void (*task)(void *context, uint64_t part), void *context, struct mlm_scoreboard *sb)
{
    struct helper helpers[MLM_THREADS_MAX];
    int r = 0;
    uint64_t started = 1;
    for (; started < parts; started++) {
        struct helper *helper = &helpers[started];
        *helper = (struct helper){.task = task, .context = context, .part = started};
        r = -pthread_create(&helper->thread, NULL, helper_main, helper);
        if (r < 0)
            break;
    }
    if (r == 0)
        task(context, 0);
    for (uint64_t i = 1; i < started; i++)
        (void)pthread_join(helpers[i].thread, NULL);
    return r < 0 ? mlm_fail(sb, r, "cannot start thread %llu: %s", (unsigned long long)started, strerror(-r))
                 : 0;
}
