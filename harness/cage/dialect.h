/* A cgroup version is data, not code: the names of its files and of the keys in them. A NULL name means that
 * this version has no such file. A file that is named but absent means an older kernel. */
#pragma once

#include <stdbool.h>

struct mlm_dialect {
    int version;
    const char *memory_limit; /* the file for the cap */
    const char *swap_limit;
    const char *memory_slow, *swap_slow; /* above these the kernel slows a job down, and swaps it out */
    const char *swappiness;              /* 0 here prevents swapping where swap_limit cannot */
    const char *memory_current, *swap_current;
    const char *memory_peak, *swap_peak;
    const char *zswap_current; /* where it exists, compressed pages of zswap are charged to the cage */
    const char *reclaim;       /* writing a number of bytes here frees as many */
    const char *stat;          /* flat keyed file with the keys below */
    const char *cpu;           /* CPU time of all processes that ever ran in the cage, in microseconds */
    const char *cpu_user_key, *cpu_system_key, *cpu_usage_key;
    const char *oom_file, *oom_kill_key;
    /* How often this cgroup's own limit was the reason: a key of oom_file; or files with nothing but a count
     * of all attempts to go beyond the limits, also those that ended well. */
    const char *oom_key;
    const char *own_events; /* oom_file without the cgroups below */
    const char *limit_hits, *swap_limit_hits;
    const char *swap_events; /* why nothing could be swapped: swap_fail_key counts all, swap_max_key limits */
    const char *swap_fail_key, *swap_max_key;
    bool oom_counts_alone;       /* oom_kill_key counts the cgroup itself, without the cgroups below it */
    const char *oom_disable_key; /* 1: the kernel kills nobody, a process without memory waits; "0" written to
                                    oom_file ends that */
    const char *memory_pressure, *storage_pressure, *processor_pressure; /* PSI of the cage */
    const char *oom_group;        /* 1: the kernel kills all processes of the cgroup together */
    const char *only_in_root;     /* a file that the root of all cgroups has, and no other */
    const char *kill;             /* "1" written here kills all; NULL or absent: kill each process of procs */
    const char *procs;            /* whole processes: reading lists them, writing "0" moves the writer */
    const char *enter;            /* a process of one thread writes "0" here to enter */
    const char *no_limit;         /* the text for "no limit" */
    bool swap_files_count_memory; /* v1's memsw: limit and peak count memory and swap together */

    /* Keys in `stat`, for the whole tree. */
    const char *swap_key;        /* where no file has swap alone; memsw minus memory is inexact */
    const char *swap_cached_key; /* in memory and in swap: counted twice where these are separate */
    const char *anon_key, *file_key;
    /* What has no other place than memory and swap, as long as it is in memory: mapped or not. */
    const char *swap_backed_keys[4];
    const char
        *zswap_key; /* compressed pages of zswap, charged to the cage as memory, and counted as swap, too */
    const char *zswap_out_key;  /* pages that were ever compressed there */
    const char *shmem_key;      /* part of what file_key counts, but not reclaimable */
    const char *huge_pages_key; /* the part of what anon_key counts that lies in transparent huge pages */
    const char *major_faults_key, *all_faults_key;
    const char *refault_anon_key, *refault_file_key;
    const char *swapped_in_key, *swapped_out_key;
    const char *limit_above_key; /* the lowest memory limit from here up */
};

extern const struct mlm_dialect mlm_dialect_v1, mlm_dialect_v2;
