/* A thread that stands for kswapd. The work of reclaiming, and waiting for the swap device, is done by the
 * thread that writes to memory.reclaim, so it takes no time of the job's. */
#include "trial/reclaim.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/size.h"

#define KIB UINT64_C(1024)
#define MIN_LEAST_BYTES (128 * KIB)
#define MIN_MOST_BYTES (262144 * KIB)
#define LOOK_NS 1000000
/* kswapd gives up after so many failures. We look again from time to time. */
#define FAILURES_MOST 16
#define REST_NS 100000000

struct mlm_watermarks mlm_watermarks_of(uint64_t ram_bytes)
{
    const uint64_t ram_kib = ram_bytes / KIB;
    uint64_t min_bytes = (uint64_t)sqrt((double)ram_kib * 16) * KIB;
    if (min_bytes < MIN_LEAST_BYTES)
        min_bytes = MIN_LEAST_BYTES;
    if (min_bytes > MIN_MOST_BYTES)
        min_bytes = MIN_MOST_BYTES;
    uint64_t step_bytes = min_bytes / 4 > ram_bytes / 1000 ? min_bytes / 4 : ram_bytes / 1000;
    return (struct mlm_watermarks){.low_bytes = step_bytes, .high_bytes = 2 * step_bytes};
}

int mlm_reclaimer_open(int dir_fd, const struct mlm_dialect *dialect, uint64_t cap_bytes, uint64_t ram_bytes,
    struct mlm_reclaimer *ret_reclaimer, struct mlm_error *error)
{
    if (!dialect->reclaim)
        return mlm_error_set(error, -ENOTSUP,
            "--background-reclaim needs memory.reclaim, which cgroup v1 does not have; boot with cgroup v2 "
            "(kernel parameter systemd.unified_cgroup_hierarchy=1), or leave the option out");
    mlm_auto_close int reclaim_fd = openat(dir_fd, dialect->reclaim, O_WRONLY | O_CLOEXEC);
    if (reclaim_fd < 0 && errno == ENOENT)
        return mlm_error_set(error, -ENOTSUP,
            "--background-reclaim needs memory.reclaim, which kernels have from 5.19 on; boot a newer one, "
            "or leave the option out");
    mlm_auto_close int current_fd = openat(dir_fd, dialect->memory_current, O_RDONLY | O_CLOEXEC);
    if (reclaim_fd < 0 || current_fd < 0)
        return mlm_error_errno(error, -errno, "--background-reclaim: cannot open the files of the cage");
    *ret_reclaimer = (struct mlm_reclaimer){
        .cap_bytes = cap_bytes,
        .watermarks = mlm_watermarks_of(ram_bytes),
        .current_fd = mlm_take_fd(&current_fd),
        .reclaim_fd = mlm_take_fd(&reclaim_fd),
    };
    return 0;
}

uint64_t mlm_reclaimer_look(struct mlm_reclaimer *reclaimer)
{
    char text[32];
    ssize_t n = pread(reclaimer->current_fd, text, sizeof text - 1, 0);
    if (n <= 0 || reclaimer->cap_bytes == MLM_NO_LIMIT)
        return 0;
    text[n] = 0;
    const uint64_t used = strtoull(text, NULL, 10), cap = reclaimer->cap_bytes;
    const uint64_t free_bytes = used < cap ? cap - used : 0;
    const uint64_t wanted =
        reclaimer->below_high ? reclaimer->watermarks.high_bytes : reclaimer->watermarks.low_bytes;
    reclaimer->below_high = free_bytes < wanted;
    if (!reclaimer->below_high)
        return 0;
    uint64_t bytes = reclaimer->watermarks.high_bytes - free_bytes;
    int length = snprintf(text, sizeof text, "%" PRIu64, bytes);
    /* EAGAIN: less was freed. */
    bool freed = pwrite(reclaimer->reclaim_fd, text, (size_t)length, 0) > 0;
    reclaimer->failures = freed ? 0 : reclaimer->failures + 1;
    return bytes;
}

static void *look_again(void *context)
{
    struct mlm_reclaimer *reclaimer = context;
    while (!atomic_load(&reclaimer->stop)) {
        (void)mlm_reclaimer_look(reclaimer);
        long nap_ns = reclaimer->failures < FAILURES_MOST ? LOOK_NS : REST_NS;
        (void)nanosleep(&(struct timespec){.tv_nsec = nap_ns}, NULL);
    }
    return NULL;
}

int mlm_reclaimer_start(struct mlm_reclaimer *reclaimer, struct mlm_error *error)
{
    /* The thread inherits the mask: signals are for the thread that watches the trial. */
    sigset_t all, before;
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_BLOCK, &all, &before);
    int r = pthread_create(&reclaimer->thread, NULL, look_again, reclaimer);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (r)
        return mlm_error_errno(error, -r, "--background-reclaim: cannot start a thread");
    reclaimer->runs = true;
    return 0;
}

void mlm_reclaimer_close(struct mlm_reclaimer *reclaimer)
{
    if (reclaimer->runs) {
        atomic_store(&reclaimer->stop, true);
        (void)pthread_join(reclaimer->thread, NULL);
        reclaimer->runs = false;
    }
    /* 0 is standard input, never ours: so a zeroed struct holds nothing. */
    if (reclaimer->current_fd > 0)
        (void)close(reclaimer->current_fd);
    if (reclaimer->reclaim_fd > 0)
        (void)close(reclaimer->reclaim_fd);
    reclaimer->current_fd = reclaimer->reclaim_fd = 0;
}
