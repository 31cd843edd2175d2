/* Principal components: the workloads, the rows, and what the ways share. The rows vary most in four
 * directions; their singular values and components are the answer. */
#include "classical/pca.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const struct pca_way *way_of(const struct classical_config *config)
{
    return config->job.workload->variant;
}

/* The singular value decomposition of a copy holds the rows three times. */
static int derive(void *p, struct mlm_error *error)
{
    struct classical_config *config = p;
    config->rows = config->job.data_bytes / (3 * config->width * sizeof(float));
    if (config->rows < 8 * config->width || config->rows > INT32_MAX)
        return mlm_error_set(error, -ERANGE,
            "%" PRIu64 " rows are too few or too many for %" PRIu64 " columns", config->rows, config->width);
    if (config->batch && config->batch < config->width)
        return mlm_error_set(error, -EINVAL,
            "a batch of %" PRIu64 " rows is smaller than %" PRIu64 " columns", config->batch, config->width);
    if (config->components > config->width / 2)
        return mlm_error_set(error, -EINVAL,
            "%" PRIu64 " components are more than half of %" PRIu64 " columns", config->components,
            config->width);
    return 0;
}

static uint64_t core(const void *p)
{
    return way_of(p)->core_bytes(p);
}

/* The mean, values and components. */
static uint64_t answer_bytes(const struct classical_config *config)
{
    return sizeof(double) * (config->width + config->components * (config->width + 1));
}

static uint64_t peak(const void *p)
{
    const struct classical_config *config = p;
    uint64_t mapped = core(p) + way_of(config)->more_bytes(config) + answer_bytes(config);
    return classical_process_bytes(
        &config->job, mapped, classical_blas_bytes(config->width, config->width, PCA_BLOCK_ROWS));
}

/* Assumes 1.5 ns to make a value, and 30 GFlop/s. */
static uint64_t rough(const void *p)
{
    const struct classical_config *config = p;
    double values = (double)config->rows * (double)config->width;
    return (uint64_t)(20e6 + values * (1.5 + way_of(config)->looks * (double)config->width / 30));
}

static void destroy(void *p)
{
    struct pca_state *state = p;
    if (state)
        classical_unmap(&state->memory);
    free(state);
}

static uint64_t rows_held(const struct classical_config *config)
{
    return way_of(config)->streams ? classical_smaller(config->batch, config->rows) : config->rows;
}

static int memory_open(struct pca_state *state, struct mlm_scoreboard *sb)
{
    const struct classical_config *config = &state->config;
    struct classical_memory *memory = &state->memory;
    state->rows = classical_map(memory, rows_held(config) * config->width * sizeof(float), "the rows", sb);
    state->mean = classical_map(memory, answer_bytes(config), "the components", sb);
    if (!state->rows || !state->mean)
        return -ENOMEM;
    state->values = state->mean + config->width;
    state->components = state->values + config->components;
    return 0;
}

static int prepare(const void *p, struct mlm_scoreboard *sb, void **ret_state)
{
    struct pca_state *state = calloc(1, sizeof *state);
    if (!state)
        return mlm_fail(sb, -ENOMEM, "out of memory");
    state->config = *(const struct classical_config *)p;
    state->way = way_of(&state->config);
    int r = mlm_blas_open(state->config.job.threads, &state->blas, sb);
    if (r == 0)
        r = mlm_lapack_open(&state->lapack, sb);
    if (r == 0)
        r = memory_open(state, sb);
    if (r < 0) {
        destroy(state);
        return r;
    }
    classical_rows_prepare(
        &state->config, classical_directions_make, rows_held(&state->config), state->rows, sb);
    *ret_state = state;
    return 0;
}

void pca_mean(struct pca_state *state)
{
    const struct classical_config *config = &state->config;
    memset(state->mean, 0, config->width * sizeof *state->mean);
    for (uint64_t r = 0; r < config->rows; r++)
#pragma omp simd
        for (uint64_t j = 0; j < config->width; j++)
            state->mean[j] += (double)state->rows[r * config->width + j];
    for (uint64_t j = 0; j < config->width; j++)
        state->mean[j] /= (double)config->rows;
}

void pca_centre(const struct pca_state *state, uint64_t first, uint64_t count, float *centred)
{
    uint64_t width = state->config.width;
    const float *rows = state->rows + first * width;
    for (uint64_t r = 0; r < count; r++)
#pragma omp simd
        for (uint64_t j = 0; j < width; j++)
            centred[r * width + j] = (float)((double)rows[r * width + j] - state->mean[j]);
}

