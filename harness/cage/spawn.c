/* Starts a process inside a cage. The child shares our memory until exec (CLONE_VM | CLONE_VFORK): so none of
 * our pages is copied and charged to its cage, and it reports errors by a plain store. The child may only
 * make system calls, and runs with all signals blocked until it has reset all handlers. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/file.h"
#include "cage/clone3.h"
#include "cage/mounts.h"
#include "cage/run.h"

#ifndef CLOSE_RANGE_CLOEXEC
#define CLOSE_RANGE_CLOEXEC (1U << 2)
#endif

#define STACK_BYTES (64u << 10)
#define FIRST_OTHER_FD (STDERR_FILENO + 1)
/* The child runs on a stack that the sanitizers do not know. */
#define IN_CHILD __attribute__((no_sanitize("address", "undefined", "thread")))

enum step {
    STEP_NONE,
    STEP_ORPHAN,
    STEP_MOUNTS,
    STEP_ENTER,
    STEP_SCORE,
    STEP_AFFINITY,
    STEP_DESCRIPTORS,
    STEP_EXEC
};

/* Enough to tell a command line from ours. */
#define COMMAND_LINE_MOST 4096
/* It takes microseconds, or the time that other processes take the processor for. */
#define LEAVES_WITHIN_NS UINT64_C(1000000000)

struct child {
    const struct mlm_cage_spawn *spawn;
    char *const *environment;
    struct mlm_mounting *mounting; /* NULL: it sees what we see */
    pid_t parent;
    int enter_fd; /* where the child writes "0" to enter; -1: nowhere */
    char score[16];
    size_t score_length;
    /* The child's report. */
    enum step failed;
    int error;
};

IN_CHILD static int write_exactly(int fd, const char *text, size_t length)
{
    ssize_t n = write(fd, text, length);
    return n < 0 ? errno : (size_t)n == length ? 0 : EIO;
}

IN_CHILD static int score_set(const struct child *child)
{
    int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return errno;
    int error = write_exactly(fd, child->score, child->score_length);
    (void)close(fd);
    return error;
}

/* exec() resets handled signals, but signals that our parents ignored (nohup, a shell's background) would
 * stay ignored. */
IN_CHILD static void signals_reset(bool keep_hangup)
{
    const struct sigaction standard = {.sa_handler = SIG_DFL};
    for (int number = 1; number < NSIG; number++)
        if (number != SIGKILL && number != SIGSTOP && !(keep_hangup && number == SIGHUP))
            (void)sigaction(number, &standard, NULL);
    sigset_t none;
    (void)sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
}

IN_CHILD static void close_others_on_exec(void)
{
    if (syscall(SYS_close_range, FIRST_OTHER_FD, UINT_MAX, CLOSE_RANGE_CLOEXEC) == 0)
        return;
    /* Before Linux 5.11 there is no close_range() with CLOSE_RANGE_CLOEXEC. */
    struct rlimit limit;
    int most = getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < 65536 ? (int)limit.rlim_cur : 65536;
    for (int fd = FIRST_OTHER_FD; fd < most; fd++)
        (void)fcntl(fd, F_SETFD, FD_CLOEXEC);
}

IN_CHILD static int descriptors_set(const struct mlm_cage_spawn *spawn)
{
    int from[] = {spawn->stdin_fd, spawn->stdout_fd, spawn->stderr_fd};
    int null_fd = -1;
    for (int i = 0; i < 3; i++) {
        if (from[i] < 0) {
            if (null_fd < 0)
                null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
            from[i] = null_fd;
        }
        /* Copy to a higher number, away from the targets of dup2() below. */
        if (from[i] >= 0 && from[i] < FIRST_OTHER_FD)
            from[i] = fcntl(from[i], F_DUPFD_CLOEXEC, FIRST_OTHER_FD);
        if (from[i] < 0)
            return errno;
    }
    for (int i = 0; i < 3; i++)
        if (dup2(from[i], i) < 0)
            return errno;
    close_others_on_exec();
    for (const int *fd = spawn->keep_fds; fd && *fd >= 0; fd++)
        if (fcntl(*fd, F_SETFD, 0) < 0)
            return errno;
    return 0;
}

IN_CHILD static void child_fail(struct child *child, enum step step, int error)
{
    child->error = error;
    child->failed = step;
    _exit(127);
}

