/* Tests cages on this machine's own kernel, whichever cgroup version it has. The program is its own worker:
 * called with a verb it allocates, forks or reports, inside a cage that a test made. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <poll.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "cage/cage.h"
#include "cage/run.h"
#include "cage/site.h"
#include "cage/tree.h"

#define MIB (UINT64_C(1) << 20)

/* ---- Inside the cage ---- */

static int hog(uint64_t bytes)
{
    volatile char *memory = malloc(bytes);
    for (uint64_t i = 0; memory && i < bytes; i += 4096)
        memory[i] = 1;
    free((void *)memory);
    return 0;
}

/* Starts children of children, half of them in sessions of their own; prints "ready" when all exist. */
static _Noreturn void fork_tree(void)
{
    for (int i = 0; i < 8; i++)
        if (fork() == 0) {
            if (i % 2)
                (void)setsid();
            if (fork() >= 0 && write(STDOUT_FILENO, "x", 1) == 1)
                for (;;)
                    (void)pause();
        }
    for (;;)
        (void)pause();
}

/* A chain of processes, each of which forks the next and ends: by the time that a pid is read, it is
 * outdated. */
static _Noreturn void fork_chain(void)
{
    if (write(STDOUT_FILENO, "x", 1) != 1)
        _exit(EXIT_FAILURE);
    for (;;) {
        pid_t pid = fork();
        if (pid > 0)
            _exit(0);
    }
}

static void copy_out(const char *path)
{
    char text[8192];
    ssize_t n = mlm_file_read_into(AT_FDCWD, path, text, sizeof text);
    if (n > 0)
        (void)mlm_write_all(STDOUT_FILENO, text, (size_t)n);
}

static int report(void)
{
    copy_out("/proc/self/cgroup");
    copy_out("/proc/self/status");
    copy_out("/proc/self/oom_score_adj");
    char line[128];
    cpu_set_t cores;
    (void)sched_getaffinity(0, sizeof cores, &cores);
    snprintf(line, sizeof line, "cores %d\ngroup %d\n", CPU_COUNT(&cores), getpgrp() == getpid());
    (void)mlm_write_all(STDOUT_FILENO, line, strlen(line));
    for (int fd = 0; fd < 64; fd++)
        if (fcntl(fd, F_GETFD) >= 0) {
            snprintf(line, sizeof line, "open %d\n", fd);
            (void)mlm_write_all(STDOUT_FILENO, line, strlen(line));
        }
    return 0;
}

/* ---- Helpers ---- */

static void own_score_set(const char *text)
{
    int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    assert_int_equal(mlm_write_all(fd, text, strlen(text)), 0);
    (void)close(fd);
}

static void must(int r, const struct mlm_error *error)
{
    if (r < 0)
        fail_msg("%s", error->text);
}

static struct mlm_cages *cages_open(void)
{
    struct mlm_error error = {0};
    struct mlm_cage_site site;
    struct mlm_cages *cages = NULL;
    must(mlm_cage_site_find(AT_FDCWD, &site, &error), &error);
    if (site.access != MLM_CAGE_DIRECT) {
        print_message("no cages here: %s\n", site.why);
        skip();
    }
    must(mlm_cages_open(&site, &cages, &error), &error);
    return cages;
}

static struct mlm_cage *cage_open(struct mlm_cages *cages, uint64_t memory_bytes, uint64_t swap_bytes)
{
    struct mlm_error error = {0};
    struct mlm_cage *cage = NULL;
    const struct mlm_limits limits = {.cap_bytes = memory_bytes, .swap_limit_bytes = swap_bytes};
    must(mlm_cage_open(cages, &limits, &cage, &error), &error);
    return cage;
}

/* Prevents swapping where the kernel allows it, so that a cap means the same on every machine. */
static uint64_t no_swap(const struct mlm_cages *cages)
{
    return mlm_cages_site(cages)->swap_accounted ? 0 : MLM_NO_LIMIT;
}

struct worker {
    pid_t pid;
    int pidfd;
    int output; /* read end of its stdout */
};

