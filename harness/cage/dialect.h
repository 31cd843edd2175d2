/* A cgroup version is data, not code: the names of its files and of the keys in them. A NULL name means that
 * this version has nothing of the kind; a file that is named but absent means an older kernel. */
#pragma once

#include <stdbool.h>

struct mlm_dialect {
    int version;
    const char *memory_limit; /* write the cap here */
    const char *swap_limit;
    const char *swappiness; /* 0 here keeps a cage from swapping where swap_limit cannot */
    const char *memory_current, *swap_current;
    const char *memory_peak, *swap_peak;
    const char *stat; /* flat keyed: the keys below are in it */
    const char *cpu;  /* CPU time of all that ever ran in the cage, in microseconds */
    const char *cpu_user_key, *cpu_system_key;
    const char *oom_file, *oom_kill_key;
    bool oom_counts_alone; /* oom_kill_key counts the cgroup itself, without those below it */
    const char
        *oom_disable_key; /* 1: nobody is killed, who lacks memory waits; "0" written to oom_file ends that */
    const char *pressure;
    const char *kill;             /* write "1" to kill all; NULL or absent: a loop over procs */
    const char *procs;            /* whole processes: reading lists them, writing "0" moves the writer */
    const char *enter;            /* what a process of one thread writes "0" to */
    const char *no_limit;         /* what "none" is written as */
    bool swap_files_count_memory; /* v1's memsw: limit and peak are of memory and swap together */

    /* Keys in `stat`, of the whole tree. */
    const char *
        swap_key; /* where there is no file of swap alone; memsw less memory would count charges on the way */
    const char *swap_cached_key; /* in memory and in swap: counted by both, where these are counted apart */
    const char *anon_key, *file_key;
    const char *shmem_key; /* part of what file_key counts, and none that can be given back */
    const char *major_faults_key, *all_faults_key;
    const char *refault_anon_key, *refault_file_key;
    const char *swapped_in_key, *swapped_out_key;
    const char *limit_above_key; /* the tightest memory limit from here up */
};

extern const struct mlm_dialect mlm_dialect_v1, mlm_dialect_v2;
