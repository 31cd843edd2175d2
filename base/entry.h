/* Finds where a path leads without following links of other users. Why: when root writes into a user's
 * folder, a link that the user put there could make root overwrite any file.
 *
 * The rule: a link is followed only where nobody but root and the user who runs the program can have created
 * it. Either its folder is theirs and nobody else may write in it, or the link is their own and the folder is
 * one like /tmp, in which everybody may create files but remove only their own. */
#pragma once

#include <limits.h>
#include <stdbool.h>
#include <sys/stat.h>

#include "base/error.h"

struct mlm_entry {
    int folder_fd; /* the folder that holds the entry, for the *at() calls; 0: no folder is held */
    char name[NAME_MAX + 1];
    bool exists;        /* `status` is filled; of a link it describes the link itself */
    bool shared;        /* another user can replace the file, or has done so */
    bool by_descriptor; /* /dev/stdout and the like: the name leads to a file that is already open */
    struct stat status;
};

/* Finds the folder and the last name of a path. -ELOOP: a folder on the way is another user's link. Where the
 * last name is such a link, the call succeeds: the entry `exists`, its status is that of a link, and it is
 * not followed. Error texts do not name the path: wrap them. */
int mlm_entry_find(const char *path, struct mlm_entry *ret_entry, struct mlm_error *error);
void mlm_entry_release(struct mlm_entry *entry); /* a zeroed one holds nothing */

/* Opens the file for writing, or creates it, as open() with `flags`; the file is truncated (O_TRUNC) only
 * after the checks. Returns the descriptor. -ELOOP: the last name is another user's link. -EMLINK: the file
 * has several names, in a folder where another user could have made one of them. Error texts do not name the
 * path. */
int mlm_entry_open(const struct mlm_entry *entry, int flags, struct mlm_error *error);

/* mlm_entry_find() and mlm_entry_open() in one call; the error text names the path. */
int mlm_entry_open_path(const char *path, int flags, struct mlm_error *error);

/* Under sudo: gives the file or folder that is open as `fd` to the user who called sudo, if that user owns
 * the folder that it was created in. Otherwise the user could not remove our results. */
void mlm_entry_give(int fd, int folder_fd);

/* Returns true if only root and the user who runs the program can change names in the folder; false also
 * where the folder cannot be examined. */
bool mlm_folder_is_private(int folder_fd);
