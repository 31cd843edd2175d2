/* A prediction in sentences, and as JSON. */
#pragma once

#include <jansson.h>
#include <stdio.h>

#include "advise/predict/predict.h"
#include "base/laptop.h"
#include "record/record.h"

/* A size that has no part in the prediction, because it did not end well. */
struct mlm_predict_left_out {
    struct mlm_predict_size size;
    enum mlm_outcome outcome;
};

enum mlm_predict_state {
    MLM_PREDICT_TOLD,
    MLM_PREDICT_JUMPS, /* see struct mlm_predict_trial */
    MLM_PREDICT_SCATTERS,
    MLM_PREDICT_STARTS, /* see struct mlm_predict */
    MLM_PREDICT_FEW,    /* too few sizes ended well */
    MLM_PREDICT_LINE,   /* two sizes that only grew together */
};

/* glibc gives an array back at once if it is larger than a threshold. A small run is like the full one if its
 * threshold is smaller by as much as its arrays are. */
enum mlm_predict_heap {
    MLM_PREDICT_HEAP_SIZE,   /* smaller by as much as its size is */
    MLM_PREDICT_HEAP_GROWTH, /* smaller by as much as what it needs beside the constant of its model */
    MLM_PREDICT_HEAP_OWN, /* as glibc has it: right for arrays that do not grow, such as those of a batch */
};

/* The first series of runs has the sizes as its parameters. A further one also has this: its threshold in
 * bytes, or the word for glibc's own. */
#define MLM_PREDICT_MALLOC "malloc"
#define MLM_PREDICT_MALLOC_OWN "own"

struct mlm_predict_said {
    const char *job; /* a tame name */
    const char *names[MLM_PREDICT_SIZES];
    size_t sizes; /* one or two */
    struct mlm_predict_size full;
    const struct mlm_desktop *desktop;
    enum mlm_predict_heap heap; /* of the runs that it follows */
    enum mlm_predict_state state;
    struct mlm_predict predict; /* without a model for FEW and LINE */
    struct mlm_predict_trial trial;
    struct mlm_predict_range range; /* at the full size */
    struct mlm_predict_advice advice;
    bool suffixed;      /* some size was typed as 10k or the like, and the command got it so */
    double files_bytes; /* the most that its files added to its needs at speed */
    struct mlm_predict_left_out left_out[MLM_PREDICT_POINTS];
    bool in_vain; /* further series were run, and gave no better answer */
    size_t left_out_count,
        spared_count; /* spared: sizes that were not run, because nothing new was expected */
};

/* Puts points and sizes that were left out to use: fills all that follows from them. `most_bytes`: what this
 * machine can hold. */
void mlm_predict_conclude(
    struct mlm_predict_said *said, const struct mlm_predict_point *points, size_t count, double most_bytes);

/* Returns true if runs with this threshold may tell more than an answer does, which for MLM_PREDICT_HEAP_OWN
 * has no number. */
bool mlm_predict_wants(const struct mlm_predict_said *said, enum mlm_predict_heap heap);

/* Returns true if the answer of a later series is to be given in place of one that is there. */
bool mlm_predict_is_better(const struct mlm_predict_said *later, const struct mlm_predict_said *said);

/* Writes "rows=80000, columns=10". */
void mlm_predict_put_size(
    FILE *out, const struct mlm_predict_said *said, const struct mlm_predict_size *size);

/* Writes "9.31 MiB + 800 bytes × rows". */
void mlm_predict_put_formula(
    FILE *out, const struct mlm_predict_said *said, const struct mlm_predict_fit *fit);

/* Writes the answer, one thought a line. Writes into memory and cannot fail. */
void mlm_predict_say(FILE *out, const struct mlm_predict_said *said);

/* "yes", "no", or "perhaps" where the interval leaves it open. */
const char *mlm_predict_fits(const struct mlm_predict_said *said, uint64_t ram_bytes);

/* results/predict.schema.json describes it. NULL: out of memory. */
json_t *mlm_predict_json(const struct mlm_predict_said *said);
