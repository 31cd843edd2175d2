/* The suite frameworks: the same jobs through the programs that people use. This file describes the rows and
 * their parameters; the Python beside it (mlm_job.py), into which the worker turns, does the jobs.
 *
 * --data is the size of the rows as dense f32, n·p·4, as in `storage`. The table has a row for every 256
 * bytes of it, about what pandas needs for one as it comes; the file has a seventh of it. perceptron.c and
 * decoder.c say what it is for models. */
#include <errno.h>
#include <inttypes.h>

#include "frameworks/params.h"

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
static const char *const storage_words[] = {"flat", "objects", NULL};
static const char *const holding_words[] = {"lists", "array", "numpy", NULL};
static const char *const collector_words[] = {"on", "off", "frozen", NULL};
static const char *const reading_words[] = {
    "plain", "category", "arrow", "downcast", "typed", "chunks", NULL};
static const char *const plan_words[] = {"eager", "lazy", "streaming", NULL};

/* ---- Rows ---- */

static int rows_derive(void *p, struct mlm_error *error)
{
    struct frameworks_config *config = p;
    uint64_t rows = config->job.data_bytes / (config->width * sizeof(float)) / 2 * 2;
    if (rows == 0)
        return mlm_error_set(error, -ERANGE,
            "data of %" PRIu64 " B is too small for two rows of %" PRIu64 " columns", config->job.data_bytes,
            config->width);
    if (config->density <= 0)
        config->density = 1;
    config->shape = mlm_rows_generated_shape(rows, config->width, config->density);
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

/* One byte for each value, which holds the number of its bin. */
static uint64_t bins_core(const void *p)
{
    const struct frameworks_config *config = p;
    return config->shape.rows * config->width;
}

static uint64_t binned_core(const void *p)
{
    return batch_core(p) + bins_core(p);
}

static uint64_t chunks_core(const void *p)
{
    const struct frameworks_config *config = p;
    return minimum(config->workers * config->batch, config->shape.rows) * config->width * value_bytes(config);
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
#define LINE_BYTES 36u /* of most lines */
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

/* What the table needs at least; in chunks, one of them; in blocks, one for each worker. */
static uint64_t table_core(const void *p)
{
    const struct frameworks_config *config = p;
    uint64_t rows = config->shape.rows;
    if (config->reading == READING_CHUNKS)
        rows = minimum(config->batch, rows);
    else if (config->block)
        rows = minimum(config->workers * config->block / LINE_BYTES, rows);
    return rows * TABLE_ROW_BYTES;
}

/* Assumes 1 µs to read a line. */
static uint64_t table_rough(const void *p)
{
    const struct frameworks_config *config = p;
    return 2000000000u + config->shape.rows * 1000;
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

#define PARAM_WORKERS(values, least, text)                                                                   \
    {                                                                                                        \
        .name = "workers", .type = MLM_PARAM_COUNT, .offset = FIELD(workers), .sweep = (values),             \
        .quick = (values), .minimum = (least), .maximum = 64, .help = (text)                                 \
    }
#define PARAMS_LOADER(workers)                                                                               \
    PARAM_WORKERS(workers, 0, "processes that load; 0: the one that trains"),                                \
        {COUNT(batch, "256", 1 << 24, "samples given at once")},                                             \
        PARAM_EPOCHS("2", "passes over the data, each in another order")
static const struct mlm_param dataloader_params[] = {PARAM_WIDTH("200"),
    {WORD(storage, "flat,objects", "one tensor, or a list of lists of numbers"), .quick = "flat,objects"},
    PARAMS_LOADER("0,2,4"), {.name = NULL}};
static const struct mlm_param mmap_params[] = {PARAM_WIDTH("200"), PARAMS_LOADER("0,2"), {.name = NULL}};

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
#define PARAMS_LEAVES                                                                                        \
    PARAM_TREES, {COUNT(leaves, "31", 1 << 16, "leaves of a tree"), .equal_work = true},                     \
    {                                                                                                        \
        COUNT(bins, "255", 65535, "bins of a column"), .equal_work = true                                    \
    }
static const struct mlm_param lightgbm_params[] = {PARAMS_ROWS,
    {WORD(format, "dense,csr", FORMAT_HELP), .quick = "dense,csr"}, PARAMS_LEAVES, {.name = NULL}};
static const struct mlm_param lightgbm_file_params[] = {PARAMS_ROWS,
    {COUNT(rounds, "1,2", 2,
         "1: the text is read once, and held; 2: it is read twice, and not held (two_round)"),
        .quick = "1,2"},
    PARAMS_LEAVES, {.name = NULL}};

#define PARAMS_CLUSTER                                                                                       \
    PARAM_WORKERS("1,4", 1, "processes that compute"),                                                       \
    {                                                                                                        \
        .name = "limit", .type = MLM_PARAM_SIZE, .offset = FIELD(limit), .sweep = "512M", .minimum = 1,      \
        .maximum = 0x1p62, .help = "memory_limit of each of them"                                            \
    }
static const struct mlm_param dask_array_params[] = {PARAMS_ROWS, PARAMS_CLUSTER,
    {COUNT(batch, "10000,100000", 1 << 24, "rows of a chunk"), .quick = "10000"}, {.name = NULL}};
static const struct mlm_param dask_table_params[] = {PARAMS_CLUSTER,
    {.name = "block",
        .type = MLM_PARAM_SIZE,
        .offset = FIELD(block),
        .sweep = "16M,64M",
        .quick = "16M",
        .minimum = 4096,
        .maximum = 0x1p40,
        .help = "bytes of the file that are read at once"},
    {.name = NULL}};

#define ROWS COMMON, .flags = MLM_QUICK | MLM_FOREIGN_HEAP, .derive = rows_derive
#define SKLEARN ROWS, .library_package = "python3-sklearn"
#define XGBOOST ROWS, .library_package = "python3-xgboost", .rough_ns = trees_rough, .answer_tolerance = 1e-6
#define NUMPY .library_package = "python3-numpy"
/* Its processes compute beside the main one. */
#define DASK .library_package = "dask (PyPI)", .flags = READS, .extra_threads = 1
#define ARRAY                                                                                                \
    COMMON, .derive = rows_derive, .work = "array", .dataset = &mlm_frameworks_array,                        \
            .rough_ns = array_rough, .answer_tolerance = 1e-9
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

/* The loader's processes compute beside the main one. */
static const struct mlm_workload torch_dataloader = {ROWS, TORCH, .name = "torch_dataloader",
    .work = "dataloader", .extra_threads = 1, .summary = "a DataLoader's batches, looked at once",
    .params = dataloader_params, .core_bytes = rows_core, .rough_ns = loader_rough};
static const struct mlm_workload torch_mmap = {COMMON, TORCH, .name = "torch_mmap", .flags = MAPS,
    .work = "dataloader", .derive = rows_derive, .dataset = &mlm_frameworks_array, .extra_threads = 1,
    .summary = "the same batches from a data set over a memory map", .params = mmap_params,
    .core_bytes = batch_core, .rough_ns = loader_rough};

/* NumPy makes the rows here, too, a piece at a time. */
static const struct mlm_workload plain_rows = {ROWS, NUMPY, .name = "plain_rows", .work = "plain",
    .summary = "Python's own containers: rows are gathered, and then summed up", .params = plain_params,
    .core_bytes = rows_core, .rough_ns = plain_rough};

static const struct mlm_workload numpy_whole = {ARRAY, NUMPY, .name = "numpy_whole", .flags = READS,
    .summary = "mean() and std() of an array that load() has read", .params = array_params,
    .core_bytes = rows_core};
static const struct mlm_workload numpy_mmap = {ARRAY, NUMPY, .name = "numpy_mmap", .flags = MAPS,
    .summary = "the same of a memory map: load(mmap_mode=\"r\")", .params = array_params,
    .core_bytes = rows_core};
static const struct mlm_workload numpy_mmap_chunks = {ARRAY, NUMPY, .name = "numpy_mmap_chunks",
    .flags = MAPS, .summary = "the same of a memory map, a chunk of rows at a time",
    .params = array_chunk_params, .core_bytes = batch_core};
static const struct mlm_workload numpy_chunks = {ARRAY, NUMPY, .name = "numpy_chunks", .flags = READS,
    .summary = "the same of chunks that are read into one array", .params = array_chunk_params,
    .core_bytes = batch_core};

static const struct mlm_workload pandas_group = {TABLE, .library_package = "python3-pandas",
    .name = "pandas_group", .flags = READS, .summary = "a CSV file is read, and grouped by a text",
    .params = pandas_params};
static const struct mlm_workload polars_group = {TABLE, .library_package = "polars (PyPI)",
    .name = "polars_group", .flags = MAPS, .summary = "the same, done by Polars", .params = polars_params};

/* What Dask's own process and its workers hold beside a chunk for each worker is not the data's. */
static const struct mlm_workload dask_array = {ARRAY, DASK, .name = "dask_array",
    .summary = "the same by Dask's workers, a chunk at a time", .params = dask_array_params,
    .core_bytes = chunks_core};
static const struct mlm_workload dask_group = {TABLE, DASK, .name = "dask_group",
    .summary = "the same, done by Dask's workers, a block of the file at a time",
    .params = dask_table_params};

#define LIGHTGBM                                                                                             \
    COMMON, .derive = rows_derive, .library_package = "lightgbm (PyPI)", .work = "lightgbm hist",            \
            .rough_ns = trees_rough, .answer_tolerance = 1e-6
static const struct mlm_workload lightgbm_hist = {LIGHTGBM, .name = "lightgbm_hist",
    .flags = MLM_QUICK | MLM_FOREIGN_HEAP, .summary = "trees from a Dataset, which keeps bins alone",
    .params = lightgbm_params, .core_bytes = rows_core};
static const struct mlm_workload lightgbm_file = {LIGHTGBM, .name = "lightgbm_file", .flags = READS,
    .dataset = &mlm_frameworks_labelled, .summary = "the same trees from a CSV file that LightGBM reads",
    .params = lightgbm_file_params, .core_bytes = bins_core};

static const struct mlm_workload *const workloads[] = {&sklearn_logistic, &sklearn_sgd, &sklearn_kmeans,
    &sklearn_minibatch, &sklearn_pca, &sklearn_ipca, &sklearn_histgb, &xgboost_exact, &xgboost_hist,
    &xgboost_quantile, &xgboost_iterator, &lightgbm_hist, &lightgbm_file, &mlm_frameworks_torch_mlp,
    &mlm_frameworks_torch_checkpoint, &mlm_frameworks_torch_accumulate, &mlm_frameworks_tensorflow_mlp,
    &mlm_frameworks_tensorflow_generator, &torch_dataloader, &torch_mmap, &plain_rows, &numpy_whole,
    &numpy_mmap, &numpy_mmap_chunks, &numpy_chunks, &dask_array, &pandas_group, &polars_group, &dask_group,
    &mlm_frameworks_numpy_mlp, &mlm_frameworks_litert_mlp, &mlm_frameworks_onnx_mlp,
    &mlm_frameworks_executorch_mlp, &mlm_frameworks_llama_decode, NULL};

MLM_EXPORT const struct mlm_suite mlm_suite = {
    .contract = MLM_CONTRACT_VERSION,
    .name = "frameworks",
    .summary = "what do real programs need?",
    .item = "rows",
    .on_request = true,
    .workloads = workloads,
};
