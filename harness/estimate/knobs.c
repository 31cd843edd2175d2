/* The table of knobs, and the parsers of all values but plain numbers. */
#include "estimate/knobs.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "estimate/request.h"
#include "estimate/shapes.h"

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
    [MLM_MODEL_PCA_FULL] = "pca-full",
    [MLM_MODEL_PCA_RANDOMIZED] = "pca-randomized",
    [MLM_MODEL_KNN] = "knn",
    [MLM_MODEL_FOREST] = "forest",
    [MLM_MODEL_FOREST_REGRESSION] = "forest-regression",
    [MLM_MODEL_HIST] = "boosting-hist",
    [MLM_MODEL_EXACT] = "boosting-exact",
    [MLM_MODEL_TRANSFORMER] = "transformer",
    [MLM_MODEL_LLM] = "llm",
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
    [MLM_RUNTIME_PANDAS] = "pandas",
    [MLM_RUNTIME_LLAMA] = "llama.cpp",
    NULL};
static const char *const texts_as[] = {
    [MLM_TEXTS_OBJECT] = "object", [MLM_TEXTS_CATEGORY] = "category", [MLM_TEXTS_ARROW] = "arrow", NULL};
#define SHAPE_NAME(symbol, name, ...) [MLM_SHAPE_##symbol] = (name),
static const char *const shapes[] = {[MLM_SHAPE_OWN] = "own", MLM_SHAPES(SHAPE_NAME)[MLM_SHAPE_TOTAL] = NULL};
/* Names of base/tensor.h: the usual one, then others, the larger and better first. */
static const char *const weights[] = {"f16", "f32", "q8_0", "q4_k", "q4_0", NULL};
static const char *const kvs[] = {"f16", "f32", "q8_0", "q4_0", NULL};
static const char *const loads[] = {[MLM_LOAD_MMAP] = "mmap",
    [MLM_LOAD_POPULATE] = "mmap_populate",
    [MLM_LOAD_MLOCK] = "mlock",
    [MLM_LOAD_READ] = "read",
    [MLM_LOAD_REPACK] = "repack",
    NULL};
static const char *const logits[] = {[MLM_LOGITS_LAST] = "last", [MLM_LOGITS_ALL] = "all", NULL};
static const char *const attentions[] = {
    [MLM_ATTENTION_BLOCKS] = "blocks", [MLM_ATTENTION_MATRIX] = "matrix", NULL};

#define KNOB(name, field, how, value, default_text, help, ...)                                               \
    {.option = (name),                                                                                       \
        .kind = MLM_KNOB_##how,                                                                              \
        .offset = offsetof(struct mlm_estimate_request, field),                                              \
        .standard = (default_text),                                                                          \
        __VA_ARGS__},

const struct mlm_knob mlm_knobs[MLM_KNOB_TOTAL] = {MLM_KNOBS(KNOB)};

/* Index of the word; -1: not found. */
static int find(const struct mlm_knob *knob, const char *word)
{
    for (int i = 0; knob->words[i]; i++)
        if (strcasecmp(knob->words[i], word) == 0)
            return i;
    return -1;
}

const char *mlm_estimate_word(const char *option, uint32_t word)
{
    const struct mlm_knob *knob = mlm_knobs;
    while (strcmp(knob->option, option) != 0)
        knob++;
    return knob->words[word];
}

/* The word of a knob's default; the first, if its default is no word. */
static uint32_t standard_word(const struct mlm_knob *knob)
{
    int word = find(knob, knob->standard);
    return word > 0 ? (uint32_t)word : 0;
}

void mlm_knobs_init(struct mlm_estimate_request *request)
{
    *request = (struct mlm_estimate_request){.density = 1};
    for (const struct mlm_knob *knob = mlm_knobs; knob < mlm_knobs + MLM_KNOB_TOTAL; knob++)
        if (knob->kind == MLM_KNOB_WORD)
            *(uint32_t *)mlm_knob_field(knob, request) = standard_word(knob);
}

bool mlm_knob_is_set(const struct mlm_knob *knob, const struct mlm_estimate_request *request)
{
    const void *field = mlm_knob_field(knob, request);
    if (knob->kind == MLM_KNOB_WORD)
        return *(const uint32_t *)field != standard_word(knob);
    if (mlm_knob_switches(knob))
        return *(const bool *)field;
    if (mlm_knob_counts(knob))
        return *(const uint64_t *)field > 0;
    if (knob->kind == MLM_KNOB_LIST)
        return request->width_count > 0;
    return *(const double *)field > 0 && *(const double *)field < 1;
}

bool mlm_knob_belongs(const struct mlm_knob *knob, const struct mlm_estimate_request *request)
{
    const unsigned about = request->model == MLM_MODEL_LLM           ? MLM_ABOUT_LLM
                           : request->model == MLM_MODEL_TRANSFORMER ? MLM_ABOUT_TRANSFORMER
                           : request->runtime == MLM_RUNTIME_PANDAS  ? MLM_ABOUT_CSV
                                                                     : MLM_ABOUT_TABLES;
    return mlm_knob_about(knob) & about;
}

static int word_parse(
    const struct mlm_knob *knob, const char *text, uint32_t *ret_word, struct mlm_error *error)
{
    char all[512] = "";
    size_t length = 0;
    int word = find(knob, text);
    if (word >= 0) {
        *ret_word = (uint32_t)word;
        return 0;
    }
    for (size_t i = 0; knob->words[i]; i++)
        length += (size_t)snprintf(all + length, sizeof all - length, "%s%s", i ? ", " : "", knob->words[i]);
    return mlm_error_set(error, -EINVAL, "--%s: there is no '%s'; there are %s", knob->option, text, all);
}

static int share_parse(
    const struct mlm_knob *knob, const char *text, double *ret_share, struct mlm_error *error)
{
    char *rest;
    double share = strtod(text, &rest);
    if (rest == text || *rest || !(share > 0 && share <= 1))
        return mlm_error_set(
            error, -EINVAL, "--%s is a share above 0 and up to 1, as 0.05, not '%s'", knob->option, text);
    *ret_share = share;
    return 0;
}

static int widths_parse(struct mlm_estimate_request *request, const char *text, struct mlm_error *error)
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

static int workers_parse(struct mlm_estimate_request *request, const char *text, struct mlm_error *error)
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

int mlm_knob_parse(const struct mlm_knob *knob, const char *text, struct mlm_estimate_request *request,
    struct mlm_error *error)
{
    switch (knob->kind) {
    case MLM_KNOB_WORD:
        return word_parse(knob, text, mlm_knob_field(knob, request), error);
    case MLM_KNOB_SHARE:
        return share_parse(knob, text, mlm_knob_field(knob, request), error);
    case MLM_KNOB_WORKERS:
        return workers_parse(request, text, error);
    case MLM_KNOB_LIST:
        return widths_parse(request, text, error);
    default:
        return 0;
    }
}
