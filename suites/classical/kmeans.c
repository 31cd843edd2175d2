/* k-means. A step of Lloyd's method gives each row to the nearest centre, and then moves each centre to the
 * mean of its rows. The distances of all rows to all centres are a product of matrices: of all rows at once,
 * or of a block of rows that stays in the cache. Mini-batches (Sculley 2010) move a centre after each batch,
 * by the mean of all rows that it ever got.
 *
 * The clusters lie far apart, and the first rows, from which all start, are one of each. So the ways agree on
 * which row belongs where, and their centres are the same means. */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "classical/classical.h"
#include "data/blas.h"
#include "data/random.h"

enum way { WAY_ALL, WAY_BLOCKS, WAY_MINIBATCH };

struct state {
    struct classical_config config;
    enum way way;
    struct mlm_blas blas;
    struct classical_memory memory;
    float *rows;      /* all, or a batch */
    float *distances; /* [at once][clusters] */
    uint32_t *labels; /* of all rows; mini-batches: none */
    float *centres;   /* [clusters][width] */
    float *norms;     /* ‖centre‖² */
    double *means;    /* the centres, in full precision */
    double *sums;     /* of the rows that each centre has got */
    uint64_t *counts, *counts_pass, *counts_ever;
    double squares; /* ‖rows‖² of a pass */
};

static enum way way_of(const struct classical_config *config)
{
    return *(const enum way *)config->job.workload->variant;
}

static uint64_t rows_at_once(const struct classical_config *config)
{
    return way_of(config) == WAY_ALL ? config->rows : classical_smaller(config->batch, config->rows);
}

static uint64_t rows_held(const struct classical_config *config)
{
    return way_of(config) == WAY_MINIBATCH ? rows_at_once(config) : config->rows;
}

static int derive(void *p, struct mlm_error *error)
{
    struct classical_config *config = p;
    config->rows = config->job.data_bytes / ((config->width + config->clusters) * sizeof(float));
    if (config->rows < 2 * config->clusters || config->rows > INT32_MAX)
        return mlm_error_set(error, -ERANGE,
            "%" PRIu64 " rows are too few or too many for %" PRIu64 " clusters", config->rows,
            config->clusters);
    return 0;
}

static uint64_t core(const void *p)
{
    const struct classical_config *config = p;
    return (rows_held(config) * config->width + rows_at_once(config) * config->clusters) * sizeof(float);
}

static uint64_t labels_bytes(const struct classical_config *config)
{
    return way_of(config) == WAY_MINIBATCH ? 0 : config->rows * sizeof(uint32_t);
}

/* Centres, their norms, means, sums and three counts. */
static uint64_t centres_bytes(const struct classical_config *config)
{
    return config->clusters *
           (config->width * (sizeof(float) + 2 * sizeof(double)) + sizeof(float) + 3 * sizeof(uint64_t));
}

static uint64_t peak(const void *p)
{
    const struct classical_config *config = p;
    return classical_process_bytes(&config->job, core(p) + labels_bytes(config) + centres_bytes(config),
        classical_blas_bytes(rows_at_once(config), config->clusters, config->width));
}

/* Assumes 40 GFlop/s in products, 0.3 ns to look at a distance, and 1 ns to make a value. */
static uint64_t rough(const void *p)
{
    const struct classical_config *config = p;
    double distances = (double)config->rows * (double)config->clusters;
    double made = (double)config->rows * (double)config->width *
                  (double)(way_of(config) == WAY_MINIBATCH ? 1 + config->steps : 1);
    return (
        uint64_t)(20e6 + made + (double)config->steps * distances * (2 * (double)config->width / 40 + 0.3));
}

static void destroy(void *p)
{
    struct state *state = p;
    if (state)
        classical_unmap(&state->memory);
    free(state);
}

static int memory_open(struct state *state, struct mlm_scoreboard *sb)
{
    const struct classical_config *config = &state->config;
    struct classical_memory *memory = &state->memory;
    uint64_t values = config->clusters * config->width;
    state->rows = classical_map(memory, rows_held(config) * config->width * sizeof(float), "the rows", sb);
    state->centres = classical_map(memory, values * sizeof(float), "the centres", sb);
    state->norms = classical_map(memory, config->clusters * sizeof(float), "the centres", sb);
    state->means = classical_map(memory, values * sizeof(double), "the centres", sb);
    state->sums = classical_map(memory, values * sizeof(double), "the centres", sb);
    state->counts = classical_map(memory, 3 * config->clusters * sizeof(uint64_t), "the centres", sb);
    if (!state->rows || !state->centres || !state->norms || !state->means || !state->sums || !state->counts)
        return -ENOMEM;
    state->counts_pass = state->counts + config->clusters;
    state->counts_ever = state->counts_pass + config->clusters;
    return 0;
}

