/* Fills memory in a child and times it. Between fork and _exit the child calls only async-signal-safe
 * functions, because the program that it was forked from may have threads. */
#include "machine/fresh.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/page.h"
#include "machine/memory.h"

#define SLOW_RATIO 1.5
#define SMALLEST_BYTES (UINT64_C(1) << 20)

enum { PROBE_FILLS = 4, TOUCH_FILLS = 3, FILLS_MOST = PROBE_FILLS, CLOCK_TRIES = 100 };

/* The child's task: fill memory once, and again until that is as fast as `enough_ns_per_byte`. */
struct job {
    uint64_t first_bytes, later_bytes;
    int fills; /* the most fills */
    double enough_ns_per_byte;
};

/* ---- In the child: only async-signal-safe functions ---- */

/* Time for which this thread was runnable but had no processor. */
static uint64_t waited_ns(void)
{
    char schedstat[96]; /* "CPU_NS WAIT_NS SLICES" */
    if (mlm_file_read_into(AT_FDCWD, "/proc/self/schedstat", schedstat, sizeof schedstat) <= 0)
        return 0;
    const char *blank = strchr(schedstat, ' ');
    return blank ? strtoull(blank, NULL, 10) : 0;
}

/* Wall time minus the time spent waiting for a processor. A wait between the two readings would appear in
 * only one of them, so both are read again until there was none. */
static int64_t running_ns(void)
{
    struct timespec t;
    uint64_t before_ns, after_ns = waited_ns();
    int tries = 0;
    do {
        before_ns = after_ns;
        (void)clock_gettime(CLOCK_MONOTONIC, &t);
        after_ns = waited_ns();
    } while (after_ns != before_ns && ++tries < CLOCK_TRIES);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec - (int64_t)after_ns;
}

static int fill(size_t bytes, double *ret_ns_per_byte)
{
    int64_t begin_ns = running_ns();
    char *memory =
        mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED)
        return -errno;
    if (madvise(memory, bytes, MADV_POPULATE_WRITE) < 0) {
        if (errno != EINVAL)
            return -errno;
        /* MADV_POPULATE_WRITE is missing before Linux 5.14 */
        size_t page = mlm_page_bytes();
        for (size_t i = 0; i < bytes; i += page)
            ((volatile char *)memory)[i] = 1;
    }
    /* The two clocks are independent, so their difference can be below 0. */
    *ret_ns_per_byte = fmax(0, (double)(running_ns() - begin_ns)) / (double)bytes;
    (void)munmap(memory, bytes);
    return 0;
}

static void signals_reset(void)
{
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE};
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
        (void)signal(signals[i], SIG_DFL);
    sigset_t none;
    (void)sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
}

static void oom_volunteer(void)
{
    int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    if (fd >= 0) {
        (void)mlm_write_all(fd, "1000", 4);
        (void)close(fd);
    }
}

/* Writes the pace of each fill to `fd`. The exit status is an errno. */
static int child_run(pid_t parent, int fd, const struct job *job)
{
    signals_reset();
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    if (getppid() != parent)
        return EOWNERDEAD;
    oom_volunteer();
    /* The worker turns huge pages off as well. */
    (void)prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0);
    for (int i = 0; i < job->fills; i++) {
        double pace = 0;
        int r = fill((size_t)(i == 0 ? job->first_bytes : job->later_bytes), &pace);
        if (r == 0)
            r = mlm_write_all(fd, &pace, sizeof pace);
        if (r < 0)
            return -r;
        if (pace <= job->enough_ns_per_byte)
            break;
    }
    return 0;
}

/* ---- In the parent ---- */

static int child_wait(pid_t pid, struct mlm_error *error)
{
    int status;
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return mlm_error_errno(error, -errno, "cannot wait for the child that fills memory");
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL)
        return mlm_error_set(error, -ENOMEM, "the child that fills memory was killed");
    if (WIFSIGNALED(status))
        return mlm_error_set(
            error, -EINTR, "the child that fills memory ended by signal %d", WTERMSIG(status));
    if (WEXITSTATUS(status))
        return mlm_error_errno(error, -WEXITSTATUS(status), "cannot fill memory");
    return 0;
}

