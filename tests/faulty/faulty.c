/* The suite faulty, for tests: its workloads end in every way in which a workload should not. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "data/memory.h"
#include "data/random.h"
#include "workload.h"

struct faulty_config {
    struct mlm_job job;
    uint64_t size_bytes;
    uint64_t signal;
    const char *folder, *path;
};

static int faulty_prepare(const void *config, struct mlm_scoreboard *sb, void **ret_state)
{
    (void)sb;
    /* The config outlives the run. */
    *ret_state = (void *)config;
    return 0;
}

static void faulty_destroy(void *state)
{
    (void)state;
}

static uint64_t no_bytes(const void *config)
{
    (void)config;
    return 0;
}

static uint64_t some_time(const void *config)
{
    (void)config;
    return 10000000;
}

static void wait_ns(uint64_t ns)
{
    (void)nanosleep(
        &(struct timespec){.tv_sec = (time_t)(ns / 1000000000u), .tv_nsec = (long)(ns % 1000000000u)}, NULL);
}

static int crash_run(void *state, struct mlm_scoreboard *sb)
{
    (void)state;
    mlm_progress_begin(sb, 4);
    mlm_progress_add(sb, 1);
    (void)raise(SIGSEGV);
    return 0;
}

static int abort_run(void *state, struct mlm_scoreboard *sb)
{
    (void)state, (void)sb;
    fprintf(stderr, "first line\nthe heap is broken\n");
    abort();
}

static int exit_run(void *state, struct mlm_scoreboard *sb)
{
    (void)state, (void)sb;
    fprintf(stderr, "giving up\n");
    _exit(7); /* not even exit(): no verdict, no flushed buffers */
}

static int hang_run(void *state, struct mlm_scoreboard *sb)
{
    (void)state, (void)sb;
    (void)signal(SIGTERM, SIG_IGN);
    while (pause() < 0)
        continue;
    return 0;
}

/* Ends when a file appears. It makes another file beside it, to say that it waits. */
static int wait_run(void *state, struct mlm_scoreboard *sb)
{
    const struct faulty_config *config = state;
    char reached[4096];
    snprintf(reached, sizeof reached, "%s.reached", config->path);
    int fd = open(reached, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    if (fd < 0)
        return mlm_fail(sb, -errno, "cannot make %s", reached);
    (void)close(fd);
    while (access(config->path, F_OK) < 0)
        wait_ns(10000000);
    return 0;
}

/* Holds memory, reports it, and then waits for a minute in a session of its own. */
static _Noreturn void fork_child(const struct faulty_config *config, int told_fd, struct mlm_scoreboard *sb)
{
    (void)setsid();
    (void)signal(SIGTERM, SIG_IGN);
    void *held = mlm_map(config->size_bytes, "child", sb);
    if (held)
        mlm_touch_random(held, config->size_bytes, (uint64_t)getpid());
    (void)!write(told_fd, "", 1);
    (void)close(told_fd);
    for (int k = 0; k < 60; k++)
        wait_ns(1000000000);
    _exit(0);
}

/* Ends well when its children hold their memory, and leaves them behind. */
static int fork_run(void *state, struct mlm_scoreboard *sb)
{
    int ends[2];
    if (pipe(ends) < 0)
        return mlm_fail(sb, -errno, "pipe");
    for (int i = 0; i < 3; i++) {
        pid_t pid = fork();
        if (pid < 0)
            return mlm_fail(sb, -errno, "fork");
        if (pid == 0)
            fork_child(state, ends[1], sb);
    }
    (void)close(ends[1]);
    char byte;
    while (read(ends[0], &byte, 1) > 0)
        continue;
    (void)close(ends[0]);
    return 0;
}

/* Its child exceeds the cap and is killed; the worker itself ends well. */
static int child_grows_run(void *state, struct mlm_scoreboard *sb)
{
    (void)state;
    pid_t pid = fork();
    if (pid == 0) {
        for (uint64_t i = 0;; i++) {
            void *step = mlm_map(1 << 20, "child", sb);
            if (!step)
                _exit(1);
            mlm_touch_random(step, 1 << 20, i);
        }
    }
    int status;
    if (pid < 0 || waitpid(pid, &status, 0) < 0)
        return mlm_fail(sb, -errno, "child");
    return 0;
}

/* Lowers its own oom score, so that a larger process in the cage is killed instead. */
static int shy_run(void *state, struct mlm_scoreboard *sb)
{
    const struct faulty_config *config = state;
    int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    if (fd < 0 || write(fd, "0", 1) != 1)
        return mlm_fail(sb, -EPERM, "cannot hide");
    (void)close(fd);
    void *held = mlm_map(config->size_bytes, "shy", sb);
    if (!held)
        return -ENOMEM;
    mlm_touch_random(held, config->size_bytes, 1);
    mlm_unmap(held, config->size_bytes);
    return 0;
}

static int fill_disk_run(void *state, struct mlm_scoreboard *sb)
{
    const struct faulty_config *config = state;
    char path[4096];
    static char block[65536];
    snprintf(path, sizeof path, "%s/filled", config->folder);
    int fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    if (fd < 0)
        return mlm_fail(sb, -errno, "cannot open %s", path);
    while (write(fd, block, sizeof block) > 0)
        continue;
    int error = errno;
    (void)close(fd);
    return mlm_fail(sb, -error, "cannot write %s: %s", path, strerror(error));
}

/* Truncates a file while it reads it by mmap(). */
static int cut_file_run(void *state, struct mlm_scoreboard *sb)
{
    const struct faulty_config *config = state;
    int fd = config->job.dataset ? open(config->job.dataset, O_RDWR | O_CLOEXEC) : -1;
    if (fd < 0)
        return mlm_fail(sb, -ENOTSUP, "needs a file of the user's to cut");
    volatile char *bytes = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0);
    if (bytes == MAP_FAILED || ftruncate(fd, 0) < 0)
        return mlm_fail(sb, -errno, "cannot cut %s", config->job.dataset);
    return bytes[0];
}

