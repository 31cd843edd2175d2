/* Reads facts about a cage together with the cgroups that its job made below it. A job may divide its cgroup
 * further, and cgroup v1 counts and lists each of them separately. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "cage/run.h"
#include "cage/tree.h"

/* Deepest level that is visited: a job must not make us recurse without end. */
#define DEPTH_MAX 32

struct walk {
    const struct mlm_dialect *dialect;
    void (*each)(int dir_fd, const struct walk *walk);
    void *context;
    void (*process)(void *context, pid_t pid);
    int depth;
};

static int walk_child(int dir_fd, const char *name, const void *context)
{
    struct walk walk = *(const struct walk *)context;
    if (++walk.depth > DEPTH_MAX)
        return 0;
    mlm_auto_close int fd = openat(dir_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return 0; /* the cgroup was removed meanwhile */
    walk.each(fd, &walk);
    if (mlm_cgroup_has_children(fd))
        (void)mlm_cgroup_children(fd, walk_child, &walk);
    return 0;
}

static void walk_all(const struct mlm_cage *cage, struct walk *walk)
{
    walk->dialect = cage->cages->dialect;
    walk->each(cage->dir_fd, walk);
    if (mlm_cgroup_has_children(cage->dir_fd))
        (void)mlm_cgroup_children(cage->dir_fd, walk_child, walk);
}

static void processes_of(int dir_fd, const struct walk *walk)
{
    char text[16384];
    if (mlm_file_read_into(dir_fd, walk->dialect->procs, text, sizeof text) < 0)
        return;
    /* Only whole lines: a number that was cut off at the buffer's end would be another process. */
    for (char *line = text, *end; (end = strchr(line, '\n')); line = end + 1)
        walk->process(walk->context, (pid_t)strtol(line, NULL, 10));
}

void mlm_cage_processes(const struct mlm_cage *cage, void (*process)(void *context, pid_t pid), void *context)
{
    if (cage->inherited) {
        mlm_kin_visit(&cage->inherited->kin, process, context);
        return;
    }
    walk_all(cage, &(struct walk){.each = processes_of, .process = process, .context = context});
}

static void oom_kills_of(int dir_fd, const struct walk *walk)
{
    char text[1024];
    uint64_t count;
    if (mlm_file_read_into(dir_fd, walk->dialect->oom_file, text, sizeof text) > 0 &&
        mlm_keyed_number(text, walk->dialect->oom_kill_key, &count) == 0)
        *(uint64_t *)walk->context += count;
}

bool mlm_cage_counts_own_kills(const struct mlm_cage *cage)
{
    return cage->dir_fd >= 0;
}

static uint64_t oom_kills_of_machine(void)
{
    char text[16384];
    uint64_t count;
    return mlm_file_read_into(AT_FDCWD, "/proc/vmstat", text, sizeof text) > 0 &&
                   mlm_keyed_number(text, "oom_kill", &count) == 0
               ? count
               : 0;
}

uint64_t mlm_cage_oom_kills(const struct mlm_cage *cage)
{
    uint64_t sum = 0, before = cage->inherited ? cage->inherited->oom_kills : 0;
    struct walk walk = {.dialect = cage->cages->dialect, .each = oom_kills_of, .context = &sum};
    if (!mlm_cage_counts_own_kills(cage))
        sum = oom_kills_of_machine();
    else if (walk.dialect->oom_counts_alone)
        walk_all(cage, &walk);
    else
        oom_kills_of(cage->dir_fd, &walk);
    return sum > before ? sum - before : 0;
}
