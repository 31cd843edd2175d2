/* What `run` says of its plan, and of how far it came. */
#pragma once

#include "cli/progress.h"
#include "cli/run_options.h"
#include "trial/catalogue.h"
#include "trial/rounds.h"

#define MLM_RUN_TEXT 320

/* The number of trials that run in any case; others are added while times are not known well enough. */
size_t mlm_run_certain_trials(const struct mlm_plan *plan);

/* Says before the first trial what is imitated, and how much will run. */
void mlm_run_announce(const struct mlm_run_request *request, const struct mlm_plan *plan, uint64_t disk_bytes,
    struct mlm_progress *progress);

/* Prints the trials in their order (--dry-run). */
void mlm_run_plan_print(
    const struct mlm_run_request *request, const struct mlm_plan *plan, uint64_t disk_bytes);

/* Prints names like Google Benchmark's --benchmark_list_tests, so that a --filter can be tried on them. */
void mlm_run_names_print(const struct mlm_plan *plan);

/* Says how well the times are known, and what would make them better known. */
void mlm_run_reached_text(
    const struct mlm_rounds *rounds, const struct mlm_plan *plan, char text[static MLM_RUN_TEXT]);

/* Says that a preview is no measurement, and which command makes one, in about which time. `pace` corrects
 * the estimate of the plan by how exact it was for the preview: the time that trials took, as a share of it.
 */
int mlm_run_preview_say(const struct mlm_run_request *request, const struct mlm_plan *plan,
    const struct mlm_catalogue *catalogue, double pace, int argc, char **argv, struct mlm_error *error);
