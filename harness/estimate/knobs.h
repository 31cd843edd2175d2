/* The knobs: one row for each option of a request. Its field, the command line's option with help and
 * default, its key in JSON, and the values that are tried to save memory all come from here. To add one, add
 * a row, and use its field in a formula. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/*  kind     field             on the command line
 *  COUNT    uint64_t          N; 0: its default, or not used
 *  WORKERS  uint64_t          N, N:shared or N:copied; sets workers_copied, too
 *  WORD     uint32_t          one of the row's `words`
 *  SHARE    double            above 0 and up to 1
 *  LIST     widths            784,512,10
 *  FLAG     bool              no value
 *  PART     bool              set by another option
 *
 * `cost` is the price of another value. A knob without one describes the job and is not changed in the
 * search. The search divides counts by `divisor`, but not below `least`; it tries the other value of a flag,
 * and every other word. */
/* clang-format off */
/*    option               field              kind     value     default */
#define MLM_KNOBS(X)                                                                                                   \
    X("rows",              rows,              COUNT,   "N",      NULL,                                                 \
        "rows of the data (examples); 1M is a million", .about = MLM_ABOUT_TABLES | MLM_ABOUT_CSV)                     \
    X("columns",           columns,           COUNT,   "N",      NULL, "columns of the data (features)",               \
        .about = MLM_ABOUT_TABLES | MLM_ABOUT_CSV)                                                                     \
    X("value",             value,             WORD,    "TYPE",   "f64; PyTorch: f32",                                  \
        "type of the values: f64, f32, f16 or i8: 8, 4, 2 or 1 bytes a value; of a transformer: f32, or f16 or bf16 "  \
        "(f16)",                                                                                                       \
        .words = values, .cost = "values are rounded; i8 has 256 of them",                                             \
        .about = MLM_ABOUT_TABLES | MLM_ABOUT_TRANSFORMER)                                                             \
    X("density",           density,           SHARE,   "SHARE",  "1", "share of values other than 0, for example 0.05")\
    X("distinct",          distinct,          COUNT,   "N",      "all differ",                                         \
        "different values of a column, if few (ages, pixels, names); saves memory in XGBoost and in pandas",           \
        .about = MLM_ABOUT_TABLES | MLM_ABOUT_CSV)                                                                     \
    X("storage",           storage,           WORD,    "FORMAT", "dense",                                              \
        "dense holds every value; csr, csc and coo hold only the values other than 0, each with its place",            \
        .words = storages, .cost = "the same numbers, other access")                                                   \
    X("model",             model,             WORD,    "NAME",   "logistic",                                           \
        "none (the data alone), linear, logistic, mlp, kmeans, pca (as the library's fit chooses its solver), "        \
        "pca-full, pca-randomized, knn, forest (of classes), forest-regression, boosting-hist, boosting-exact, "       \
        "transformer (a language model that is trained) or llm (one that answers)",                                    \
        .words = models, .cost = "an approximation", .about = MLM_ABOUT_ALL)                                           \
    X("runtime",           runtime,           WORD,    "NAME",   "the model's usual one",                              \
        "the library: c (mlmembench's own code), numpy, sklearn, xgboost, pytorch, pandas (reading a CSV file) or, "   \
        "for llm, llama.cpp",                                                                                          \
        .words = runtimes, .about = MLM_ABOUT_ALL)                                                                     \
    X("batch",             batch,             COUNT,   "N",      "64 for mlp, 8 for transformer, 100000 for pandas, else 1000",  \
        "rows in a batch; for knn: rows in one query; for transformer: sequences in a batch; for pandas: rows in a "   \
        "chunk",                                                                                                       \
        .cost = "more and noisier steps", .divisor = 4, .least = 1, .about = MLM_ABOUT_ALL & ~MLM_ABOUT_LLM)           \
    X("epochs",            epochs,            COUNT,   "N",      "many",                                               \
        "passes over the data; matters for PyTorch, whose workers copy more in each pass")                             \
    X("malloc",            malloc,            WORD,    "NAME",   "moving",                                             \
        "glibc's mmap threshold: moving (it grows while the program runs), or fixed at 128 KiB "                       \
        "(MALLOC_MMAP_THRESHOLD_=131072 in the environment)",                                                          \
        .words = mallocs,                                                                                              \
        .cost = "MALLOC_MMAP_THRESHOLD_=131072 in the environment; a mapping for each large block takes time")         \
    X("stream",            stream,            FLAG,    NULL,     NULL,                                                 \
        "read the data batch by batch, never all at once: partial_fit, data iterators, IterableDataset, chunksize",    \
        .cost = "reads the data again for each pass", .about = MLM_ABOUT_TABLES | MLM_ABOUT_CSV)                       \
    X("reuse",             reuse,             FLAG,    NULL,     NULL,                                                 \
        "with --stream: read every batch into the same array, not into a new one",                                     \
        .cost = "one array, filled anew for each batch")                                                               \
    X("prefetch",          prefetch,          COUNT,   "N",      "2 with workers",                                     \
        "batches that are made ahead for each worker",                                                                 \
        .cost = "may wait for the reader", .divisor = 2, .least = 1)                                                   \
    X("workers",           workers,           WORKERS, "N[:copied|shared]", "0",                                       \
        "processes that make batches; copied: from lists of Python objects, which each process ends up copying; "      \
        "shared: from one array or tensor",                                                                            \
        .cost = "batches are made more slowly", .divisor = 2)                                                          \
    X("copied",            workers_copied,    PART,    NULL,     NULL, NULL,                                           \
        .cost = "hold rows in one array, not as Python objects")                                                       \
    X("slices",            slices,            FLAG,    NULL,     NULL,                                                 \
        "for PyTorch: batches are slices x[i:j] of the data, not copies made by a DataLoader",                         \
        .cost = "no DataLoader: shuffle the data itself, once an epoch")                                               \
    X("persistent",        persistent,        FLAG,    NULL,     NULL,                                                 \
        "persistent_workers=True: workers stay from epoch to epoch, and go on copying")                                \
    X("split",             split,             FLAG,    NULL,     NULL,                                                 \
        "hold out a fifth of the rows by copying, as train_test_split does",                                           \
        .cost = "hold out by slices, or by a second file")                                                             \
    X("in-place",          in_place,          FLAG,    NULL,     NULL,                                                 \
        "the library may overwrite the data: copy_X=False, copy_x=False, copy=False",                                  \
        .cost = "copy=False: the data is overwritten")                                                                 \
    X("widths",            widths,            LIST,    "LIST",   "columns,512,10",                                     \
        "units of the layers of an mlp, inputs first, for example 784,512,10")                                         \
    X("optimizer",         optimizer,         WORD,    "NAME",   "adam",                                               \
        "for mlp and transformer: sgd, momentum or adam",                                                              \
        .words = optimizers, .cost = "trains otherwise: tune the rate anew",                                           \
        .about = MLM_ABOUT_TABLES | MLM_ABOUT_TRANSFORMER)                                                             \
    X("checkpoint",        checkpoint,        FLAG,    NULL,     NULL,                                                 \
        "for mlp and transformer: keep few activations, and compute the others again",                                 \
        .cost = "about a third more time", .about = MLM_ABOUT_TABLES | MLM_ABOUT_TRANSFORMER)                          \
    X("sequence",          sequence,          COUNT,   "N",      "1024, or what the model was trained for",            \
        "for transformer: tokens in a sequence",                                                                       \
        .cost = "shorter texts", .divisor = 2, .least = 64, .about = MLM_ABOUT_TRANSFORMER)                            \
    X("clusters",          clusters,          COUNT,   "N",      "8", "for kmeans")                                    \
    X("init",              init,              WORD,    "NAME",   "k-means++",                                          \
        "for kmeans, the first centres: k-means++ or random", .words = inits, .cost = "poorer seeds, more steps")      \
    X("no-tolerance",      no_tolerance,      FLAG,    NULL,     NULL,                                                 \
        "for kmeans: tol=0, so that no variance is computed",                                                          \
        .cost = "tol=0: goes on until nothing moves, or max_iter")                                                     \
    X("components",        components,        COUNT,   "N",      "10", "for pca, pca-full and pca-randomized")         \
    X("neighbors",         neighbors,         COUNT,   "N",      "5", "for knn")                                       \
    X("trees",             trees,             COUNT,   "N",      "100", "for forest and boosting",                     \
        .cost = "a smaller model", .divisor = 2, .least = 1)                                                           \
    X("depth",             depth,             COUNT,   "N",      "6 for boosting, else until leaves are pure",         \
        "levels of a tree")                                                                                            \
    X("leaf-rows",         leaf_rows,         COUNT,   "N",      "1",                                                  \
        "for forests: least number of rows in a leaf (min_samples_leaf)")                                                     \
    X("bins",              bins,              COUNT,   "N",      "256", "for boosting-hist: bins of a column",         \
        .cost = "coarser splits", .divisor = 4, .least = 16)                                                           \
    X("no-early-stopping", no_early_stopping, FLAG,    NULL,     NULL,                                                 \
        "for scikit-learn's boosting-hist: early_stopping=False, so that no rows are held out",                        \
        .cost = "early_stopping=False: grows all trees that were asked for")                                           \
    X("quantile",          quantile,          FLAG,    NULL,     NULL,                                                 \
        "for XGBoost: QuantileDMatrix in place of DMatrix", .cost = "the same model, binned while it is read")         \
    X("integers",          integers,          COUNT,   "N",      NULL,                                                 \
        "for pandas: columns of whole numbers", .about = MLM_ABOUT_CSV)                                                \
    X("floats",            floats,            COUNT,   "N",      NULL,                                                 \
        "for pandas: columns of other numbers, or with numbers missing", .about = MLM_ABOUT_CSV)                       \
    X("texts",             texts,             COUNT,   "N",      NULL,                                                 \
        "for pandas: columns of texts", .about = MLM_ABOUT_CSV)                                                        \
    X("text-bytes",        text_bytes,        COUNT,   "N",      "10",                                                 \
        "for pandas: bytes of a text, on average", .about = MLM_ABOUT_CSV)                                             \
    X("texts-as",          texts_as,          WORD,    "NAME",   "object",                                             \
        "for pandas: texts as object (Python's strings), category (dtype='category') or arrow (dtype='string[pyarrow]')",  \
        .words = texts_as, .cost = "dtype= in read_csv(); some functions differ", .about = MLM_ABOUT_CSV)              \
    X("shape",             shape,             WORD,   "NAME",  "own",                                                  \
        "for llm and transformer: the shape of a published model; the names are below",                                                \
        .words = shapes, .about = MLM_ABOUT_SHAPES)                                                                       \
    X("layers",            layers,            COUNT,  "N",     NULL,                                                   \
        "for llm and transformer: layers",                                                                                             \
        .about = MLM_ABOUT_SHAPES)                                                                                        \
    X("heads",             heads,             COUNT,  "N",     NULL,                                                   \
        "for llm and transformer: heads of the attention in a layer",                                                                  \
        .about = MLM_ABOUT_SHAPES)                                                                                        \
    X("kv-heads",          kv_heads,          COUNT,  "N",     "as many as heads",                                     \
        "for llm and transformer: heads whose keys and values are kept",                                                               \
        .about = MLM_ABOUT_SHAPES)                                                                                        \
    X("head-size",         head_size,         COUNT,  "N",     "embedding / heads",                                    \
        "for llm and transformer: numbers in a key of one head",                                                                       \
        .about = MLM_ABOUT_SHAPES)                                                                                        \
    X("embedding",         width,             COUNT,  "N",     "heads × head size",                                    \
        "for llm and transformer: numbers that stand for a token between layers",                                                      \
        .about = MLM_ABOUT_SHAPES)                                                                                        \
    X("ffn",               ffn,               COUNT,  "N",     NULL,                                                   \
        "for llm and transformer: width of the network in a layer",                                                                    \
        .about = MLM_ABOUT_SHAPES)                                                                                        \
    X("vocabulary",        vocabulary,        COUNT,  "N",     NULL,                                                   \
        "for llm and transformer: number of different tokens",                                                                              \
        .about = MLM_ABOUT_SHAPES)                                                                                        \
    X("tied",              tied,              FLAG,   NULL,    NULL,                                                   \
        "for llm and transformer: one table of tokens for input and output, not two",                                                  \
        .about = MLM_ABOUT_SHAPES)                                                                                        \
    X("weights",           weights,           WORD,   "TYPE",  "f16",                                                  \
        "for llm: f32, f16, q8_0, q4_k or q4_0: 32, 16, 8.5, 4.5 or 4.5 bits a weight",                                \
        .words = weights, .cost = "rounded weights: poorer answers, q8_0 hardly", .about = MLM_ABOUT_LLM)              \
    X("load",              load,              WORD,   "HOW",   "mmap",                                                 \
        "for llm: mmap, mmap_populate or mlock (the mapped file is used; mlock keeps it in memory), read (into "       \
        "memory of its own), or repack (a copy in a second layout, beside the mapped file)",                           \
        .words = loads, .cost = "some processors then compute more slowly", .about = MLM_ABOUT_LLM)                    \
    X("kv",                kv,                WORD,   "TYPE",  "f16",                                                  \
        "for llm: the KV cache in f32, f16, q8_0 or q4_0",                                                             \
        .words = kvs, .cost = "rounded keys and values: poorer answers, q8_0 hardly", .about = MLM_ABOUT_LLM)          \
    X("context",           context,           COUNT,  "N",     "4096, or what the model was trained for",              \
        "for llm: tokens of a conversation, prompt and answer",                                                        \
        .cost = "shorter conversations", .divisor = 2, .least = 512, .about = MLM_ABOUT_LLM)                           \
    X("sequences",         sequences,         COUNT,  "N",     "1",                                                    \
        "for llm: conversations at the same time",                                                                     \
        .about = MLM_ABOUT_LLM)                                                                                        \
    X("ubatch",            ubatch,            COUNT,  "N",     "512",                                                  \
        "for llm: tokens of a prompt that are computed together",                                                      \
        .cost = "a prompt is read more slowly", .divisor = 4, .least = 32, .about = MLM_ABOUT_LLM)                     \
    X("logits",            logits,            WORD,    "WHICH",  "last",                                               \
        "for llm: scores of the next token only (last), or of all tokens of a prompt (all)",                           \
        .words = logits, .cost = "a prompt gets no scores of its own", .about = MLM_ABOUT_LLM)                         \
    X("attention",         attention,         WORD,   "HOW",   "blocks",                                               \
        "for llm and transformer: blocks (flash attention), or matrix (all scores at once)",                                           \
        .words = attentions, .cost = "computed block by block", .about = MLM_ABOUT_SHAPES)

