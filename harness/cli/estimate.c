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
    const char *system, *background;
    uint32_t format;
    bool sources, check;
};

#define AT(field) offsetof(struct estimate_options, field)
#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})

static const struct mlm_option options[] = {
    {"rows", "N", mlm_option_amount, AT(rows), .help = "rows of the data (examples); 1M is a million"},
    {"columns", "N", mlm_option_amount, AT(columns), .help = "columns of the data (features)"},
    {"file", "FILE", mlm_option_text, AT(file),
        .help = "take rows, columns and density from this file: .npy, .csv, .tsv or .libsvm"},
    {"value", "TYPE", mlm_option_text, AT(value),
        .help = "type of the values: f64 (NumPy's own), f32, f16 or i8; 8, 4, 2 bytes or 1",
        .otherwise = "f64; PyTorch: f32", .words = WORDS("f64", "f32", "f16", "i8")},
    {"density", "SHARE", mlm_option_text, AT(density), .help = "share of values other than 0, as 0.05",
        .otherwise = "1", .words = WORDS("0.01", "0.05", "0.1", "0.5")},
    {"distinct", "N", mlm_option_amount, AT(distinct),
        .help = "different values that a column has, where they are few, as ages or pixels are: XGBoost's "
                "sketches "
                "are "
                "smaller then",
        .otherwise = "all differ"},
    {"storage", "FORMAT", mlm_option_text, AT(storage),
        .help = "dense holds every value; csr, csc and coo only those that are not 0, each with its place",
        .otherwise = "dense", .words = WORDS("dense", "csr", "csc", "coo")},
    {"model", "NAME", mlm_option_text, AT(model),
        .help = "none (the data alone), linear, logistic, mlp, kmeans, pca, pca-randomized, knn, forest, "
                "boosting-hist "
                "or boosting-exact",
        .otherwise = "logistic",
        .words = WORDS("none", "linear", "logistic", "mlp", "kmeans", "pca", "pca-randomized", "knn",
            "forest", "boosting-hist", "boosting-exact")},
    {"runtime", "NAME", mlm_option_text, AT(runtime),
        .help = "what runs it: c (our own worker), numpy, sklearn, xgboost or pytorch",
        .otherwise = "the model's usual one", .words = WORDS("c", "numpy", "sklearn", "xgboost", "pytorch")},
    {"stream", NULL, NULL, AT(stream),
        .help = "read batch by batch, never all at once: partial_fit, data iterators, IterableDataset"},
    {"batch", "N", mlm_option_amount, AT(batch),
        .help = "rows in a batch; of knn: rows that are asked about at once",
        .otherwise = "64 for mlp, else 1000", .words = WORDS("64", "256", "1024", "4096")},
    {"reuse", NULL, NULL, AT(reuse),
        .help = "with --stream: every batch is read into the same array; else a new one is made while the "
                "last is "
                "still "
                "there"},
    {"epochs", "N", mlm_option_number, AT(epochs),
        .help = "passes over the data, of PyTorch: over the first few steps its heap grows, and workers copy",
        .otherwise = "many", .least = 1},
    {"malloc", "NAME", mlm_option_text, AT(malloc),
        .help = "glibc's mmap threshold, which large arrays and tensors meet: moving as it comes, or fixed "
                "at 128 "
                "KiB "
                "(MALLOC_MMAP_THRESHOLD_=131072 in the environment)",
        .otherwise = "moving", .words = WORDS("moving", "fixed")},
    {"prefetch", "N", mlm_option_number, AT(prefetch), .help = "batches that wait, ready, for each worker",
        .otherwise = "2 with workers", .least = 1},
    {"workers", "N[:copied|shared]", mlm_option_text, AT(workers),
        .help = "processes that make batches; copied: from lists of Python objects, of which each ends up "
                "with its "
                "own; "
                "shared: from one array or tensor",
        .otherwise = "0"},
    {"slices", NULL, NULL, AT(slices),
        .help =
            "of PyTorch: batches are slices x[i:j] of the data; no DataLoader, which stacks copies of rows"},
    {"persistent", NULL, NULL, AT(persistent),
        .help = "persistent_workers=True: workers live on from epoch to epoch, and go on copying"},
    {"split", NULL, NULL, AT(split), .help = "a fifth is held out by copying, as train_test_split does"},
    {"in-place", NULL, NULL, AT(in_place),
        .help = "the library may overwrite the data: copy_X=False, copy_x=False, copy=False"},
    {"widths", "LIST", mlm_option_text, AT(widths),
        .help = "units of an mlp's layers, inputs first, as 784,512,10", .otherwise = "columns,512,10"},
    {"optimizer", "NAME", mlm_option_text, AT(optimizer), .help = "of an mlp: sgd, momentum or adam",
        .otherwise = "adam", .words = WORDS("sgd", "momentum", "adam")},
    {"checkpoint", NULL, NULL, AT(checkpoint),
        .help = "of an mlp: keep few activations, and compute the others again"},
    {"clusters", "N", mlm_option_number, AT(clusters), .help = "of kmeans", .otherwise = "8", .least = 1},
    {"init", "NAME", mlm_option_text, AT(init), .help = "first centres of kmeans: k-means++ or random",
        .otherwise = "k-means++", .words = WORDS("k-means++", "random")},
    {"no-tolerance", NULL, NULL, AT(no_tolerance),
        .help = "of kmeans: tol=0, for which no variance is worked out"},
    {"components", "N", mlm_option_number, AT(components), .help = "of pca and pca-randomized",
        .otherwise = "10", .least = 1},
    {"neighbors", "N", mlm_option_number, AT(neighbors), .help = "of knn", .otherwise = "5", .least = 1},
    {"trees", "N", mlm_option_number, AT(trees), .help = "of forest and boosting", .otherwise = "100",
        .least = 1},
    {"depth", "N", mlm_option_number, AT(depth), .help = "levels of a tree",
        .otherwise = "6 for boosting, else until leaves are pure", .least = 1},
    {"bins", "N", mlm_option_number, AT(bins), .help = "bins a column, of boosting-hist", .otherwise = "256",
        .least = 1},
    {"no-early-stopping", NULL, NULL, AT(no_early_stopping),
        .help = "of scikit-learn's boosting-hist: early_stopping=False, for which no rows are held out"},
    {"quantile", NULL, NULL, AT(quantile), .help = "of XGBoost: QuantileDMatrix in place of DMatrix"},
    {"system", "SIZE", mlm_option_text, AT(system), .help = "what the operating system holds",
        .otherwise = "128M + RAM/16", .words = WORDS("256M", "512M", "1G")},
    {"background", "SIZE", mlm_option_text, AT(background),
        .help = "what open programs hold; 0: none are open", .otherwise = "a desktop and a browser",
        .words = WORDS("512M", "1G", "1600M", "2G")},
    {"sources", NULL, NULL, AT(sources), .help = "say under each line where its formula comes from"},
    {"check", NULL, NULL, AT(check),
        .help = "run the nearest workload of our own under a cap, and show measured beside estimated"},
    {"format", "NAME", mlm_option_word, AT(format), .help = "text or json", .standard = "text",
        .words = (const char *const[]){"text", "json", NULL}},
    {0},
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
    struct estimate_options said = {.format = 0};
    struct mlm_estimate_request request;
    struct mlm_estimate estimate;
    struct mlm_estimate_beside beside;
    struct mlm_estimate_measured measured;
    struct mlm_parsed parsed;
    int r = mlm_options_parse(&mlm_verb_estimate, argc, argv, &said, NULL, &parsed, error);
    if (r != 0)
        return r < 0 ? r : MLM_EXIT_OK;
    bool json = said.format == 1;
    r = beside_size("system", said.system, &beside.system_bytes, error);
    if (r == 0)
        r = beside_size("background", said.background, &beside.background_bytes, error);
    if (r == 0)
        r = request_resolve(&said, &request, error);
    if (r == 0)
        r = mlm_estimate_make(&request, &estimate, error);
    if (r == 0 && said.check)
        r = mlm_estimate_check(&estimate, argc, argv, &measured, error);
    if (r < 0)
        return r;
    if (json)
        return json_print(&estimate, &beside, said.check ? &measured : NULL, error);
    mlm_estimate_print(&estimate, &beside, said.sources, said.check ? &measured : NULL);
    return MLM_EXIT_OK;
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
