/* A file that appears completely or not at all. It is written without a name in its final folder, synced, and
 * then put in the place of the old file. Two programs that write the same name do not mix: the last one
 * stays. A program that is killed leaves nothing behind, where the file system supports unnamed files.
 *
 * An existing file keeps its mode and owner. Where it has other names (hard links) or attributes (an ACL)
 * that a new file would lose, its content is overwritten from the finished file. Links are followed by the
 * rule of entry.h; a link that may not be followed is replaced. A path that is not a regular file (a pipe,
 * /dev/stdout) is written directly. */
#pragma once

#include <stdio.h>

#include "base/entry.h"
#include "base/error.h"

struct mlm_whole {
    FILE *file; /* stream to write into; NULL: no file is open */
    char *path; /* path as the caller gave it */
    struct mlm_entry entry;
    char part[32]; /* temporary name; "": the file has none */
    bool as_it_is; /* not a regular file: written directly */
};

int mlm_whole_open(const char *path, struct mlm_whole *ret_whole, struct mlm_error *error);

/* Closes the file and gives it its name, if everything was written without error. */
int mlm_whole_keep(struct mlm_whole *whole, struct mlm_error *error);

/* Destructor: a file that was not kept disappears. Accepts a zeroed struct. */
void mlm_whole_drop(struct mlm_whole *whole);