static struct worker worker_start(
    struct mlm_cage *cage, const char *verb, const char *argument, struct mlm_cage_spawn spawn)
{
    struct mlm_error error = {0};
    struct worker worker;
    int ends[2];
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    char *const argv[] = {"cage_live_test", (char *)(uintptr_t)verb, (char *)(uintptr_t)argument, NULL};
    char self[PATH_MAX];
    ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
    assert_true(n > 0);
    self[n] = 0;
    spawn.program = self;
    spawn.argv = argv;
    spawn.stdin_fd = -1;
    spawn.stdout_fd = ends[1];
    spawn.stderr_fd = STDERR_FILENO;
    must(mlm_cage_spawn(cage, &spawn, &worker.pid, &worker.pidfd, &error), &error);
    (void)close(ends[1]);
    worker.output = ends[0];
    return worker;
}

static int worker_end(struct worker *worker)
{
    int status = -1;
    assert_int_equal(waitpid(worker->pid, &status, 0), worker->pid);
    (void)close(worker->pidfd);
    (void)close(worker->output);
    return status;
}

static uint64_t cage_number(const struct mlm_cage *cage, const char *file)
{
    struct mlm_error error = {0};
    uint64_t value = 0;
    must(mlm_file_read_number(mlm_cage_dir_fd(cage), file, &value, &error), &error);
    return value;
}

static uint64_t oom_kills(const struct mlm_cage *cage)
{
    mlm_auto_free char *text = NULL;
    struct mlm_error error = {0};
    uint64_t kills = 0;
    const struct mlm_dialect *dialect = mlm_cage_dialect(cage);
    must((int)mlm_file_read(mlm_cage_dir_fd(cage), dialect->oom_file, &text, &error), &error);
    assert_int_equal(mlm_keyed_number(text, dialect->oom_kill_key, &kills), 0);
    return kills;
}

/* Fills an array with the pids in a cage; returns their number. */
static int members(const struct mlm_cage *cage, pid_t pids[static 64])
{
    char text[4096];
    int count = 0;
    assert_true(mlm_file_read_into(mlm_cage_dir_fd(cage), "cgroup.procs", text, sizeof text) >= 0);
    for (char *line = text, *end; count < 64 && (end = strchr(line, '\n')); line = end + 1)
        pids[count++] = (pid_t)strtol(line, NULL, 10);
    return count;
}

static bool is_gone(pid_t pid)
{
    char path[48], text[512];
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    if (mlm_file_read_into(AT_FDCWD, path, text, sizeof text) < 0)
        return true;
    const char *state = strrchr(text, ')');
    return state && strlen(state) > 2 && (state[2] == 'Z' || state[2] == 'X'); /* not reaped by init yet */
}

/* Waits up to two minutes for something that another process does in its own time. */
static bool comes_true(bool (*test)(const void *), const void *context)
{
    for (int i = 0; i < 12000; i++) {
        if (test(context))
            return true;
        (void)nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
    }
    return false;
}

static bool pid_is_gone(const void *pid)
{
    return is_gone(*(const pid_t *)pid);
}

static bool path_is_gone(const void *path)
{
    return access(path, F_OK) < 0;
}

static void read_exactly(int fd, char *text, size_t size)
{
    for (size_t n = 0; n < size;) {
        ssize_t r = read(fd, text + n, size - n);
        assert_true(r > 0);
        n += (size_t)r;
    }
}

static char *read_all(int fd)
{
    char *text = calloc(1, 32768);
    size_t length = 0;
    for (ssize_t n; length < 32767 && (n = read(fd, text + length, 32767 - length)) > 0;)
        length += (size_t)n;
    return text;
}

/* ---- Tests ---- */

