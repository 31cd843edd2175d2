#include "estimate/request.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/page.h"

static const char *const values[] = {
    [MLM_VALUE_F64] = "f64", [MLM_VALUE_F32] = "f32", [MLM_VALUE_F16] = "f16", [MLM_VALUE_I8] = "i8", NULL};
static const char *const storages[] = {[MLM_STORED_DENSE] = "dense",
    [MLM_STORED_CSR] = "csr",
    [MLM_STORED_CSC] = "csc",
    [MLM_STORED_COO] = "coo",
    NULL};
static const char *const models[] = {[MLM_MODEL_NONE] = "none",
    [MLM_MODEL_LINEAR] = "linear",
    [MLM_MODEL_LOGISTIC] = "logistic",
    [MLM_MODEL_MLP] = "mlp",
    [MLM_MODEL_KMEANS] = "kmeans",
    [MLM_MODEL_PCA] = "pca",
    [MLM_MODEL_PCA_RANDOMIZED] = "pca-randomized",
    [MLM_MODEL_KNN] = "knn",
    [MLM_MODEL_FOREST] = "forest",
    [MLM_MODEL_HIST] = "boosting-hist",
    [MLM_MODEL_EXACT] = "boosting-exact",
    NULL};
static const char *const optimizers[] = {
    [MLM_OPTIMIZER_SGD] = "sgd", [MLM_OPTIMIZER_MOMENTUM] = "momentum", [MLM_OPTIMIZER_ADAM] = "adam", NULL};
static const char *const mallocs[] = {[MLM_MALLOC_MOVING] = "moving", [MLM_MALLOC_FIXED] = "fixed", NULL};
static const char *const inits[] = {[MLM_INIT_KMEANSPP] = "k-means++", [MLM_INIT_RANDOM] = "random", NULL};
static const char *const runtimes[] = {[MLM_RUNTIME_OF_MODEL] = "auto",
    [MLM_RUNTIME_C] = "c",
    [MLM_RUNTIME_NUMPY] = "numpy",
    [MLM_RUNTIME_SKLEARN] = "sklearn",
    [MLM_RUNTIME_XGBOOST] = "xgboost",
    [MLM_RUNTIME_PYTORCH] = "pytorch",
    NULL};

#define AT(field) offsetof(struct mlm_estimate_request, field)

const struct mlm_knob mlm_knobs[] = {
    {.option = "rows", .kind = MLM_KNOB_COUNT, .offset = AT(rows)},
    {.option = "columns", .kind = MLM_KNOB_COUNT, .offset = AT(columns)},
    {.option = "distinct", .kind = MLM_KNOB_COUNT, .offset = AT(distinct)},
    {.option = "value",
        .kind = MLM_KNOB_WORD,
        .offset = AT(value),
        .words = values,
        .cost = "values are rounded; i8 has 256 of them"},
    {.option = "storage",
        .kind = MLM_KNOB_WORD,
        .offset = AT(storage),
        .words = storages,
        .cost = "the same numbers, other access"},
    {.option = "model",
        .kind = MLM_KNOB_WORD,
        .offset = AT(model),
        .words = models,
        .cost = "an approximation"},
    {.option = "runtime", .kind = MLM_KNOB_WORD, .offset = AT(runtime), .words = runtimes},
    {.option = "optimizer",
        .kind = MLM_KNOB_WORD,
        .offset = AT(optimizer),
        .words = optimizers,
        .cost = "trains otherwise: tune the rate anew"},
    {.option = "batch",
        .kind = MLM_KNOB_COUNT,
        .offset = AT(batch),
        .cost = "more and noisier steps",
        .divisor = 4,
        .least = 1},
    {.option = "epochs", .kind = MLM_KNOB_COUNT, .offset = AT(epochs)},
    {.option = "malloc",
        .kind = MLM_KNOB_WORD,
        .offset = AT(malloc),
        .words = mallocs,
        .cost =
            "MALLOC_MMAP_THRESHOLD_=131072 in the environment; a mapping for each large block takes time"},
    {.option = "stream",
        .kind = MLM_KNOB_FLAG,
        .offset = AT(stream),
        .cost = "reads the data again for each pass"},
    {.option = "reuse",
        .kind = MLM_KNOB_FLAG,
        .offset = AT(reuse),
        .cost = "one array, filled anew for each batch"},
    {.option = "prefetch",
        .kind = MLM_KNOB_COUNT,
        .offset = AT(prefetch),
        .cost = "may wait for the reader",
        .divisor = 2,
        .least = 1},
    {.option = "workers",
        .kind = MLM_KNOB_COUNT,
        .offset = AT(workers),
        .cost = "batches are made more slowly",
        .divisor = 2,
        .least = 0},
    {.option = "copied",
        .kind = MLM_KNOB_FLAG,
        .offset = AT(workers_copied),
        .cost = "hold rows in one array, not as Python objects"},
    {.option = "slices",
        .kind = MLM_KNOB_FLAG,
        .offset = AT(slices),
        .cost = "no DataLoader: shuffle the data itself, once an epoch"},
    {.option = "persistent", .kind = MLM_KNOB_FLAG, .offset = AT(persistent)},
    {.option = "split",
        .kind = MLM_KNOB_FLAG,
        .offset = AT(split),
        .cost = "hold out by slices, or by a second file"},
    {.option = "in-place",
        .kind = MLM_KNOB_FLAG,
        .offset = AT(in_place),
        .cost = "copy=False: the data is overwritten"},
    {.option = "quantile",
        .kind = MLM_KNOB_FLAG,
        .offset = AT(quantile),
        .cost = "the same model, binned while it is read"},
    {.option = "checkpoint",
        .kind = MLM_KNOB_FLAG,
        .offset = AT(checkpoint),
        .cost = "about a third more time"},
    {.option = "clusters", .kind = MLM_KNOB_COUNT, .offset = AT(clusters)},
    {.option = "init",
        .kind = MLM_KNOB_WORD,
        .offset = AT(init),
        .words = inits,
        .cost = "poorer seeds, more steps"},
    {.option = "no-tolerance",
        .kind = MLM_KNOB_FLAG,
        .offset = AT(no_tolerance),
        .cost = "tol=0: goes on until nothing moves, or max_iter"},
    {.option = "no-early-stopping",
        .kind = MLM_KNOB_FLAG,
        .offset = AT(no_early_stopping),
        .cost = "early_stopping=False: grows all trees that were asked for"},
    {.option = "components", .kind = MLM_KNOB_COUNT, .offset = AT(components)},
    {.option = "neighbors", .kind = MLM_KNOB_COUNT, .offset = AT(neighbors)},
    {.option = "trees",
        .kind = MLM_KNOB_COUNT,
        .offset = AT(trees),
        .cost = "a smaller model",
        .divisor = 2,
        .least = 1},
    {.option = "depth", .kind = MLM_KNOB_COUNT, .offset = AT(depth)},
    {.option = "bins",
        .kind = MLM_KNOB_COUNT,
        .offset = AT(bins),
        .cost = "coarser splits",
        .divisor = 4,
        .least = 16},
    {.option = NULL},
};