static int prepare(const void *p, struct mlm_scoreboard *sb, void **ret_state)
{
    struct state *state = calloc(1, sizeof *state);
    if (!state)
        return mlm_fail(sb, -ENOMEM, "out of memory");
    state->config = *(const struct classical_config *)p;
    state->way = way_of(&state->config);
    int r = mlm_blas_open(state->config.job.threads, &state->blas, sb);
    if (r == 0)
        r = memory_open(state, sb);
    if (r < 0) {
        destroy(state);
        return r;
    }
    classical_rows_prepare(
        &state->config, classical_clusters_make, rows_held(&state->config), state->rows, sb);
    *ret_state = state;
    return 0;
}

/* The nearest centre of one row: the smallest ‖c‖² - 2x·c. */
static uint32_t nearest(const float *distances, const float *norms, uint64_t clusters)
{
    float least = classical_least(distances, norms, clusters);
    for (uint64_t c = 0; c < clusters; c++)
        if (distances[c] + norms[c] == least)
            return (uint32_t)c;
    return 0;
}

/* Takes the means as centres. */
static void centres_set(struct state *state)
{
    const struct classical_config *config = &state->config;
    for (uint64_t c = 0; c < config->clusters; c++) {
        double norm = 0;
        for (uint64_t j = 0; j < config->width; j++) {
            double value = state->means[c * config->width + j];
            state->centres[c * config->width + j] = (float)value;
            norm += value * value;
        }
        state->norms[c] = (float)norm;
    }
}

static void row_add(struct state *state, uint32_t centre, const float *row)
{
    uint64_t width = state->config.width;
    double *sum = state->sums + centre * width;
    double squares = 0;
#pragma omp simd reduction(+ : squares)
    for (uint64_t j = 0; j < width; j++) {
        sum[j] += (double)row[j];
        squares += (double)row[j] * (double)row[j];
    }
    state->squares += squares;
    state->counts[centre]++;
}

/* Gives the rows to their centres. labels: NULL, or where each one's goes. */
static void rows_give(struct state *state, const float *rows, uint64_t count, uint32_t *labels)
{
    const struct classical_config *config = &state->config;
    int width = (int)config->width, clusters = (int)config->clusters;
    state->blas.sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int)count, clusters, width, -2, rows, width,
        state->centres, width, 0, state->distances, clusters);
    for (uint64_t r = 0; r < count; r++) {
        uint32_t centre = nearest(state->distances + r * config->clusters, state->norms, config->clusters);
        if (labels)
            labels[r] = centre;
        row_add(state, centre, rows + r * config->width);
    }
}

/* Moves each centre by the rows that it has got; `ever`: to the mean of all that it ever got. */
static void centres_move(struct state *state, bool ever)
{
    const struct classical_config *config = &state->config;
    for (uint64_t c = 0; c < config->clusters; c++) {
        uint64_t count = state->counts[c];
        state->counts_pass[c] += count;
        state->counts_ever[c] = (ever ? state->counts_ever[c] : 0) + count;
        for (uint64_t j = 0; j < config->width && count; j++) {
            double *mean = &state->means[c * config->width + j];
            *mean +=
                (state->sums[c * config->width + j] - (double)count * *mean) / (double)state->counts_ever[c];
        }
    }
    memset(state->sums, 0, config->clusters * config->width * sizeof *state->sums);
    memset(state->counts, 0, config->clusters * sizeof *state->counts);
    centres_set(state);
}

static void pass(struct state *state, struct mlm_scoreboard *sb)
{
    const struct classical_config *config = &state->config;
    bool streamed = state->way == WAY_MINIBATCH;
    state->squares = 0;
    memset(state->counts_pass, 0, config->clusters * sizeof *state->counts_pass);
    for (uint64_t first = 0, some; first < config->rows; first += some) {
        some = classical_smaller(config->rows - first, rows_at_once(config));
        if (streamed)
            classical_clusters_make(config, first, some, state->rows);
        rows_give(state, state->rows + (streamed ? 0 : first * config->width), some,
            streamed ? NULL : state->labels + first);
        if (streamed)
            centres_move(state, true);
        mlm_progress_add(sb, some);
    }
    if (!streamed)
        centres_move(state, false);
}

