/* Finds and kills processes by descent. The kernel lists the children of each thread; its list is exact for
 * our purpose, because a process that is missed while its brother ends is seen by the next look. */
#include "cage/kin.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/child.h"
#include "base/cleanup.h"
#include "base/file.h"
#include "cage/name.h"
#include "cage/tree.h"

#define FAMILY_MAX 4096

/* Processes in the order of their generations. */
struct family {
    struct mlm_relative items[FAMILY_MAX];
    size_t count;
};

static bool lists(const pid_t *pids, size_t count, pid_t pid)
{
    for (size_t i = 0; i < count; i++)
        if (pids[i] == pid)
            return true;
    return false;
}

/* Calls `child` for each child of a process, also for those that have ended and are not reaped yet. -ENOENT:
 * the process is gone, or this kernel has no such list. */
static int children_each(pid_t parent, void (*child)(void *context, pid_t pid), void *context)
{
    char path[64];
    int r = -ENOENT;
    snprintf(path, sizeof path, "/proc/%d/task", (int)parent);
    mlm_auto_closedir DIR *threads = opendir(path);
    for (const struct dirent *entry; threads && (entry = readdir(threads));) {
        char name[sizeof entry->d_name + 16], text[16384], *end = text;
        if (entry->d_name[0] == '.')
            continue;
        snprintf(name, sizeof name, "%s/children", entry->d_name);
        if (mlm_file_read_into(dirfd(threads), name, text, sizeof text) < 0)
            continue;
        r = 0;
        /* A blank ends each number: one that the buffer cut off would be another process. */
        for (const char *next = text; *next; next = end + 1) {
            pid_t pid = (pid_t)strtol(next, &end, 10);
            if (end == next || *end != ' ')
                break;
            child(context, pid);
        }
    }
    return r;
}

struct others {
    pid_t *pids;
    size_t count;
};

static void other_add(void *context, pid_t pid)
{
    struct others *others = context;
    pid_t *larger = reallocarray(others->pids, others->count + 1, sizeof *larger);
    if (!larger)
        return;
    others->pids = larger;
    others->pids[others->count++] = pid;
}

int mlm_kin_begin(struct mlm_kin_known *known, struct mlm_kin *ret_kin, struct mlm_error *error)
{
    struct others others = {0};
    if (children_each(getpid(), other_add, &others) < 0)
        return mlm_error_set(error, -ENOTSUP,
            "the processes of a job cannot be found: /proc/PID/task/TID/children is missing (kernel option "
            "CONFIG_PROC_CHILDREN)");
    *ret_kin = (struct mlm_kin){.others = others.pids, .other_count = others.count, .known = known};
    return 0;
}

void mlm_kin_end(struct mlm_kin *kin)
{
    if (kin->known)
        kin->known->count = 0;
    free(kin->others);
    *kin = (struct mlm_kin){0};
}

void mlm_kin_started(struct mlm_kin *kin, pid_t pid)
{
    if (kin->started_count < MLM_KIN_STARTED_MAX)
        kin->started[kin->started_count++] = pid;
}

struct generation {
    struct family *family;
    const struct mlm_kin *kin; /* of our own children; NULL: of any others */
};

static void relative_add(void *context, pid_t pid)
{
    const struct generation *generation = context;
    const struct mlm_kin *kin = generation->kin;
    struct family *family = generation->family;
    char state;
    uint64_t start;
    if (family->count == FAMILY_MAX || (kin && lists(kin->others, kin->other_count, pid)) ||
        mlm_process_stat(pid, &state, &start) < 0)
        return;
    if (state != 'Z' && state != 'X') {
        family->items[family->count++] = (struct mlm_relative){pid, start};
    } else if (kin && !lists(kin->started, kin->started_count, pid)) {
        (void)waitpid(pid, NULL, WNOHANG); /* an orphan that came to us */
    }
}

static void descendants_add(struct family *family)
{
    for (size_t i = 0; i < family->count; i++)
        (void)children_each(family->items[i].pid, relative_add, &(struct generation){.family = family});
}

static void family_find(const struct mlm_kin *kin, struct family *ret_family)
{
    ret_family->count = 0;
    (void)children_each(getpid(), relative_add, &(struct generation){.family = ret_family, .kin = kin});
    descendants_add(ret_family);
    for (size_t i = 0; i < ret_family->count && i < MLM_KIN_KNOWN_MAX; i++)
        kin->known->items[i] = ret_family->items[i];
    kin->known->count = ret_family->count < MLM_KIN_KNOWN_MAX ? ret_family->count : MLM_KIN_KNOWN_MAX;
}

void mlm_kin_visit(struct mlm_kin *kin, void (*process)(void *context, pid_t pid), void *context)
{
    struct family family;
    family_find(kin, &family);
    for (size_t i = 0; i < family.count; i++)
        process(context, family.items[i].pid);
}

/* The start is read again when the descriptor is there: so it is the same process, and not a later one with
 * its pid. */
static int strike(const struct mlm_relative *relative)
{
    char state;
    uint64_t start;
    mlm_auto_close int fd = (int)syscall(SYS_pidfd_open, relative->pid, 0);
    if (fd < 0 && errno == ESRCH)
        return 0;
    if (mlm_process_stat(relative->pid, &state, &start) < 0 || start != relative->start)
        return 0;
    int r = mlm_process_signal(relative->pid, fd, SIGKILL);
    return r == -ESRCH ? 0 : r;
}

static int strike_all(const struct family *family)
{
    int failed = 0;
    for (size_t i = 0; i < family->count; i++) {
        int r = strike(&family->items[i]);
        failed = r < 0 ? r : failed;
    }
    return failed;
}

int mlm_kin_kill(struct mlm_kin *kin, struct mlm_error *error)
{
    struct mlm_patience patience = {0};
    struct family family;
    for (;;) {
        family_find(kin, &family);
        if (!family.count)
            return 0;
        int r = strike_all(&family);
        if (r < 0)
            return mlm_error_errno(error, r, "cannot kill the processes of a job");
        if (!mlm_wait_a_little(&patience))
            return mlm_error_set(error, -ETIMEDOUT, "%zu processes of a job will not die", family.count);
    }
}

void mlm_kin_kill_known(const struct mlm_kin_known *known)
{
    struct mlm_patience patience = {0};
    struct family family;
    do {
        family.count = 0;
        for (size_t i = 0; i < known->count && i < MLM_KIN_KNOWN_MAX; i++) {
            char state;
            uint64_t start;
            const struct mlm_relative *relative = &known->items[i];
            if (mlm_process_stat(relative->pid, &state, &start) == 0 && start == relative->start &&
                state != 'Z' && state != 'X')
                family.items[family.count++] = *relative;
        }
        descendants_add(&family);
        if (strike_all(&family) < 0)
            return;
    } while (family.count && mlm_wait_a_little(&patience));
}