static void limits_are_set_and_read_back(void **unused)
{
    (void)unused;
    struct mlm_cages *cages = cages_open();
    /* One byte more than whole pages: the kernel rounds down, which is no error. */
    struct mlm_cage *cage = cage_open(cages, 64 * MIB + 1, MLM_NO_LIMIT);
    const struct mlm_dialect *dialect = mlm_cage_dialect(cage);
    assert_int_equal(cage_number(cage, dialect->memory_limit), 64 * MIB);
    mlm_cage_close(cage);

    if (mlm_cages_site(cages)->swap_accounted) {
        cage = cage_open(cages, 64 * MIB, 32 * MIB);
        uint64_t together = dialect->swap_files_count_memory ? 96 * MIB : 32 * MIB;
        assert_int_equal(cage_number(cage, dialect->swap_limit), together);
        mlm_cage_close(cage);
    }
    cage = cage_open(cages, MLM_NO_LIMIT, MLM_NO_LIMIT);
    assert_true(cage_number(cage, dialect->memory_limit) > UINT64_C(1) << 62);
    mlm_cage_close(cage);

    /* A limit for swap alone: 0 is possible everywhere, any other value not on v1. */
    cage = cage_open(cages, MLM_NO_LIMIT, 0);
    if (dialect->swappiness)
        assert_int_equal(cage_number(cage, dialect->swappiness), 0);
    mlm_cage_close(cage);
    if (dialect->swap_files_count_memory) {
        struct mlm_error error = {0};
        const struct mlm_limits limits = {.cap_bytes = MLM_NO_LIMIT, .swap_limit_bytes = 32 * MIB};
        assert_int_equal(mlm_cage_open(cages, &limits, &cage, &error), -ENOTSUP);
        assert_non_null(strstr(error.text, "swap"));
    }
    mlm_cages_close(cages);
}

static void out_of_memory_is_counted(void **unused)
{
    (void)unused;
    struct mlm_cages *cages = cages_open();
    struct mlm_cage *cage = cage_open(cages, 16 * MIB, no_swap(cages));
    const struct mlm_dialect *dialect = mlm_cage_dialect(cage);
    struct worker worker = worker_start(cage, "hog", "268435456", (struct mlm_cage_spawn){0});
    int status = worker_end(&worker);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGKILL);
    assert_true(oom_kills(cage) >= 1);
    if (faccessat(mlm_cage_dir_fd(cage), dialect->memory_peak, F_OK, 0) == 0)
        assert_in_range(cage_number(cage, dialect->memory_peak), 15 * MIB, 16 * MIB);
    mlm_cage_close(cage);

    /* A job that fits is not killed, and its peak is its own. */
    cage = cage_open(cages, 64 * MIB, no_swap(cages));
    worker = worker_start(cage, "hog", "16777216", (struct mlm_cage_spawn){0});
    assert_int_equal(worker_end(&worker), 0);
    assert_int_equal(oom_kills(cage), 0);
    if (faccessat(mlm_cage_dir_fd(cage), dialect->memory_peak, F_OK, 0) == 0)
        assert_in_range(cage_number(cage, dialect->memory_peak), 16 * MIB, 32 * MIB);
    mlm_cage_close(cage);
    mlm_cages_close(cages);
}

static void children_of_children_are_killed(void **unused)
{
    (void)unused;
    struct mlm_error error = {0};
    struct mlm_cages *cages = cages_open();
    struct mlm_cage *cage = cage_open(cages, 256 * MIB, MLM_NO_LIMIT);
    struct worker worker = worker_start(cage, "fork-tree", NULL, (struct mlm_cage_spawn){0});
    char ready[16];
    read_exactly(worker.output, ready, sizeof ready);
    pid_t pids[64];
    int count = members(cage, pids);
    assert_int_equal(count, 17);

    must(mlm_cage_kill(cage, &error), &error);
    assert_int_equal(members(cage, pids + count - 1), 0);
    assert_true(WIFSIGNALED(worker_end(&worker)));
    for (int i = 0; i < count - 1; i++)
        assert_true(comes_true(pid_is_gone, &pids[i]));
    mlm_cage_close(cage);
    mlm_cages_close(cages);
}

static void close_kills_what_forks_meanwhile(void **unused)
{
    (void)unused;
    struct mlm_cages *cages = cages_open();
    struct mlm_cage *cage = cage_open(cages, 256 * MIB, MLM_NO_LIMIT);
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%.3900s/%s", mlm_cages_site(cages)->path, cage->name);
    struct worker worker = worker_start(cage, "fork-chain", NULL, (struct mlm_cage_spawn){0});
    char ready;
    read_exactly(worker.output, &ready, 1);
    (void)worker_end(&worker);
    assert_int_equal(access(path, F_OK), 0);
    mlm_cage_close(cage);
    assert_int_equal(access(path, F_OK), -1);
    mlm_cages_close(cages);
}

