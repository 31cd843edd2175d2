/* estimate: the memory that a job will need, before it is written. */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/size.h"
#include "cli/estimate_check.h"
#include "cli/estimate_own.h"
#include "cli/estimate_text.h"
#include "cli/verbs.h"
#include "trial/dataset.h"

struct estimate_options {
    uint64_t rows, columns;
    const char *value, *density, *file, *storage, *model, *widths, *optimizer, *workers, *runtime, *malloc,
        *init;
    uint64_t distinct, batch, epochs, prefetch, clusters, components, neighbors, trees, depth, bins;
    bool stream, reuse, slices, split, in_place, quantile, checkpoint, persistent, no_early_stopping,
        no_tolerance;
    const char *system, *background, *format;
    bool sources, check;
};

#define AT(field) offsetof(struct estimate_options, field)

static const struct mlm_option options[] = {
    {"rows", "N", MLM_OPTION_AMOUNT, AT(rows), "rows of the data (examples); 1M is a million", NULL},
    {"columns", "N", MLM_OPTION_AMOUNT, AT(columns), "columns of the data (features)", NULL},
    {"file", "FILE", MLM_OPTION_TEXT, AT(file),
        "take rows, columns and density from this file: .npy, .csv, .tsv or .libsvm", NULL},
    {"value", "TYPE", MLM_OPTION_TEXT, AT(value),
        "type of the values: f64 (NumPy's own), f32, f16 or i8; 8, 4, 2 bytes or 1", "f64; PyTorch: f32"},
    {"density", "SHARE", MLM_OPTION_TEXT, AT(density), "share of values other than 0, as 0.05", "1"},
    {"distinct", "N", MLM_OPTION_AMOUNT, AT(distinct),
        "different values that a column has, where they are few, as ages or pixels are: XGBoost's sketches "
        "are "
        "smaller then",
        "all differ"},
    {"storage", "FORMAT", MLM_OPTION_TEXT, AT(storage),
        "dense holds every value; csr, csc and coo only those that are not 0, each with its place", "dense"},
    {"model", "NAME", MLM_OPTION_TEXT, AT(model),
        "none (the data alone), linear, logistic, mlp, kmeans, pca, pca-randomized, knn, forest, "
        "boosting-hist "
        "or boosting-exact",
        "logistic"},
    {"runtime", "NAME", MLM_OPTION_TEXT, AT(runtime),
        "what runs it: c (our own worker), numpy, sklearn, xgboost or pytorch", "the model's usual one"},
    {"stream", NULL, MLM_OPTION_FLAG, AT(stream),
        "read batch by batch, never all at once: partial_fit, data iterators, IterableDataset", NULL},
    {"batch", "N", MLM_OPTION_AMOUNT, AT(batch), "rows in a batch; of knn: rows that are asked about at once",
        "64 for mlp, else 1000"},
    {"reuse", NULL, MLM_OPTION_FLAG, AT(reuse),
        "with --stream: every batch is read into the same array; else a new one is made while the last is "
        "still "
        "there",
        NULL},
    {"epochs", "N", MLM_OPTION_COUNT, AT(epochs),
        "passes over the data, of PyTorch: over the first few steps its heap grows, and workers copy",
        "many"},
    {"malloc", "NAME", MLM_OPTION_TEXT, AT(malloc),
        "glibc's mmap threshold, which large arrays and tensors meet: moving as it comes, or fixed at 128 "
        "KiB "
        "(MALLOC_MMAP_THRESHOLD_=131072 in the environment)",
        "moving"},
    {"prefetch", "N", MLM_OPTION_COUNT, AT(prefetch), "batches that wait, ready, for each worker",
        "2 with workers"},
    {"workers", "N[:copied|shared]", MLM_OPTION_TEXT, AT(workers),
        "processes that make batches; copied: from lists of Python objects, of which each ends up with its "
        "own; "
        "shared: from one array or tensor",
        "0"},
    {"slices", NULL, MLM_OPTION_FLAG, AT(slices),
        "of PyTorch: batches are slices x[i:j] of the data; no DataLoader, which stacks copies of rows",
        NULL},
    {"persistent", NULL, MLM_OPTION_FLAG, AT(persistent),
        "persistent_workers=True: workers live on from epoch to epoch, and go on copying", NULL},
    {"split", NULL, MLM_OPTION_FLAG, AT(split), "a fifth is held out by copying, as train_test_split does",
        NULL},
    {"in-place", NULL, MLM_OPTION_FLAG, AT(in_place),
        "the library may overwrite the data: copy_X=False, copy_x=False, copy=False", NULL},
    {"widths", "LIST", MLM_OPTION_TEXT, AT(widths), "units of an mlp's layers, inputs first, as 784,512,10",
        "columns,512,10"},
    {"optimizer", "NAME", MLM_OPTION_TEXT, AT(optimizer), "of an mlp: sgd, momentum or adam", "adam"},
    {"checkpoint", NULL, MLM_OPTION_FLAG, AT(checkpoint),
        "of an mlp: keep few activations, and compute the others again", NULL},
    {"clusters", "N", MLM_OPTION_COUNT, AT(clusters), "of kmeans", "8"},
    {"init", "NAME", MLM_OPTION_TEXT, AT(init), "first centres of kmeans: k-means++ or random", "k-means++"},
    {"no-tolerance", NULL, MLM_OPTION_FLAG, AT(no_tolerance),
        "of kmeans: tol=0, for which no variance is worked out", NULL},
    {"components", "N", MLM_OPTION_COUNT, AT(components), "of pca and pca-randomized", "10"},
    {"neighbors", "N", MLM_OPTION_COUNT, AT(neighbors), "of knn", "5"},
    {"trees", "N", MLM_OPTION_COUNT, AT(trees), "of forest and boosting", "100"},
    {"depth", "N", MLM_OPTION_COUNT, AT(depth), "levels of a tree",
        "6 for boosting, else until leaves are pure"},
    {"bins", "N", MLM_OPTION_COUNT, AT(bins), "bins a column, of boosting-hist", "256"},
    {"no-early-stopping", NULL, MLM_OPTION_FLAG, AT(no_early_stopping),
        "of scikit-learn's boosting-hist: early_stopping=False, for which no rows are held out", NULL},
    {"quantile", NULL, MLM_OPTION_FLAG, AT(quantile), "of XGBoost: QuantileDMatrix in place of DMatrix",
        NULL},
    {"system", "SIZE", MLM_OPTION_TEXT, AT(system), "what the operating system holds", "128M + RAM/16"},
    {"background", "SIZE", MLM_OPTION_TEXT, AT(background), "what open programs hold; 0: none are open",
        "a desktop and a browser"},
    {"sources", NULL, MLM_OPTION_FLAG, AT(sources), "say under each line where its formula comes from", NULL},
    {"check", NULL, MLM_OPTION_FLAG, AT(check),
        "run the nearest workload of our own under a cap, and show measured beside estimated", NULL},
    {"format", "NAME", MLM_OPTION_TEXT, AT(format), "text or json", "text"},
    {NULL, NULL, MLM_OPTION_FLAG, 0, NULL, NULL},
};

