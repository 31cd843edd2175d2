/* Which process held what when the cage held most. A tree's peak is that of all its processes together;
 * this says which of them made it, and of what kind of memory. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define MLM_HELD_NAME 128

/* The memory of one process, from the text of its /proc/PID/status; MLM_NULL: the kernel does not say. */
struct mlm_held {
    char name[MLM_HELD_NAME]; /* "python3", and with mlm_held_name() "python3 train.py" */
    int64_t anon_bytes;       /* its own: heap, arrays, stacks */
    int64_t file_bytes;       /* pages of files that it maps: programs, libraries, data */
    int64_t shmem_bytes;      /* shared memory, and files in tmpfs that it maps */
    int64_t swap_bytes;       /* of the first, in swap */
};

void mlm_held_parse(const char *status, struct mlm_held *ret_held);

/* What has no place but memory and swap: all but the pages of files. */
int64_t mlm_held_own_bytes(const struct mlm_held *held);

/* Adds the name of the script to that of the interpreter, as rows are named. For large processes only: it
 * opens two files. Returns false while the process has no command line, because it is being replaced by
 * another program. */
bool mlm_held_name(struct mlm_held *held, pid_t pid);

/* The same from a known command line. */
void mlm_held_name_words(struct mlm_held *held, char *const *words, int folder_fd);

#define MLM_PEAK_PROCESSES 8

struct mlm_peak {
    int64_t held_bytes; /* by the whole cage; 0: none yet */
    size_t count;
    struct mlm_held processes[MLM_PEAK_PROCESSES]; /* the largest first */
};

/* True for a process that is large beside what the whole cage holds. */
bool mlm_peak_is_large(const struct mlm_held *held, int64_t held_bytes);

/* Adds a process; of too many the smallest is left out. */
void mlm_peak_add(struct mlm_peak *peak, const struct mlm_held *held);

/* The record's `peak_processes`. NULL: there is none, or memory is short; the trial is more important. */
json_t *mlm_peak_json(const struct mlm_peak *peak);
