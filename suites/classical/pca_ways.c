/* Four ways to the same components. */
#include <errno.h>
#include <math.h>
#include <string.h>

#include "classical/pca.h"
#include "data/random.h"

static uint64_t rows_bytes(const struct classical_config *config, uint64_t rows)
{
    return rows * config->width * sizeof(float);
}

/* What LAPACK's decomposition of `rows` rows needs beside them and the left vectors. */
static uint64_t svd_bytes(const struct classical_config *config)
{
    uint64_t width = config->width;
    return (width + width * width + pca_svd_work(width)) * sizeof(float) + 8 * width * sizeof(int);
}

static int svd_open(
    struct pca_state *state, uint64_t rows, struct pca_svd *ret_svd, struct mlm_scoreboard *sb)
{
    const struct classical_config *config = &state->config;
    struct pca_svd svd = {.values = classical_map(&state->memory, svd_bytes(config), "LAPACK", sb),
        .left = classical_map(&state->memory, rows_bytes(config, rows), "left singular vectors", sb)};
    if (!svd.values || !svd.left)
        return -ENOMEM;
    svd.right = svd.values + config->width;
    svd.work = svd.right + config->width * config->width;
    svd.work_ints = (int *)(svd.work + pca_svd_work(config->width));
    *ret_svd = svd;
    return 0;
}

static void svd_take(struct pca_state *state, const struct pca_svd *svd)
{
    const struct classical_config *config = &state->config;
    for (uint64_t i = 0; i < config->components; i++) {
        state->values[i] = (double)svd->values[i];
        for (uint64_t j = 0; j < config->width; j++)
            state->components[i * config->width + j] = (double)svd->right[j * config->width + i];
    }
}

#define BLOCK_ROWS UINT64_C(64) /* whose columns are written while the rows are in the cache */

/* Writes rows less a mean by columns. */
static void columns_fill(
    const float *rows, uint64_t count, uint64_t width, const double *mean, float *columns, uint64_t stride)
{
    for (uint64_t first = 0; first < count; first += BLOCK_ROWS) {
        uint64_t end = classical_smaller(first + BLOCK_ROWS, count);
        for (uint64_t j = 0; j < width; j++)
            for (uint64_t r = first; r < end; r++)
                columns[j * stride + r] = (float)((double)rows[r * width + j] - mean[j]);
    }
}

/* ---- The singular value decomposition of a centred copy ---- */

/* Rows, the copy, and the left vectors. */
static uint64_t svd_core(const struct classical_config *config)
{
    return 3 * rows_bytes(config, config->rows);
}

static int svd_run(struct pca_state *state, struct mlm_scoreboard *sb)
{
    const struct classical_config *config = &state->config;
    struct pca_svd svd;
    float *copy = classical_map(&state->memory, rows_bytes(config, config->rows), "the centred copy", sb);
    int r = copy ? svd_open(state, config->rows, &svd, sb) : -ENOMEM;
    if (r < 0)
        return r;
    pca_mean(state);
    columns_fill(state->rows, config->rows, config->width, state->mean, copy, config->rows);
    r = pca_svd_do(state, copy, config->rows, config->rows, &svd, sb);
    if (r < 0)
        return r;
    svd_take(state, &svd);
    state->done = config->rows;
    return 0;
}

const struct pca_way pca_svd_way = {
    .core_bytes = svd_core, .more_bytes = svd_bytes, .looks = 8, .run = svd_run};

/* ---- The covariance ---- */

static uint64_t held_core(const struct classical_config *config)
{
    return rows_bytes(config, config->rows);
}

/* The product of a block, the sum, eigenvalues, LAPACK's work, and a centred block. */
static uint64_t covariance_bytes(const struct classical_config *config)
{
    uint64_t width = config->width;
    return width * width * (sizeof(double) + sizeof(float)) + (1 + PCA_EIGEN_WORK) * width * sizeof(double) +
           rows_bytes(config, PCA_BLOCK_ROWS);
}

/* Takes the largest of the eigenvalues, which ascend. */
static void eigen_take(struct pca_state *state, const double *vectors, const double *values)
{
    const struct classical_config *config = &state->config;
    for (uint64_t i = 0; i < config->components; i++) {
        uint64_t from = config->width - 1 - i;
        state->values[i] = sqrt(fmax(values[from], 0));
        memcpy(state->components + i * config->width, vectors + from * config->width,
            config->width * sizeof *vectors);
    }
}

static int covariance_run(struct pca_state *state, struct mlm_scoreboard *sb)
{
    const struct classical_config *config = &state->config;
    uint64_t width = config->width;
    int w = (int)width;
    double *sum = classical_map(&state->memory, covariance_bytes(config), "the covariance", sb);
    if (!sum)
        return -ENOMEM;
    double *values = sum + width * width, *work = values + width;
    float *product = (float *)(work + PCA_EIGEN_WORK * width), *block = product + width * width;
    mlm_progress_begin(sb, config->rows);
    pca_mean(state);
    for (uint64_t first = 0, some; first < config->rows; first += some) {
        some = classical_smaller(config->rows - first, PCA_BLOCK_ROWS);
        pca_centre(state, first, some, block);
        state->blas.sgemm(
            CblasRowMajor, CblasTrans, CblasNoTrans, w, w, (int)some, 1, block, w, block, w, 0, product, w);
        for (uint64_t i = 0; i < width * width; i++)
            sum[i] += (double)product[i];
        state->done += some;
        mlm_progress_add(sb, some);
    }
    int r = pca_eigen(state, sum, width, values, work, sb);
    if (r == 0)
        eigen_take(state, sum, values);
    return r;
}