static const struct mlm_exit_meaning exits[] = {
    {MLM_EXIT_OK, "estimated; whether it fits is in the answer"},
    {MLM_EXIT_USAGE, "wrong usage, or a combination that cannot be"},
    {MLM_EXIT_NOT_RUN, "--check: nothing to run, or it could not be run"},
    {MLM_EXIT_INTERRUPTED, "interrupted"},
    {0, NULL},
};

static int word(const char *option, const char *text, uint32_t *ret_index, struct mlm_error *error)
{
    return text ? mlm_estimate_word_parse(option, text, ret_index, error) : 0;
}

static int density_parse(const char *text, double *ret_density, struct mlm_error *error)
{
    char *rest;
    double density = strtod(text, &rest);
    if (rest == text || *rest || !(density > 0 && density <= 1))
        return mlm_error_set(
            error, -EINVAL, "--density is a share above 0 and up to 1, as 0.05, not '%s'", text);
    *ret_density = density;
    return 0;
}

static int words_resolve(
    const struct estimate_options *said, struct mlm_estimate_request *request, struct mlm_error *error)
{
    int r = word("model", said->model, &request->model, error);
    if (r == 0)
        r = word("runtime", said->runtime, &request->runtime, error);
    bool pytorch = request->runtime == MLM_RUNTIME_PYTORCH ||
                   (request->runtime == MLM_RUNTIME_OF_MODEL && request->model == MLM_MODEL_MLP);
    request->value = pytorch ? MLM_VALUE_F32 : MLM_VALUE_F64;
    if (r == 0)
        r = word("value", said->value, &request->value, error);
    if (r == 0)
        r = word("storage", said->storage, &request->storage, error);
    if (r == 0)
        r = word("optimizer", said->optimizer, &request->optimizer, error);
    if (r == 0)
        r = word("malloc", said->malloc, &request->malloc, error);
    if (r == 0)
        r = word("init", said->init, &request->init, error);
    return r;
}