/* The first rows are the first centres. */
static void start(struct state *state)
{
    const struct classical_config *config = &state->config;
    for (uint64_t c = 0; c < config->clusters; c++) {
        float row[4096];
        classical_clusters_make(config, c, 1, row);
        for (uint64_t j = 0; j < config->width; j++)
            state->means[c * config->width + j] = (double)row[j];
    }
    centres_set(state);
}

static int run(void *p, struct mlm_scoreboard *sb)
{
    struct state *state = p;
    const struct classical_config *config = &state->config;
    state->distances = classical_map(
        &state->memory, rows_at_once(config) * config->clusters * sizeof(float), "the distances", sb);
    if (!state->distances)
        return -ENOMEM;
    if (state->way != WAY_MINIBATCH &&
        !(state->labels = classical_map(&state->memory, labels_bytes(config), "the labels", sb)))
        return -ENOMEM;
    mlm_progress_begin(sb, config->steps * config->rows);
    start(state);
    for (uint64_t step = 0; step < config->steps; step++)
        pass(state, sb);
    sb->items = config->steps * config->rows;
    return 0;
}

/* The squared distances from the rows to the means, which is ‖rows‖² less that of the means; and two sums
 * over all means, one of them with random signs. */
static int verify(const void *p, struct mlm_scoreboard *sb)
{
    const struct state *state = p;
    const struct classical_config *config = &state->config;
    double inertia = state->squares, lengths = 0, projection = 0;
    uint64_t key = mlm_random_key(0, 0), count = 0;
    for (uint64_t c = 0; c < config->clusters; c++) {
        double square = 0;
        for (uint64_t j = 0; j < config->width; j++) {
            double value = state->means[c * config->width + j];
            square += value * value;
            projection += mlm_random_u64(key, c * config->width + j) >> 63 ? value : -value;
        }
        inertia -= (double)state->counts_pass[c] * square;
        lengths += sqrt(square) * (double)(1 + c);
        count += state->counts_pass[c];
    }
    mlm_answer_add(sb, inertia);
    mlm_answer_add(sb, lengths);
    mlm_answer_add(sb, projection + lengths);
    return count == config->rows
               ? 0
               : mlm_fail(sb, -EBADMSG, "%" PRIu64 " rows got a centre, of %" PRIu64, count, config->rows);
}

#define PARAMS                                                                                               \
    CLASSICAL_WIDTH("32", 16),                                                                               \
        {CLASSICAL_COUNT(clusters, "96", 1, 1024, "clusters that the rows are given to"),                    \
            .equal_work = true},                                                                             \
    {                                                                                                        \
        CLASSICAL_COUNT(steps, "3", 2, 10000, "passes over the rows"), .equal_work = true                    \
    }

static const struct mlm_param all_params[] = {PARAMS, {.name = NULL}};
static const struct mlm_param blocks_params[] = {
    {CLASSICAL_COUNT(batch, "256,4096", 1, 1 << 24, "rows whose distances are held at once")}, PARAMS,
    {.name = NULL}};
static const struct mlm_param minibatch_params[] = {
    {CLASSICAL_COUNT(batch, "1024,16384", 1, 1 << 24, "rows of a batch")}, PARAMS, {.name = NULL}};

static const enum way all_way = WAY_ALL, blocks_way = WAY_BLOCKS, minibatch_way = WAY_MINIBATCH;

/* Means differ by rounding alone, below 1e-9; a row in the wrong cluster changes them far more. */
#define COMMON                                                                                               \
    CLASSICAL_BLAS, .config_size = sizeof(struct classical_config), .max_threads = 1, .work = "kmeans",      \
                    .answer_tolerance = 1e-7, .derive = derive, .core_bytes = core, .peak_bytes = peak,      \
                    .rough_ns = rough, .prepare = prepare, .run = run, .verify = verify, .destroy = destroy

const struct mlm_workload classical_kmeans_all = {COMMON, .name = "kmeans_all", .params = all_params,
    .variant = &all_way, .summary = "k-means, with the distances of all rows to all centres at once"};
const struct mlm_workload classical_kmeans_blocks = {COMMON, .name = "kmeans_blocks", .params = blocks_params,
    .variant = &blocks_way, .summary = "k-means, with the distances of a block of rows at a time"};
const struct mlm_workload classical_kmeans_minibatch = {COMMON, .name = "kmeans_minibatch",
    .params = minibatch_params, .variant = &minibatch_way,
    .summary = "k-means of mini-batches, each made when it is needed"};