/* -EINTR: the user wants to stop. */
static int paces_read(int fd, const struct mlm_await *await, double paces[static FILLS_MOST])
{
    size_t length = 0;
    while (length < sizeof(double) * FILLS_MOST) {
        int r = mlm_await_readable(await, fd);
        if (r < 0)
            return r;
        ssize_t n = read(fd, (char *)paces + length, sizeof(double) * FILLS_MOST - length);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            break;
        length += (size_t)n;
    }
    return (int)(length / sizeof(double));
}

/* Returns the number of fills. */
static int fill_in_child(const struct job *job, const struct mlm_await *await,
    double paces[static FILLS_MOST], struct mlm_error *error)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) < 0)
        return mlm_error_errno(error, -errno, "cannot make a pipe");
    mlm_auto_close int from = ends[0];
    mlm_auto_close int to = ends[1];
    pid_t parent = getpid(), pid = fork();
    if (pid < 0)
        return mlm_error_errno(error, -errno, "cannot fork");
    if (pid == 0)
        _exit(child_run(parent, to, job));
    (void)close(mlm_take_fd(&to));
    int count = paces_read(from, await, paces);
    if (count < 0)
        (void)kill(pid, SIGKILL);
    int r = child_wait(pid, error);
    if (count < 0)
        return mlm_error_set(error, count, "interrupted");
    if (r == 0 && count == 0)
        r = mlm_error_set(error, -EIO, "the child that fills memory told nothing");
    return r < 0 ? r : count;
}

static int bytes_limit(uint64_t bytes, uint64_t quarters, uint64_t *ret_bytes, struct mlm_error *error)
{
    struct mlm_memory_now memory;
    int r = mlm_memory_now(AT_FDCWD, &memory, error);
    if (r < 0)
        return r;
    uint64_t most = memory.available_bytes / 4 * quarters;
    *ret_bytes = bytes < most ? bytes : most;
    return *ret_bytes >= SMALLEST_BYTES
               ? 0
               : mlm_error_set(error, -ENOMEM, "too little memory is available to fill any");
}

int mlm_fresh_memory_probe(uint64_t bytes, const struct mlm_await *await, struct mlm_fresh_memory *ret_result,
    struct mlm_error *error)
{
    struct mlm_fresh_memory result;
    double paces[FILLS_MOST] = {0};
    if (bytes < SMALLEST_BYTES)
        return mlm_error_set(error, -EINVAL, "a probe of fresh memory needs at least 1 MiB");
    int r = bytes_limit(bytes, 1, &result.bytes, error);
    if (r < 0)
        return r;
    struct job job = {.first_bytes = result.bytes, .later_bytes = result.bytes / 4, .fills = PROBE_FILLS};
    int count = fill_in_child(&job, await, paces, error);
    if (count < 0)
        return count;
    result.first_ns_per_byte = paces[0];
    result.warm_ns_per_byte = paces[0];
    for (int i = 1; i < count; i++)
        result.warm_ns_per_byte = i == 1 ? paces[i] : fmin(result.warm_ns_per_byte, paces[i]);
    result.slow = result.first_ns_per_byte > SLOW_RATIO * result.warm_ns_per_byte;
    *ret_result = result;
    return 0;
}

int mlm_fresh_memory_touch(
    uint64_t bytes, double warm_ns_per_byte, const struct mlm_await *await, struct mlm_error *error)
{
    double paces[FILLS_MOST] = {0};
    if (bytes == 0)
        return 0;
    if (bytes < SMALLEST_BYTES)
        bytes = SMALLEST_BYTES;
    int r = bytes_limit(bytes, 3, &bytes, error);
    if (r < 0)
        return r;
    struct job job = {.first_bytes = bytes,
        .later_bytes = bytes,
        .fills = warm_ns_per_byte > 0 ? TOUCH_FILLS : 1,
        .enough_ns_per_byte = SLOW_RATIO * warm_ns_per_byte};
    int count = fill_in_child(&job, await, paces, error);
    return count < 0 ? count : 0;
}
