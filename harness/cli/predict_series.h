/* A series of small runs: every size of `predict`, measured. */
#pragma once

#include "advise/predict/words.h"
#include "cli/predict_heap.h"
#include "cli/predict_sizes.h"
#include "cli/programs.h"

/* More repetitions of a size add nothing to the knowledge of its needs. */
#define MLM_PREDICT_REPETITIONS_MAX 50

/* What all series of a prediction share. */
struct mlm_predict_runs {
    struct mlm_measuring *measuring;
    const struct mlm_programs *programs;
    const struct mlm_predict_sizes *sizes;
    size_t order[MLM_TEXTS_MAX];  /* of the programs: the smallest size first */
    struct mlm_program_order how; /* a trial of one */
    uint64_t repetitions;         /* 0: as many as take little time */
    bool all;                     /* run every size, also when a larger one was predicted */
    uint64_t spent_ns;            /* what all runs so far took */
};

/* What was measured at one size. */
struct mlm_predict_sample {
    double needs_bytes[MLM_PREDICT_REPETITIONS_MAX];
    size_t count;
    uint64_t run_ns; /* of all its runs together */
    bool left_out;   /* some run did not end well, or its needs are not known */
    enum mlm_outcome outcome;
};

struct mlm_predict_series {
    enum mlm_predict_heap heap;
    double shares[MLM_TEXTS_MAX]; /* of what the full size holds, see mlm_predict_heap_scale() */
    bool scaled;                  /* some run had glibc's threshold lowered */
    struct mlm_predict_sample samples[MLM_TEXTS_MAX]; /* in the runs' order */
    size_t sample_count;                              /* sizes that were run */
    struct mlm_predict_point points[MLM_TEXTS_MAX];
    size_t point_count;
    double files_bytes;  /* the most that files added to needs at speed */
    size_t spared_count; /* sizes that were not run, because nothing new was expected */
};

/* Sorts the programs by their size. Sets `order`. */
void mlm_predict_order(struct mlm_predict_runs *runs);

/* Makes a first series, where each size has its own share of the full size. */
void mlm_predict_series_begin(const struct mlm_predict_runs *runs, struct mlm_predict_series *ret_series);

/* Makes one that runs the sizes of `first` again: for `heap` MLM_PREDICT_HEAP_GROWTH with shares of what
 * `predict` says that the full size holds beside its constant. Returns false where that would be no other
 * series than `first`. */
bool mlm_predict_series_again(const struct mlm_predict_runs *runs, const struct mlm_predict_series *first,
    enum mlm_predict_heap heap, const struct mlm_predict *predict, struct mlm_predict_series *ret_series);

/* Runs it, and repeats it where that takes little time. -EINTR: the user wants to stop. */
int mlm_predict_series_measure(
    struct mlm_predict_runs *runs, struct mlm_predict_series *series, struct mlm_error *error);

/* Puts what was measured into an answer, whose names and full size are there. `most_bytes`: what this machine
 * can hold. */
void mlm_predict_series_conclude(const struct mlm_predict_runs *runs, const struct mlm_predict_series *series,
    double most_bytes, struct mlm_predict_said *said);