enum mlm_knob_index {
#define MLM_KNOB_INDEX(option, field, ...) MLM_KNOB_OF_##field,
    MLM_KNOBS(MLM_KNOB_INDEX)
#undef MLM_KNOB_INDEX
    MLM_KNOB_TOTAL
};
/* clang-format on */

enum mlm_knob_kind {
    MLM_KNOB_COUNT,
    MLM_KNOB_WORKERS,
    MLM_KNOB_WORD,
    MLM_KNOB_SHARE,
    MLM_KNOB_LIST,
    MLM_KNOB_FLAG,
    MLM_KNOB_PART
};

/* Subjects of a request. The subject decides which knobs a request has. */
enum mlm_knob_about {
    MLM_ABOUT_TABLES = 1,
    MLM_ABOUT_LLM = 2,
    MLM_ABOUT_TRANSFORMER = 4,
    MLM_ABOUT_CSV = 8,
    MLM_ABOUT_SHAPES = MLM_ABOUT_LLM | MLM_ABOUT_TRANSFORMER,
    MLM_ABOUT_ALL = MLM_ABOUT_TABLES | MLM_ABOUT_SHAPES | MLM_ABOUT_CSV
};

struct mlm_estimate_request;

struct mlm_knob {
    const char *option; /* name on the command line and in JSON */
    enum mlm_knob_kind kind;
    size_t offset; /* offset in the request */
    const char *standard;
    const char *const *words; /* ended by NULL */
    const char *cost;
    uint64_t divisor, least;
    unsigned about; /* 0: tables */
};