const struct pca_way pca_covariance_way = {
    .core_bytes = held_core, .more_bytes = covariance_bytes, .looks = 2, .run = covariance_run};

/* ---- Random projections (Halko, Martinsson, Tropp 2011) ---- */

#define OVERSAMPLING 10u

static uint64_t projections(const struct classical_config *config)
{
    return config->components + OVERSAMPLING;
}

/* The rows, and their projections. */
static uint64_t randomized_core(const struct classical_config *config)
{
    return rows_bytes(config, config->rows) + config->rows * projections(config) * sizeof(float);
}

/* Directions, as f32 and f64, and the product of a block with them; a small matrix with its eigenvalues and
 * LAPACK's work; a centred block. */
static uint64_t randomized_bytes(const struct classical_config *config)
{
    uint64_t count = projections(config), directions = config->width * count;
    return directions * (sizeof(double) + 2 * sizeof(float)) +
           count * (count + 1 + PCA_EIGEN_WORK) * sizeof(double) + rows_bytes(config, PCA_BLOCK_ROWS);
}

struct randomized {
    uint64_t count;
    double *sums;       /* [count][width] */
    double *small;      /* [count][count] */
    double *values;     /* [count] */
    double *work;       /* for LAPACK */
    float *directions;  /* [count][width] */
    float *product;     /* [count][width] */
    float *block;       /* centred rows */
    float *projections; /* [rows][count] */
};

static int randomized_open(
    struct pca_state *state, struct randomized *ret_randomized, struct mlm_scoreboard *sb)
{
    const struct classical_config *config = &state->config;
    uint64_t count = projections(config), directions = config->width * count;
    struct randomized z = {.count = count};
    z.sums = classical_map(&state->memory, randomized_bytes(config), "directions", sb);
    z.projections =
        classical_map(&state->memory, config->rows * count * sizeof(float), "the projections", sb);
    if (!z.sums || !z.projections)
        return -ENOMEM;
    z.small = z.sums + directions;
    z.values = z.small + count * count;
    z.work = z.values + count;
    z.directions = (float *)(z.work + PCA_EIGEN_WORK * count);
    z.product = z.directions + directions;
    z.block = z.product + directions;
    *ret_randomized = z;
    return 0;
}

/* Makes the sums orthonormal (Gram and Schmidt, twice, which is enough) and takes them as directions. */
static void directions_set(struct randomized *z, uint64_t width)
{
    for (int twice = 0; twice < 2; twice++)
        for (uint64_t i = 0; i < z->count; i++) {
            double *one = z->sums + i * width, norm = 0;
            for (uint64_t k = 0; k < i; k++) {
                const double *other = z->sums + k * width;
                double product = 0;
                for (uint64_t j = 0; j < width; j++)
                    product += one[j] * other[j];
                for (uint64_t j = 0; j < width; j++)
                    one[j] -= product * other[j];
            }
            for (uint64_t j = 0; j < width; j++)
                norm += one[j] * one[j];
            for (uint64_t j = 0; j < width; j++)
                one[j] /= sqrt(norm);
        }
    for (uint64_t i = 0; i < z->count * width; i++)
        z->directions[i] = (float)z->sums[i];
}

/* projections = centred rows · directions, and with `back`: sums = projectionsᵀ · centred rows; else small =
 * projectionsᵀ · projections. */
static void randomized_pass(
    struct pca_state *state, struct randomized *z, bool back, struct mlm_scoreboard *sb)
{
    const struct classical_config *config = &state->config;
    int width = (int)config->width, count = (int)z->count;
    uint64_t numbers = z->count * (back ? config->width : z->count);
    double *sums = back ? z->sums : z->small;
    memset(sums, 0, numbers * sizeof *sums);
    for (uint64_t first = 0, some; first < config->rows; first += some) {
        some = classical_smaller(config->rows - first, PCA_BLOCK_ROWS);
        float *projected = z->projections + first * z->count;
        pca_centre(state, first, some, z->block);
        state->blas.sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int)some, count, width, 1, z->block,
            width, z->directions, width, 0, projected, count);
        const float *other = back ? z->block : projected;
        int columns = back ? width : count;
        state->blas.sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, count, columns, (int)some, 1, projected,
            count, other, columns, 0, z->product, columns);
        for (uint64_t i = 0; i < numbers; i++)
            sums[i] += (double)z->product[i];
        mlm_progress_add(sb, some);
    }
}