int pca_eigen(const struct pca_state *state, double *matrix, uint64_t size, double *values, double *work,
    struct mlm_scoreboard *sb)
{
    int n = (int)size, numbers = (int)(PCA_EIGEN_WORK * size), info = 0;
    state->lapack.dsyev("V", "U", &n, matrix, &n, values, work, &numbers, &info, 1, 1);
    return info == 0 ? 0 : mlm_fail(sb, -EDOM, "LAPACK's dsyev ended with %d", info);
}

/* LAPACK says how much it would like: less than this for any number of rows, which are the long side. */
uint64_t pca_svd_work(uint64_t width)
{
    return 6 * width * width + 256 * width;
}

int pca_svd_do(const struct pca_state *state, float *columns, uint64_t count, uint64_t stride,
    const struct pca_svd *svd, struct mlm_scoreboard *sb)
{
    int m = (int)count, n = (int)state->config.width, leading = (int)stride, info = 0;
    int numbers = (int)pca_svd_work(state->config.width);
    state->lapack.sgesdd("S", &m, &n, columns, &leading, svd->values, svd->left, &leading, svd->right, &n,
        svd->work, &numbers, svd->work_ints, &info, 1);
    return info == 0 ? 0 : mlm_fail(sb, -EDOM, "LAPACK's sgesdd ended with %d", info);
}

static int run(void *p, struct mlm_scoreboard *sb)
{
    struct pca_state *state = p;
    int r = state->way->run(state, sb);
    sb->items = state->done;
    return r;
}

/* The four large values, how the components point (their signs are free), and what all values hold. */
static int verify(const void *p, struct mlm_scoreboard *sb)
{
    const struct pca_state *state = p;
    const struct classical_config *config = &state->config;
    for (uint64_t i = 0; i < CLASSICAL_DIRECTIONS && i < config->components; i++) {
        double magnitude = 0;
        for (uint64_t j = 0; j < config->width; j++)
            magnitude += fabs(state->components[i * config->width + j]) * (1 + (double)(j % 7));
        mlm_answer_add(sb, state->values[i]);
        mlm_answer_add(sb, magnitude);
    }
    return state->done == config->rows
               ? 0
               : mlm_fail(sb, -EBADMSG, "%" PRIu64 " rows were used, of %" PRIu64, state->done, config->rows);
}

#define PARAMS                                                                                               \
    CLASSICAL_WIDTH("32", 16),                                                                               \
    {                                                                                                        \
        CLASSICAL_COUNT(components, "4", CLASSICAL_DIRECTIONS, 1024, "components that are kept"),            \
            .equal_work = true                                                                               \
    }

static const struct mlm_param plain_params[] = {PARAMS, {.name = NULL}};
static const struct mlm_param randomized_params[] = {
    {CLASSICAL_COUNT(steps, "4", 1, 100, "power iterations")}, PARAMS, {.name = NULL}};
static const struct mlm_param incremental_params[] = {
    {CLASSICAL_COUNT(batch, "1024,16384", 16, 1 << 24, "rows of a batch")}, PARAMS, {.name = NULL}};

/* The ways agree to 1e-4 on these rows (incremental, which forgets small components); without a hundredth of
 * the rows, values differ by 5e-3. */
#define COMMON                                                                                               \
    CLASSICAL_BLAS, .config_size = sizeof(struct classical_config), .max_threads = 1, .work = "pca",         \
                    .answer_tolerance = 1e-3, .derive = derive, .core_bytes = core, .peak_bytes = peak,      \
                    .rough_ns = rough, .prepare = prepare, .run = run, .verify = verify, .destroy = destroy

const struct mlm_workload classical_pca_svd = {COMMON, .name = "pca_svd", .params = plain_params,
    .variant = &pca_svd_way, .summary = "principal components: singular values of a centred copy"};
const struct mlm_workload classical_pca_covariance = {COMMON, .name = "pca_covariance",
    .params = plain_params, .variant = &pca_covariance_way,
    .summary = "principal components: eigenvectors of the covariance"};
const struct mlm_workload classical_pca_randomized = {COMMON, .name = "pca_randomized",
    .params = randomized_params, .variant = &pca_randomized_way,
    .summary = "principal components: power iterations with a few random projections"};
const struct mlm_workload classical_pca_incremental = {COMMON, .name = "pca_incremental",
    .params = incremental_params, .variant = &pca_incremental_way,
    .summary = "principal components of one batch after the other, each made when it is needed"};
