/* Google Benchmark behind a C header. It runs the plan's instances in the plan's order and writes its own
 * formats; the function that it calls does the measuring. Times are manual: the worker's, not ours. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#include "base/error.h"

#define MLM_GBENCH_COUNTERS_MAX 64
#define MLM_GBENCH_ERROR_SIZE 256

/* The result of one instance. */
struct mlm_gbench_result {
    bool ran; /* false: leave it out of every report (it did not run, or its result is from an earlier run) */
    double real_seconds, cpu_seconds;  /* of the worker's timed part */
    char error[MLM_GBENCH_ERROR_SIZE]; /* "" where the outcome is `ok` */
    size_t counter_count;
    struct mlm_gbench_counter {
        const char *name; /* static string */
        double value;     /* NAN: no value */
    } counters[MLM_GBENCH_COUNTERS_MAX];
};

typedef void mlm_gbench_function(void *context, size_t index, struct mlm_gbench_result *ret_result);

/* Checks a --benchmark_… flag that `run` passes on. Returns 1: a flag of the library; 0: not one; -EINVAL: a
 * flag that would spoil a measurement (its own repetitions, its random interleaving); the error names the
 * option to use instead. */
int mlm_gbench_flag(const char *argument, struct mlm_error *error);

struct mlm_gbench_order {
    const char *program;
    const char *const *flags; /* flags for which mlm_gbench_flag() returned 1 */
    size_t flag_count;
    const char *const *names; /* instance i is named names[i]; equal names are repetitions */
    size_t count;
    mlm_gbench_function *function;
    void *context;
};

/* Returns true if a flag makes Google Benchmark print to standard output (--benchmark_format). */
bool mlm_gbench_prints(const char *const *flags, size_t flag_count);

int mlm_gbench_run(const struct mlm_gbench_order *order, struct mlm_error *error);

/* Variables BENCHMARK_… of the environment are flags to the library, which reads them before main(). They are
 * hidden from it; this function restores them for the commands that the user runs. */
void mlm_gbench_show_environment(void);

#ifdef __cplusplus
}
#endif
