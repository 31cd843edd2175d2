/* A file that appears whole or not at all: written without a name, in the folder where it is to be, synced,
 * and put in the place of what was there once all of it is. So two that write one name do not mix: the last
 * one stays. What is killed meanwhile leaves nothing, where the file system has files without a name.
 *
 * What stands under the name already keeps its mode and its owner. Where it has other names (hard links) or
 * attributes (an ACL), which a new file would not have, it is written anew from the finished one. A link is
 * followed by the rule of entry.h, and one that may not be is replaced. What is no regular file (a pipe,
 * /dev/stdout) is written as it is. */
#pragma once

#include <stdio.h>

#include "base/entry.h"
#include "base/error.h"

struct mlm_whole {
    FILE *file; /* to write into; NULL: nothing is open */
    char *path; /* as it was given */
    struct mlm_entry entry;
    char part[32]; /* what it is called until then; "": it has no name */
    bool as_it_is; /* no regular file: written in place */
};

int mlm_whole_open(const char *path, struct mlm_whole *ret_whole, struct mlm_error *error);

/* Closes the file, and lets it appear if all that was written is there. */
int mlm_whole_keep(struct mlm_whole *whole, struct mlm_error *error);

/* What was not kept disappears; the destructor. A zeroed one holds nothing. */
void mlm_whole_drop(struct mlm_whole *whole);
