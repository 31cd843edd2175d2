/* Kills and removes whole trees of cgroups. A job may fork while it is killed, and its cgroups may be nested
 * a thousand deep. */
#include "cage/tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/child.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/file.h"

/* Time to wait for killed processes: they release their memory first, swap included, and gigabytes take a
 * while. */
#define PATIENCE_NS UINT64_C(30000000000)
/* Number of pids that are read at once, and that are killed at once. */
#define PIDS_MAX 256
#define PID_TEXT 11 /* digits and newline */
#define BATCH 32
#define NAP_FIRST_NS 50000
#define NAP_LONGEST_NS 10000000

bool mlm_wait_a_little(struct mlm_patience *p)
{
    if (!p->deadline_ns) {
        p->deadline_ns = mlm_now_ns() + PATIENCE_NS;
        p->nap_ns = NAP_FIRST_NS;
    }
    if (mlm_now_ns() > p->deadline_ns)
        return false;
    (void)nanosleep(&(struct timespec){.tv_nsec = p->nap_ns}, NULL);
    p->nap_ns = p->nap_ns * 2 < NAP_LONGEST_NS ? p->nap_ns * 2 : NAP_LONGEST_NS;
    return true;
}

static int open_folder(int parent_fd, const char *name)
{
    int fd = openat(parent_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    return fd < 0 ? -errno : fd;
}

int mlm_cgroup_children(
    int dir_fd, int (*each)(int dir_fd, const char *name, const void *context), const void *context)
{
    int fd = open_folder(dir_fd, ".");
    if (fd < 0)
        return fd;
    mlm_auto_closedir DIR *dir = fdopendir(fd);
    if (!dir) {
        int r = -errno;
        (void)close(fd);
        return r;
    }
    int sum = 0;
    for (const struct dirent *entry; (entry = readdir(dir));) {
        if (entry->d_type != DT_DIR || entry->d_name[0] == '.')
            continue;
        int r = each(dir_fd, entry->d_name, context);
        if (r < 0)
            return r;
        sum += r;
    }
    return sum;
}

/* A folder has a link from itself, one from above, and one from each child, so its link count answers this
 * without reading it. */
bool mlm_cgroup_has_children(int dir_fd)
{
    struct stat st;
    return fstat(dir_fd, &st) == 0 && st.st_nlink > 2;
}

bool mlm_cgroup_kills_nobody(int dir_fd, const char *oom_file, const struct mlm_dialect *dialect)
{
    char text[1024];
    uint64_t disabled;
    return dialect->oom_disable_key && mlm_file_read_into(dir_fd, oom_file, text, sizeof text) > 0 &&
           mlm_keyed_number(text, dialect->oom_disable_key, &disabled) == 0 && disabled;
}

static int strike(int dir_fd, const struct mlm_dialect *dialect);

static int strike_child(int dir_fd, const char *name, const void *context)
{
    mlm_auto_close int fd = open_folder(dir_fd, name);
    if (fd < 0)
        return fd == -ENOENT ? 0 : fd;
    return strike(fd, context);
}

/* The first processes in the list. Only whole lines: a PID cut off at the buffer's end would be another
 * process. 0 in the list is a process of another pid namespace; to kill() it would be our own process group.
 */
static int pids_parse(const char *text, pid_t pids[static PIDS_MAX])
{
    int count = 0;
    const char *end;
    for (const char *line = text; count < PIDS_MAX && (end = strchr(line, '\n')); line = end + 1)
        pids[count++] = (pid_t)strtol(line, NULL, 10);
    return count;
}

/* Not inlined, like strike_some(): strike() recurses as deep as the cgroups, so its stack frame must stay
 * small. */
__attribute__((noinline)) static int pids_read(
    int dir_fd, const struct mlm_dialect *dialect, pid_t pids[static PIDS_MAX])
{
    char text[PIDS_MAX * PID_TEXT];
    ssize_t n = mlm_file_read_into(dir_fd, dialect->procs, text, sizeof text);
    if (n < 0)
        return n == -ENODEV || n == -ENOENT ? 0 : (int)n; /* the cgroup was removed meanwhile */
    return pids_parse(text, pids);
}

static bool lists(const pid_t *pids, int count, pid_t pid)
{
    for (int i = 0; i < count; i++)
        if (pids[i] == pid)
            return true;
    return false;
}

/* Between reading a pid and killing it, the pid may be given to another process. Therefore take a pidfd
 * first, then look for the pid in the cgroup again, and kill only what is still there. */
__attribute__((noinline)) static int strike_some(
    int dir_fd, const struct mlm_dialect *dialect, const pid_t *pids, int count)
{
    int fds[BATCH], r = 0;
    pid_t now[PIDS_MAX];
    for (int i = 0; i < count; i++) {
        fds[i] = (int)syscall(SYS_pidfd_open, pids[i], 0);
        if (fds[i] < 0)
            fds[i] = -errno;
    }
    int listed = pids_read(dir_fd, dialect, now);
    for (int i = 0; i < count; i++) {
        bool is_ours = fds[i] != -ESRCH && lists(now, listed, pids[i]);
        int killed = is_ours ? mlm_process_signal(pids[i], fds[i], SIGKILL) : 0;
        r = killed < 0 && killed != -ESRCH ? killed : r;
        mlm_close_p(&fds[i]);
    }
    return listed < 0 ? listed : r;
}

/* Sends SIGKILL to all processes that are there now (the first few hundred of a very long list; the caller
 * repeats) and returns the number that it saw. */
static int strike(int dir_fd, const struct mlm_dialect *dialect)
{
    pid_t pids[PIDS_MAX];
    int seen = pids_read(dir_fd, dialect, pids);
    if (seen < 0)
        return seen;
    bool all_at_once = seen && dialect->kill && mlm_file_write(dir_fd, dialect->kill, "1", NULL) == 0;
    for (int i = 0; !all_at_once && i < seen; i += BATCH) {
        int count = seen - i < BATCH ? seen - i : BATCH;
        if (lists(pids + i, count, 0) || lists(pids + i, count, getpid()))
            return -EPERM;
        int r = strike_some(dir_fd, dialect, pids + i, count);
        if (r < 0)
            return r;
    }
    if (!mlm_cgroup_has_children(dir_fd))
        return seen;
    int below = mlm_cgroup_children(dir_fd, strike_child, dialect);
    return below < 0 ? below : seen + below;
}

int mlm_cgroup_kill(int dir_fd, const struct mlm_dialect *dialect, struct mlm_error *error)
{
    struct mlm_patience patience = {0};
    for (;;) {
        int seen = strike(dir_fd, dialect);
        if (seen == 0)
            return 0;
        if (seen < 0)
            return mlm_error_errno(error, seen, "cannot kill the processes of a cage");
        if (!mlm_wait_a_little(&patience))
            return mlm_error_set(error, -ETIMEDOUT, "%d processes of a cage will not die", seen);
    }
}

static int remove_child(int dir_fd, const char *name, const void *context)
{
    return mlm_cgroup_remove(dir_fd, name, context, NULL);
}

int mlm_cgroup_remove(
    int parent_fd, const char *name, const struct mlm_dialect *dialect, struct mlm_error *error)
{
    struct mlm_patience patience = {0};
    for (;;) {
        if (unlinkat(parent_fd, name, AT_REMOVEDIR) == 0 || errno == ENOENT)
            return 0;
        if (errno != EBUSY)
            return mlm_error_errno(error, -errno, "cannot remove the cgroup %s", name);
        mlm_auto_close int fd = open_folder(parent_fd, name);
        if (fd == -ENOENT)
            return 0;
        int r = fd < 0 ? fd : mlm_cgroup_kill(fd, dialect, NULL);
        if (r == 0 && mlm_cgroup_has_children(fd))
            r = mlm_cgroup_children(fd, remove_child, dialect);
        if (r == 0 && !mlm_wait_a_little(&patience))
            r = -EBUSY;
        if (r < 0)
            return mlm_error_errno(error, r, "cannot remove the cgroup %s", name);
    }
}
