/* The suite loading: its descriptors, formulas and checks, and the functions that all variants share. */
#include "loading/loading.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "data/rows.h"

/* A text file holds as many rows as a sixteenth of --data, because text is decoded at a sixteenth of the
 * speed or less. */
#define TEXT_SHARE 16u

static uint64_t minimum(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static int derive_user(struct mlm_loading_config *config, struct mlm_error *error)
{
    enum mlm_format format;
    int r = mlm_format_of(config->job.dataset, &format, error);
    if (r < 0)
        return r;
    if (config->job.columns == 0 || config->job.columns > UINT32_MAX)
        return mlm_error_set(
            error, -EINVAL, "%" PRIu64 " columns are too few or too many", config->job.columns);
    config->format = format;
    config->rows = config->job.rows;
    config->columns = config->job.columns;
    config->nonzeros = config->job.nonzeros;
    config->widest_row = config->job.widest_row;
    return 0;
}

static int derive_generated(struct mlm_loading_config *config, struct mlm_error *error)
{
    uint64_t row_bytes = config->columns * sizeof(float);
    uint64_t share = config->format == MLM_FORMAT_NPY ? 1 : TEXT_SHARE;
    uint64_t rows = config->job.data_bytes / share / row_bytes / 2 * 2;
    if (rows == 0)
        return mlm_error_set(error, -EINVAL, "two rows of %" PRIu64 " columns need data=%" PRIu64 " at least",
            config->columns, 2 * row_bytes * share);
    struct mlm_shape shape = mlm_rows_generated_shape(rows, config->columns, MLM_LOADING_DENSITY);
    config->rows = rows;
    config->nonzeros = shape.nonzeros;
    config->widest_row = shape.widest_row;
    return 0;
}

/* job.rows is set for a user's file, whose shape is known from the inspection, and 0 for a generated one. */
static int loading_derive(void *p, struct mlm_error *error)
{
    struct mlm_loading_config *config = p;
    int r = config->job.dataset && config->job.rows ? derive_user(config, error)
                                                    : derive_generated(config, error);
    if (r < 0)
        return r;
    config->sparse = mlm_format_is_sparse((enum mlm_format)config->format);
    config->batch = minimum(config->batch, config->rows);
    config->buffer = minimum(config->buffer, config->rows);
    return 0;
}

/* Theory. r is what a row takes in memory: p·4 dense; (z/n)·8 + 12 sparse (CSR with labels).
 *
 * core: D = n·r where all rows are held, else r·B·(q+w+1) + K·r for batches of B, a queue of q, w reader
 * threads and a shuffle buffer of K. peak adds what a variant holds beside: copies, the reader's buffer, page
 * tables. */

static uint64_t rows_bytes(const struct mlm_loading_config *config, uint64_t rows)
{
    if (!config->sparse)
        return mlm_block_bytes(false, rows, rows * config->columns);
    double share = (double)rows / (double)config->rows;
    return mlm_block_bytes(true, rows, (uint64_t)((double)config->nonzeros * share));
}

static uint64_t peak_of(const struct mlm_loading_config *config, uint64_t held)
{
    held += MLM_READER_BUFFER_BYTES;
    return MLM_BASELINE_BYTES + held + mlm_page_table_bytes(&config->job, held);
}

static uint64_t whole_core(const void *config)
{
    return rows_bytes(config, ((const struct mlm_loading_config *)config)->rows);
}

static uint64_t batch_core(const void *config)
{
    return rows_bytes(config, ((const struct mlm_loading_config *)config)->batch);
}

/* A file of fewer batches never fills the whole queue. */
static uint64_t prefetch_core(const void *p)
{
    const struct mlm_loading_config *config = p;
    return rows_bytes(config, minimum(config->batch * (config->depth + 2), config->rows));
}

static uint64_t shuffle_core(const void *config)
{
    return batch_core(config) + rows_bytes(config, ((const struct mlm_loading_config *)config)->buffer);
}

static uint64_t full_peak(const void *config)
{
    return peak_of(config, whole_core(config));
}

static uint64_t split_peak(const void *config)
{
    return peak_of(config, 2 * whole_core(config));
}

/* Four numbers for each column: sums, squares, mean and factor. */
static uint64_t scaler_bytes(const struct mlm_loading_config *config)
{
    return config->columns * 4 * sizeof(double);
}

static uint64_t prepare_core(const void *p)
{
    const struct mlm_loading_config *config = p;
    return config->mode == MLM_LOADING_STREAM ? batch_core(p) : whole_core(p);
}

static uint64_t prepare_peak(const void *p)
{
    const struct mlm_loading_config *config = p;
    uint64_t held = prepare_core(p) + scaler_bytes(config);
    uint64_t values = config->sparse ? config->nonzeros : config->rows * config->columns;
    if (config->mode == MLM_LOADING_COPY)
        held += whole_core(p);
    if (config->mode == MLM_LOADING_F64)
        held += values * sizeof(double) + config->columns * sizeof(float);
    return peak_of(config, held);
}

/* Batches in the cache; without any, one is read into one place. */
static uint64_t cache_core(const void *p)
{
    const struct mlm_loading_config *config = p;
    uint64_t cached = mlm_loading_cached(config);
    return rows_bytes(config, minimum((cached ? cached : 1) * config->batch, config->rows));
}

/* Sparse batches have four arrays each. On average half a page of each is left over. */
static uint64_t cache_peak(const void *p)
{
    const struct mlm_loading_config *config = p;
    uint64_t cached = mlm_loading_cached(config);
    uint64_t rest = config->sparse ? 2 * config->job.page_bytes : 0;
    return peak_of(
        config, cache_core(p) + (cached ? cached : 1) * rest + mlm_loading_cache_list_bytes(config));
}

static uint64_t generator_peak(const void *config)
{
    return peak_of(config, batch_core(config));
}

static uint64_t prefetch_peak(const void *config)
{
    return peak_of(config, prefetch_core(config));
}

/* Places of sparse rows are as far apart as the widest row is long. Of each place, only the pages are touched
 * that its longest row so far reached: on average half a page more than the row's bytes, in each of two
 * arrays. */
static uint64_t shuffle_peak(const void *p)
{
    const struct mlm_loading_config *config = p;
    uint64_t places = rows_bytes(p, config->buffer);
    if (config->sparse)
        places = minimum(config->widest_row * 8 + 8,
                     (config->nonzeros / config->rows) * 8 + config->job.page_bytes) *
                 config->buffer;
    return peak_of(p, batch_core(p) + places);
}

/* Mapped values are in the page cache, which is not counted as need; text needs a batch. */
static uint64_t mmap_core(const void *config)
{
    return ((const struct mlm_loading_config *)config)->format == MLM_FORMAT_NPY ? 0 : batch_core(config);
}

/* The page tables of the mapping stay until it is unmapped. */
static uint64_t mmap_peak(const void *p)
{
    const struct mlm_loading_config *config = p;
    if (config->format == MLM_FORMAT_NPY)
        return MLM_BASELINE_BYTES + mlm_page_table_bytes(p, whole_core(p));
    return generator_peak(p);
}

static uint64_t file_bytes(const struct mlm_loading_config *config)
{
    switch (config->format) {
    case MLM_FORMAT_CSV:
        return config->rows * config->columns * 7;
    case MLM_FORMAT_LIBSVM:
        return config->nonzeros * 8 + config->rows * 2;
    default:
        return config->rows * config->columns * 4;
    }
}

/* Assumes 1 GB/s for a cold file, 150 MB/s for text, 1 GB/s for fresh memory. */
static uint64_t stream_rough(const void *p)
{
    const struct mlm_loading_config *config = p;
    uint64_t bytes = file_bytes(config);
    return config->format == MLM_FORMAT_NPY ? bytes : bytes * 7;
}

static uint64_t full_rough(const void *config)
{
    return stream_rough(config) + whole_core(config);
}

static uint64_t copies_rough(const void *config)
{
    return stream_rough(config) + 2 * whole_core(config);
}

static uint64_t prepare_rough(const void *config)
{
    return stream_rough(config) + 3 * whole_core(config);
}

static uint64_t cache_rough(const void *config)
{
    return MLM_LOADING_EPOCHS * stream_rough(config);
}

static int loading_prepare(const void *config, struct mlm_scoreboard *sb, void **ret_state)
{
    struct mlm_loading_state *state = calloc(1, sizeof *state);
    if (!state)
        return mlm_fail(sb, -ENOMEM, "out of memory");
    state->config = *(const struct mlm_loading_config *)config;
    state->pass.columns = state->config.columns;
    *ret_state = state;
    return 0;
}

static void halves_add(struct mlm_scoreboard *sb, uint64_t number)
{
    mlm_answer_add(sb, (double)(number >> 32));
    mlm_answer_add(sb, (double)(number & UINT32_MAX));
}

/* The answer is exact: whole numbers of 32 bits. */
static int ordered_verify(const void *p, struct mlm_scoreboard *sb)
{
    const struct mlm_loading_state *state = p;
    sb->items = state->pass.rows;
    sb->data_checksum = state->pass.sum;
    halves_add(sb, state->pass.order);
    halves_add(sb, state->pass.sum);
    return 0;
}

static int shuffled_verify(const void *p, struct mlm_scoreboard *sb)
{
    const struct mlm_loading_state *state = p;
    sb->items = state->pass.rows;
    sb->data_checksum = state->pass.sum;
    halves_add(sb, state->pass.sum);
    return 0;
}

/* The epochs of a cache visit the rows in different orders. */
static int cached_verify(const void *p, struct mlm_scoreboard *sb)
{
    const struct mlm_loading_state *state = p;
    sb->items = state->pass.rows;
    sb->data_checksum = state->checksum;
    halves_add(sb, state->pass.sum);
    return 0;
}

static int prepared_verify(const void *p, struct mlm_scoreboard *sb)
{
    const struct mlm_loading_state *state = p;
    sb->items = state->pass.rows;
    sb->data_checksum = state->checksum;
    halves_add(sb, state->pass.order);
    halves_add(sb, state->pass.sum);
    return 0;
}

static const char *const formats[] = {
    [MLM_FORMAT_NPY] = "npy", [MLM_FORMAT_CSV] = "csv", [MLM_FORMAT_LIBSVM] = "libsvm", NULL};
static const char *const modes[] = {[MLM_LOADING_IN_PLACE] = "inplace",
    [MLM_LOADING_COPY] = "copy",
    [MLM_LOADING_F64] = "f64",
    [MLM_LOADING_STREAM] = "stream",
    NULL};
static const char *const visits[] = {
    [MLM_LOADING_SHUFFLED] = "shuffled", [MLM_LOADING_SEQUENTIAL] = "sequential", NULL};

#define CONFIG(field) offsetof(struct mlm_loading_config, field)
#define FORMAT_PARAM                                                                                         \
    {                                                                                                        \
        .name = "format", .type = MLM_PARAM_WORD, .offset = CONFIG(format), .words = formats,                \
        .help = "format of the generated file; a user's file has its own", .sweep = "npy,csv,libsvm",        \
        .equal_work = true, .of_generated_data = true                                                        \
    }
#define WIDTH_PARAM                                                                                          \
    {                                                                                                        \
        .name = "width", .type = MLM_PARAM_COUNT, .offset = CONFIG(columns), .help = "values in a row",      \
        .sweep = "1000", .minimum = 1, .maximum = 1 << 24, .equal_work = true, .of_generated_data = true     \
    }
#define BATCH_PARAM(values)                                                                                  \
    {                                                                                                        \
        .name = "batch", .type = MLM_PARAM_COUNT, .offset = CONFIG(batch), .help = "rows read at once",      \
        .sweep = (values), .minimum = 1, .maximum = 1 << 24                                                  \
    }

static const struct mlm_param plain_params[] = {
    FORMAT_PARAM, WIDTH_PARAM, BATCH_PARAM("256"), {.name = NULL}};

static const struct mlm_param generator_params[] = {
    FORMAT_PARAM, WIDTH_PARAM, BATCH_PARAM("256,16,4096"), {.name = NULL}};

static const struct mlm_param prefetch_params[] = {FORMAT_PARAM, WIDTH_PARAM, BATCH_PARAM("256"),
    {.name = "depth",
        .type = MLM_PARAM_COUNT,
        .offset = CONFIG(depth),
        .help = "batches that wait in the queue",
        .sweep = "2,1,16",
        .minimum = 1,
        .maximum = MLM_LOADING_DEPTH_MAX},
    {.name = NULL}};

static const struct mlm_param shuffle_params[] = {FORMAT_PARAM, WIDTH_PARAM, BATCH_PARAM("256"),
    {.name = "buffer",
        .type = MLM_PARAM_COUNT,
        .offset = CONFIG(buffer),
        .help = "rows in the shuffle buffer",
        .sweep = "10000,1000",
        .minimum = 1,
        .maximum = UINT32_MAX},
    {.name = NULL}};

static const struct mlm_param prepare_params[] = {FORMAT_PARAM, WIDTH_PARAM, BATCH_PARAM("256"),
    {.name = "mode",
        .type = MLM_PARAM_WORD,
        .offset = CONFIG(mode),
        .words = modes,
        .help = "standardise the array itself, in a copy, in a copy as f64, or a batch at a time in a second "
                "reading of the file",
        .sweep = "inplace,copy,f64,stream"},
    {.name = NULL}};

static const struct mlm_param cache_params[] = {FORMAT_PARAM, WIDTH_PARAM, BATCH_PARAM("256"),
    {.name = "share",
        .type = MLM_PARAM_REAL,
        .offset = CONFIG(share),
        .help = "share of the batches that the cache has room for",
        .sweep = "0.5,0,0.1,0.25,0.75,0.9,1",
        .minimum = 0,
        .maximum = 1},
    {.name = "visits",
        .type = MLM_PARAM_WORD,
        .offset = CONFIG(visits),
        .words = visits,
        .help = "order of the batches in the second and third epoch",
        .sweep = "shuffled,sequential"},
    {.name = NULL}};

#define LOADING_COMMON                                                                                       \
    .config_size = sizeof(struct mlm_loading_config), .max_threads = 1, .dataset = &mlm_loading_dataset,     \
    .derive = loading_derive, .prepare = loading_prepare, .destroy = free

static const struct mlm_workload full = {LOADING_COMMON, .name = "full",
    .summary = "reads everything into one array, then passes over it",
    .flags = MLM_QUICK | MLM_READS_FILE | MLM_USER_DATA, .params = plain_params, .core_bytes = whole_core,
    .peak_bytes = full_peak, .rough_ns = full_rough, .run = mlm_loading_full, .verify = ordered_verify};
static const struct mlm_workload generator = {LOADING_COMMON, .name = "generator",
    .summary = "reads a batch, passes over it, reads the next into its place",
    .flags = MLM_QUICK | MLM_READS_FILE | MLM_USER_DATA, .params = generator_params, .core_bytes = batch_core,
    .peak_bytes = generator_peak, .rough_ns = stream_rough, .run = mlm_loading_generator,
    .verify = ordered_verify};
static const struct mlm_workload prefetch = {LOADING_COMMON, .name = "prefetch",
    .summary = "a second thread reads ahead into a queue of batches",
    .flags = MLM_QUICK | MLM_READS_FILE | MLM_USER_DATA, .params = prefetch_params, .extra_threads = 1,
    .core_bytes = prefetch_core, .peak_bytes = prefetch_peak, .rough_ns = stream_rough,
    .run = mlm_loading_prefetch, .verify = ordered_verify};
static const struct mlm_workload map = {LOADING_COMMON, .name = "mmap",
    .summary = "maps the file and lets the kernel read what is touched",
    .flags = MLM_QUICK | MLM_MAPS_FILE | MLM_USER_DATA, .params = plain_params, .core_bytes = mmap_core,
    .peak_bytes = mmap_peak, .rough_ns = stream_rough, .run = mlm_loading_mmap, .verify = ordered_verify};
static const struct mlm_workload shuffle = {LOADING_COMMON, .name = "shuffle",
    .summary = "a stream whose rows leave in random order, through a buffer", .work = "shuffled",
    .flags = MLM_READS_FILE | MLM_USER_DATA, .params = shuffle_params, .core_bytes = shuffle_core,
    .peak_bytes = shuffle_peak, .rough_ns = stream_rough, .run = mlm_loading_shuffle,
    .verify = shuffled_verify};
static const struct mlm_workload split = {LOADING_COMMON, .name = "split",
    .summary = "reads everything, then copies it to a train and a test part",
    .flags = MLM_QUICK | MLM_READS_FILE | MLM_USER_DATA, .params = plain_params, .core_bytes = whole_core,
    .peak_bytes = split_peak, .rough_ns = copies_rough, .run = mlm_loading_split, .verify = ordered_verify};
static const struct mlm_workload prepare = {LOADING_COMMON, .name = "prepare",
    .summary = "standardises each column, then passes over the rows", .work = "prepared",
    .flags = MLM_READS_FILE | MLM_USER_DATA, .params = prepare_params, .core_bytes = prepare_core,
    .peak_bytes = prepare_peak, .rough_ns = prepare_rough, .run = mlm_loading_prepare,
    .verify = prepared_verify};
static const struct mlm_workload cache = {LOADING_COMMON, .name = "cache",
    .summary = "passes over the rows three times, with a cache of decoded batches", .work = "epochs",
    .flags = MLM_READS_FILE | MLM_USER_DATA, .params = cache_params, .core_bytes = cache_core,
    .peak_bytes = cache_peak, .rough_ns = cache_rough, .run = mlm_loading_cache, .verify = cached_verify};

static const struct mlm_workload *const workloads[] = {
    &full, &generator, &prefetch, &map, &shuffle, &split, &cache, &prepare, &mlm_loading_strings, NULL};

MLM_EXPORT const struct mlm_suite mlm_suite = {
    .contract = MLM_CONTRACT_VERSION,
    .name = "loading",
    .summary = "how should a dataset larger than memory be read?",
    .item = "rows",
    .workloads = workloads,
};
