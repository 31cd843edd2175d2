/* Runs the workload that is most similar to an estimate, and compares. */
#include "cli/estimate_check.h"

#include <errno.h>
#include <fcntl.h>

#include "base/cleanup.h"
#include "cli/estimate_own.h"
#include "cli/measuring.h"
#include "machine/memory.h"
#include "trial/dataset.h"
#include "trial/planned.h"

/* The smallest of the usual caps in which the job should fit; no cap where there is none. */
static uint64_t cap_for(double peak_bytes)
{
    for (size_t i = 0; i < MLM_FITTINGS; i++)
        if (peak_bytes * (1 + mlm_runtime_c.tolerance) <= (double)mlm_fitting_sizes[i])
            return mlm_fitting_sizes[i];
    return MLM_NO_LIMIT;
}

static int room_check(const struct mlm_own *own, struct mlm_error *error)
{
    struct mlm_memory_now memory = {0};
    char needs[MLM_SIZE_TEXT], available[MLM_SIZE_TEXT];
    int r = mlm_memory_now(AT_FDCWD, &memory, error);
    if (r == 0 && own->answer.peak_bytes > (double)memory.available_bytes)
        r = mlm_error_set(error, -ENOTSUP,
            "--check: %s would need %s, and %s are available here; check with fewer --rows", own->name,
            mlm_size_show(own->answer.peak_bytes, needs),
            mlm_size_show((double)memory.available_bytes, available));
    return r;
}

static int measure(struct mlm_measuring *measuring, const struct mlm_own *own,
    struct mlm_estimate_measured *ret_measured, struct mlm_error *error)
{
    struct mlm_record record;
    struct mlm_timeline timeline = {0};
    const struct mlm_planned_order order = {.plan = own->plan, .trial = own->plan->trials};
    struct mlm_dataset_order datasets = {.catalogue = measuring->catalogue,
        .plan = own->plan,
        .folder = measuring->session.dataset_folder,
        .held_fd = &measuring->session.datasets_fd,
        .await = mlm_measuring_await(measuring),
        .tell = mlm_progress_say_text,
        .context = &measuring->progress};
    int r = mlm_dataset_build(&datasets, error);
    if (r < 0)
        return r;
    mlm_record_init(&record);
    r = mlm_planned_trial_run(&measuring->session, &order, &record, &timeline, error);
    int64_t needs = record.readings.values[MLM_needs_peak_bytes];
    if (r == 0)
        *ret_measured = (struct mlm_estimate_measured){
            .workload = own->name,
            .cap_bytes = own->cap_bytes == MLM_NO_LIMIT ? 0 : (double)own->cap_bytes,
            .estimate_bytes = own->answer.peak_bytes,
            .needs_bytes = record.outcome == MLM_OUTCOME_OK && needs != MLM_NULL ? (double)needs : 0,
            .outcome = mlm_outcome_name(record.outcome),
        };
    mlm_record_release(&record);
    return r;
}

static int run(struct mlm_own *own, struct mlm_measuring *measuring, int argc, char **argv,
    struct mlm_estimate_measured *ret_measured, struct mlm_error *error)
{
    struct mlm_session_options session = {.catalogue = measuring->catalogue,
        .argc = argc,
        .argv = argv,
        .await = mlm_measuring_await(measuring),
        .probe_bytes = mlm_measuring_probe_bytes(&own->cap_bytes, 1)};
    int r = mlm_session_open(&session, &measuring->session, error);
    const struct mlm_cage_site *site = &measuring->session.site;
    if (r == 0 && !measuring->session.cages)
        r = mlm_error_set(error, -ENOTSUP, "--check: %s; %s", site->why, site->remedy);
    return r < 0 ? r : measure(measuring, own, ret_measured, error);
}

int mlm_estimate_check(const struct mlm_estimate_request *request, int argc, char **argv,
    struct mlm_estimate_measured *ret_measured, struct mlm_error *error)
{
    mlm_cleanup(mlm_own_release) struct mlm_own own = {.suite = NULL};
    struct mlm_measuring measuring = {.interrupts.fd = -1};
    /* Generated files are dense. */
    struct mlm_estimate_request generated = *request;
    if (request->model == MLM_MODEL_NONE)
        generated.storage = MLM_STORED_DENSE;
    int r = mlm_measuring_begin(&measuring, error);
    if (r == 0)
        r = mlm_own_find(measuring.catalogue, &generated, &own, error);
    if (r == 0)
        r = room_check(&own, error);
    own.cap_bytes = cap_for(own.answer.peak_bytes);
    if (r == 0)
        r = mlm_own_plan(measuring.catalogue, &own, error);
    if (r == 0)
        r = run(&own, &measuring, argc, argv, ret_measured, error);
    mlm_measuring_release(&measuring);
    return r;
}
