/* The options of `run`, and how they become a plan. */
#pragma once

#include "cli/budget.h"
#include "cli/cage_options.h"
#include "cli/inherit.h"
#include "cli/laptop.h"
#include "trial/plan.h"

struct mlm_run_options {
    struct mlm_cage_options cage;
    struct mlm_table_options table;
    struct mlm_caps caps;
    struct mlm_laptop laptop;
    struct mlm_desktop desktop;
    struct mlm_budgets budgets;
    struct mlm_job_options job;
    struct mlm_list suites;
    const char *filter, *dataset, *resume;
    struct mlm_shard shard;
    struct mlm_reading reading; /* of the dataset */
    double precision;
    uint64_t budget_ns;
    bool all, preview, dry_run, names_only;
};

extern const struct mlm_option mlm_run_option_rows[];

/* The struct owns what the plan options borrow. */
struct mlm_run_request {
    struct mlm_run_options said;
    struct mlm_parsed parsed;
    struct mlm_texts gbench_flags;
    struct mlm_plan_options plan;
    char cage_text[MLM_INHERIT_TEXT]; /* says that the cage is inherited; "": it is not */
    char *dataset_notes;              /* lines that say how the dataset is read; NULL: as it is */
};

/* Fills `plan` from `said`, except for fields that need a look at the machine (available_bytes,
 * dataset_shape). */
int mlm_run_request_resolve(struct mlm_run_request *request, struct mlm_error *error);
/* Sets how much a plan runs: with `preview` as --preview does it, else as the other options say. */
void mlm_run_request_size(const struct mlm_run_request *request, bool preview, struct mlm_plan_options *plan);
void mlm_run_request_release(struct mlm_run_request *request);

/* Parses --param NAME=VALUE or NAME=VALUE,VALUE and adds it to `params`. */
int mlm_params_parse(
    const char *option, const struct mlm_texts *texts, struct mlm_params *params, struct mlm_error *error);