static int refused_memory_run(void *state, struct mlm_scoreboard *sb)
{
    (void)state;
    return mlm_map((size_t)1 << 46, "too much", sb) ? 0 : -ENOMEM;
}

static int signal_run(void *state, struct mlm_scoreboard *sb)
{
    (void)sb;
    (void)raise((int)((const struct faulty_config *)state)->signal);
    return 0;
}

static int nothing_run(void *state, struct mlm_scoreboard *sb)
{
    (void)state, (void)sb;
    return 0;
}

static int right_verify(const void *state, struct mlm_scoreboard *sb)
{
    (void)state;
    mlm_answer_add(sb, 1.5);
    mlm_answer_add(sb, 2.5);
    return 0;
}

static int other_verify(const void *state, struct mlm_scoreboard *sb)
{
    (void)state;
    mlm_answer_add(sb, 1.5);
    mlm_answer_add(sb, 2.5000000000000004);
    return 0;
}

static int unverified_verify(const void *state, struct mlm_scoreboard *sb)
{
    (void)state;
    return mlm_fail(sb, -EBADMSG, "the sum does not check out");
}

#define PARAM(field, ...)                                                                                    \
    {                                                                                                        \
        .offset = offsetof(struct faulty_config, field), __VA_ARGS__                                         \
    }
#define NO_PARAM                                                                                             \
    {                                                                                                        \
        .name = NULL                                                                                         \
    }

static const struct mlm_param size_params[] = {
    PARAM(size_bytes, .name = "size", .type = MLM_PARAM_SIZE, .sweep = "4M", .help = "bytes to hold"),
    NO_PARAM};
static const struct mlm_param signal_params[] = {
    PARAM(signal, .name = "signal", .type = MLM_PARAM_COUNT, .sweep = "15", .help = "signal to send itself"),
    NO_PARAM};
static const struct mlm_param folder_params[] = {
    PARAM(folder, .name = "folder", .type = MLM_PARAM_TEXT, .sweep = "/nowhere", .help = "folder to fill"),
    NO_PARAM};
static const struct mlm_param path_params[] = {
    PARAM(path, .name = "path", .type = MLM_PARAM_TEXT, .sweep = "/nowhere", .help = "file to wait for"),
    NO_PARAM};

#define WORKLOAD(id, text, ...)                                                                              \
    static const struct mlm_workload faulty_##id = {.name = #id,                                             \
        .summary = text,                                                                                     \
        .flags = MLM_QUICK | MLM_USER_DATA,                                                                  \
        .config_size = sizeof(struct faulty_config),                                                         \
        .prepare = faulty_prepare,                                                                           \
        .destroy = faulty_destroy,                                                                           \
        .core_bytes = no_bytes,                                                                              \
        .rough_ns = some_time,                                                                               \
        .max_threads = 1,                                                                                    \
        __VA_ARGS__}

WORKLOAD(abort, "aborts with a message", .run = abort_run);
WORKLOAD(child_grows, "a child outgrows the cap", .run = child_grows_run);
WORKLOAD(crash, "segmentation fault", .run = crash_run);
WORKLOAD(cut_file, "cuts the file that it reads", .run = cut_file_run);
WORKLOAD(exit, "ends without a word", .run = exit_run);
WORKLOAD(fill_disk, "writes until the disk is full", .run = fill_disk_run, .params = folder_params);
WORKLOAD(fork, "leaves children behind", .run = fork_run, .params = size_params);
WORKLOAD(hang, "never ends", .run = hang_run);
WORKLOAD(missing, "needs a library that is not there", .run = nothing_run, .library = "libnowhere.so.9",
    .library_package = "libnowhere9");
WORKLOAD(refused_memory, "asks for more than an address space", .run = refused_memory_run);
WORKLOAD(shy, "hides from the kernel's choice", .run = shy_run, .params = size_params);
WORKLOAD(signal, "ends by a signal", .run = signal_run, .params = signal_params);
WORKLOAD(unverified, "does not check out", .run = nothing_run, .verify = unverified_verify);
WORKLOAD(wait, "ends once a file is there", .run = wait_run, .params = path_params);
/* One group of equal work: two rows agree, one has another answer. */
WORKLOAD(sum, "the right answer", .run = nothing_run, .verify = right_verify, .work = "sum");
WORKLOAD(sum_again, "the right answer again", .run = nothing_run, .verify = right_verify, .work = "sum");
WORKLOAD(sum_broken, "another answer", .run = nothing_run, .verify = other_verify, .work = "sum");

static const struct mlm_workload *const workloads[] = {&faulty_abort, &faulty_child_grows, &faulty_crash,
    &faulty_cut_file, &faulty_exit, &faulty_fill_disk, &faulty_fork, &faulty_hang, &faulty_missing,
    &faulty_refused_memory, &faulty_shy, &faulty_signal, &faulty_unverified, &faulty_wait, &faulty_sum,
    &faulty_sum_again, &faulty_sum_broken, NULL};

MLM_EXPORT const struct mlm_suite mlm_suite = {
    .contract = MLM_CONTRACT_VERSION,
    .name = "faulty",
    .summary = "what does the harness make of broken programs?",
    .item = "items",
    .calibrates = true,
    .on_request = true,
    .workloads = workloads,
};
