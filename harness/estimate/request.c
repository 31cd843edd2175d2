/* Fills in defaults, which depend on each other, and refuses combinations that no runtime supports. */
#include "estimate/request.h"

#include <errno.h>
#include <math.h>

#include "base/page.h"
#include "estimate/llm.h"

double mlm_estimate_nonzeros(const struct mlm_estimate_request *request)
{
    if (request->nonzeros)
        return (double)request->nonzeros;
    return round((double)request->rows * (double)request->columns * request->density);
}

static uint32_t usual_runtime(const struct mlm_estimate_request *request)
{
    switch (request->model) {
    case MLM_MODEL_NONE:
        return MLM_RUNTIME_NUMPY;
    case MLM_MODEL_MLP:
    case MLM_MODEL_TRANSFORMER:
        return MLM_RUNTIME_PYTORCH;
    case MLM_MODEL_LLM:
        return MLM_RUNTIME_LLAMA;
    case MLM_MODEL_HIST:
    case MLM_MODEL_EXACT:
        return MLM_RUNTIME_XGBOOST;
    default:
        return MLM_RUNTIME_SKLEARN;
    }
}

static void standard(uint64_t *count, uint64_t value)
{
    *count = *count ? *count : value;
}

/* Fills in the defaults of the model's own library. */
static void complete_model(struct mlm_estimate_request *request)
{
    standard(&request->clusters, 8);
    standard(&request->neighbors, 5);
    standard(&request->components, request->columns < 10 ? request->columns : 10);
    standard(&request->trees, 100);
    standard(&request->bins, 256);
    if (request->model == MLM_MODEL_HIST || request->model == MLM_MODEL_EXACT)
        standard(&request->depth, 6);
    if (request->model == MLM_MODEL_MLP || request->runtime == MLM_RUNTIME_PYTORCH)
        standard(&request->batch, 64);
    if (request->stream || request->model == MLM_MODEL_KNN)
        standard(&request->batch, 1000);
    if (request->batch > request->rows)
        request->batch = request->rows;
    if (request->workers && request->runtime == MLM_RUNTIME_PYTORCH)
        standard(&request->prefetch, 2);
}

static int complete_widths(struct mlm_estimate_request *request, struct mlm_error *error)
{
    bool perceptron = request->model == MLM_MODEL_MLP;
    if (request->width_count && !perceptron)
        return mlm_error_set(error, -EINVAL, "--widths is of --model mlp, not of %s",
            mlm_estimate_word("model", request->model));
    if (!perceptron)
        return 0;
    if (!request->width_count) {
        request->widths[0] = (uint32_t)request->columns;
        request->widths[1] = 512;
        request->widths[2] = 10;
        request->width_count = 3;
    }
    if (request->widths[0] != request->columns)
        return mlm_error_set(error, -EINVAL,
            "--widths begins with %u inputs, but the data has %llu columns; make them equal",
            request->widths[0], (unsigned long long)request->columns);
    return 0;
}

/* Refuses what no runtime could do. */
static int possible(const struct mlm_estimate_request *request, struct mlm_error *error)
{
    const char *value = mlm_estimate_word("value", request->value);
    if (request->storage != MLM_STORED_DENSE && request->value > MLM_VALUE_F32)
        return mlm_error_set(error, -EINVAL,
            "sparse matrices hold f64 or f32, not %s; give --storage dense or --value f32", value);
    if (request->checkpoint && request->model != MLM_MODEL_MLP)
        return mlm_error_set(
            error, -EINVAL, "--checkpoint is about activations; it needs --model mlp or transformer");
    if (request->leaf_rows && request->model != MLM_MODEL_FOREST &&
        request->model != MLM_MODEL_FOREST_REGRESSION)
        return mlm_error_set(error, -EINVAL, "--leaf-rows is about a forest; it needs --model forest");
    if (request->workers_copied && !request->workers && request->runtime != MLM_RUNTIME_PYTORCH)
        return mlm_error_set(error, -EINVAL, "--workers 0:copied means nothing; give a number of workers");
    if (request->model >= MLM_MODEL_PCA && request->model <= MLM_MODEL_PCA_RANDOMIZED &&
        request->components > (request->columns < request->rows ? request->columns : request->rows))
        return mlm_error_set(error, -EINVAL, "--components %llu is more than rows or columns",
            (unsigned long long)request->components);
    if (request->reuse && !request->stream)
        return mlm_error_set(
            error, -EINVAL, "--reuse is about batches that are read one after the other; it needs --stream");
    if (request->slices && (request->stream || request->workers || request->workers_copied ||
                               request->runtime != MLM_RUNTIME_PYTORCH))
        return mlm_error_set(error, -EINVAL,
            "--slices is about a tensor in memory that PyTorch trains on; leave it out, or --stream and "
            "--workers");
    if (request->persistent && !request->workers)
        return mlm_error_set(error, -EINVAL, "--persistent is about workers; it needs --workers");
    if (request->split && request->stream)
        return mlm_error_set(error, -EINVAL,
            "--split copies what is in memory, and --stream holds nothing there; leave one out");
    return 0;
}