/* Rows, columns and nonzeros of a file. */
static int file_resolve(const char *path, struct mlm_estimate_request *request, struct mlm_error *error)
{
    struct mlm_catalogue *catalogue = NULL;
    struct mlm_dataset_shape shape = {0};
    int r = mlm_catalogue_find(&catalogue, error);
    if (r == 0)
        r = mlm_dataset_look(catalogue, path, -1, &shape, error);
    mlm_catalogue_close(catalogue);
    if (r < 0)
        return mlm_error_wrap(error, r, "--file"), -EINVAL;
    request->rows = shape.rows;
    request->columns = shape.columns;
    request->nonzeros = shape.nonzeros;
    request->density = (double)shape.nonzeros / ((double)shape.rows * (double)shape.columns);
    return 0;
}

static int request_resolve(
    const struct estimate_options *said, struct mlm_estimate_request *request, struct mlm_error *error)
{
    *request = (struct mlm_estimate_request){.rows = said->rows,
        .columns = said->columns,
        .density = 1,
        .distinct = said->distinct,
        .model = MLM_MODEL_LOGISTIC,
        .optimizer = MLM_OPTIMIZER_ADAM,
        .batch = said->batch,
        .epochs = said->epochs,
        .prefetch = said->prefetch,
        .stream = said->stream,
        .reuse = said->reuse,
        .slices = said->slices,
        .persistent = said->persistent,
        .no_early_stopping = said->no_early_stopping,
        .no_tolerance = said->no_tolerance,
        .split = said->split,
        .in_place = said->in_place,
        .quantile = said->quantile,
        .checkpoint = said->checkpoint,
        .clusters = said->clusters,
        .components = said->components,
        .neighbors = said->neighbors,
        .trees = said->trees,
        .depth = said->depth,
        .bins = said->bins};
    if (said->file && (said->rows || said->columns || said->density))
        return mlm_error_set(
            error, -EINVAL, "--file stands for --rows, --columns and --density; give either");
    int r = words_resolve(said, request, error);
    if (r == 0 && said->density)
        r = density_parse(said->density, &request->density, error);
    if (r == 0 && said->file)
        r = file_resolve(said->file, request, error);
    if (r == 0 && said->workers)
        r = mlm_estimate_workers_parse(request, said->workers, error);
    if (r == 0 && said->widths)
        r = mlm_estimate_widths_parse(request, said->widths, error);
    /* An mlp's widths say how many columns there are. */
    if (r == 0 && said->widths && !request->columns)
        request->columns = request->widths[0];
    return r;
}

