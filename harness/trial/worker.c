/* Starts workers with a clean environment and a scoreboard, collects their last words, and reaps them. */
#include "trial/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"

#define ARGUMENTS_MAX 64

int mlm_scoreboard_make(struct mlm_scoreboard **ret_scoreboard, int *ret_fd, struct mlm_error *error)
{
    mlm_auto_close int fd = memfd_create("mlmembench-scoreboard", MFD_CLOEXEC);
    if (fd < 0 || ftruncate(fd, sizeof **ret_scoreboard) < 0)
        return mlm_error_errno(error, -errno, "cannot make a scoreboard");
    void *page = mmap(NULL, sizeof **ret_scoreboard, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (page == MAP_FAILED)
        return mlm_error_errno(error, -errno, "cannot map a scoreboard");
    /* Touch the page here, so that it is charged to us and not to the cage. */
    memset(page, 0, sizeof **ret_scoreboard);
    *ret_scoreboard = page;
    *ret_fd = mlm_take_fd(&fd);
    return 0;
}

/* Settings of the user's shell for allocators, BLAS or the loader must not change a figure: a worker gets
 * only these variables. */
static void environment_make(const char *scratch, const char *environment[static 16])
{
    static const char *const kept[] = {
        "PATH", "HOME", "TMPDIR", "LD_LIBRARY_PATH", "ASAN_OPTIONS", "UBSAN_OPTIONS"};
    size_t count = 0;
    if (scratch)
        environment[count++] = scratch;
    for (char **variable = environ; *variable; variable++)
        for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) {
            if (scratch && strcmp(kept[i], "TMPDIR") == 0)
                continue;
            size_t length = strlen(kept[i]);
            if (count < 14 && strncmp(*variable, kept[i], length) == 0 && (*variable)[length] == '=')
                environment[count++] = *variable;
        }
    environment[count++] = "LC_ALL=C";
    environment[count] = NULL;
}

/* The worker reads these files itself, at the begin and the end of each phase: a look from outside would come
 * too early or too late. */
static void pressure_open(const struct mlm_cage *cage, int *memory_fd, int *storage_fd)
{
    const struct mlm_dialect *dialect = cage ? mlm_cage_dialect(cage) : NULL;
    if (dialect && dialect->memory_pressure)
        *memory_fd = openat(mlm_cage_dir_fd(cage), dialect->memory_pressure, O_RDONLY | O_CLOEXEC);
    if (dialect && dialect->storage_pressure)
        *storage_fd = openat(mlm_cage_dir_fd(cage), dialect->storage_pressure, O_RDONLY | O_CLOEXEC);
}

/* Moves the open descriptors to the front, because -1 ends the list. */
static void descriptors_close_up(int *fds, size_t count)
{
    size_t kept = 0;
    for (size_t i = 0; i < count; i++)
        if (fds[i] >= 0)
            fds[kept++] = fds[i];
    fds[kept < count ? kept : count - 1] = -1;
}

int mlm_worker_start(
    const struct mlm_worker_order *order, struct mlm_worker *ret_worker, struct mlm_error *error)
{
    mlm_auto_close int scoreboard_fd = -1;
    mlm_auto_close int messages_fd = memfd_create("mlmembench-messages", MFD_CLOEXEC);
    if (messages_fd < 0)
        return mlm_error_errno(error, -errno, "cannot make a memory file");
    struct mlm_worker worker = {.pidfd = -1};
    int r = mlm_scoreboard_make(&worker.scoreboard, &scoreboard_fd, error);
    if (r < 0)
        return r;
    char fd_text[16];
    snprintf(fd_text, sizeof fd_text, "%d", scoreboard_fd);
    mlm_auto_close int memory_fd = -1;
    mlm_auto_close int storage_fd = -1;
    pressure_open(order->cage, &memory_fd, &storage_fd);
    char pressure_text[32];
    snprintf(pressure_text, sizeof pressure_text, "%d,%d", memory_fd, storage_fd);
    char *argv[ARGUMENTS_MAX + 1] = {
        (char *)order->program, (char *)"--scoreboard", fd_text, (char *)"--pressure", pressure_text};
    size_t count = 5;
    if (order->python && *order->python) {
        argv[count++] = (char *)"--python";
        argv[count++] = (char *)order->python;
    }
    for (const char *const *a = order->arguments; *a && count < ARGUMENTS_MAX; a++)
        argv[count++] = (char *)*a;
    const char *environment[16];
    char scratch[sizeof "TMPDIR=" + PATH_MAX];
    snprintf(scratch, sizeof scratch, "TMPDIR=%s", order->scratch ? order->scratch : "");
    environment_make(order->scratch ? scratch : NULL, environment);
    int keep_fds[] = {scoreboard_fd, memory_fd, storage_fd, order->pass_fd, -1};
    descriptors_close_up(keep_fds, sizeof keep_fds / sizeof *keep_fds);
    struct mlm_cage_spawn spawn = {
        .program = order->program,
        .argv = argv,
        .environment = (char *const *)environment,
        .keep_fds = keep_fds,
        .stdin_fd = -1,
        .stdout_fd = -1,
        .stderr_fd = messages_fd,
        .affinity = order->affinity,
        .mounts = order->mounts,
        .oom_score_adj = order->oom_score_adj,
    };
    r = mlm_cage_spawn(order->cage, &spawn, &worker.pid, &worker.pidfd, error);
    if (r < 0) {
        (void)munmap(worker.scoreboard, sizeof *worker.scoreboard);
        return r;
    }
    worker.messages_fd = mlm_take_fd(&messages_fd);
    *ret_worker = worker;
    return 0;
}

