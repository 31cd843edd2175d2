/* Where a path leads, found without going through anybody else's links: as root in a user's folder, a link
 * that the user put there would otherwise have root write wherever it points.
 *
 * One rule: a link is followed only where nobody but root and who runs the program can have put it there. It
 * stands in a folder of theirs in which nobody else may write, or it is their own in a folder like /tmp, in
 * which everybody may make files and remove only their own. */
#pragma once

#include <limits.h>
#include <stdbool.h>
#include <sys/stat.h>

#include "base/error.h"

struct mlm_entry {
    int folder_fd; /* that holds it, for the calls whose names end in "at"; 0: nothing is held */
    char name[NAME_MAX + 1];
    bool exists;        /* then `status` is of what stands there, of a link itself */
    bool shared;        /* somebody else can put another file there, or has */
    bool by_descriptor; /* /dev/stdout and its like: it leads to a file that is open already */
    struct stat status;
};

/* -ELOOP: a folder on the way is somebody else's link. The last name may be one; then it `exists`, is a link,
 * and is not followed. Errors do not name the path: wrap them. */
int mlm_entry_find(const char *path, struct mlm_entry *ret_entry, struct mlm_error *error);
void mlm_entry_release(struct mlm_entry *entry); /* a zeroed one holds nothing */

/* Opens what stands there for writing into it, or makes it: open() with `flags`, of which O_TRUNC is done
 * only once it is sure that the file is no one's trap. Returns the descriptor. -ELOOP: it is somebody else's
 * link; -EMLINK: a file with several names where somebody else could have made one. Errors do not name the
 * path. */
int mlm_entry_open(const struct mlm_entry *entry, int flags, struct mlm_error *error);

/* All at once, with the path in the error. */
int mlm_entry_open_path(const char *path, int flags, struct mlm_error *error);

/* What sudo made belongs to the user who called it: gives them the file or folder that is open as `fd`, if
 * the folder that it was made in is theirs. */
void mlm_entry_give(int fd, int folder_fd);

/* Is the folder one in which only root and who runs the program decide what stands under a name? False also
 * for one that cannot be looked at. */
bool mlm_folder_is_private(int folder_fd);