IN_CHILD static int child_run(void *argument)
{
    struct child *child = argument;
    const struct mlm_cage_spawn *spawn = child->spawn;
    int error;

    /* The child dies with us. We may have died before this call, so check the parent. */
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || getppid() != child->parent)
        child_fail(child, STEP_ORPHAN, ECHILD);
    /* Before it enters its cage: so what its mounts need is not charged to it. */
    if (child->mounting && (error = mlm_mounting_do(child->mounting)))
        child_fail(child, STEP_MOUNTS, error);
    if (child->enter_fd >= 0 && (error = write_exactly(child->enter_fd, "0", 1)))
        child_fail(child, STEP_ENTER, error);
    /* The harness must handle a Ctrl-C at the terminal, not the child. */
    if (!spawn->same_group)
        (void)setpgid(0, 0);
    if ((error = score_set(child)))
        child_fail(child, STEP_SCORE, error);
    if (spawn->affinity && sched_setaffinity(0, sizeof(cpu_set_t), spawn->affinity) < 0)
        child_fail(child, STEP_AFFINITY, errno);
    if ((error = descriptors_set(spawn)))
        child_fail(child, STEP_DESCRIPTORS, error);
    signals_reset(spawn->same_group);
    (void)execve(spawn->program, spawn->argv, child->environment);
    child_fail(child, STEP_EXEC, errno);
    return 0;
}

/* Returns true where the kernel, or a filter, does not know the call or the flag. Any other obstacle also
 * stops the fallback, which has a better message for it. */
static bool is_unknown(int error)
{
    return error == -ENOSYS || error == -E2BIG || error == -EINVAL || error == -EPERM;
}

/* clone() with a descriptor of the child. Emulators of single programs, as in a container for another
 * architecture, know no CLONE_PIDFD. Nobody else waits for the child, so its number still means it when the
 * descriptor is opened. */
static int clone_with_pidfd(struct child *child, char *stack, int flags, int *ret_pidfd)
{
    int pid = clone(child_run, stack + STACK_BYTES, flags | CLONE_PIDFD | SIGCHLD, child, ret_pidfd);
    if (pid >= 0)
        return pid;
    if (errno != EINVAL)
        return -errno;
    pid = clone(child_run, stack + STACK_BYTES, flags | SIGCHLD, child);
    if (pid < 0)
        return -errno;
    *ret_pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
    if (*ret_pidfd >= 0)
        return pid;
    int r = -errno;
    (void)kill(pid, SIGKILL);
    (void)waitpid(pid, NULL, 0);
    return r;
}

/* Starts the child so that its memory is charged to the cage from the first page on: the kernel creates it
 * there, or it enters before it does anything else. */
static int child_start(struct mlm_cage *cage, struct child *child, char *stack, int *ret_pidfd)
{
    const int flags = CLONE_VM | CLONE_VFORK;
    if (cage && cage->inherited)
        cage = NULL; /* we are inside already */
    if (cage && !child->mounting && cage->cages->dialect->version == 2 && !cage->cages->clone_cannot_enter) {
        struct clone_args args = {
            .flags = (unsigned)flags | CLONE_PIDFD | CLONE_INTO_CGROUP,
            .pidfd = (uintptr_t)ret_pidfd,
            .exit_signal = SIGCHLD,
            .stack = (uintptr_t)stack,
            .stack_size = STACK_BYTES,
            .cgroup = (unsigned)cage->dir_fd,
        };
        long pid = mlm_clone3(&args, child_run, child);
        if (pid >= 0)
            return (int)pid;
        cage->cages->clone_cannot_enter = is_unknown((int)pid);
    }
    if (cage) {
        child->enter_fd = openat(cage->dir_fd, cage->cages->dialect->enter, O_WRONLY | O_CLOEXEC);
        if (child->enter_fd < 0)
            return -errno;
    }
    int namespaces = child->mounting ? (int)child->mounting->namespaces : 0;
    int pid = clone_with_pidfd(child, stack, flags | namespaces, ret_pidfd);
    if (pid == -EPERM && namespaces) {
        /* Who may not make a mount namespace may make a user namespace, and a mount namespace in it. */
        child->mounting->namespaces |= CLONE_NEWUSER;
        namespaces |= CLONE_NEWUSER;
        pid = clone_with_pidfd(child, stack, flags | namespaces, ret_pidfd);
    }
    mlm_close_p(&child->enter_fd);
    return pid;
}

/* Returns true for a program that exists, below a folder that the job sees another one in place of. */
static bool is_covered(const struct mlm_job_mounts *mounts, const char *program)
{
    for (size_t i = 0; i < mounts->count; i++) {
        size_t length = strlen(mounts->items[i].at);
        if (strncmp(program, mounts->items[i].at, length) == 0 && program[length] == '/')
            return access(program, F_OK) == 0;
    }
    return false;
}

static int explain(const struct child *child, struct mlm_error *error)
{
    const char *program = child->spawn->program;
    switch (child->failed) {
    case STEP_ORPHAN:
        return mlm_error_set(error, -ECHILD, "cannot start %s: its parent went away", program);
    case STEP_MOUNTS:
        return mlm_mounting_explain(child->mounting, program, -child->error, error);
    case STEP_ENTER:
        return mlm_error_errno(error, -child->error, "cannot start %s: it cannot enter its cage", program);
    case STEP_SCORE:
        return mlm_error_errno(error, -child->error, "cannot start %s: cannot set its oom_score_adj to %s",
            program, child->score);
    case STEP_AFFINITY:
        return mlm_error_errno(error, -child->error, "cannot start %s: cannot bind it to its cores", program);
    case STEP_DESCRIPTORS:
        return mlm_error_errno(error, -child->error, "cannot start %s: cannot hand it its files", program);
    case STEP_EXEC:
        if (child->error == ENOENT && child->mounting && is_covered(child->mounting->mounts, program))
            return mlm_error_set(error, -ENOENT,
                "cannot start %s: with --private-tmp the job has its own empty /tmp and /dev/shm, and the "
                "program lies in the machine's; move it elsewhere",
                program);
        return mlm_error_errno(error, -child->error, "cannot start %s", program);
    case STEP_NONE:
        break;
    }
    return 0;
}

