/* The folder in which datasets are kept: where it is, what the files in it are called, and who uses them. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* The folder "datasets", of our own, in $MLMEMBENCH_CACHE, else in $XDG_CACHE_HOME/mlmembench, else in
 * ~/.cache/mlmembench. */
int mlm_dataset_folder(char folder[static 4096], struct mlm_error *error);

/* Is that what a run may call a dataset? The one place that says so: a run makes no other file there, and
 * `clean` removes none. WORD-WORD-vN-xN-yN.npy: what it holds, the version of its generator, its numbers with
 * a letter each; .csv or .libsvm likewise; and one that is being built, with .NUMBER.partial behind it. */
bool mlm_dataset_name_is_ours(const char *name);

/* Opens the folder, through nobody else's links (base/entry.h). -ENOENT: it is not there. */
int mlm_dataset_folder_open(const char *folder, struct mlm_error *error);

/* Keeps the datasets there from being removed, until *ret_fd is closed. Makes the folder. Where no lock can
 * be had (a folder that cannot be written is cleaned by nobody, either), *ret_fd is -1. */
int mlm_dataset_hold(const char *folder, int *ret_fd, struct mlm_error *error);

struct mlm_datasets_found {
    size_t count;
    uint64_t bytes;
    bool in_use; /* a run that goes on holds them: none was removed */
};

/* Removes them, unless they are in use. `dry_run`: only counts. */
int mlm_datasets_remove(
    const char *folder, bool dry_run, struct mlm_datasets_found *ret_found, struct mlm_error *error);
