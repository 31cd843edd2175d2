/* The suite storage: which format fits, and what does it cost? All formats do the same job on the same
 * matrix.
 *
 * --data is the size of the matrix as dense f32, n·p·4; the number of rows follows. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "data/decoder.h"
#include "data/parallel.h"
#include "data/rows.h"
#include "storage/matrix.h"
#include "storage/regression.h"
#include "workload.h"

struct storage_config {
    struct mlm_job job;
    double density;
    uint64_t width, epochs;
    uint32_t value;           /* enum mlm_value */
    uint32_t index;           /* enum mlm_index */
    struct mlm_layout layout; /* derived from the other fields */
};

/* The way by which a workload gets the matrix that it computes with. */
struct variant {
    const struct mlm_storage_format *built;     /* built in prepare */
    const struct mlm_storage_format *converted; /* converted in run; NULL: no conversion */
    void (*convert)(const struct mlm_matrix *from, struct mlm_matrix *to, struct mlm_scoreboard *sb);
    bool keeps_both; /* the first matrix stays until the end */
};

struct storage_state {
    struct storage_config config;
    const struct variant *variant;
    struct mlm_regression *regression;
    struct mlm_matrix built, converted;
};

static const struct variant *variant_of(const struct storage_config *config)
{
    return config->job.workload->variant;
}

static int storage_derive(void *p, struct mlm_error *error)
{
    struct storage_config *config = p;
    /* Dense has no indices that could be too narrow. */
    if (variant_of(config)->built == &mlm_storage_dense)
        config->index = MLM_INDEX_64;
    struct mlm_shape shape = {.rows = config->job.rows,
        .columns = config->job.columns,
        .nonzeros = config->job.nonzeros,
        .widest_row = config->job.widest_row};
    if (config->job.threads < 1 || config->job.threads > MLM_THREADS_MAX)
        return mlm_error_set(error, -ERANGE, "threads must lie in 1..%d", MLM_THREADS_MAX);
    if (shape.rows == 0) {
        uint64_t rows = config->job.data_bytes / (config->width * sizeof(float)) / 2 * 2;
        if (rows == 0)
            return mlm_error_set(error, -ERANGE,
                "data of %" PRIu64 " B is too small for two rows of %" PRIu64 " columns",
                config->job.data_bytes, config->width);
        shape = mlm_rows_generated_shape(rows, config->width, config->density);
    }
    if (shape.columns < 1 || shape.columns > INT32_MAX)
        return mlm_error_set(
            error, -EINVAL, "columns must lie in 1..%d, not %" PRIu64, INT32_MAX, shape.columns);
    if (config->index == MLM_INDEX_32 && (shape.nonzeros > UINT32_MAX || shape.rows > UINT32_MAX))
        return mlm_error_set(error, -ENOTSUP,
            "%" PRIu64 " nonzeros in %" PRIu64 " rows do not fit 32-bit indices", shape.nonzeros, shape.rows);
    config->layout = (struct mlm_layout){.rows = shape.rows,
        .columns = shape.columns,
        .nonzeros = shape.nonzeros,
        .widest_row = shape.widest_row,
        .value = (enum mlm_value)config->value,
        .index = (enum mlm_index)config->index};
    return 0;
}

static uint64_t storage_core(const void *p)
{
    const struct storage_config *config = p;
    const struct variant *variant = variant_of(config);
    uint64_t core = mlm_matrix_core_bytes(variant->built, &config->layout);
    return core + (variant->converted ? mlm_matrix_core_bytes(variant->converted, &config->layout) : 0);
}

static uint64_t vectors_of(const struct variant *variant, const struct storage_config *config)
{
    return mlm_regression_bytes(
        variant->converted ? variant->converted : variant->built, &config->layout, config->job.threads);
}

/* The matrix, the vectors, their page tables, and the process. Where a first matrix is freed after its
 * conversion, only the labels of the vectors are in memory beside it. */
static uint64_t storage_peak(const void *p)
{
    const struct storage_config *config = p;
    const struct variant *variant = variant_of(config);
    uint64_t core = storage_core(config), vectors = vectors_of(variant, config), peak = core + vectors;
    if (variant->converted && !variant->keeps_both) {
        uint64_t before = core + mlm_regression_label_bytes(&config->layout);
        uint64_t after = mlm_matrix_core_bytes(variant->converted, &config->layout) + vectors;
        peak = before > after ? before : after;
    }
    return peak + mlm_page_table_bytes(&config->job, peak) + MLM_BASELINE_BYTES;
}

