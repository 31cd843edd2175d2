/* The folder that keeps the datasets: its place, the names of its files, and who uses them. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* The folder is "datasets" in $MLMEMBENCH_CACHE, else in $XDG_CACHE_HOME/mlmembench, else in
 * ~/.cache/mlmembench. */
int mlm_dataset_folder(char folder[static 4096], struct mlm_error *error);

/* Returns true for a name that a run gives to a dataset. This is the only rule: runs make no other files
 * there, and `clean` removes no others. WORD-WORD-vN-xN-yN.npy: the kind, the version of its generator, and
 * its numbers with a letter each; the endings of other formats likewise; and .NUMBER.partial behind it while
 * the file is built. */
bool mlm_dataset_name_is_ours(const char *name);

/* Opens the folder without following other users' links (base/entry.h). -ENOENT: it does not exist. */
int mlm_dataset_folder_open(const char *folder, struct mlm_error *error);

/* Makes the folder, and protects its datasets from removal until *ret_fd is closed. Where no lock can be had,
 * *ret_fd is -1; a folder that cannot be written is not cleaned by anybody either. */
int mlm_dataset_hold(const char *folder, int *ret_fd, struct mlm_error *error);

struct mlm_datasets_found {
    size_t count;
    uint64_t bytes;
    bool in_use; /* an active run uses them: none was removed */
};

/* Removes the datasets, unless they are in use. `dry_run`: only counts them. */
int mlm_datasets_remove(
    const char *folder, bool dry_run, struct mlm_datasets_found *ret_found, struct mlm_error *error);