/* The own worker's suites answer for it; its networks have layers of their own. */
static int own_open(
    struct mlm_estimate_request *request, struct mlm_estimate_own *own, struct mlm_error *error)
{
    struct mlm_catalogue *catalogue = NULL;
    if (request->runtime != MLM_RUNTIME_C)
        return 0;
    int r = mlm_estimate_request_complete(request, error);
    if (r == 0)
        r = mlm_catalogue_open(&catalogue, error);
    if (r < 0)
        return r;
    own->context = catalogue;
    request->own = own;
    if (request->model == MLM_MODEL_MLP)
        mlm_own_network(request);
    return 0;
}

static int beside_size(const char *option, const char *text, uint64_t *ret_bytes, struct mlm_error *error)
{
    *ret_bytes = MLM_NO_LIMIT;
    if (text && mlm_size_parse(text, ret_bytes, error) < 0)
        return mlm_error_wrap(error, -EINVAL, "--%s", option), -EINVAL;
    return 0;
}

static int json_print(const struct mlm_estimate *estimate, const struct mlm_estimate_beside *beside,
    const struct mlm_estimate_measured *measured, struct mlm_error *error)
{
    json_t *json = mlm_estimate_json(estimate, beside, measured);
    int r = json ? json_dumpf(json, stdout, JSON_INDENT(2)) : -1;
    json_decref(json);
    putchar('\n');
    return r < 0 && !ferror(stdout) ? mlm_error_errno(error, -ENOMEM, "estimate") : 0;
}

static int estimate_verb(int argc, char **argv, struct mlm_error *error)
{
    struct estimate_options said = {.format = "text"};
    struct mlm_estimate_request request;
    struct mlm_estimate estimate;
    struct mlm_estimate_beside beside;
    struct mlm_estimate_measured measured;
    struct mlm_parsed parsed;
    int r = mlm_options_parse(&mlm_verb_estimate, argc, argv, &said, NULL, &parsed, error);
    if (r != 0)
        return r < 0 ? r : MLM_EXIT_OK;
    bool json = strcmp(said.format, "json") == 0;
    if (!json && strcmp(said.format, "text") != 0)
        return mlm_error_set(error, -EINVAL, "--format is text or json, not '%s'", said.format);
    r = beside_size("system", said.system, &beside.system_bytes, error);
    if (r == 0)
        r = beside_size("background", said.background, &beside.background_bytes, error);
    if (r == 0)
        r = request_resolve(&said, &request, error);
    struct mlm_estimate_own own = {.ask = mlm_own_ask};
    if (r == 0)
        r = own_open(&request, &own, error);
    if (r == 0)
        r = mlm_estimate_make(&request, &estimate, error);
    if (r == 0 && said.check)
        r = mlm_estimate_check(&estimate.request, argc, argv, &measured, error);
    if (r == 0 && json)
        r = json_print(&estimate, &beside, said.check ? &measured : NULL, error);
    else if (r == 0)
        mlm_estimate_print(&estimate, &beside, said.sources, said.check ? &measured : NULL);
    mlm_catalogue_close(own.context);
    return r < 0 ? r : MLM_EXIT_OK;
}

const struct mlm_verb mlm_verb_estimate = {
    .name = "estimate",
    .summary = "how much memory will a job need, and what would save some?",
    .details =
        "Reckons, step by step, what a machine-learning job holds in memory at its worst moment: "
        "data, copies that "
        "libraries make of it, model, activations, the programs themselves. Shows each part with its "
        "formula, "
        "which memory caps and laptops of 512 MB to 8 GB it fits in, and which options would save the "
        "most.\n\n"
        "The formulas are read from the libraries of Debian 12; what PyTorch's tensors leave in glibc's heap "
        "is "
        "replayed. Held to measurement in a table of 128 jobs (tests/bench/README.md), all were within 5 % "
        "for the own worker, and 3 of the others further off than 15 %, all of them PyTorch's networks on "
        "that "
        "heap, up to 23 %. Where a sum hangs on more than is asked for, it says so. Other versions may "
        "differ.",
    .exits = exits,
    .example = "mlmembench estimate --rows 1M --columns 100",
    .options = options,
    .run = estimate_verb,
};