/* Assumes 10 ns to make a nonzero, 1 GB/s to store it, and products at 8 GB/s and 1 ns for each nonzero. */
static uint64_t storage_rough(const void *p)
{
    const struct storage_config *config = p;
    const struct variant *variant = variant_of(config);
    uint64_t core = storage_core(config), nonzeros = config->layout.nonzeros;
    bool dense = variant->built == &mlm_storage_dense || variant->converted == &mlm_storage_dense;
    uint64_t product = core / 8 + (dense ? 0 : nonzeros);
    return 20000000 + core + 10 * nonzeros + 2 * config->epochs * product;
}

/* Checks rows against the inspected shape, by which the arrays were made: a file may have changed since. */
struct reading {
    struct mlm_rows *rows;
    const struct mlm_layout *layout;
    const char *name;       /* name of the file */
    uint64_t row, nonzeros; /* read so far */
};

/* Refuses a row for which there is no room. */
static int row_refuse(
    const struct reading *reading, const struct mlm_data_row *row, struct mlm_scoreboard *sb)
{
    const struct mlm_layout *layout = reading->layout;
    uint64_t number = reading->row;
    if (number > layout->rows)
        return mlm_file_changed(
            sb, reading->name, "it has more than the %" PRIu64 " rows that it had", layout->rows);
    if (row->count > layout->widest_row)
        return mlm_file_changed(sb, reading->name,
            "row %" PRIu64 " has %" PRIu32 " values other than 0, the widest had %" PRIu64, number,
            row->count, layout->widest_row);
    if (row->count && row->columns[row->count - 1] >= layout->columns)
        return mlm_file_changed(sb, reading->name,
            "row %" PRIu64 " has a column %" PRIu64 " where there were %" PRIu64, number,
            row->columns[row->count - 1] + UINT64_C(1), layout->columns);
    if (reading->nonzeros > layout->nonzeros)
        return mlm_file_changed(sb, reading->name,
            "row %" PRIu64 " brings more than the %" PRIu64 " values other than 0 that it had", number,
            layout->nonzeros);
    return 1;
}

static int end_check(const struct reading *reading, struct mlm_scoreboard *sb)
{
    const struct mlm_layout *layout = reading->layout;
    if (reading->row != layout->rows)
        return mlm_file_changed(
            sb, reading->name, "it has %" PRIu64 " rows where it had %" PRIu64, reading->row, layout->rows);
    if (reading->nonzeros != layout->nonzeros)
        return mlm_file_changed(sb, reading->name,
            "it has %" PRIu64 " values other than 0 where it had %" PRIu64, reading->nonzeros,
            layout->nonzeros);
    return 0;
}

/* Like mlm_rows_next(), but refuses rows for which there is no room. */
static int next(struct reading *reading, struct mlm_data_row *ret_row, struct mlm_scoreboard *sb)
{
    int r = mlm_rows_next(reading->rows, ret_row, sb);
    if (r < 0)
        return r;
    if (r > 0) {
        reading->row++;
        reading->nonzeros += ret_row->count;
    }
    return r > 0 ? row_refuse(reading, ret_row, sb) : end_check(reading, sb);
}

/* Places the rows in order; reads them twice where the format counts them first. */
static int build(struct storage_state *state, struct mlm_rows *rows, struct mlm_scoreboard *sb)
{
    struct mlm_matrix *matrix = &state->built;
    const struct mlm_storage_format *format = matrix->format;
    const char *file = state->config.job.dataset;
    struct reading reading = {
        .rows = rows, .layout = &matrix->layout, .name = file ? file : "generated data"};
    struct mlm_data_row row;
    mlm_progress_begin(sb, matrix->layout.rows * (format->count ? 2 : 1));
    int r = 0;
    uint64_t counted = 0, checksum = 0;
    if (format->count) {
        while ((r = next(&reading, &row, sb)) > 0) {
            counted += mlm_row_checksum(reading.row - 1, &row);
            format->count(matrix, &row);
            mlm_progress_add(sb, 1);
        }
        if (r == 0) {
            format->counted(matrix);
            r = mlm_rows_seek(rows, 0, sb);
        }
        if (r < 0)
            return r;
        reading.row = reading.nonzeros = 0;
    }
    while ((r = next(&reading, &row, sb)) > 0) {
        checksum += mlm_row_checksum(reading.row - 1, &row);
        mlm_regression_row(state->regression, reading.row - 1, &row);
        r = format->place(matrix, reading.row - 1, &row, sb);
        if (r < 0)
            return r;
        mlm_progress_add(sb, 1);
    }
    if (r == 0 && format->count && counted != checksum)
        r = mlm_file_changed(sb, reading.name, "%s", MLM_STORAGE_READ_TWICE);
    if (r == 0 && format->finish)
        format->finish(matrix);
    sb->data_checksum = checksum;
    return r;
}