int mlm_worker_reap(struct mlm_worker *worker, int *ret_status, struct mlm_error *error)
{
    int status;
    pid_t pid;
    do
        pid = wait4(worker->pid, &status, 0, &worker->usage);
    while (pid < 0 && errno == EINTR);
    if (pid < 0)
        return mlm_error_errno(error, -errno, "cannot wait for worker %d", (int)worker->pid);
    worker->pid = 0;
    *ret_status = status;
    return 0;
}

void mlm_worker_end(struct mlm_worker *worker)
{
    if (!worker->scoreboard)
        return;
    if (worker->pid) {
        int status;
        (void)kill(worker->pid, SIGKILL);
        (void)mlm_worker_reap(worker, &status, NULL);
    }
    mlm_close_p(&worker->pidfd);
    mlm_close_p(&worker->messages_fd);
    (void)munmap(worker->scoreboard, sizeof *worker->scoreboard);
    *worker = (struct mlm_worker){0};
}

void mlm_worker_last_words(const struct mlm_worker *worker, char *text, size_t size)
{
    char tail[1024];
    off_t end = lseek(worker->messages_fd, 0, SEEK_END);
    off_t from = end > (off_t)sizeof tail - 1 ? end - (off_t)sizeof tail + 1 : 0;
    ssize_t n = pread(worker->messages_fd, tail, sizeof tail - 1, from);
    text[0] = 0;
    while (n > 0 && tail[n - 1] == '\n')
        n--;
    if (n <= 0)
        return;
    tail[n] = 0;
    const char *line = strrchr(tail, '\n');
    snprintf(text, size, "%s", line ? line + 1 : tail);
}

int mlm_worker_do(const struct mlm_worker_order *order, const struct mlm_await *await,
    struct mlm_scoreboard *ret_scoreboard, struct mlm_error *error)
{
    mlm_cleanup(mlm_worker_end) struct mlm_worker worker = {0};
    int r = mlm_worker_start(order, &worker, error);
    if (r < 0)
        return r;
    r = mlm_await_readable(await, worker.pidfd);
    if (r < 0)
        return r == -EINTR ? mlm_error_set(error, r, "interrupted") : mlm_error_errno(error, r, "poll");
    int status = 0;
    r = mlm_worker_reap(&worker, &status, error);
    if (r < 0)
        return r;
    if (status != 0 || worker.scoreboard->verdict != MLM_VERDICT_OK) {
        char words[256];
        mlm_worker_last_words(&worker, words, sizeof words);
        if (worker.scoreboard->message[0])
            return mlm_error_set(error, worker.scoreboard->verdict == MLM_VERDICT_SKIPPED ? -ENOTSUP : -EIO,
                "%s", worker.scoreboard->message);
        if (WIFSIGNALED(status))
            return mlm_error_set(error, -EIO, "worker ended by signal %d (%s) %s", WTERMSIG(status),
                strsignal(WTERMSIG(status)), words);
        return mlm_error_set(error, -EIO, "worker ended with status %d %s", WEXITSTATUS(status), words);
    }
    if (ret_scoreboard)
        memcpy(ret_scoreboard, worker.scoreboard, sizeof *ret_scoreboard);
    return 0;
}
