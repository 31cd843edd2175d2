#include "cli/estimate_check.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "cli/measuring.h"
#include "machine/memory.h"
#include "trial/dataset.h"
#include "trial/planned.h"

#define TIMEOUT_NS UINT64_C(600000000000)

/* An own workload: what it is called, and what is asked of it. */
struct nearest {
    const char *suite, *name;
    struct mlm_params params;
    uint64_t data_bytes;
    struct mlm_estimate estimate;
};

static void nearest_release(struct nearest *nearest)
{
    mlm_params_release(&nearest->params);
}

static int param(struct nearest *nearest, const char *name, const char *value, struct mlm_error *error)
{
    return mlm_params_add(&nearest->params, name, value) < 0 ? mlm_error_errno(error, -ENOMEM, "--check") : 0;
}

static int count(struct nearest *nearest, const char *name, uint64_t value, struct mlm_error *error)
{
    char text[24];
    (void)snprintf(text, sizeof text, "%" PRIu64, value);
    return param(nearest, name, text, error);
}

/* The same matrix under logistic regression, which reads it as any gradient descent does. */
static int nearest_storage(
    struct mlm_estimate_request *request, struct nearest *nearest, struct mlm_error *error)
{
    static const char *const names[] = {[MLM_STORED_DENSE] = "storage/dense",
        [MLM_STORED_CSR] = "storage/csr",
        [MLM_STORED_CSC] = "storage/csc",
        [MLM_STORED_COO] = "storage/coo"};
    char density[32];
    request->model = MLM_MODEL_LOGISTIC;
    request->stream = request->split = false;
    /* Rows come in pairs, and each row has as many values as any other on average, at least one. */
    request->rows = request->rows < 2 ? 2 : request->rows / 2 * 2;
    request->nonzeros = 0;
    nearest->suite = "storage";
    nearest->name = names[request->storage];
    nearest->data_bytes = request->rows * request->columns * 4;
    (void)snprintf(density, sizeof density, "%.9g", request->density < 1e-6 ? 1e-6 : request->density);
    int r = param(nearest, "density", density, error);
    if (r == 0)
        r = count(nearest, "width", request->columns, error);
    if (r == 0)
        r = param(nearest, "value", mlm_estimate_word("value", request->value), error);
    return r < 0 ? r : param(nearest, "index", "32", error);
}

/* As many layers, of the one width that the suite has near to the widest; its size is told by what training
 * at batch 4096 takes, and rounded down to whole layers. */
static int nearest_batch(
    struct mlm_estimate_request *request, struct nearest *nearest, struct mlm_error *error)
{
    uint32_t widest = 0;
    for (size_t i = 0; i < request->width_count; i++)
        widest = request->widths[i] > widest ? request->widths[i] : widest;
    bool wide = widest > 362; /* the middle of 128 and 1024, as factors go */
    request->checkpoint = request->stream = request->split = false;
    request->value = MLM_VALUE_F32;
    request->workers = request->prefetch = 0;
    request->width_count = request->width_count < 3 ? 3 : request->width_count;
    request->columns = wide ? 1024 : 128;
    request->rows = request->rows < 4096 ? 4096 : request->rows;
    request->batch = request->batch > 4096 ? 4096 : request->batch;
    for (size_t i = 0; i < request->width_count; i++)
        request->widths[i] = wide ? 1024 : 128;
    nearest->suite = "batch";
    nearest->name = "batch/train";
    struct mlm_estimate_request full = *request;
    struct mlm_estimate estimate;
    full.batch = 4096;
    full.optimizer = MLM_OPTIMIZER_SGD;
    full.page_bytes = 4096; /* on every machine, as suites/batch/batch.c */
    int r = mlm_estimate_make(&full, &estimate, error);
    if (r < 0)
        return r;
    /* Half a layer more, so that none is lost to rounding. */
    nearest->data_bytes = (uint64_t)estimate.needs_bytes + request->columns * 4096 * 2;
    r = param(nearest, "shape", wide ? "wide" : "deep", error);
    if (r == 0)
        r = param(nearest, "optimizer", mlm_estimate_word("optimizer", request->optimizer), error);
    return r < 0 ? r : count(nearest, "batch", request->batch, error);
}

static int nearest_loading(
    struct mlm_estimate_request *request, struct nearest *nearest, struct mlm_error *error)
{
    request->storage = MLM_STORED_DENSE;
    request->value = MLM_VALUE_F32;
    request->rows = request->rows < 2 ? 2 : request->rows / 2 * 2;
    request->workers = request->workers || request->prefetch ? 1 : 0;
    nearest->suite = "loading";
    nearest->name = !request->stream   ? (request->split ? "loading/split" : "loading/full")
                    : request->workers ? "loading/prefetch"
                                       : "loading/generator";
    if (request->workers && !request->prefetch)
        request->prefetch = 2;
    nearest->data_bytes = request->rows * request->columns * 4;
    int r = param(nearest, "format", "npy", error);
    if (r == 0)
        r = count(nearest, "width", request->columns, error);
    if (r == 0 && request->batch)
        r = count(nearest, "batch", request->batch, error);
    if (r == 0 && request->stream && request->workers)
        r = count(nearest, "depth", request->prefetch, error);
    return r;
}