static int rows_open(
    const struct storage_config *config, struct mlm_rows **ret_rows, struct mlm_scoreboard *sb)
{
    const struct mlm_shape shape = {.rows = config->layout.rows,
        .columns = config->layout.columns,
        .nonzeros = config->layout.nonzeros,
        .widest_row = config->layout.widest_row};
    if (config->job.rows != 0)
        return mlm_rows_open_file(config->job.dataset, config->job.seed, &shape, ret_rows, sb);
    return mlm_rows_open_generated(
        config->layout.rows, config->layout.columns, config->density, config->job.seed, ret_rows, sb);
}

static void storage_destroy(void *p)
{
    struct storage_state *state = p;
    if (!state)
        return;
    mlm_matrix_close(&state->built);
    mlm_matrix_close(&state->converted);
    mlm_regression_close(state->regression);
    free(state);
}

static int storage_prepare(const void *p, struct mlm_scoreboard *sb, void **ret_state)
{
    const struct storage_config *config = p;
    const struct variant *variant = variant_of(config);
    struct storage_state *state = calloc(1, sizeof *state);
    if (!state)
        return mlm_fail(sb, -ENOMEM, "out of memory");
    state->config = *config;
    state->variant = variant;
    struct mlm_rows *rows = NULL;
    int r = rows_open(config, &rows, sb);
    if (r == 0)
        r = mlm_matrix_open(variant->built, &config->layout, &state->built, sb);
    if (r == 0)
        r = mlm_regression_open(variant->converted ? variant->converted : variant->built, &config->layout,
            config->job.threads, &state->regression, sb);
    if (r == 0)
        r = build(state, rows, sb);
    mlm_rows_close(rows);
    if (r < 0) {
        storage_destroy(state);
        return r;
    }
    *ret_state = state;
    return 0;
}

static int storage_run(void *p, struct mlm_scoreboard *sb)
{
    struct storage_state *state = p;
    const struct variant *variant = state->variant;
    const struct mlm_matrix *matrix = &state->built;
    uint64_t epochs = state->config.epochs;
    if (variant->converted) {
        int r = mlm_matrix_open(variant->converted, &state->config.layout, &state->converted, sb);
        if (r < 0)
            return r;
        mlm_progress_begin(sb, state->config.layout.rows + mlm_regression_steps(&state->converted, epochs));
        variant->convert(&state->built, &state->converted, sb);
        if (!variant->keeps_both)
            mlm_matrix_close(&state->built);
        matrix = &state->converted;
    } else {
        mlm_progress_begin(sb, mlm_regression_steps(matrix, epochs));
    }
    return mlm_regression_run(state->regression, matrix, epochs, sb);
}

static int storage_verify(const void *p, struct mlm_scoreboard *sb)
{
    return mlm_regression_verify(((const struct storage_state *)p)->regression, sb);
}

static const char *const narrow_values[] = {
    [MLM_F32] = "f32", [MLM_F64] = "f64", [MLM_F16] = "f16", [MLM_I8] = "i8", NULL};
static const char *const wide_values[] = {[MLM_F32] = "f32", [MLM_F64] = "f64", NULL};
static const char *const index_widths[] = {[MLM_INDEX_32] = "32", [MLM_INDEX_64] = "64", NULL};

#define FIELD(field) offsetof(struct storage_config, field)
#define PARAM_COMMON                                                                                         \
    {.name = "density",                                                                                      \
        .type = MLM_PARAM_REAL,                                                                              \
        .offset = FIELD(density),                                                                            \
        .help = "share of values other than 0 (generated data)",                                             \
        .sweep = "0.01,0.001,0.05,0.1,0.25,0.5",                                                             \
        .quick = "0.01",                                                                                     \
        .minimum = 1e-6,                                                                                     \
        .maximum = 1,                                                                                        \
        .equal_work = true,                                                                                  \
        .of_generated_data = true},                                                                          \
        {.name = "width",                                                                                    \
            .type = MLM_PARAM_COUNT,                                                                         \
            .offset = FIELD(width),                                                                          \
            .help = "values in a row (generated data)",                                                      \
            .sweep = "4000",                                                                                 \
            .minimum = 1,                                                                                    \
            .maximum = INT32_MAX,                                                                            \
            .equal_work = true,                                                                              \
            .of_generated_data = true},                                                                      \
    {                                                                                                        \
        .name = "epochs", .type = MLM_PARAM_COUNT, .offset = FIELD(epochs), .help = "steps of the descent",  \
        .sweep = "3", .minimum = 2, .maximum = 1000000, .equal_work = true                                   \
    }
#define PARAM_VALUE(names, values, quick_values)                                                             \
    {                                                                                                        \
        .name = "value", .type = MLM_PARAM_WORD, .offset = FIELD(value), .help = "type of the values",       \
        .sweep = (values), .quick = (quick_values), .words = (names)                                         \
    }
