/* The suite frameworks: the same jobs through the programs that people use. This file describes the rows and
 * their parameters; the Python beside it (mlm_job.py), into which the worker turns, does the jobs.
 *
 * --data is the size of the rows as dense f32, n·p·4, as in `storage`. For the perceptron it is about the
 * peak at batch 4096 with SGD, from which the number of layers follows, as in `batch`. The table has a row
 * for every 256 bytes of it, about what pandas needs for one as it comes; the file has a seventh of it. */
#include <errno.h>
#include <inttypes.h>

#include "frameworks/frameworks.h"

enum value { VALUE_F32, VALUE_F64 };
enum format { FORMAT_DENSE, FORMAT_CSR };
enum holding { HOLDING_LISTS, HOLDING_ARRAY, HOLDING_NUMPY };
enum reading {
    READING_PLAIN,
    READING_CATEGORY,
    READING_ARROW,
    READING_DOWNCAST,
    READING_TYPED,
    READING_CHUNKS
};
static const char *const value_words[] = {"f32", "f64", NULL};
static const char *const format_words[] = {"dense", "csr", NULL};
static const char *const solver_words[] = {"full", "randomized", NULL};
static const char *const dense_words[] = {"dense", NULL};
static const char *const optimizer_words[] = {"sgd", "momentum", "adam", NULL};
static const char *const malloc_words[] = {"moving", "fixed", NULL};
static const char *const storage_words[] = {"flat", "objects", NULL};
static const char *const holding_words[] = {"lists", "array", "numpy", NULL};
static const char *const collector_words[] = {"on", "off", "frozen", NULL};
static const char *const reading_words[] = {
    "plain", "category", "arrow", "downcast", "typed", "chunks", NULL};
static const char *const plan_words[] = {"eager", "lazy", "streaming", NULL};

