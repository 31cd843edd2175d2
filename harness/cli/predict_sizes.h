/* The sizes of `predict`: the small ones of --param, and the full one of --to. */
#pragma once

#include "advise/predict/model.h"
#include "cli/options.h"
#include "record/record.h"

struct mlm_predict_sizes {
    struct mlm_params params, to; /* as they were typed: NAME and V1,V2; NAME and N */
    size_t count;                 /* number of parameters: one or two */
    const char *names[MLM_PREDICT_SIZES];
    struct mlm_predict_size full;
};

/* Checks the texts of --param and --to. -EINVAL: they are no sizes to predict from; the error names the
 * remedy. */
int mlm_predict_sizes_make(const struct mlm_texts *params, const struct mlm_texts *to,
    struct mlm_predict_sizes *ret_sizes, struct mlm_error *error);
void mlm_predict_sizes_release(struct mlm_predict_sizes *sizes); /* zeroed ones hold nothing */

/* The size that a command has by its values. */
struct mlm_predict_size mlm_predict_size_of(
    const struct mlm_predict_sizes *sizes, const struct mlm_params *values);
