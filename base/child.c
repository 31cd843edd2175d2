/* Starts helper programs, waits for them and ends them together with all that they started. It stands apart
 * from harness/trial because these programs run outside any cage and nothing about them is measured. */
#include "base/child.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/file.h"

/* Time that a process has to obey the first signal before SIGKILL follows. */
#define HEED_NS UINT64_C(2000000000)
#define TREE_MAX 256
/* Interval between two looks at the child where there is no pidfd: before Linux 5.3, or where a filter
 * forbids it. */
#define LOOK_NS UINT64_C(10000000)

static int pidfd_of(pid_t pid)
{
    return (int)syscall(SYS_pidfd_open, pid, 0); /* closed on exec */
}

/* ---- In the child ---- */

static void signals_reset(void)
{
    for (int number = 1; number < NSIG; number++)
        if (number != SIGKILL && number != SIGSTOP)
            (void)signal(number, SIG_DFL);
    sigset_t none;
    (void)sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Copies each descriptor to a number above 2 first: dup2() could otherwise close one that is needed next, for
 * instance where stdout and stderr are to change places. */
static int standard_set(const struct mlm_child_order *order)
{
    int from[] = {order->stdin_fd, order->stdout_fd, order->stderr_fd};
    for (int i = 0; i < 3; i++) {
        from[i] = from[i] < 0 ? open("/dev/null", O_RDWR | O_CLOEXEC) : from[i];
        from[i] = fcntl(from[i], F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
        if (from[i] < 0)
            return -errno;
    }
    for (int i = 0; i < 3; i++)
        if (dup2(from[i], i) < 0)
            return -errno;
    return 0;
}

static int child_run(const struct mlm_child_order *order, pid_t parent)
{
    const rlim_t seconds = (rlim_t)(order->cpu_limit_ns / 1000000000u);
    if (order->own_group)
        (void)setpgid(0, 0);
    if (order->affinity && sched_setaffinity(0, sizeof(cpu_set_t), order->affinity) < 0)
        return -errno;
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || getppid() != parent)
        return -ECHILD;
    if (seconds && setrlimit(RLIMIT_CPU, &(struct rlimit){seconds, seconds}) < 0 && errno != EPERM)
        return -errno;
    int r = standard_set(order);
    for (const int *fd = order->keep_fds; r == 0 && fd && *fd >= 0; fd++)
        if (fcntl(*fd, F_SETFD, 0) < 0)
            return -errno;
    if (r < 0)
        return r;
    signals_reset();
    (void)execvpe(order->program, order->argv, order->environment ? order->environment : environ);
    return -errno;
}

int mlm_child_start(const struct mlm_child_order *order, pid_t *ret_pid)
{
    int ends[2], error = 0;
    if (pipe2(ends, O_CLOEXEC) < 0)
        return -errno;
    mlm_auto_close int from = ends[0];
    mlm_auto_close int to = ends[1];
    pid_t parent = getpid(), pid = fork();
    if (pid < 0)
        return -errno;
    if (pid == 0) {
        error = child_run(order, parent);
        (void)mlm_write_all(to, &error, sizeof error);
        _exit(127);
    }
    (void)close(mlm_take_fd(&to));
    ssize_t n;
    do
        n = read(from, &error, sizeof error);
    while (n < 0 && errno == EINTR);
    if (n == 0) { /* closed by exec */
        *ret_pid = pid;
        return 0;
    }
    (void)waitpid(pid, NULL, 0);
    return n == sizeof error ? error : -EIO;
}

/* ---- In the parent ---- */

/* Returns 1 when the child has ended and is reaped, 0 when it still runs. */
static int reap(pid_t pid, int flags, int *ret_status)
{
    pid_t reaped;
    do
        reaped = waitpid(pid, ret_status, flags);
    while (reaped < 0 && errno == EINTR);
    return reaped < 0 ? -errno : reaped == pid;
}

int mlm_child_wait(pid_t pid, int interrupt_fd, uint64_t limit_ns, int *ret_status)
{
    mlm_auto_close int pidfd = pidfd_of(pid);
    struct pollfd polled[] = {{.fd = pidfd, .events = POLLIN}, {.fd = interrupt_fd, .events = POLLIN}};
    uint64_t begin_ns = mlm_now_ns();
    for (;;) {
        int r = reap(pid, WNOHANG, ret_status);
        if (r != 0)
            return r < 0 ? r : 0;
        if (polled[1].revents)
            return -EINTR;
        uint64_t passed_ns = mlm_now_ns() - begin_ns;
        if (limit_ns && passed_ns >= limit_ns)
            return -ETIMEDOUT;
        uint64_t left_ns = limit_ns ? limit_ns - passed_ns : UINT64_MAX;
        if (pidfd < 0 && left_ns > LOOK_NS)
            left_ns = LOOK_NS;
        const struct timespec timeout = {
            .tv_sec = (time_t)(left_ns / 1000000000u), .tv_nsec = (long)(left_ns % 1000000000u)};
        if (ppoll(polled, 2, left_ns == UINT64_MAX ? NULL : &timeout, NULL) < 0 && errno != EINTR)
            return -errno;
    }
}

/* A process and all its descendants, held by pidfds: the kernel may meanwhile give a PID to another
 * process. */
struct tree {
    struct {
        pid_t pid;
        int fd; /* pidfd; keeps the PID from meaning another process */
    } items[TREE_MAX];
    size_t count;
};

static void tree_release(struct tree *tree)
{
    for (size_t i = 0; i < tree->count; i++)
        (void)close(tree->items[i].fd);
}

/* The line is "PID (NAME) STATE PARENT …". NAME may itself hold spaces and parentheses, so parse after the
 * last ')'. */
static bool is_child_of(pid_t pid, pid_t parent)
{
    char name[48], text[512];
    snprintf(name, sizeof name, "/proc/%d/stat", (int)pid);
    if (mlm_file_read_into(AT_FDCWD, name, text, sizeof text) <= 0)
        return false;
    const char *rest = strrchr(text, ')');
    return rest && rest[1] == ' ' && rest[2] && strtol(rest + 3, NULL, 10) == parent;
}

static void tree_add(struct tree *tree, pid_t pid, pid_t parent)
{
    mlm_auto_close int fd = tree->count < TREE_MAX ? pidfd_of(pid) : -1;
    char name[64], text[4096];
    /* Check the parent again, now that the pidfd is open: the PID may already belong to another process. */
    if (fd < 0 || !is_child_of(pid, parent))
        return;
    tree->items[tree->count].pid = pid;
    tree->items[tree->count++].fd = mlm_take_fd(&fd);
    snprintf(name, sizeof name, "/proc/%d/task/%d/children", (int)pid, (int)pid);
    if (mlm_file_read_into(AT_FDCWD, name, text, sizeof text) <= 0)
        return;
    for (char *next = text; isdigit((unsigned char)*next);) {
        tree_add(tree, (pid_t)strtol(next, &next, 10), pid);
        next += strspn(next, " \n");
    }
}

int mlm_process_signal(pid_t pid, int pidfd, int number)
{
    int r = pidfd < 0 ? -1 : (int)syscall(SYS_pidfd_send_signal, pidfd, number, NULL, 0);
    if (pidfd < 0 || (r < 0 && errno == ENOSYS))
        r = kill(pid, number);
    return r < 0 ? -errno : 0;
}

static void tree_signal(const struct tree *tree, int number)
{
    for (size_t i = 0; i < tree->count; i++)
        (void)mlm_process_signal(tree->items[i].pid, tree->items[i].fd, number);
}

/* Returns when all processes have ended, or after HEED_NS. */
static void tree_wait(const struct tree *tree)
{
    uint64_t end_ns = mlm_now_ns() + HEED_NS;
    for (size_t i = 0; i < tree->count; i++) {
        struct pollfd polled = {.fd = tree->items[i].fd, .events = POLLIN};
        uint64_t now = mlm_now_ns(), left_ns = end_ns > now ? end_ns - now : 0;
        const struct timespec timeout = {
            .tv_sec = (time_t)(left_ns / 1000000000u), .tv_nsec = (long)(left_ns % 1000000000u)};
        (void)ppoll(&polled, 1, &timeout, NULL);
    }
}

void mlm_child_end(pid_t pid, int number)
{
    mlm_cleanup(tree_release) struct tree tree = {.count = 0};
    bool own_group = getpgid(pid) == pid;
    int status;
    tree_add(&tree, pid, getpid());
    tree_signal(&tree, number);
    tree_wait(&tree);
    tree_signal(&tree, SIGKILL);
    if (own_group)
        (void)kill(-pid, SIGKILL);
    (void)kill(pid, SIGKILL);
    (void)reap(pid, 0, &status);
}