static void cgroups_made_inside_go_too(void **unused)
{
    (void)unused;
    struct mlm_cages *cages = cages_open();
    struct mlm_cage *cage = cage_open(cages, 64 * MIB, MLM_NO_LIMIT);
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%.3900s/%s", mlm_cages_site(cages)->path, cage->name);
    assert_int_equal(mkdirat(mlm_cage_dir_fd(cage), "inner", 0755), 0);
    assert_int_equal(mkdirat(mlm_cage_dir_fd(cage), "inner/most", 0755), 0);
    struct worker worker = worker_start(cage, "fork-tree", NULL, (struct mlm_cage_spawn){0});
    char ready[16], text[32];
    read_exactly(worker.output, ready, sizeof ready);
    pid_t pids[64];
    assert_int_equal(members(cage, pids), 17);
    snprintf(text, sizeof text, "%d", (int)pids[3]);
    assert_int_equal(mlm_file_write(mlm_cage_dir_fd(cage), "inner/most/cgroup.procs", text, NULL), 0);
    mlm_cage_close(cage);
    assert_true(WIFSIGNALED(worker_end(&worker)));
    assert_int_equal(access(path, F_OK), -1);
    assert_true(comes_true(pid_is_gone, &pids[3]));
    mlm_cages_close(cages);
}

static void child_starts_clean_and_inside(void **unused)
{
    (void)unused;
    struct mlm_cages *cages = cages_open();
    struct mlm_cage *cage = cage_open(cages, 64 * MIB, MLM_NO_LIMIT);
    /* The state that a careless parent leaves: ignored and blocked signals, files without CLOEXEC. */
    struct sigaction ignore = {.sa_handler = SIG_IGN}, usr2_before, pipe_before;
    sigset_t blocked, before;
    (void)sigemptyset(&blocked);
    (void)sigaddset(&blocked, SIGTERM);
    (void)sigprocmask(SIG_BLOCK, &blocked, &before);
    (void)sigaction(SIGPIPE, &ignore, &pipe_before);
    (void)sigaction(SIGUSR2, &ignore, &usr2_before);
    int leaked = open("/dev/null", O_RDONLY);
    int kept = fcntl(leaked, F_DUPFD_CLOEXEC, 40);
    assert_int_equal(fcntl(leaked, F_DUPFD, 41), 41);
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET((unsigned)sched_getcpu(), &one);
    const int keep[] = {kept, -1};

    struct worker worker = worker_start(cage, "report", NULL,
        (struct mlm_cage_spawn){.keep_fds = keep, .affinity = &one, .oom_score_adj = 1000});
    mlm_auto_free char *text = read_all(worker.output);
    assert_int_equal(worker_end(&worker), 0);
    (void)sigprocmask(SIG_SETMASK, &before, NULL);
    (void)sigaction(SIGPIPE, &pipe_before, NULL);
    (void)sigaction(SIGUSR2, &usr2_before, NULL);

    assert_non_null(strstr(text, cage->name));
    assert_non_null(strstr(text, "SigBlk:\t0000000000000000"));
    assert_non_null(strstr(text, "SigIgn:\t0000000000000000"));
    assert_non_null(strstr(text, "\n1000\ncores 1\ngroup 1\nopen 0\nopen 1\nopen 2\nopen 40\n"));
    assert_null(strstr(text, "open 3\n"));
    assert_null(strstr(text, "open 41"));
    assert_true(fcntl(kept, F_GETFD) & FD_CLOEXEC); /* our own descriptor is unchanged */
    (void)close(leaked);
    (void)close(kept);
    (void)close(41);

    /* A worker outside any cage is in our own cgroup, and its score is never below ours. */
    mlm_auto_free char *score = NULL;
    assert_true(mlm_file_read(AT_FDCWD, "/proc/self/oom_score_adj", &score, NULL) > 0);
    own_score_set("200");
    worker = worker_start(NULL, "report", NULL, (struct mlm_cage_spawn){0});
    mlm_auto_free char *outside = read_all(worker.output);
    assert_int_equal(worker_end(&worker), 0);
    own_score_set(score);
    assert_non_null(strstr(outside, "\n200\ncores "));
    assert_null(strstr(outside, cage->name));
    mlm_auto_free char *here = NULL;
    assert_true(mlm_file_read(AT_FDCWD, "/proc/self/cgroup", &here, NULL) > 0);
    assert_memory_equal(outside, here, strlen(here));
    mlm_cage_close(cage);
    mlm_cages_close(cages);
}