extern const struct mlm_knob mlm_knobs[MLM_KNOB_TOTAL];

static inline bool mlm_knob_counts(const struct mlm_knob *knob)
{
    return knob->kind == MLM_KNOB_COUNT || knob->kind == MLM_KNOB_WORKERS;
}

static inline bool mlm_knob_switches(const struct mlm_knob *knob)
{
    return knob->kind == MLM_KNOB_FLAG || knob->kind == MLM_KNOB_PART;
}

static inline void *mlm_knob_field(const struct mlm_knob *knob, const struct mlm_estimate_request *request)
{
    return (char *)(uintptr_t)request + knob->offset;
}

/* Returns true if it has another value than its default. */
bool mlm_knob_is_set(const struct mlm_knob *knob, const struct mlm_estimate_request *request);

/* Bits of enum mlm_knob_about. */
static inline unsigned mlm_knob_about(const struct mlm_knob *knob)
{
    return knob->about ? knob->about : MLM_ABOUT_TABLES;
}

/* Returns true if the request's subject has such a knob. */
bool mlm_knob_belongs(const struct mlm_knob *knob, const struct mlm_estimate_request *request);

/* Text of a word: "csr", for "storage" and MLM_STORED_CSR. */
const char *mlm_estimate_word(const char *option, uint32_t word);

/* Sets the fields whose default in the table is a word; all others are 0. */
void mlm_knobs_init(struct mlm_estimate_request *request);

/* Parses a word, workers, a share or a list. -EINVAL: the error names the option and its values. */
int mlm_knob_parse(const struct mlm_knob *knob, const char *text, struct mlm_estimate_request *request,
    struct mlm_error *error);
