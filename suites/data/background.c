/* Holds memory beside a job. */
#include "data/background.h"

#include <time.h>
#include <unistd.h>

/* Works for 2 ms of CPU time, and then sleeps for nine times as long. */
#define WORK_NS 2000000u
#define SLEEP_NS 18000000

static uint64_t cpu_ns(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

void mlm_background_hold(unsigned char *data, uint64_t size, uint64_t page_bytes, bool active)
{
    for (;;) {
        if (!active) {
            (void)pause();
            continue;
        }
        for (uint64_t at = 0; at < size;) {
            uint64_t begin = cpu_ns();
            for (; at < size && cpu_ns() - begin < WORK_NS; at += page_bytes)
                data[at]++;
            (void)nanosleep(&(struct timespec){.tv_nsec = SLEEP_NS}, NULL);
        }
    }
}