const char *const *mlm_estimate_words(const char *option)
{
    const struct mlm_knob *knob = mlm_knobs;
    while (knob->option && strcmp(knob->option, option) != 0)
        knob++;
    return knob->words;
}

const char *mlm_estimate_word(const char *option, uint32_t index)
{
    return mlm_estimate_words(option)[index];
}

int mlm_estimate_word_parse(
    const char *option, const char *word, uint32_t *ret_index, struct mlm_error *error)
{
    const char *const *words = mlm_estimate_words(option);
    char all[256] = "";
    size_t length = 0;
    for (uint32_t i = 0; words[i]; i++) {
        if (strcmp(words[i], word) == 0) {
            *ret_index = i;
            return 0;
        }
        length += (size_t)snprintf(all + length, sizeof all - length, "%s%s", i ? ", " : "", words[i]);
    }
    return mlm_error_set(error, -EINVAL, "--%s: there is no '%s'; there are %s", option, word, all);
}

int mlm_estimate_widths_parse(struct mlm_estimate_request *request, const char *text, struct mlm_error *error)
{
    size_t count = 0;
    const char *at = text;
    while (count < MLM_WIDTHS_MOST) {
        char *rest;
        errno = 0;
        unsigned long long width = strtoull(at, &rest, 10);
        if (!isdigit((unsigned char)*at) || errno || width < 1 || width > INT32_MAX ||
            (*rest && *rest != ','))
            return mlm_error_set(error, -EINVAL,
                "--widths '%s': write units of each layer, inputs first, as in 784,512,10", text);
        request->widths[count++] = (uint32_t)width;
        if (!*rest)
            break;
        at = rest + 1;
        if (count == MLM_WIDTHS_MOST)
            return mlm_error_set(error, -EINVAL, "--widths: at most %d layers", MLM_WIDTHS_MOST);
    }
    if (count < 2)
        return mlm_error_set(
            error, -EINVAL, "--widths '%s': an input and an output at least, as in 784,512,10", text);
    request->width_count = count;
    return 0;
}

int mlm_estimate_workers_parse(
    struct mlm_estimate_request *request, const char *text, struct mlm_error *error)
{
    char *rest;
    errno = 0;
    unsigned long long count = strtoull(text, &rest, 10);
    bool copied = strcmp(rest, ":copied") == 0;
    if (!isdigit((unsigned char)*text) || errno || count > 1024 ||
        (*rest && !copied && strcmp(rest, ":shared") != 0))
        return mlm_error_set(
            error, -EINVAL, "--workers is N, N:shared or N:copied with N up to 1024, not '%s'", text);
    request->workers = count;
    request->workers_copied = copied;
    return 0;
}

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
        return MLM_RUNTIME_PYTORCH;
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

/* What the model's own library takes where nothing is said. */
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

/* What no runtime could do. */
static int possible(const struct mlm_estimate_request *request, struct mlm_error *error)
{
    const char *value = mlm_estimate_word("value", request->value);
    if (request->storage != MLM_STORED_DENSE && request->value > MLM_VALUE_F32)
        return mlm_error_set(error, -EINVAL,
            "sparse matrices hold f64 or f32, not %s; give --storage dense or --value f32", value);
    if (request->checkpoint && request->model != MLM_MODEL_MLP)
        return mlm_error_set(error, -EINVAL, "--checkpoint is about activations; it needs --model mlp");
    if (request->workers_copied && !request->workers && request->runtime != MLM_RUNTIME_PYTORCH)
        return mlm_error_set(error, -EINVAL, "--workers 0:copied means nothing; give a number of workers");
    if ((request->model == MLM_MODEL_PCA || request->model == MLM_MODEL_PCA_RANDOMIZED) &&
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

int mlm_estimate_request_complete(struct mlm_estimate_request *request, struct mlm_error *error)
{
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
    if (request->runtime == MLM_RUNTIME_OF_MODEL)
        request->runtime = usual_runtime(request);
    if (!request->page_bytes)
        request->page_bytes = mlm_page_bytes();
    complete_model(request);
    int r = complete_widths(request, error);
    return r < 0 ? r : possible(request, error);
}
