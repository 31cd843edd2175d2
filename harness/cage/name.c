/* Names of cages, and the locks that tell a live cage from a left one. A pid alone is not enough: the kernel
 * reuses pids, and another pid namespace has different ones. */
#include "cage/name.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"

#define PREFIX "mlmembench-"
#define LIST "/cgroup.procs"
/* Longer than the time between making a cage and holding it. */
#define MAKING_NS 20000000
#define TRIES 10
#define NAP_NS 1000000

/* Fields of /proc/PID/stat are counted from the end of the name, which may hold any character. */
int mlm_process_stat(pid_t pid, char *ret_state, uint64_t *ret_start)
{
    char path[48], text[1024];
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    ssize_t n = mlm_file_read_into(AT_FDCWD, path, text, sizeof text);
    if (n < 0)
        return (int)n;
    const char *field = strrchr(text, ')');
    if (!field || field[1] != ' ')
        return -EINVAL;
    field += 2; /* the state is the 3rd field */
    char state = *field;
    for (int i = 3; i < 22; i++) {
        field = strchr(field, ' ');
        if (!field)
            return -EINVAL;
        field++;
    }
    *ret_state = state;
    *ret_start = strtoull(field, NULL, 10);
    return 0;
}

int mlm_cage_prefix(char prefix[static MLM_CAGE_NAME_SIZE], struct mlm_error *error)
{
    char state;
    uint64_t start;
    int r = mlm_process_stat(getpid(), &state, &start);
    if (r < 0)
        return mlm_error_errno(error, r, "cannot read when this process began from /proc/%d/stat", getpid());
    uint32_t chance = 0;
    if (getrandom(&chance, sizeof chance, 0) != sizeof chance)
        return mlm_error_errno(error, -errno, "cannot draw a number for the names of cages");
    snprintf(prefix, MLM_CAGE_NAME_SIZE, PREFIX "%d-%" PRIu64 "-%" PRIu32, (int)getpid(), start,
        UINT32_C(100000000) + chance % UINT32_C(900000000));
    return 0;
}

bool mlm_cage_name_parse(const char *name, pid_t *ret_pid, uint64_t *ret_start)
{
    if (strncmp(name, PREFIX, sizeof PREFIX - 1) != 0)
        return false;
    uint64_t numbers[3];
    const char *next = name + sizeof PREFIX - 1;
    for (int i = 0; i < 3; i++) {
        if (*next < '0' || *next > '9')
            return false;
        char *end;
        errno = 0;
        numbers[i] = strtoull(next, &end, 10);
        if (errno || *end != (i < 2 ? '-' : '\0'))
            return false;
        next = end + 1;
    }
    if (numbers[0] == 0 || numbers[0] > INT32_MAX)
        return false;
    *ret_pid = (pid_t)numbers[0];
    *ret_start = numbers[1];
    return true;
}

bool mlm_cage_maker_lives(pid_t pid, uint64_t start)
{
    char state;
    uint64_t began;
    int r = mlm_process_stat(pid, &state, &began);
    if (r < 0)
        return r != -ENOENT && r != -ESRCH; /* assume that it lives, when in doubt */
    return began == start && state != 'Z' && state != 'X';
}

/* The lock is on the list of processes, because runs inside the cage lock the folder itself (home.c). */
static int list_open(int dir_fd, const char *name)
{
    char path[MLM_CAGE_NAME_SIZE + sizeof LIST];
    snprintf(path, sizeof path, "%.*s" LIST, MLM_CAGE_NAME_SIZE - 1, name);
    int fd = openat(dir_fd, path, O_RDONLY | O_CLOEXEC);
    return fd < 0 ? -errno : fd;
}

int mlm_cage_hold(int dir_fd, const char *name)
{
    mlm_auto_close int fd = list_open(dir_fd, name);
    if (fd < 0)
        return fd;
    /* `clean` may hold the lock for a moment. Anybody can read the list and lock it, so the wait is short. */
    for (int i = 0; i < TRIES && flock(fd, LOCK_SH | LOCK_NB) < 0; i++)
        (void)nanosleep(&(struct timespec){.tv_nsec = NAP_NS}, NULL);
    return mlm_take_fd(&fd);
}

bool mlm_cage_is_held(int dir_fd, const char *name)
{
    mlm_auto_close int fd = list_open(dir_fd, name);
    if (fd < 0)
        return fd != -ENOENT;
    return flock(fd, LOCK_EX | LOCK_NB) < 0;
}

bool mlm_cage_is_stale(int dir_fd, const char *name)
{
    pid_t maker;
    uint64_t start;
    for (int look = 0; look < 2; look++) {
        if (look)
            (void)nanosleep(&(struct timespec){.tv_nsec = MAKING_NS}, NULL);
        if (!mlm_cage_name_parse(name, &maker, &start) || mlm_cage_maker_lives(maker, start) ||
            mlm_cage_is_held(dir_fd, name))
            return false;
    }
    return true;
}