static void missing_program_is_named_and_reaped(void **unused)
{
    (void)unused;
    struct mlm_cages *cages = cages_open();
    struct mlm_cage *cage = cage_open(cages, 64 * MIB, MLM_NO_LIMIT);
    char *const argv[] = {"x", NULL};
    const struct mlm_cage_spawn spawn = {
        .program = "/nonexistent/worker", .argv = argv, .stdin_fd = -1, .stdout_fd = -1, .stderr_fd = -1};
    struct mlm_cage *const where[] = {cage, NULL};
    for (int i = 0; i < 2; i++) {
        struct mlm_error error = {0};
        pid_t pid = -7;
        int pidfd = -7;
        assert_int_equal(mlm_cage_spawn(where[i], &spawn, &pid, &pidfd, &error), -ENOENT);
        assert_string_equal(error.text, "cannot start /nonexistent/worker: No such file or directory");
        assert_int_equal(pid, -7);
        assert_int_equal(pidfd, -7);
    }
    /* The only child left is the guardian, and it is not a zombie. */
    siginfo_t info = {0};
    assert_int_equal(waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT), 0);
    assert_int_equal(info.si_pid, 0);
    mlm_cage_close(cage);
    mlm_cages_close(cages);
    assert_int_equal(waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT), -1);
    assert_int_equal(errno, ECHILD);
}

static int count_ours(int dir_fd, const char *name, const void *prefix)
{
    (void)dir_fd;
    return strncmp(name, prefix, strlen(prefix)) == 0;
}

