/* The mounts that a process sees, from /proc/self/mountinfo. */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

struct mlm_mount {
    dev_t device;      /* st_dev of its files, for most types */
    const char *root;  /* folder of the file system that is mounted */
    const char *point; /* where it is mounted */
    const char *type;  /* "tmpfs", "cgroup2", … */
    const char *super; /* options of the file system, with commas between */
    bool read_only;
};

/* Calls `each` for every mount, in the order of mounting: a later one covers an earlier one at the same
 * place. `root_fd` is a directory that stands for "/" (AT_FDCWD: the real one). Returns 0 or a negative
 * errno. */
int mlm_mounts_read(int root_fd, void (*each)(void *context, const struct mlm_mount *mount), void *context);

/* Returns true if the word is in a list with commas between: "rw,memory". */
bool mlm_comma_list_has(const char *list, const char *word);