/* A component is a direction turned by an eigenvector of the small matrix. */
static void randomized_take(struct pca_state *state, const struct randomized *z)
{
    const struct classical_config *config = &state->config;
    for (uint64_t i = 0; i < config->components; i++) {
        uint64_t from = z->count - 1 - i;
        state->values[i] = sqrt(fmax(z->values[from], 0));
        for (uint64_t j = 0; j < config->width; j++) {
            double sum = 0;
            for (uint64_t k = 0; k < z->count; k++)
                sum += z->small[from * z->count + k] * (double)z->directions[k * config->width + j];
            state->components[i * config->width + j] = sum;
        }
    }
}

static int randomized_run(struct pca_state *state, struct mlm_scoreboard *sb)
{
    const struct classical_config *config = &state->config;
    struct randomized z;
    int r = randomized_open(state, &z, sb);
    if (r < 0)
        return r;
    uint64_t key = mlm_random_key(config->job.seed, UINT64_C(0x706361));
    for (uint64_t i = 0; i < z.count * config->width; i++)
        z.sums[i] = (double)(mlm_random_u64(key, i) >> 11) * 0x1p-52 - 1;
    directions_set(&z, config->width);
    mlm_progress_begin(sb, (config->steps + 1) * config->rows);
    pca_mean(state);
    for (uint64_t step = 0; step < config->steps; step++) {
        randomized_pass(state, &z, true, sb);
        directions_set(&z, config->width);
    }
    randomized_pass(state, &z, false, sb);
    r = pca_eigen(state, z.small, z.count, z.values, z.work, sb);
    if (r < 0)
        return r;
    randomized_take(state, &z);
    state->done = config->rows;
    return 0;
}

const struct pca_way pca_randomized_way = {
    .core_bytes = randomized_core, .more_bytes = randomized_bytes, .looks = 4, .run = randomized_run};

/* ---- One batch after the other (Ross and others 2008, as IncrementalPCA of scikit-learn) ---- */

static uint64_t batch_of(const struct classical_config *config)
{
    return classical_smaller(config->batch, config->rows);
}

/* Components so far, the batch, and how far the mean moved. */
static uint64_t stack_rows(const struct classical_config *config)
{
    return config->components + batch_of(config) + 1;
}

static uint64_t incremental_core(const struct classical_config *config)
{
    return rows_bytes(config, batch_of(config));
}

static uint64_t incremental_bytes(const struct classical_config *config)
{
    return 2 * rows_bytes(config, stack_rows(config)) + svd_bytes(config) + config->width * sizeof(double);
}

/* Fills the stack for a batch of `count` rows after `seen` others, and moves the mean. Returns its rows. */
static uint64_t stack_fill(
    struct pca_state *state, uint64_t seen, uint64_t count, double *batch_mean, float *stack)
{
    const struct classical_config *config = &state->config;
    uint64_t width = config->width, stride = stack_rows(config), before = seen ? config->components : 0;
    uint64_t rows = before + count + (seen ? 1 : 0);
    memset(batch_mean, 0, width * sizeof *batch_mean);
    for (uint64_t r = 0; r < count; r++)
#pragma omp simd
        for (uint64_t j = 0; j < width; j++)
            batch_mean[j] += (double)state->rows[r * width + j] / (double)count;
    columns_fill(state->rows, count, width, batch_mean, stack + before, stride);
    double all = (double)(seen + count), scale = sqrt((double)seen * (double)count / all);
    for (uint64_t j = 0; j < width; j++) {
        float *column = stack + j * stride;
        for (uint64_t i = 0; i < before; i++)
            column[i] = (float)(state->values[i] * state->components[i * width + j]);
        if (seen)
            column[rows - 1] = (float)(scale * (state->mean[j] - batch_mean[j]));
        state->mean[j] += (batch_mean[j] - state->mean[j]) * (double)count / all;
        /* There must be as many rows as columns, and rows of 0 change nothing. */
        for (uint64_t i = rows; i < width; i++)
            column[i] = 0;
    }
    return rows < width ? width : rows;
}

static int incremental_run(struct pca_state *state, struct mlm_scoreboard *sb)
{
    const struct classical_config *config = &state->config;
    struct pca_svd svd;
    float *stack = classical_map(&state->memory, rows_bytes(config, stack_rows(config)), "a batch", sb);
    double *batch_mean = classical_map(&state->memory, config->width * sizeof(double), "a mean", sb);
    int r = stack && batch_mean ? svd_open(state, stack_rows(config), &svd, sb) : -ENOMEM;
    mlm_progress_begin(sb, config->rows);
    for (uint64_t first = 0, some; r == 0 && first < config->rows; first += some) {
        some = classical_smaller(config->rows - first, batch_of(config));
        classical_directions_make(config, first, some, state->rows);
        uint64_t rows = stack_fill(state, first, some, batch_mean, stack);
        r = pca_svd_do(state, stack, rows, stack_rows(config), &svd, sb);
        if (r == 0)
            svd_take(state, &svd);
        state->done += some;
        mlm_progress_add(sb, some);
    }
    return r;
}

const struct pca_way pca_incremental_way = {.streams = true,
    .core_bytes = incremental_core,
    .more_bytes = incremental_bytes,
    .looks = 8,
    .run = incremental_run};
