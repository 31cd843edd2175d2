/* Google Benchmark behind a C header: it runs the plan's instances in the plan's order and writes its own
 * formats; the measuring is done by the function that it calls. Times are manual: the worker's, not ours. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#include "base/error.h"

#define MLM_GBENCH_COUNTERS_MAX 32
#define MLM_GBENCH_ERROR_SIZE 256

/* What one instance yielded. */
struct mlm_gbench_result {
    bool ran; /* false: leave it out of every report (not run, or taken from an earlier run) */
    double real_seconds, cpu_seconds;  /* of the worker's timed part */
    char error[MLM_GBENCH_ERROR_SIZE]; /* "" unless it ended otherwise than `ok` */
    size_t counter_count;
    struct mlm_gbench_counter {
        const char *name; /* static */
        double value;     /* NAN: could not be had */
    } counters[MLM_GBENCH_COUNTERS_MAX];
};

typedef void mlm_gbench_function(void *context, size_t index, struct mlm_gbench_result *ret_result);

/* A --benchmark_… flag that `run` passes on; one that would spoil a measurement (its own repetitions, its
 * random interleaving) is an error that says what to use instead. 1: its own; 0: not its; -EINVAL. */
int mlm_gbench_flag(const char *argument, struct mlm_error *error);

struct mlm_gbench_order {
    const char *program;
    const char *const *flags; /* those that mlm_gbench_flag() took */
    size_t flag_count;
    const char *const *names; /* instance i is named names[i]; equal names are repetitions */
    size_t count;
    mlm_gbench_function *function;
    void *context;
};

/* Does any of the flags ask Google Benchmark to print to standard output (--benchmark_format)? */
bool mlm_gbench_prints(const char *const *flags, size_t flag_count);

int mlm_gbench_run(const struct mlm_gbench_order *order, struct mlm_error *error);

/* Variables BENCHMARK_… of the environment are flags to the library, which reads them before main(). They are
 * hidden from it, and are there again from this call on, for the commands that the user runs. */
void mlm_gbench_show_environment(void);

#ifdef __cplusplus
}
#endif
