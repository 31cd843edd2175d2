/* Dataset files that workloads read: built once, outside any cage, kept in a cache, and put out of the page
 * cache before each trial, so that reads are cold. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "trial/plan.h"

/* A file that is gone has a state of its own, too: zeros. */
void mlm_file_state_take(const char *path, struct mlm_file_state *ret_state);

/* Is it the same file, unchanged? */
bool mlm_file_state_same(const struct mlm_file_state *a, const struct mlm_file_state *b);

/* The shape of a user's file, which a worker reads once. -EINVAL names the line or byte that is wrong;
 * -EINTR: `interrupt_fd` (or -1) became readable. */
int mlm_dataset_look(const struct mlm_catalogue *catalogue, const char *path, int interrupt_fd,
    struct mlm_dataset_shape *ret_shape, struct mlm_error *error);

/* The path that the row's workload reads, or an empty text where it reads no file. */
int mlm_dataset_path(const char *folder, const struct mlm_plan_row *row,
    const struct mlm_plan_options *options, char path[static 4096], struct mlm_error *error);

/* Does any row of the plan that runs read a file of ours? */
bool mlm_dataset_is_wanted(const struct mlm_plan *plan);

/* Bytes that the plan's datasets still need on disk. */
int mlm_dataset_missing_bytes(
    const char *folder, const struct mlm_plan *plan, uint64_t *ret_bytes, struct mlm_error *error);

struct mlm_dataset_order {
    const struct mlm_catalogue *catalogue;
    const struct mlm_plan *plan;
    const char *folder;
    int interrupt_fd;
    int *held_fd; /* set to what to close when the datasets are no longer used (dataset_folder.h), or to -1 */
    void (*tell)(void *context, const char *text); /* a line, before each one is built; may be NULL */
    void *context;
};

/* Builds what is missing, and again what does not hold, byte for byte, what its seed makes. A file appears
 * whole or not at all, also where two runs build it at once. */
int mlm_dataset_build(const struct mlm_dataset_order *order, struct mlm_error *error);

/* Puts the file out of the page cache; *ret_evicted says whether that worked (on tmpfs it does not). */
int mlm_dataset_evict(const char *path, bool *ret_evicted, struct mlm_error *error);
