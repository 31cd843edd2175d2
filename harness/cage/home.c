/* Prepares the site for cages on v2 and restores it: v2 does not allow processes beside children with limits,
 * so our processes move into a child of the site. */
#include "cage/run.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "cage/site.h"

/* Each run holds a shared lock on its site. A run that changes the site itself (its controllers, the place of
 * its processes) holds the lock alone, so that it cannot disable the memory controller while another run has
 * cages. */

#define CONTROL "cgroup.subtree_control"
#define TRIES 100
#define NAP_NS 10000000

static bool memory_is_enabled(int dir_fd)
{
    char text[512];
    if (mlm_file_read_into(dir_fd, CONTROL, text, sizeof text) < 0)
        return false;
    char *rest = text;
    for (const char *word; (word = strsep(&rest, " \n"));)
        if (strcmp(word, "memory") == 0)
            return true;
    return false;
}

/* Moves every process from one cgroup to another; returns their number. */
static int move_all(int from_fd, int to_fd)
{
    char text[4096];
    ssize_t n = mlm_file_read_into(from_fd, "cgroup.procs", text, sizeof text);
    if (n < 0)
        return (int)n;
    int seen = 0;
    for (char *line = text, *end; (end = strchr(line, '\n')); line = end + 1) {
        *end = 0;
        seen++;
        int r = mlm_file_write(to_fd, "cgroup.procs", line, NULL);
        if (r < 0 && r != -ESRCH) /* ESRCH: the process ended meanwhile */
            return r;
    }
    return seen;
}

/* Repeats until no process is left: processes may fork while we read, and a list may be long. */
static int move_until_empty(int from_fd, int to_fd)
{
    for (int i = 0; i < TRIES; i++) {
        int moved = move_all(from_fd, to_fd);
        if (moved <= 0)
            return moved;
    }
    return -EBUSY;
}

static int open_home(int dir_fd)
{
    int fd = openat(dir_fd, MLM_CAGE_HOME, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return fd < 0 ? -errno : fd;
}

static void undo(int dir_fd)
{
    (void)mlm_file_write(dir_fd, CONTROL, "-memory", NULL);
    mlm_auto_close int home_fd = open_home(dir_fd);
    if (home_fd < 0)
        return;
    (void)move_until_empty(home_fd, dir_fd);
    for (int i = 0; i < TRIES && unlinkat(dir_fd, MLM_CAGE_HOME, AT_REMOVEDIR) < 0 && errno == EBUSY; i++)
        (void)nanosleep(&(struct timespec){.tv_nsec = NAP_NS}, NULL);
}

static int enable(struct mlm_cages *cages, struct mlm_error *error)
{
    const char *site = cages->site.path;
    int r = mlm_file_write(cages->dir_fd, CONTROL, "+memory", NULL);
    if (r == -EBUSY) {
        if (mkdirat(cages->dir_fd, MLM_CAGE_HOME, 0755) < 0 && errno != EEXIST)
            return mlm_error_errno(error, -errno, "cannot make %s/" MLM_CAGE_HOME, site);
        mlm_auto_close int home_fd = open_home(cages->dir_fd);
        r = home_fd < 0 ? home_fd : move_until_empty(cages->dir_fd, home_fd);
        if (r == 0)
            r = mlm_file_write(cages->dir_fd, CONTROL, "+memory", NULL);
        if (r < 0) {
            undo(cages->dir_fd);
            return mlm_error_errno(error, r, "cannot move the processes in %s out of the way of cages", site);
        }
    }
    if (r < 0)
        return mlm_error_errno(error, r, "cannot enable the memory controller in %s", site);
    cages->memory_enabled = true;
    return 0;
}

int mlm_cage_home_enter(struct mlm_cages *cages, struct mlm_error *error)
{
    if (cages->site.version != 2)
        return 0;
    for (int i = 0; i < TRIES; i++) {
        if (flock(cages->dir_fd, LOCK_SH) < 0)
            return mlm_error_errno(error, -errno, "cannot lock %s", cages->site.path);
        if (memory_is_enabled(cages->dir_fd))
            return 0;
        if (flock(cages->dir_fd, LOCK_EX | LOCK_NB) == 0) {
            int r = enable(cages, error);
            if (r < 0)
                return r;
        } else {
            (void)nanosleep(&(struct timespec){.tv_nsec = NAP_NS}, NULL);
        }
    }
    return mlm_error_errno(error, -EBUSY, "another run is setting up %s", cages->site.path);
}

void mlm_cage_home_leave(struct mlm_cages *cages)
{
    if (cages->site.version != 2 || flock(cages->dir_fd, LOCK_EX | LOCK_NB) < 0)
        return;
    if (cages->memory_enabled || faccessat(cages->dir_fd, MLM_CAGE_HOME, F_OK, 0) == 0)
        undo(cages->dir_fd);
}