#define PARAM_INDEX(values)                                                                                  \
    {                                                                                                        \
        .name = "index", .type = MLM_PARAM_WORD, .offset = FIELD(index), .help = "bits of an index",         \
        .sweep = (values), .words = index_widths                                                             \
    }

static const struct mlm_param dense_params[] = {
    PARAM_COMMON, PARAM_VALUE(narrow_values, "f32,f64,f16,i8", "f32,f16,i8"), {.name = NULL}};
static const struct mlm_param csr_params[] = {
    PARAM_COMMON, PARAM_VALUE(wide_values, "f32,f64", NULL), PARAM_INDEX("32,64"), {.name = NULL}};
static const struct mlm_param sparse_params[] = {
    PARAM_COMMON, PARAM_VALUE(wide_values, "f32", NULL), PARAM_INDEX("32,64"), {.name = NULL}};
static const struct mlm_param plain_params[] = {
    PARAM_COMMON, PARAM_VALUE(wide_values, "f32", NULL), PARAM_INDEX("32"), {.name = NULL}};

/* All formats hold the same numbers, exact in every type; only the order of f32 sums differs, of about 64
 * terms each before f64 takes over. Answers differed by less than 1e-8 on 4000 columns and by less than 1e-5
 * on a single one; the rest of the tolerance is for user data with sums that cancel. It still detects a
 * product that leaves out one value in a thousand. */
#define ANSWER_TOLERANCE 1e-4

#define VARIANT(...)                                                                                         \
    &(const struct variant)                                                                                  \
    {                                                                                                        \
        __VA_ARGS__                                                                                          \
    }
#define STORAGE_COMMON                                                                                       \
    .config_size = sizeof(struct storage_config), .answer_tolerance = ANSWER_TOLERANCE,                      \
    .derive = storage_derive, .core_bytes = storage_core, .peak_bytes = storage_peak,                        \
    .rough_ns = storage_rough, .prepare = storage_prepare, .run = storage_run, .verify = storage_verify,     \
    .destroy = storage_destroy

static const struct mlm_workload storage_dense = {STORAGE_COMMON,
    .variant = VARIANT(.built = &mlm_storage_dense), .name = "dense", .flags = MLM_QUICK | MLM_USER_DATA,
    .params = dense_params, .summary = "every value, zeros too, by rows"};
static const struct mlm_workload storage_csr = {STORAGE_COMMON, .variant = VARIANT(.built = &mlm_storage_csr),
    .name = "csr", .flags = MLM_QUICK | MLM_USER_DATA, .params = csr_params,
    .summary = "compressed rows: values and columns, one row after the other"};
static const struct mlm_workload storage_csc = {STORAGE_COMMON, .variant = VARIANT(.built = &mlm_storage_csc),
    .name = "csc", .flags = MLM_QUICK | MLM_USER_DATA, .params = sparse_params,
    .summary = "compressed columns: values and rows, one column after the other"};
static const struct mlm_workload storage_coo = {STORAGE_COMMON, .variant = VARIANT(.built = &mlm_storage_coo),
    .name = "coo", .flags = MLM_USER_DATA, .params = sparse_params,
    .summary = "coordinates: row, column and value of each entry"};
static const struct mlm_workload storage_ell = {STORAGE_COMMON, .variant = VARIANT(.built = &mlm_storage_ell),
    .name = "ell", .flags = MLM_USER_DATA, .params = plain_params,
    .summary = "ELLPACK: all rows as long as the widest"};
static const struct mlm_workload storage_coo_to_csr = {STORAGE_COMMON,
    .variant =
        VARIANT(.built = &mlm_storage_coo, .converted = &mlm_storage_csr, .convert = mlm_matrix_coo_to_csr),
    .name = "coo_to_csr", .flags = MLM_QUICK | MLM_USER_DATA, .params = plain_params,
    .summary = "coordinates turned into CSR, both held meanwhile; then CSR"};
static const struct mlm_workload storage_densify = {STORAGE_COMMON,
    .variant = VARIANT(.built = &mlm_storage_csr, .converted = &mlm_storage_dense,
        .convert = mlm_matrix_csr_to_dense, .keeps_both = true),
    .name = "densify", .flags = MLM_QUICK | MLM_USER_DATA, .params = plain_params,
    .summary = "CSR turned dense by accident, as toarray() does; then dense"};

static const struct mlm_workload *const workloads[] = {&storage_dense, &storage_csr, &storage_csc,
    &storage_coo, &storage_ell, &storage_coo_to_csr, &storage_densify, NULL};

MLM_EXPORT const struct mlm_suite mlm_suite = {
    .contract = MLM_CONTRACT_VERSION,
    .name = "storage",
    .summary = "which storage format fits, and what does it cost?",
    .item = "rows",
    .workloads = workloads,
};
