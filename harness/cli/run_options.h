/* What `run` can be told, and what a plan makes of it. */
#pragma once

#include "cli/limits.h"
#include "trial/plan.h"

struct mlm_run_options {
    const char *caps, *laptop, *suites, *filter, *dataset, *swap, *background, *out, *resume;
    struct mlm_texts params;
    bool all, dry_run, names_only, quiet;
    uint64_t data_bytes, repetitions, timeout_ns, seed, threads;
};

extern const struct mlm_option mlm_run_option_table[];
extern const struct mlm_run_options mlm_run_defaults;

/* Does what is run depend on the option? Then --resume takes it out of a record's command. */
bool mlm_run_option_describes_plan(const struct mlm_option *option);

/* Texts cut at commas; the struct owns what the plan options borrow. */
struct mlm_run_request {
    struct mlm_run_options said;
    struct mlm_texts gbench_flags;
    struct mlm_plan_options plan;
    struct mlm_limits limits;
    const char *suites[MLM_TEXTS_MAX];
    char *suite_words;
    uint64_t laptop_bytes; /* 0: not said */
};

/* Fills `plan` from `said`, but for what needs a look at the machine (available_bytes, dataset_shape). */
int mlm_run_request_resolve(struct mlm_run_request *request, struct mlm_error *error);
void mlm_run_request_release(struct mlm_run_request *request);

/* --param NAME=VALUE or NAME=VALUE,VALUE, added to `params`. */
int mlm_params_parse(const struct mlm_texts *texts, struct mlm_params *params, struct mlm_error *error);