/* Nobody without privileges may go below the score that was inherited. A desktop's terminal has 200, for
 * example. */
static int score_of(const struct mlm_cage_spawn *spawn)
{
    char text[16];
    const bool known = mlm_file_read_into(AT_FDCWD, "/proc/self/oom_score_adj", text, sizeof text) > 0;
    const int inherited = known ? atoi(text) : spawn->oom_score_adj;
    return inherited > spawn->oom_score_adj ? inherited : spawn->oom_score_adj;
}

static ssize_t command_line(const char *pid, char text[static COMMAND_LINE_MOST])
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%s/cmdline", pid);
    return mlm_file_read_into(AT_FDCWD, path, text, COMMAND_LINE_MOST);
}

/* The kernel lets us go on a moment before the child has given our memory up. Until then, whoever looks at it
 * sees our figures, and our command line. */
static void memory_leave(pid_t pid)
{
    char ours[COMMAND_LINE_MOST], theirs[COMMAND_LINE_MOST], number[16];
    const ssize_t size = command_line("self", ours);
    const uint64_t end_ns = mlm_now_ns() + LEAVES_WITHIN_NS;
    snprintf(number, sizeof number, "%d", (int)pid);
    while (size > 0 && mlm_now_ns() < end_ns && command_line(number, theirs) == size &&
           memcmp(ours, theirs, (size_t)size) == 0)
        (void)sched_yield();
}

static int spawn_with(struct mlm_cage *cage, const struct mlm_cage_spawn *spawn,
    struct mlm_mounting *mounting, pid_t *ret_pid, int *ret_pidfd, struct mlm_error *error)
{
    /* Shared, so that the report also arrives where a tool (valgrind) turns the clone into a plain fork. */
    size_t size = STACK_BYTES + sizeof(struct child);
    char *stack = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (stack == MAP_FAILED)
        return mlm_error_errno(error, -errno, "cannot start %s", spawn->program);
    struct child *child = (struct child *)(void *)(stack + STACK_BYTES);
    *child = (struct child){
        .spawn = spawn,
        .environment = spawn->environment ? spawn->environment : environ,
        .mounting = mounting,
        .parent = getpid(),
        .enter_fd = -1,
    };
    child->score_length = (size_t)snprintf(child->score, sizeof child->score, "%d", score_of(spawn));

    sigset_t all, before;
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_BLOCK, &all, &before);
    int pidfd = -1;
    int pid = child_start(cage, child, stack, &pidfd);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);

    int r = pid >= 0    ? explain(child, error)
            : !mounting ? mlm_error_errno(error, pid, "cannot start %s", spawn->program)
                        : mlm_mounting_explain(mounting, spawn->program, pid, error);
    (void)munmap(stack, size);
    if (r < 0) {
        if (pid > 0) {
            while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
                continue;
            (void)close(pidfd);
        }
        return r;
    }
    memory_leave((pid_t)pid);
    if (cage && cage->inherited)
        mlm_kin_started(&cage->inherited->kin, (pid_t)pid);
    *ret_pid = (pid_t)pid;
    *ret_pidfd = pidfd;
    return 0;
}

int mlm_cage_spawn(struct mlm_cage *cage, const struct mlm_cage_spawn *spawn, pid_t *ret_pid, int *ret_pidfd,
    struct mlm_error *error)
{
    if (!spawn->mounts || !spawn->mounts->count)
        return spawn_with(cage, spawn, NULL, ret_pid, ret_pidfd, error);
    mlm_cleanup(mlm_mounting_end) struct mlm_mounting mounting = {.ends = {-1, -1}};
    pid_t pid;
    mlm_auto_close int pidfd = -1;
    int r = mlm_mounting_begin(spawn->mounts, &mounting, error);
    if (r < 0)
        return r;
    r = spawn_with(cage, spawn, &mounting, &pid, &pidfd, error);
    if (r < 0)
        return r;
    r = mlm_mounting_take(&mounting);
    if (r < 0) {
        (void)kill(pid, SIGKILL);
        while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
            continue;
        return mlm_error_errno(error, r,
            "cannot start %s: the file that shows it the laptop's memory cannot be reached", spawn->program);
    }
    *ret_pid = pid;
    *ret_pidfd = mlm_take_fd(&pidfd);
    return 0;
}
