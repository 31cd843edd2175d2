/* Finds the workload of our own that is most similar to a request, and its parameters. The formulas are not
 * repeated here: the workload is planned as `run` would plan it, and the plan asks the suite's module. */
#include "cli/estimate_own.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"

#define TIMEOUT_NS UINT64_C(600000000000)

/* Fills the parameters from names and values in turn, ended by NULL. */
static int params(struct mlm_own *own, const char *const texts[], struct mlm_error *error)
{
    for (size_t i = 0; texts[i]; i += 2)
        if (mlm_params_add(&own->params, texts[i], texts[i + 1]) < 0)
            return mlm_error_errno(error, -ENOMEM, "estimate");
    return 0;
}

static const char *decimal(uint64_t value, char text[static 24])
{
    snprintf(text, 24, "%" PRIu64, value);
    return text;
}

/* Rows come in pairs. */
static int size(const struct mlm_estimate_request *request, struct mlm_own *own, struct mlm_error *error)
{
    uint64_t pairs = request->rows < 2 ? 1 : request->rows / 2;
    if (__builtin_mul_overflow(pairs * 8, request->columns, &own->data_bytes) ||
        own->data_bytes > INT64_MAX / 8)
        return mlm_error_set(error, -EINVAL, "the own worker's data ends at 1 EiB; give fewer --rows");
    return 0;
}

/* Logistic regression reads the matrix as any gradient descent does, so it stands for other models too. */
static int regression(
    const struct mlm_estimate_request *request, struct mlm_own *own, struct mlm_error *error)
{
    static const char *const names[] = {[MLM_STORED_DENSE] = "storage/dense",
        [MLM_STORED_CSR] = "storage/csr",
        [MLM_STORED_CSC] = "storage/csc",
        [MLM_STORED_COO] = "storage/coo"};
    char density[32], width[24];
    double nonzeros = mlm_estimate_nonzeros(request);
    double share = nonzeros / ((double)request->rows * (double)request->columns);
    snprintf(density, sizeof density, "%.9g", share < 1e-6 ? 1e-6 : share);
    own->suite = "storage";
    own->name = names[request->storage];
    bool many = fmax(nonzeros, (double)request->rows) > INT32_MAX;
    const char *const texts[] = {"density", density, "width", decimal(request->columns, width), "value",
        mlm_estimate_word("value", request->value), "index", many ? "64" : "32", NULL};
    int r = size(request, own, error);
    return r < 0 ? r : params(own, texts, error);
}

#define NARROW 128
#define WIDE 1024
#define SAMPLES 4096 /* the suite's largest batch */

void mlm_own_network(struct mlm_estimate_request *request)
{
    uint32_t widest = 0;
    for (size_t i = 0; i < request->width_count; i++)
        widest = request->widths[i] > widest ? request->widths[i] : widest;
    /* Above the geometric mean of both widths. */
    uint32_t units = widest > 362 ? WIDE : NARROW;
    request->width_count = request->width_count < 3 ? 3 : request->width_count;
    for (size_t i = 0; i < request->width_count; i++)
        request->widths[i] = units;
    request->columns = units;
    request->value = MLM_VALUE_F32;
    request->batch = request->batch > SAMPLES ? SAMPLES : request->batch;
}

static int shape(
    struct mlm_own *own, bool wide, const char *optimizer, uint64_t batch, struct mlm_error *error)
{
    own->suite = "batch";
    own->name = "batch/train";
    char samples[24];
    const char *const texts[] = {
        "shape", wide ? "wide" : "deep", "optimizer", optimizer, "batch", decimal(batch, samples), NULL};
    return params(own, texts, error);
}

/* With --data, the suite takes as many layers as its largest batch with SGD has room for, but at least
 * two. */
static int perceptron(const struct mlm_catalogue *catalogue, const struct mlm_estimate_request *request,
    struct mlm_own *own, struct mlm_error *error)
{
    struct mlm_estimate_request network = *request;
    mlm_own_network(&network);
    mlm_cleanup(mlm_own_release) struct mlm_own two = {.data_bytes = 1, .cap_bytes = MLM_NO_LIMIT};
    bool wide = network.widths[0] == WIDE;
    double units = network.widths[0];
    int r = shape(&two, wide, "sgd", SAMPLES, error);
    if (r == 0)
        r = mlm_own_plan(catalogue, &two, error);
    if (r < 0)
        return r;
    double layer = (8 * units * (units + 1) + 4 * SAMPLES * units) * (1 + 8.0 / 4096);
    /* Half a layer more, so that none is lost to rounding. */
    own->data_bytes = (uint64_t)(two.answer.peak_bytes + ((double)network.width_count - 3 + 0.5) * layer);
    return shape(own, wide, mlm_estimate_word("optimizer", request->optimizer), network.batch, error);
}