static void close_leaves_nothing(void **unused)
{
    (void)unused;
    struct mlm_error error = {0};
    mlm_auto_free char *before = NULL, *after = NULL;
    must((int)mlm_file_read(AT_FDCWD, "/proc/self/cgroup", &before, &error), &error);
    struct mlm_cages *cages = cages_open();
    char prefix[MLM_CAGE_NAME_SIZE], site[PATH_MAX];
    snprintf(prefix, sizeof prefix, "%s", cages->prefix);
    snprintf(site, sizeof site, "%s", mlm_cages_site(cages)->path);
    pid_t guardian = cages->guardian;
    assert_false(is_gone(guardian));
    struct mlm_cage *forgotten = cage_open(cages, 64 * MIB, MLM_NO_LIMIT);
    mlm_cages_close(cages);
    (void)close(forgotten->dir_fd);
    (void)close(forgotten->hold_fd);
    free(forgotten);
    assert_int_equal(kill(guardian, 0), -1);
    mlm_auto_close int fd = open(site, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(mlm_cgroup_children(fd, count_ours, prefix), 0);

    /* We are back in our old cgroup, so all of it can be done again. */
    mlm_cages_close(cages_open());
    must((int)mlm_file_read(AT_FDCWD, "/proc/self/cgroup", &after, &error), &error);
    if (flock(fd, LOCK_EX | LOCK_NB) == 0) { /* else another run is active here and will remove the home */
        assert_null(strstr(after, MLM_CAGE_HOME));
        assert_int_equal(faccessat(fd, MLM_CAGE_HOME, F_OK, 0), -1);
        if (!strstr(before, MLM_CAGE_HOME))
            assert_string_equal(before, after);
    }
    mlm_cages_close(NULL);
    mlm_cage_close(NULL);
}

/* A process that plays the harness of a guardian: prints its cage and the processes in it, and then only
 * waits. */
static _Noreturn void harness(void)
{
    struct mlm_cages *cages = cages_open();
    struct mlm_cage *cage = cage_open(cages, 256 * MIB, MLM_NO_LIMIT);
    struct worker worker = worker_start(cage, "fork-tree", NULL, (struct mlm_cage_spawn){0});
    char ready[16], line[PATH_MAX];
    read_exactly(worker.output, ready, sizeof ready);
    pid_t pids[64];
    int n = snprintf(
        line, sizeof line, "%.3000s/%s\n%d\n", mlm_cages_site(cages)->path, cage->name, (int)cages->guardian);
    for (int i = 0, count = members(cage, pids); i < count; i++)
        n += snprintf(line + n, sizeof line - (size_t)n, "%d\n", (int)pids[i]);
    (void)mlm_write_all(STDOUT_FILENO, line, (size_t)n);
    for (;;)
        (void)pause();
}

static void guardian_cleans_up_after_a_killed_harness(void **unused)
{
    (void)unused;
    struct mlm_cages *cages = cages_open(); /* two runs at the same time */
    struct worker worker = worker_start(NULL, "harness", NULL, (struct mlm_cage_spawn){0});
    char text[PATH_MAX];
    size_t length = 0;
    int lines = 0;
    for (; lines < 19; length++) {
        read_exactly(worker.output, text + length, 1);
        lines += text[length] == '\n';
    }
    text[length] = 0;
    char *rest = text, *path = strsep(&rest, "\n");
    assert_int_equal(access(path, F_OK), 0);
    assert_int_equal(kill(-worker.pid, SIGKILL), 0); /* kills its whole process group */
    assert_true(WIFSIGNALED(worker_end(&worker)));
    assert_true(comes_true(path_is_gone, path));
    for (const char *line; (line = strsep(&rest, "\n")) && *line;) {
        pid_t pid = (pid_t)strtol(line, NULL, 10);
        assert_true(comes_true(pid_is_gone, &pid)); /* the guardian is the first of them */
    }
    mlm_cages_close(cages);
}

static void stale_cages_are_told_from_live_ones(void **unused)
{
    (void)unused;
    struct mlm_error error = {0};
    struct mlm_cages *cages = cages_open();
    struct mlm_cage *live = cage_open(cages, 64 * MIB, MLM_NO_LIMIT);
    /* A cage named with this pid and another start time: a reused pid. */
    char stale[128], foreign[128];
    snprintf(stale, sizeof stale, "mlmembench-%d-1-0", (int)getpid());
    snprintf(foreign, sizeof foreign, "mlmembench-%d-other", (int)getpid());
    assert_int_equal(mkdirat(cages->dir_fd, stale, 0755), 0);
    assert_int_equal(mkdirat(cages->dir_fd, foreign, 0755), 0);
    assert_true(mlm_cages_count_stale(mlm_cages_site(cages), &error) >= 1);
    assert_int_equal(faccessat(cages->dir_fd, stale, F_OK, 0), 0);
    assert_true(mlm_cages_remove_stale(mlm_cages_site(cages), &error) >= 1);
    assert_int_equal(faccessat(cages->dir_fd, stale, F_OK, 0), -1);
    assert_int_equal(faccessat(cages->dir_fd, foreign, F_OK, 0), 0);
    assert_int_equal(faccessat(cages->dir_fd, live->name, F_OK, 0), 0);
    assert_int_equal(unlinkat(cages->dir_fd, foreign, AT_REMOVEDIR), 0);
    mlm_cage_close(live);
    mlm_cages_close(cages);
}

/* Our pid, like that of any process that could be asked, is not visible from another pid namespace. */
static int count_from_elsewhere(const struct mlm_cage_site *site)
{
    int ends[2], count = -EPERM, status;
    assert_int_equal(pipe(ends), 0);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        pid_t inside = unshare(CLONE_NEWPID | CLONE_NEWNS) < 0 ? -1 : fork();
        /* In a chroot / is no mount, but /proc is one; a private one keeps the new mount to itself. */
        if (inside == 0) {
            bool mounted = mount("none", "/proc", NULL, MS_PRIVATE, NULL) == 0 &&
                           mount("proc", "/proc", "proc", 0, NULL) == 0;
            count = mounted ? mlm_cages_remove_stale(site, NULL) : -EIO;
        }
        if (inside <= 0)
            _exit(write(ends[1], &count, sizeof count) == sizeof count ? 0 : 1);
        _exit(waitpid(inside, &status, 0) == inside ? WEXITSTATUS(status) : 1);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    (void)close(ends[1]);
    assert_int_equal(read(ends[0], &count, sizeof count), sizeof count);
    (void)close(ends[0]);
    return count;
}

static void cages_of_a_run_in_another_namespace_stay(void **unused)
{
    (void)unused;
    struct mlm_cages *cages = cages_open();
    struct mlm_cage *empty = cage_open(cages, 64 * MIB, MLM_NO_LIMIT);
    struct mlm_cage *used = cage_open(cages, 64 * MIB, MLM_NO_LIMIT);
    struct worker worker = worker_start(used, "fork-tree", NULL, (struct mlm_cage_spawn){0});
    assert_int_equal(mkdirat(cages->dir_fd, "mlmembench-1-1-0", 0755), 0);
    int removed = count_from_elsewhere(mlm_cages_site(cages));
    if (removed == -EPERM)
        print_message("no namespace of processes can be made here\n");
    else
        assert_int_equal(removed, 1); /* only the cage of a dead run */
    assert_int_equal(faccessat(cages->dir_fd, empty->name, F_OK, 0), 0);
    assert_int_equal(faccessat(cages->dir_fd, used->name, F_OK, 0), 0);
    assert_int_equal(kill(worker.pid, 0), 0);
    (void)unlinkat(cages->dir_fd, "mlmembench-1-1-0", AT_REMOVEDIR);
    mlm_cage_close(empty);
    mlm_cage_close(used);
    (void)worker_end(&worker);
    mlm_cages_close(cages);
}

static void names_are_parsed_strictly(void **unused)
{
    (void)unused;
    static const char *const bad[] = {"mlmembench-1-2", "mlmembench-1-2-", "mlmembench-1-2-3-4",
        "mlmembench--1-2-3", "mlmembench-0-2-3", "mlmembench-home", "mlmembench-1-2-3x",
        "mlmembench-99999999999-2-3", "xmlmembench-1-2-3", ""};
    pid_t pid = 0;
    uint64_t start = 0;
    assert_true(mlm_cage_name_parse("mlmembench-12-345-6", &pid, &start));
    assert_int_equal(pid, 12);
    assert_int_equal(start, 345);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(mlm_cage_name_parse(bad[i], &pid, &start));
    char prefix[MLM_CAGE_NAME_SIZE], name[MLM_CAGE_NAME_SIZE + 1];
    assert_int_equal(mlm_cage_prefix(prefix, NULL), 0);
    snprintf(name, sizeof name, "%s0", prefix);
    assert_true(mlm_cage_name_parse(name, &pid, &start));
    assert_int_equal(pid, getpid());
    assert_true(mlm_cage_maker_lives(pid, start));
    assert_false(mlm_cage_maker_lives(pid, start + 1));
}

static void keys_of_the_dialect_are_in_the_kernels_files(void **unused)
{
    (void)unused;
    struct mlm_error error = {0};
    struct mlm_cages *cages = cages_open();
    struct mlm_cage *cage = cage_open(cages, 64 * MIB, MLM_NO_LIMIT);
    const struct mlm_dialect *d = mlm_cage_dialect(cage);
    mlm_auto_free char *stat = NULL;
    must((int)mlm_file_read(mlm_cage_dir_fd(cage), d->stat, &stat, &error), &error);
    const char *const keys[] = {d->anon_key, d->file_key, d->major_faults_key, d->all_faults_key,
        d->refault_anon_key, d->refault_file_key, d->limit_above_key};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        uint64_t value;
        if (keys[i] && mlm_keyed_number(stat, keys[i], &value) < 0)
            fail_msg("%s has no %s", d->stat, keys[i]);
    }
    assert_int_equal(oom_kills(cage), 0);
    mlm_cage_close(cage);
    mlm_cages_close(cages);
}