static uint64_t minimum(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* ---- Rows ---- */

static int rows_derive(void *p, struct mlm_error *error)
{
    struct frameworks_config *config = p;
    uint64_t rows = config->job.data_bytes / (config->width * sizeof(float)) / 2 * 2;
    if (rows == 0)
        return mlm_error_set(error, -ERANGE,
            "data of %" PRIu64 " B is too small for two rows of %" PRIu64 " columns", config->job.data_bytes,
            config->width);
    config->shape = mlm_rows_generated_shape(rows, config->width, config->density > 0 ? config->density : 1);
    uint64_t most = minimum(rows, config->batch ? minimum(config->batch, config->width) : config->width);
    if (config->components > most)
        return mlm_error_set(error, -EINVAL,
            "%" PRIu64 " components are more than %" PRIu64 ", the least of rows, columns and batch",
            config->components, most);
    if (config->clusters > minimum(rows, config->batch ? config->batch : rows))
        return mlm_error_set(error, -EINVAL, "%" PRIu64 " clusters are more than the rows", config->clusters);
    return 0;
}

static uint64_t value_bytes(const struct frameworks_config *config)
{
    return config->value == VALUE_F64 ? sizeof(double) : sizeof(float);
}

/* Bytes that the caller holds: n·p·s, or z·(s + i) + (n + 1)·i. */
static uint64_t rows_core(const void *p)
{
    const struct frameworks_config *config = p;
    uint64_t index = config->shape.nonzeros <= INT32_MAX ? sizeof(int32_t) : sizeof(int64_t);
    if (config->format == FORMAT_CSR)
        return config->shape.nonzeros * (value_bytes(config) + index) + (config->shape.rows + 1) * index;
    return config->shape.rows * config->width * value_bytes(config);
}

static uint64_t batch_core(const void *p)
{
    const struct frameworks_config *config = p;
    return minimum(config->batch, config->shape.rows) * config->width * value_bytes(config);
}

/* Bytes of a batch, and one byte for each value, which holds the number of its bin. */
static uint64_t binned_core(const void *p)
{
    const struct frameworks_config *config = p;
    return batch_core(p) + config->shape.rows * config->width;
}

/* Assumes two seconds for starting and importing, 60 ns to make a value and 1 ns for each time that a fit
 * reads it. */
static uint64_t rough(const struct frameworks_config *config, uint64_t looks)
{
    uint64_t values = config->shape.rows * config->width;
    return 2000000000u + config->shape.nonzeros * 60 + values * looks;
}

static uint64_t epochs_rough(const void *p)
{
    const struct frameworks_config *config = p;
    uint64_t made_again = config->batch ? config->epochs * config->shape.nonzeros * 60 : 0;
    return rough(config, config->epochs * (1 + config->clusters / 4)) + made_again;
}

static uint64_t pca_rough(const void *p)
{
    const struct frameworks_config *config = p;
    return rough(config, 8 + (config->solver ? config->components : config->width / 2));
}

static uint64_t trees_rough(const void *p)
{
    const struct frameworks_config *config = p;
    return rough(config, 20 + config->trees * (config->depth ? config->depth : 6));
}

static uint64_t loader_rough(const void *p)
{
    const struct frameworks_config *config = p;
    return rough(config, config->storage ? 100 : 2) + config->epochs * config->shape.rows * 15000;
}

/* Assumes 2 GB/s for reading the file, and 3 ns a value for each of two statistics. */
static uint64_t array_rough(const void *p)
{
    const struct frameworks_config *config = p;
    return 1000000000u + config->shape.rows * config->width * 10;
}

/* Assumes 60 ns to make a value, and 100 ns to look at an object. */
static uint64_t plain_rough(const void *p)
{
    const struct frameworks_config *config = p;
    uint64_t values = config->shape.rows * config->width;
    return 1000000000u + values * (90 + config->epochs * (config->holding == HOLDING_NUMPY ? 3u : 100u));
}

/* ---- The table ---- */

#define DATA_OF_TABLE_ROW UINT64_C(256)
/* Whole numbers, amounts and the codes of two texts, each as small as its values allow. */
#define TABLE_ROW_BYTES                                                                                      \
    (sizeof(uint32_t) + sizeof(uint16_t) + sizeof(uint8_t) + sizeof(float) + sizeof(uint8_t))

static int table_derive(void *p, struct mlm_error *error)
{
    struct frameworks_config *config = p;
    config->shape = (struct mlm_shape){.rows = config->job.data_bytes / DATA_OF_TABLE_ROW, .columns = 5};
    return config->shape.rows
               ? 0
               : mlm_error_set(error, -ERANGE, "data of %" PRIu64 " B is too small for a row of the table",
                     config->job.data_bytes);
}

/* What the table needs at least; in chunks, one of them. */
static uint64_t table_core(const void *p)
{
    const struct frameworks_config *config = p;
    uint64_t rows =
        config->reading == READING_CHUNKS ? minimum(config->batch, config->shape.rows) : config->shape.rows;
    return rows * TABLE_ROW_BYTES;
}

/* Assumes 1 µs to read a line. */
static uint64_t table_rough(const void *p)
{
    const struct frameworks_config *config = p;
    return 2000000000u + config->shape.rows * 1000;
}

/* ---- The perceptron: layers of `width` units, f32 weights with a bias ---- */

static uint64_t layer_parameters(const struct frameworks_config *config)
{
    return config->width * (config->width + 1);
}

#define SAMPLES_OF_DATA UINT64_C(4096)

static int mlp_derive(void *p, struct mlm_error *error)
{
    struct frameworks_config *config = p;
    if (config->batch > config->samples)
        return mlm_error_set(error, -EINVAL, "a batch of %" PRIu64 " is larger than all %" PRIu64 " samples",
            config->batch, config->samples);
    uint64_t each = sizeof(float) * (2 * layer_parameters(config) + SAMPLES_OF_DATA * config->width);
    if (config->layers == 0)
        config->layers = config->job.data_bytes < 2 * each ? 2 : config->job.data_bytes / each;
    return 0;
}

/* 4P(2+o) + 4B(in + Σ widths) */
static uint64_t mlp_core(const void *p)
{
    const struct frameworks_config *config = p;
    uint64_t parameters = config->layers * layer_parameters(config);
    return sizeof(float) *
           (parameters * (2 + config->optimizer) + config->batch * config->width * (config->layers + 1));
}

/* Assumes 30 GFlop/s in products, 100 µs for autograd in each layer and step, 5 GB/s for reading
 * parameters. */
static uint64_t mlp_rough(const void *p)
{
    const struct frameworks_config *config = p;
    double parameters = (double)(config->layers * layer_parameters(config));
    double steps = (double)config->samples / (double)config->batch;
    double ns = 3e9 + 6 * parameters * (double)config->samples / 30 +
                steps * ((double)config->layers * 1e5 + parameters * 4 * (5 + 2 * config->optimizer) / 5);
    return (uint64_t)ns;
}

#define FIELD(field) offsetof(struct frameworks_config, field)
#define COUNT(field, values, most, text)                                                                     \
    .name = #field, .type = MLM_PARAM_COUNT, .offset = FIELD(field), .sweep = (values), .minimum = 1,        \
    .maximum = (most), .help = (text)
#define WORD(field, values, text)                                                                            \
    .name = #field, .type = MLM_PARAM_WORD, .offset = FIELD(field), .sweep = (values),                       \
    .words = field##_words, .help = (text)

/* Rows with the same value do the same work. */
#define PARAM_WIDTH(value)                                                                                   \
    {                                                                                                        \
        COUNT(width, value, 1 << 20, "values in a row"), .equal_work = true                                  \
    }
#define PARAMS_ROWS                                                                                          \
    {.name = "density",                                                                                      \
        .type = MLM_PARAM_REAL,                                                                              \
        .offset = FIELD(density),                                                                            \
        .help = "share of values other than 0",                                                              \
        .sweep = "0.1",                                                                                      \
        .minimum = 1e-6,                                                                                     \
        .maximum = 1,                                                                                        \
        .equal_work = true},                                                                                 \
        PARAM_WIDTH("100")
#define PARAM_VALUE                                                                                          \
    {                                                                                                        \
        WORD(value, "f32,f64", "type of the values"), .quick = "f32", .equal_work = true                     \
    }
#define PARAM_EPOCHS(values, text)                                                                           \
    {                                                                                                        \
        COUNT(epochs, values, 1000000, text), .equal_work = true                                             \
    }
#define PARAM_BATCH                                                                                          \
    {                                                                                                        \
        COUNT(batch, "1000,10000", 1 << 24, "rows given at once"), .quick = "1000", .equal_work = true       \
    }
#define PARAM_CLUSTERS                                                                                       \
    {                                                                                                        \
        COUNT(clusters, "8", 1 << 16, "clusters"), .equal_work = true                                        \
    }
#define PARAM_COMPONENTS                                                                                     \
    {                                                                                                        \
        COUNT(components, "10", 1 << 16, "components that are kept"), .equal_work = true                     \
    }
#define PARAM_TREES                                                                                          \
    {                                                                                                        \
        COUNT(trees, "5", 100000, "trees, one after the other"), .equal_work = true                          \
    }
#define FORMAT_HELP "NumPy's array, or SciPy's CSR"
#define PARAM_FORMAT                                                                                         \
    {                                                                                                        \
        WORD(format, "dense,csr", FORMAT_HELP)                                                               \
    }
/* XGBoost takes an absent entry of a CSR matrix for a missing value, not for 0. */
#define PARAM_XGBOOST_FORMAT                                                                                 \
    {                                                                                                        \
        WORD(format, "dense,csr", FORMAT_HELP), .quick = "dense", .equal_work = true                         \
    }
#define PARAMS_XGBOOST                                                                                       \
    PARAM_TREES, {COUNT(depth, "6", 16, "levels of a tree"), .equal_work = true},                            \
    {                                                                                                        \
        COUNT(bins, "256", 65536, "bins of a column, where values are binned"), .equal_work = true           \
    }

static const struct mlm_param logistic_params[] = {
    PARAMS_ROWS, PARAM_VALUE, PARAM_FORMAT, PARAM_EPOCHS("20", "steps of L-BFGS"), {.name = NULL}};
static const struct mlm_param sgd_params[] = {
    PARAMS_ROWS, PARAM_VALUE, PARAM_BATCH, PARAM_EPOCHS("1", "passes over the stream"), {.name = NULL}};
static const struct mlm_param kmeans_params[] = {PARAMS_ROWS, PARAM_VALUE, PARAM_CLUSTERS,
    PARAM_EPOCHS("10", "steps of Lloyd's algorithm"), {.name = NULL}};
static const struct mlm_param minibatch_params[] = {PARAMS_ROWS, PARAM_VALUE, PARAM_CLUSTERS, PARAM_BATCH,
    PARAM_EPOCHS("1", "passes over the stream"), {.name = NULL}};
static const struct mlm_param pca_params[] = {PARAMS_ROWS, PARAM_VALUE, PARAM_COMPONENTS,
    {WORD(solver, "full,randomized", "LAPACK's singular values, or of a random projection"),
        .quick = "full,randomized", .equal_work = true},
    {.name = NULL}};
static const struct mlm_param ipca_params[] = {PARAMS_ROWS, PARAM_VALUE, PARAM_COMPONENTS, PARAM_BATCH,
    PARAM_EPOCHS("1", "passes over the stream"), {.name = NULL}};
static const struct mlm_param histgb_params[] = {PARAMS_ROWS, PARAM_VALUE, PARAM_TREES, {.name = NULL}};
static const struct mlm_param xgboost_params[] = {
    PARAMS_ROWS, PARAM_XGBOOST_FORMAT, PARAMS_XGBOOST, {.name = NULL}};
static const struct mlm_param iterator_params[] = {PARAMS_ROWS,
    {.name = "format",
        .type = MLM_PARAM_WORD,
        .offset = FIELD(format),
        .sweep = "dense",
        .words = dense_words,
        .help = FORMAT_HELP,
        .equal_work = true},
    PARAMS_XGBOOST, {COUNT(batch, "10000,1000", 1 << 24, "rows given at once"), .quick = "10000"},
    {.name = NULL}};
static const struct mlm_param mlp_params[] = {
    {COUNT(batch, "64,1,16,256,1024,4096", 1 << 20, "samples a step"), .quick = "64,4096"},
    {WORD(optimizer, "sgd,momentum,adam", "sgd, momentum or adam: 8, 12 or 16 bytes a parameter"),
        .quick = "sgd,adam"},
    PARAM_WIDTH("512"),
    {.name = "layers",
        .type = MLM_PARAM_COUNT,
        .offset = FIELD(layers),
        .sweep = "0",
        .maximum = 100000,
        .help = "layers; 0: as many as --data has room for",
        .equal_work = true},
    {COUNT(samples, "4096", 1 << 20, "samples in all"), .equal_work = true},
    {WORD(malloc, "moving,fixed", "glibc's mmap threshold: as it comes, or held at 128 KiB"),
        .quick = "moving"},
    {.name = NULL}};
static const struct mlm_param dataloader_params[] = {PARAM_WIDTH("200"),
    {WORD(storage, "flat,objects", "one tensor, or a list of lists of numbers"), .quick = "flat,objects"},
    {.name = "workers",
        .type = MLM_PARAM_COUNT,
        .offset = FIELD(workers),
        .sweep = "0,2,4",
        .quick = "0,2,4",
        .maximum = 64,
        .help = "processes that load; 0: the one that trains"},
    {COUNT(batch, "256", 1 << 24, "samples given at once")},
    PARAM_EPOCHS("2", "passes over the data, each in another order"), {.name = NULL}};

static const struct mlm_param plain_params[] = {PARAM_WIDTH("100"),
    {WORD(holding, "lists,array,numpy",
         "a list of lists of numbers, one array of the module array, or NumPy's"),
        .quick = "lists,array,numpy"},
    {WORD(collector, "on,off,frozen",
         "the garbage collector: as it comes, disabled, or frozen after the rows were made"),
        .quick = "on"},
    PARAM_EPOCHS("2", "passes over the rows"), {.name = NULL}};
static const struct mlm_param array_params[] = {PARAMS_ROWS, {.name = NULL}};
static const struct mlm_param array_chunk_params[] = {PARAMS_ROWS,
    {COUNT(batch, "10000,1000", 1 << 24, "rows looked at at once"), .quick = "10000"}, {.name = NULL}};
static const struct mlm_param pandas_params[] = {
    {WORD(reading, "plain,category,arrow,downcast,typed,chunks",
         "read_csv() as it comes; texts as category, or as Arrow strings; every column made as small as it can be, "
         "after reading or while reading; in chunks"),
        .quick = "plain,category,arrow,downcast,typed,chunks"},
    {COUNT(batch, "100000", 1 << 24, "rows of a chunk")}, {.name = NULL}};
static const struct mlm_param polars_params[] = {
    {WORD(plan, "eager,lazy,streaming",
         "read_csv(), or scan_csv(), which reads two columns only: at once, or as a stream"),
        .quick = "eager,lazy,streaming"},
    {.name = NULL}};
static const struct mlm_param lightgbm_params[] = {PARAMS_ROWS,
    {WORD(format, "dense,csr", FORMAT_HELP), .quick = "dense,csr"}, PARAM_TREES,
    {COUNT(leaves, "31", 1 << 16, "leaves of a tree"), .equal_work = true},
    {COUNT(bins, "255", 65535, "bins of a column"), .equal_work = true}, {.name = NULL}};

#define COMMON                                                                                               \
    .config_size = sizeof(struct frameworks_config), .script = "frameworks/mlm_job.py", .max_threads = 1
#define ROWS COMMON, .flags = MLM_QUICK | MLM_FOREIGN_HEAP, .derive = rows_derive
#define SKLEARN ROWS, .library_package = "python3-sklearn"
#define XGBOOST ROWS, .library_package = "python3-xgboost", .rough_ns = trees_rough, .answer_tolerance = 1e-6
#define TORCH .library_package = "python3-torch"
#define ARRAY                                                                                                \
    COMMON, .library_package = "python3-numpy", .derive = rows_derive, .work = "array",                      \
            .dataset = &mlm_frameworks_array, .rough_ns = array_rough, .answer_tolerance = 1e-9
#define TABLE                                                                                                \
    COMMON, .derive = table_derive, .work = "table", .dataset = &mlm_frameworks_table,                       \
            .core_bytes = table_core, .rough_ns = table_rough, .answer_tolerance = 1e-6

/* L-BFGS stops before it converges. How far it came then depends on the order of its sums, hence the
 * tolerance. */
static const struct mlm_workload sklearn_logistic = {SKLEARN, .name = "sklearn_logistic", .work = "logistic",
    .summary = "LogisticRegression, fit() on all rows", .params = logistic_params, .core_bytes = rows_core,
    .rough_ns = epochs_rough, .answer_tolerance = 1e-3};
static const struct mlm_workload sklearn_sgd = {SKLEARN, .name = "sklearn_sgd", .work = "sgd",
    .summary = "SGDClassifier, partial_fit() on a stream of batches", .params = sgd_params,
    .core_bytes = batch_core, .rough_ns = epochs_rough, .answer_tolerance = 1e-6};
static const struct mlm_workload sklearn_kmeans = {SKLEARN, .name = "sklearn_kmeans", .work = "kmeans",
    .summary = "KMeans, fit() on all rows", .params = kmeans_params, .core_bytes = rows_core,
    .rough_ns = epochs_rough, .answer_tolerance = 1e-6};
static const struct mlm_workload sklearn_minibatch = {SKLEARN, .name = "sklearn_minibatch",
    .work = "minibatch", .summary = "MiniBatchKMeans, partial_fit() on a stream of batches",
    .params = minibatch_params, .core_bytes = batch_core, .rough_ns = epochs_rough, .answer_tolerance = 1e-6};
static const struct mlm_workload sklearn_pca = {SKLEARN, .name = "sklearn_pca", .work = "pca",
    .summary = "PCA, fit() on all rows", .params = pca_params, .core_bytes = rows_core, .rough_ns = pca_rough,
    .answer_tolerance = 1e-5};
static const struct mlm_workload sklearn_ipca = {SKLEARN, .name = "sklearn_ipca", .work = "ipca",
    .summary = "IncrementalPCA, partial_fit() on a stream of batches", .params = ipca_params,
    .core_bytes = batch_core, .rough_ns = epochs_rough, .answer_tolerance = 1e-5};
static const struct mlm_workload sklearn_histgb = {SKLEARN, .name = "sklearn_histgb", .work = "histgb",
    .summary = "histogram gradient boosting, fit() on all rows", .params = histgb_params,
    .core_bytes = rows_core, .rough_ns = trees_rough};

/* A `work` of its own: this method breaks ties between splits in another way, so its trees differ. */
static const struct mlm_workload xgboost_exact = {XGBOOST, .name = "xgboost_exact", .work = "xgboost exact",
    .summary = "trees from a DMatrix whose values are held in order", .params = xgboost_params,
    .core_bytes = rows_core};
static const struct mlm_workload xgboost_hist = {XGBOOST, .name = "xgboost_hist", .work = "xgboost hist",
    .summary = "trees from a DMatrix, a copy of all rows, and its bins", .params = xgboost_params,
    .core_bytes = rows_core};
static const struct mlm_workload xgboost_quantile = {XGBOOST, .name = "xgboost_quantile",
    .work = "xgboost hist", .summary = "the same trees from a QuantileDMatrix, which keeps bins alone",
    .params = xgboost_params, .core_bytes = rows_core};
static const struct mlm_workload xgboost_iterator = {XGBOOST, .name = "xgboost_iterator",
    .work = "xgboost hist", .summary = "the same again, made of a stream of batches",
    .params = iterator_params, .core_bytes = binned_core};

/* The tolerance of `batch`, because the work is the same. */
static const struct mlm_workload torch_mlp = {COMMON, TORCH, .name = "torch_mlp",
    .flags = MLM_QUICK | MLM_FOREIGN_HEAP, .work = "mlp", .derive = mlp_derive, .answer_tolerance = 2e-3,
    .summary = "forward, backward and update of a perceptron by autograd", .params = mlp_params,
    .core_bytes = mlp_core, .rough_ns = mlp_rough};
/* The loader's processes compute beside the main one. */
static const struct mlm_workload torch_dataloader = {ROWS, TORCH, .name = "torch_dataloader",
    .work = "dataloader", .extra_threads = 1, .summary = "a DataLoader's batches, looked at once",
    .params = dataloader_params, .core_bytes = rows_core, .rough_ns = loader_rough};

/* NumPy makes the rows here, too, a piece at a time. */
static const struct mlm_workload plain_rows = {ROWS, .library_package = "python3-numpy", .name = "plain_rows",
    .work = "plain", .summary = "Python's own containers: rows are gathered, and then summed up",
    .params = plain_params, .core_bytes = rows_core, .rough_ns = plain_rough};

#define READS (MLM_QUICK | MLM_FOREIGN_HEAP | MLM_READS_FILE)
#define MAPS (MLM_QUICK | MLM_FOREIGN_HEAP | MLM_MAPS_FILE)
static const struct mlm_workload numpy_whole = {ARRAY, .name = "numpy_whole", .flags = READS,
    .summary = "mean() and std() of an array that load() has read", .params = array_params,
    .core_bytes = rows_core};
static const struct mlm_workload numpy_mmap = {ARRAY, .name = "numpy_mmap", .flags = MAPS,
    .summary = "the same of a memory map: load(mmap_mode=\"r\")", .params = array_params,
    .core_bytes = rows_core};
static const struct mlm_workload numpy_mmap_chunks = {ARRAY, .name = "numpy_mmap_chunks", .flags = MAPS,
    .summary = "the same of a memory map, a chunk of rows at a time", .params = array_chunk_params,
    .core_bytes = batch_core};
static const struct mlm_workload numpy_chunks = {ARRAY, .name = "numpy_chunks", .flags = READS,
    .summary = "the same of chunks that are read into one array", .params = array_chunk_params,
    .core_bytes = batch_core};

static const struct mlm_workload pandas_group = {TABLE, .library_package = "python3-pandas",
    .name = "pandas_group", .flags = READS, .summary = "a CSV file is read, and grouped by a text",
    .params = pandas_params};
static const struct mlm_workload polars_group = {TABLE, .library_package = "polars (PyPI)",
    .name = "polars_group", .flags = MAPS, .summary = "the same, done by Polars", .params = polars_params};

static const struct mlm_workload lightgbm_hist = {ROWS, .library_package = "lightgbm (PyPI)",
    .name = "lightgbm_hist", .work = "lightgbm hist", .rough_ns = trees_rough, .answer_tolerance = 1e-6,
    .summary = "trees from a Dataset, which keeps bins alone", .params = lightgbm_params,
    .core_bytes = rows_core};

static const struct mlm_workload *const workloads[] = {&sklearn_logistic, &sklearn_sgd, &sklearn_kmeans,
    &sklearn_minibatch, &sklearn_pca, &sklearn_ipca, &sklearn_histgb, &xgboost_exact, &xgboost_hist,
    &xgboost_quantile, &xgboost_iterator, &lightgbm_hist, &torch_mlp, &torch_dataloader, &plain_rows,
    &numpy_whole, &numpy_mmap, &numpy_mmap_chunks, &numpy_chunks, &pandas_group, &polars_group, NULL};

MLM_EXPORT const struct mlm_suite mlm_suite = {
    .contract = MLM_CONTRACT_VERSION,
    .name = "frameworks",
    .summary = "what do real programs need?",
    .item = "rows",
    .on_request = true,
    .workloads = workloads,
};