static int find(const struct mlm_estimate *estimate, struct nearest *nearest, struct mlm_error *error)
{
    struct mlm_estimate_request request = estimate->request;
    request.runtime = MLM_RUNTIME_C;
    int r;
    switch (request.model) {
    case MLM_MODEL_NONE:
        r = nearest_loading(&request, nearest, error);
        break;
    case MLM_MODEL_LINEAR:
    case MLM_MODEL_LOGISTIC:
        r = nearest_storage(&request, nearest, error);
        break;
    case MLM_MODEL_MLP:
        r = nearest_batch(&request, nearest, error);
        break;
    default:
        return mlm_error_set(error, -ENOTSUP,
            "--check: no own workload is near %s; there are some for none, linear, logistic and mlp",
            mlm_estimate_word("model", request.model));
    }
    return r < 0 ? r : mlm_estimate_make(&request, &nearest->estimate, error);
}

/* The smallest of the caps in which it is to fit; where none is, no cap. */
static uint64_t cap_for(const struct mlm_estimate *estimate)
{
    for (size_t i = 0; i < MLM_FITTINGS; i++)
        if (mlm_estimate_fit_cap(estimate, (double)mlm_fitting_sizes[i]).fits == MLM_FITS_YES)
            return mlm_fitting_sizes[i];
    return MLM_NO_LIMIT;
}

static int room_check(const struct nearest *nearest, struct mlm_error *error)
{
    struct mlm_memory_now memory = {0};
    char needs[MLM_SIZE_TEXT], available[MLM_SIZE_TEXT];
    int r = mlm_memory_now(AT_FDCWD, &memory, error);
    if (r == 0 && nearest->estimate.needs_bytes > (double)memory.available_bytes)
        r = mlm_error_set(error, -ENOTSUP,
            "--check: %s would need %s, and %s are available here; check with fewer --rows", nearest->name,
            mlm_size_show(nearest->estimate.needs_bytes, needs),
            mlm_size_show((double)memory.available_bytes, available));
    return r;
}

static int measure(struct mlm_measuring *measuring, const struct nearest *nearest, struct mlm_plan *plan,
    struct mlm_estimate_measured *ret_measured, struct mlm_error *error)
{
    struct mlm_record record;
    struct mlm_timeline timeline = {0};
    struct mlm_trial_watcher watcher = {.tell = NULL};
    struct mlm_dataset_order datasets = {.catalogue = measuring->catalogue,
        .plan = plan,
        .folder = measuring->session.dataset_folder,
        .held_fd = &measuring->session.datasets_fd,
        .interrupt_fd = measuring->interrupts.fd,
        .tell = mlm_progress_say_text,
        .context = &measuring->progress};
    if (plan->trial_count != 1)
        return mlm_error_set(error, -ENOTSUP, "--check: %s cannot be run so", nearest->name);
    int r = mlm_dataset_build(&datasets, error);
    if (r < 0)
        return r;
    mlm_record_init(&record);
    r = mlm_planned_trial_run(&measuring->session, plan, plan->trials, &watcher, &record, &timeline, error);
    int64_t needs = record.readings.values[MLM_needs_peak_bytes];
    uint64_t cap = plan->trials->cap_bytes;
    if (r == 0)
        *ret_measured = (struct mlm_estimate_measured){
            .workload = nearest->name,
            .cap_bytes = cap == MLM_NO_LIMIT ? 0 : (double)cap,
            .estimate_bytes = nearest->estimate.needs_bytes,
            .needs_bytes = record.outcome == MLM_OUTCOME_OK && needs != MLM_NULL ? (double)needs : 0,
            .outcome = mlm_outcome_name(record.outcome),
        };
    mlm_record_release(&record);
    return r;
}

static int run(const struct nearest *nearest, struct mlm_measuring *measuring, int argc, char **argv,
    struct mlm_estimate_measured *ret_measured, struct mlm_error *error)
{
    uint64_t cap = cap_for(&nearest->estimate);
    struct mlm_plan_options options = {.caps = &cap,
        .cap_count = 1,
        .suites = &nearest->suite,
        .suite_count = 1,
        .all = true,
        .workload = strchr(nearest->name, '/') + 1,
        .sweeps = nearest->params,
        .data_bytes = nearest->data_bytes,
        .repetitions = 1,
        .timeout_ns = TIMEOUT_NS,
        .seed = 1,
        .threads = 1};
    struct mlm_session_options session = {.catalogue = measuring->catalogue,
        .argc = argc,
        .argv = argv,
        .interrupt_fd = measuring->interrupts.fd,
        .probe_bytes = mlm_measuring_probe_bytes(&cap, 1)};
    struct mlm_plan *plan = NULL;
    int r = mlm_plan_make(measuring->catalogue, &options, &plan, error);
    if (r == 0)
        r = mlm_session_open(&session, &measuring->session, error);
    const struct mlm_cage_site *site = &measuring->session.site;
    if (r == 0 && !measuring->session.cages)
        r = mlm_error_set(error, -ENOTSUP, "--check: %s; %s", site->why, site->remedy);
    if (r == 0)
        r = measure(measuring, nearest, plan, ret_measured, error);
    mlm_plan_free(plan);
    return r;
}

int mlm_estimate_check(const struct mlm_estimate *estimate, int argc, char **argv,
    struct mlm_estimate_measured *ret_measured, struct mlm_error *error)
{
    mlm_cleanup(nearest_release) struct nearest nearest = {.suite = NULL};
    struct mlm_measuring measuring = {.interrupts.fd = -1};
    int r = find(estimate, &nearest, error);
    if (r == 0)
        r = room_check(&nearest, error);
    if (r < 0)
        return r;
    r = mlm_measuring_begin(&measuring, error);
    if (r == 0)
        r = run(&nearest, &measuring, argc, argv, ret_measured, error);
    mlm_measuring_release(&measuring);
    return r;
}
