/* A file that appears whole or not at all: written under another name beside its place, and renamed when all
 * of it is there. What is no regular file (a pipe, /dev/stdout) is written as it is. */
#pragma once

#include <stdio.h>

#include "base/error.h"

struct mlm_whole {
    FILE *file;  /* to write into; NULL: nothing is open */
    char *path;  /* as it was given */
    char *place; /* where it goes, behind symbolic links */
    char *part;  /* what it is called until then; NULL: written in place */
};

int mlm_whole_open(const char *path, struct mlm_whole *ret_whole, struct mlm_error *error);

/* Closes the file, and lets it appear if all that was written is there. */
int mlm_whole_keep(struct mlm_whole *whole, struct mlm_error *error);

/* What was not kept disappears; the destructor. A zeroed one holds nothing. */
void mlm_whole_drop(struct mlm_whole *whole);
