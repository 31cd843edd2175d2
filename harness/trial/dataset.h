/* Dataset files that workloads read. They are built once, outside any cage, kept in a cache folder, and
 * evicted from the page cache before each trial, so that reads are cold. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/await.h"
#include "base/error.h"
#include "trial/plan.h"

/* Takes the state of a file. A missing file has a state as well: zeros. */
void mlm_file_state_take(const char *path, struct mlm_file_state *ret_state);

/* Returns true if both states are of the same, unchanged file. */
bool mlm_file_state_same(const struct mlm_file_state *a, const struct mlm_file_state *b);

/* A user's file, and how it is to be read. */
struct mlm_dataset_question {
    const struct mlm_catalogue *catalogue;
    const char *path;
    struct mlm_reading reading;
    const struct mlm_await *await; /* NULL: nothing else happens meanwhile */
};

/* Lets a worker read a user's file and returns the shape of what trials will read. ret_notes (may be NULL)
 * gets lines of text that the user should see, which the caller frees; or NULL. -EINVAL: the message names
 * the wrong line or byte; -EINTR: the user wants to stop. */
int mlm_dataset_look(const struct mlm_dataset_question *question, struct mlm_dataset_shape *ret_shape,
    char **ret_notes, struct mlm_error *error);

/* Gives the path that the row's workload reads, or "" where it reads no file. A user's file that is not plain
 * has a plain copy among the generated files. */
int mlm_dataset_path(const char *folder, const struct mlm_plan_row *row,
    const struct mlm_plan_options *options, char path[static 4096], struct mlm_error *error);

/* Returns true if any row that runs reads a file that we make. */
bool mlm_dataset_is_wanted(const struct mlm_plan *plan);

/* Disk space in bytes that the plan's missing datasets will need. */
int mlm_dataset_missing_bytes(
    const char *folder, const struct mlm_plan *plan, uint64_t *ret_bytes, struct mlm_error *error);

struct mlm_dataset_order {
    const struct mlm_catalogue *catalogue;
    const struct mlm_plan *plan;
    const char *folder;
    const char *python; /* makes the files of scripts; NULL or "": none was found */
    struct mlm_await await;
    int *held_fd; /* gets the descriptor to close when the datasets are no longer used (dataset_folder.h), or
                     -1 */
    void (*tell)(void *context, const char *text); /* called before each is built; may be NULL */
    void *context;
};

/* Builds missing datasets, and rebuilds those that differ by any byte from what their seed, or the user's
 * file, gives. A file appears completely or not at all, even when two runs build it at once. A file that a
 * script makes is left out if a package is missing. */
int mlm_dataset_build(const struct mlm_dataset_order *order, struct mlm_error *error);

/* Evicts the file from the page cache; *ret_evicted says whether that worked (on tmpfs it does not). */
int mlm_dataset_evict(const char *path, bool *ret_evicted, struct mlm_error *error);