int main(int argc, char **argv)
{
    const char *verb = argc > 1 ? argv[1] : "";
    if (strcmp(verb, "hog") == 0)
        return hog(strtoull(argv[2], NULL, 10));
    if (strcmp(verb, "fork-tree") == 0)
        fork_tree();
    if (strcmp(verb, "fork-chain") == 0)
        fork_chain();
    if (strcmp(verb, "report") == 0)
        return report();
    if (strcmp(verb, "harness") == 0)
        harness();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(limits_are_set_and_read_back),
        cmocka_unit_test(out_of_memory_is_counted),
        cmocka_unit_test(children_of_children_are_killed),
        cmocka_unit_test(close_kills_what_forks_meanwhile),
        cmocka_unit_test(cgroups_made_inside_go_too),
        cmocka_unit_test(child_starts_clean_and_inside),
        cmocka_unit_test(missing_program_is_named_and_reaped),
        cmocka_unit_test(close_leaves_nothing),
        cmocka_unit_test(guardian_cleans_up_after_a_killed_harness),
        cmocka_unit_test(stale_cages_are_told_from_live_ones),
        cmocka_unit_test(cages_of_a_run_in_another_namespace_stay),
        cmocka_unit_test(names_are_parsed_strictly),
        cmocka_unit_test(keys_of_the_dialect_are_in_the_kernels_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
