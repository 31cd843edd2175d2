/* The metric table: every number that a trial can give, with its unit and meaning. The record's keys, the
 * tables' columns, Google Benchmark's counters and the schema all come from here. To add a metric, add a
 * line.
 *
 * A reading that could not be had is MLM_NULL: null in the store, a dash in a table, never 0. */
#pragma once

#include <stdint.h>

#define MLM_NULL INT64_MIN

enum mlm_unit { MLM_UNIT_BYTES, MLM_UNIT_NS, MLM_UNIT_COUNT, MLM_UNIT_BYTES_PER_S };

/* clang-format off */
/*     key                        unit   what it is */
#define MLM_METRICS(X)                                                                                                 \
    X(core_bytes,                 BYTES, "bytes that the job's data needs in theory, by a closed formula")             \
    X(predicted_peak_bytes,       BYTES, "needs in theory: core, everything beside it, and the process itself")        \
    X(peak_rss_bytes,             BYTES, "the worker's VmHWM, the larger of prepare and run")                          \
    X(prepare_peak_rss_bytes,     BYTES, "the worker's VmHWM while the data was built")                                \
    X(run_peak_rss_bytes,         BYTES, "the worker's VmHWM in the timed part")                                       \
    X(needs_peak_bytes,           BYTES, "peak of memory and swap together: what a bigger machine would have to hold") \
    X(cage_peak_bytes,            BYTES, "the kernel's peak for the cage: processes, page cache and kernel memory")    \
    X(swap_peak_bytes,            BYTES, "peak of the cage's swap")                                                    \
    X(anon_peak_bytes,            BYTES, "peak of the cage's anonymous memory, sampled")                               \
    X(file_peak_bytes,            BYTES, "peak of the cage's page cache of files, without shared memory and tmpfs, sampled") \
    X(shmem_peak_bytes,           BYTES, "peak of the cage's shared memory and files in tmpfs, sampled")               \
    X(huge_pages_peak_bytes,      BYTES, "peak of the cage's anonymous memory in transparent huge pages, sampled")     \
    X(lazy_free_peak_bytes,       BYTES, "most memory that processes had freed (MADV_FREE) and the kernel had not yet taken back, sampled") \
    X(held_before_bytes,          BYTES, "memory that the inherited cgroup held when the trial began; it is subtracted from all figures of the cage") \
    X(left_tmpfs_bytes,           BYTES, "memory that stayed in tmpfs and shared memory after the last process had ended") \
    X(at_speed_bytes,             BYTES, "upper bound of what the job needs to run at speed: needs, and the files that it maps or reads more than once; null if there are none") \
    X(mapped_bytes,               BYTES, "files that the job maps, programs and libraries excluded")                   \
    X(reread_bytes,               BYTES, "files that the job read more than once")                                     \
    X(cached_before_bytes,        BYTES, "bytes of the job's files that were in the page cache before it used them") \
    X(prepare_ns,                 NS,    "time to build the data")                                                     \
    X(run_ns,                     NS,    "time of the job itself")                                                     \
    X(prepare_cpu_ns,             NS,    "CPU time to build the data, user and system")                                \
    X(run_cpu_user_ns,            NS,    "CPU time of the job in user mode, all threads")                              \
    X(run_cpu_system_ns,          NS,    "CPU time of the job in the kernel, all threads")                             \
    X(waiting_ns,                 NS,    "time of the job less its CPU time; null with more than one thread")          \
    X(run_queue_ns,               NS,    "time in which threads of the job were ready to run and had no processor")    \
    X(own_ns,                     NS,    "time of the job less run_queue_ns; null if several threads computed at the same time") \
    X(blocked_ns,                 NS,    "time of the job less CPU time and run_queue_ns; null like own_ns")           \
    X(blocked_memory_ns,          NS,    "part of blocked_ns: waiting for pages from swap, or for memory to be freed") \
    X(blocked_storage_ns,         NS,    "part of blocked_ns: waiting for storage, swap excluded")                     \
    X(blocked_rest_ns,            NS,    "part of blocked_ns: the rest, for example sleeping or waiting for a network") \
    X(busy_threads,               COUNT, "most threads of the command that computed at the same time, sampled")        \
    X(stolen_ns,                  NS,    "processor time that the host of this virtual machine gave to others, whole trial") \
    X(major_faults,               COUNT, "page faults of the cage that waited for storage, whole trial")               \
    X(minor_faults,               COUNT, "page faults of the cage served from memory, whole trial")                    \
    X(refaults,                   COUNT, "pages of the cage read again soon after they were evicted, whole trial")     \
    X(swapped_in_pages,           COUNT, "pages of the cage read from swap, whole trial")                              \
    X(swapped_out_pages,          COUNT, "pages of the cage written to swap, whole trial")                             \
    X(stall_some_ns,              NS,    "time in which at least one task of the cage waited for memory (PSI)")        \
    X(stall_full_ns,              NS,    "time in which all tasks of the cage waited for memory (PSI)")                \
    X(read_bytes,                 BYTES, "bytes that the job read from storage, swap excluded")                        \
    X(written_bytes,              BYTES, "bytes that the job wrote to storage, swap excluded")                         \
    X(items,                      COUNT, "work done, in the suite's unit; of a job that was cut off, as far as it said")            \
    X(growth_bytes_per_s,         BYTES_PER_S, "growth of memory and swap over the second half of the run, where it is significant: a possible leak") \
    X(growth_low_bytes_per_s,     BYTES_PER_S, "lower end of its 95 % interval")                                       \
    X(growth_high_bytes_per_s,    BYTES_PER_S, "upper end of its 95 % interval")

enum mlm_metric {
#define MLM_METRIC_ENUM(key, unit, help) MLM_##key,
    MLM_METRICS(MLM_METRIC_ENUM)
#undef MLM_METRIC_ENUM
    MLM_METRIC_COUNT
};
/* clang-format on */

struct mlm_metric_info {
    const char *key, *help;
    enum mlm_unit unit;
};

extern const struct mlm_metric_info mlm_metrics[MLM_METRIC_COUNT];

struct mlm_readings {
    int64_t values[MLM_METRIC_COUNT];
};

/* Sets all readings to MLM_NULL. */
void mlm_readings_init(struct mlm_readings *readings);
