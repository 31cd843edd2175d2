/* What a trial left in tmpfs (files in /dev/shm, System V shared memory): memory that outlives the trial, and
 * that the next one would use without being charged for it. */
#pragma once

#include <stdbool.h>
#include <stdio.h>

#include "record/record.h"

/* Returns true for so much that it changes the figures of a next trial: more than 1 MiB, and more than a
 * hundredth of the needs. */
bool mlm_left_much(const struct mlm_readings *readings);

/* One entry of a record's `left_tmpfs`; NULL: out of memory. */
json_t *mlm_left_entry(const char *path, uint64_t bytes);

/* Writes "200 MiB in /dev/shm/job.bin", or of several "… in /dev/shm/a (120 MiB) and /dev/shm/b (80 MiB)".
 * Without entries (NULL or empty): "200 MiB in tmpfs, in files that cannot be seen from here". */
void mlm_left_put(FILE *out, int64_t bytes, const json_t *entries);