static int loading(const struct mlm_estimate_request *request, struct mlm_own *own, struct mlm_error *error)
{
    bool ahead = request->workers || request->prefetch;
    bool sparse = request->storage != MLM_STORED_DENSE;
    own->suite = "loading";
    own->name = !request->stream ? (request->split ? "loading/split" : "loading/full")
                : ahead          ? "loading/prefetch"
                                 : "loading/generator";
    char width[24], batch[24], depth[24];
    const char *texts[9] = {NULL};
    size_t count = 0;
    if (sparse) {
        /* Generated files have one fixed density; a user's file may have any. */
        uint64_t nonzeros = (uint64_t)mlm_estimate_nonzeros(request);
        own->dataset = "data.libsvm";
        own->shape = (struct mlm_dataset_shape){.rows = request->rows,
            .columns = request->columns,
            .nonzeros = nonzeros,
            .widest_row = nonzeros / request->rows + 1};
    } else {
        texts[count++] = "format", texts[count++] = "npy";
        texts[count++] = "width", texts[count++] = decimal(request->columns, width);
    }
    if (request->batch)
        texts[count++] = "batch", texts[count++] = decimal(request->batch, batch);
    if (request->stream && ahead)
        texts[count++] = "depth", texts[count++] = decimal(request->prefetch ? request->prefetch : 2, depth);
    int r = size(request, own, error);
    return r < 0 ? r : params(own, texts, error);
}

int mlm_own_plan(const struct mlm_catalogue *catalogue, struct mlm_own *own, struct mlm_error *error)
{
    struct mlm_plan_options options = {.caps = &own->cap_bytes,
        .cap_count = 1,
        .suites = &own->suite,
        .suite_count = 1,
        .all = true,
        .workload = strchr(own->name, '/') + 1,
        .sweeps = own->params,
        .data_bytes = own->data_bytes,
        .dataset = own->dataset,
        .dataset_shape = own->shape,
        .repetitions = 1,
        .limits = {.swap_limit_bytes = MLM_NO_LIMIT, .timeout_ns = TIMEOUT_NS},
        .seed = 1,
        .threads = 1};
    struct mlm_plan *plan = NULL;
    int r = mlm_plan_make(catalogue, &options, &plan, error);
    if (r < 0)
        return r;
    mlm_plan_free(own->plan);
    own->plan = plan;
    const struct mlm_plan_row *row = plan->rows;
    if (plan->row_count != 1 || row->refused)
        return mlm_error_set(error, -EINVAL, "%s cannot be run so: %s", own->name,
            row->refused ? row->reason : "it would be several rows");
    own->answer = (struct mlm_estimate_answer){
        .workload = own->name, .core_bytes = (double)row->core_bytes, .peak_bytes = (double)row->peak_bytes};
    return 0;
}

int mlm_own_find(const struct mlm_catalogue *catalogue, const struct mlm_estimate_request *request,
    struct mlm_own *ret_own, struct mlm_error *error)
{
    int r;
    *ret_own = (struct mlm_own){.cap_bytes = MLM_NO_LIMIT};
    switch (request->model) {
    case MLM_MODEL_NONE:
        r = loading(request, ret_own, error);
        break;
    case MLM_MODEL_LINEAR:
    case MLM_MODEL_LOGISTIC:
        r = regression(request, ret_own, error);
        break;
    case MLM_MODEL_MLP:
        r = perceptron(catalogue, request, ret_own, error);
        break;
    default:
        r = mlm_error_set(error, -ENOTSUP,
            "--check: no own workload is near %s; there are some for none, linear, logistic and mlp",
            mlm_estimate_word("model", request->model));
    }
    return r < 0 ? r : mlm_own_plan(catalogue, ret_own, error);
}

void mlm_own_release(struct mlm_own *own)
{
    mlm_params_release(&own->params);
    mlm_plan_free(own->plan);
    own->plan = NULL;
}

int mlm_own_ask(void *catalogue, const struct mlm_estimate_request *request,
    struct mlm_estimate_answer *ret_answer, struct mlm_error *error)
{
    mlm_cleanup(mlm_own_release) struct mlm_own own = {.suite = NULL};
    int r = mlm_own_find(catalogue, request, &own, error);
    if (r == 0)
        *ret_answer = own.answer;
    return r;
}