/* Refuses a knob of another subject than the request has. */
static int fitting_knobs(const struct mlm_estimate_request *request, struct mlm_error *error)
{
    static const struct {
        enum mlm_knob_about about;
        const char *what, *remedy;
    } kinds[] = {
        {MLM_ABOUT_TABLES, "a table of data", "it needs a --model that is fitted to one"},
        {MLM_ABOUT_LLM, "a language model", "it needs --model llm"},
        {MLM_ABOUT_TRANSFORMER, "a transformer that is trained", "it needs --model transformer"},
        {MLM_ABOUT_CSV, "a CSV file", "it needs --runtime pandas"},
    };
    for (const struct mlm_knob *knob = mlm_knobs; knob < mlm_knobs + MLM_KNOB_TOTAL; knob++) {
        size_t kind = 0;
        if (mlm_knob_belongs(knob, request) || !mlm_knob_is_set(knob, request))
            continue;
        while (!(mlm_knob_about(knob) & kinds[kind].about))
            kind++;
        return mlm_error_set(
            error, -EINVAL, "--%s is about %s; %s", knob->option, kinds[kind].what, kinds[kind].remedy);
    }
    return 0;
}

static void complete_usual(struct mlm_estimate_request *request)
{
    if (request->runtime == MLM_RUNTIME_OF_MODEL)
        request->runtime = usual_runtime(request);
    if (!request->page_bytes)
        request->page_bytes = mlm_page_bytes();
}

/* Columns of a CSV file, each of one kind. */
static int complete_csv(struct mlm_estimate_request *request, struct mlm_error *error)
{
    const uint64_t columns = request->integers + request->floats + request->texts;
    if (request->model != MLM_MODEL_NONE)
        return mlm_error_set(error, -EINVAL,
            "--runtime pandas reads a file, and fits no model; leave out --model, or add the estimate of the "
            "library that fits it");
    if (!request->rows || !columns)
        return mlm_error_set(error, -EINVAL,
            "how large is the file? give --file FILE, or --rows and numbers of columns: --integers, --floats, "
            "--texts");
    if (columns > INT32_MAX || request->rows > UINT64_C(1) << 48)
        return mlm_error_set(
            error, -EINVAL, "that many rows or columns are in no file; at most 2^48 and 2^31");
    if (request->columns && request->columns != columns)
        return mlm_error_set(
            error, -EINVAL, "--columns is not the sum of --integers, --floats and --texts; leave it out");
    request->columns = columns;
    standard(&request->text_bytes, 10);
    if (request->stream)
        standard(&request->batch, 100000);
    return 0;
}

int mlm_estimate_request_complete(struct mlm_estimate_request *request, struct mlm_error *error)
{
    int r = fitting_knobs(request, error);
    if (r < 0)
        return r;
    complete_usual(request);
    if (mlm_estimate_has_shape(request))
        return mlm_llm_complete(request, error);
    if (request->runtime == MLM_RUNTIME_PANDAS)
        return complete_csv(request, error);
    if (!request->rows || !request->columns)
        return mlm_error_set(error, -EINVAL,
            "how large is the data? give --rows and --columns, or --file: mlmembench estimate --rows 1M "
            "--columns 100");
    if (request->columns > INT32_MAX || request->rows > UINT64_C(1) << 48)
        return mlm_error_set(
            error, -EINVAL, "that many rows or columns are in no table; at most 2^48 and 2^31");
    if (request->density == 0)
        request->density = 1;
    if (!(request->density > 0 && request->density <= 1))
        return mlm_error_set(
            error, -EINVAL, "--density is a share above 0 and up to 1, not %g", request->density);
    complete_model(request);
    r = complete_widths(request, error);
    return r < 0 ? r : possible(request, error);
}
