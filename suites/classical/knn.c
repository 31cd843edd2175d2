/* The nearest neighbours of some rows among all others. Squared distances are a product of matrices: all of
 * them at once, or as many rows of the matrix as the working memory has room for, as
 * pairwise_distances_chunked() of scikit-learn does.
 *
 * Values are whole and small, so that distances are exact, and of equal ones the first row counts: all ways
 * find the same neighbours. */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "classical/classical.h"
#include "data/blas.h"
#include "data/random.h"

#define NEIGHBOURS_MOST 64u
/* The matrix has so many times more columns than rows. */
#define ROWS_A_QUERY 64u
/* Distances that are looked at together. */
#define LOOK 64u

enum stream { STREAM_CLASSES = 0x6b6e6e };

struct state {
    struct classical_config config;
    struct mlm_blas blas;
    struct classical_memory memory;
    float *rows, *queries;
    float *norms;     /* ‖row‖² */
    float *distances; /* [queries at once][rows] */
    uint64_t classes_key;
    uint64_t done, distance_sum, votes_sum, ones_sum;
};

static bool is_whole(const struct classical_config *config)
{
    return *(const bool *)config->job.workload->variant;
}

static uint64_t queries_at_once(const struct classical_config *config)
{
    uint64_t some = config->working / (config->rows * sizeof(float));
    return is_whole(config) ? config->queries : classical_smaller(some ? some : 1, config->queries);
}

static int derive(void *p, struct mlm_error *error)
{
    struct classical_config *config = p;
    uint64_t distances = config->job.data_bytes / sizeof(float);
    config->queries = (uint64_t)sqrt((double)distances / ROWS_A_QUERY);
    config->rows = config->queries ? distances / config->queries : 0;
    if (config->rows < UINT64_C(2) * NEIGHBOURS_MOST || config->rows > INT32_MAX)
        return mlm_error_set(error, -ERANGE, "data of %" PRIu64 " B is too small or too large for neighbours",
            config->job.data_bytes);
    return 0;
}

static uint64_t core(const void *p)
{
    const struct classical_config *config = p;
    return sizeof(float) *
           ((config->rows + config->queries) * config->width + queries_at_once(config) * config->rows);
}

static uint64_t peak(const void *p)
{
    const struct classical_config *config = p;
    return classical_process_bytes(&config->job, core(p) + config->rows * sizeof(float),
        classical_blas_bytes(queries_at_once(config), config->rows, config->width));
}

/* Assumes 40 GFlop/s in products, and 0.5 ns to store a distance and look at it. */
static uint64_t rough(const void *p)
{
    const struct classical_config *config = p;
    double distances = (double)config->rows * (double)config->queries;
    return (uint64_t)(20e6 + distances * (2 * (double)config->width / 40 + 0.5));
}

static void destroy(void *p)
{
    struct state *state = p;
    if (state)
        classical_unmap(&state->memory);
    free(state);
}

static void rows_prepare(struct state *state, struct mlm_scoreboard *sb)
{
    const struct classical_config *config = &state->config;
    classical_noise_make(config, 0, 0, config->rows, state->rows);
    classical_noise_make(config, 1, 0, config->queries, state->queries);
    sb->data_checksum = classical_rows_checksum(config, 0, config->rows, state->rows) +
                        classical_rows_checksum(config, config->rows, config->queries, state->queries);
}

static int prepare(const void *p, struct mlm_scoreboard *sb, void **ret_state)
{
    const struct classical_config *config = p;
    struct state *state = calloc(1, sizeof *state);
    if (!state)
        return mlm_fail(sb, -ENOMEM, "out of memory");
    state->config = *config;
    state->classes_key = mlm_random_key(config->job.seed, STREAM_CLASSES);
    struct classical_memory *memory = &state->memory;
    int r = mlm_blas_open(config->job.threads, &state->blas, sb);
    uint64_t row = config->width * sizeof(float);
    if (r == 0 && (!(state->rows = classical_map(memory, config->rows * row, "the rows", sb)) ||
                      !(state->queries = classical_map(memory, config->queries * row, "the queries", sb)) ||
                      !(state->norms = classical_map(memory, config->rows * sizeof(float), "norms", sb))))
        r = -ENOMEM;
    if (r < 0) {
        destroy(state);
        return r;
    }
    rows_prepare(state, sb);
    *ret_state = state;
    return 0;
}

static float square(const float *row, uint64_t width)
{
    float sum = 0;
#pragma omp simd reduction(+ : sum)
    for (uint64_t j = 0; j < width; j++)
        sum += row[j] * row[j];
    return sum;
}

/* The nearest rows so far, ascending; of equal ones, the first. */
struct nearest {
    uint64_t most, count;
    float distances[NEIGHBOURS_MOST];
    uint32_t rows[NEIGHBOURS_MOST];
};

static float worst(const struct nearest *nearest)
{
    return nearest->count < nearest->most ? INFINITY : nearest->distances[nearest->most - 1];
}

static void nearest_add(struct nearest *nearest, float distance, uint32_t row)
{
    uint64_t at = nearest->count < nearest->most ? nearest->count++ : nearest->most - 1;
    for (; at && nearest->distances[at - 1] > distance; at--) {
        nearest->distances[at] = nearest->distances[at - 1];
        nearest->rows[at] = nearest->rows[at - 1];
    }
    nearest->distances[at] = distance;
    nearest->rows[at] = row;
}

static void each_look(
    const float *distances, const float *norms, uint64_t begin, uint64_t end, struct nearest *nearest)
{
    for (uint64_t i = begin; i < end; i++)
        if (distances[i] + norms[i] < worst(nearest))
            nearest_add(nearest, distances[i] + norms[i], (uint32_t)i);
}

/* Most distances are larger than the worst so far: several are looked at together. */
static void row_look(const float *distances, const float *norms, uint64_t count, struct nearest *nearest)
{
    uint64_t first = 0;
    for (; first + LOOK <= count; first += LOOK)
        if (classical_least(distances + first, norms + first, LOOK) < worst(nearest))
            each_look(distances, norms, first, first + LOOK, nearest);
    each_look(distances, norms, first, count, nearest);
}

/* The neighbours vote for a class; a tie goes to the nearest. */
static void query_answer(struct state *state, uint64_t query, const struct nearest *nearest)
{
    const struct classical_config *config = &state->config;
    float own = square(state->queries + query * config->width, config->width);
    uint64_t ones = 0, first = 0;
    for (uint64_t i = 0; i < nearest->count; i++) {
        uint64_t class = mlm_random_u64(state->classes_key, nearest->rows[i]) >> 63;
        first = i ? first : class;
        ones += class;
        state->distance_sum += (uint64_t)(nearest->distances[i] + own) * (1 + i);
    }
    state->votes_sum += ones * (1 + query % 1009);
    state->ones_sum += 2 * ones > nearest->count || (2 * ones == nearest->count && first);
    state->done++;
}

static int run(void *p, struct mlm_scoreboard *sb)
{
    struct state *state = p;
    const struct classical_config *config = &state->config;
    uint64_t at_once = queries_at_once(config);
    int width = (int)config->width, columns = (int)config->rows;
    state->distances =
        classical_map(&state->memory, at_once * config->rows * sizeof(float), "the distances", sb);
    if (!state->distances)
        return -ENOMEM;
    for (uint64_t r = 0; r < config->rows; r++)
        state->norms[r] = square(state->rows + r * config->width, config->width);
    mlm_progress_begin(sb, config->queries);
    for (uint64_t first = 0, some; first < config->queries; first += some) {
        some = classical_smaller(config->queries - first, at_once);
        state->blas.sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int)some, columns, width, -2,
            state->queries + first * config->width, width, state->rows, width, 0, state->distances, columns);
        for (uint64_t q = 0; q < some; q++) {
            struct nearest nearest = {.most = config->neighbours};
            row_look(state->distances + q * config->rows, state->norms, config->rows, &nearest);
            query_answer(state, first + q, &nearest);
            mlm_progress_add(sb, 1);
        }
    }
    sb->items = state->done;
    return 0;
}

static int verify(const void *p, struct mlm_scoreboard *sb)
{
    const struct state *state = p;
    mlm_answer_add(sb, (double)state->distance_sum);
    mlm_answer_add(sb, (double)state->votes_sum);
    mlm_answer_add(sb, (double)state->ones_sum);
    return state->done == state->config.queries
               ? 0
               : mlm_fail(sb, -EBADMSG, "%" PRIu64 " rows have neighbours, of %" PRIu64, state->done,
                     state->config.queries);
}

#define PARAMS                                                                                               \
    CLASSICAL_WIDTH("32", 1),                                                                                \
    {                                                                                                        \
        CLASSICAL_COUNT(neighbours, "10", 1, NEIGHBOURS_MOST, "neighbours of a row"), .equal_work = true     \
    }

static const struct mlm_param all_params[] = {PARAMS, {.name = NULL}};
static const struct mlm_param blocks_params[] = {{.name = "working",
                                                     .type = MLM_PARAM_SIZE,
                                                     .offset = CLASSICAL_FIELD(working),
                                                     .help = "bytes of distances that are held at once",
                                                     .sweep = "64M,16M,1M",
                                                     .minimum = 1,
                                                     .maximum = 0x1p50},
    PARAMS, {.name = NULL}};

static const bool whole = true, in_blocks = false;

#define COMMON                                                                                               \
    CLASSICAL_BLAS, .config_size = sizeof(struct classical_config), .max_threads = 1, .flags = MLM_QUICK,    \
                    .work = "knn", .derive = derive, .core_bytes = core, .peak_bytes = peak,                 \
                    .rough_ns = rough, .prepare = prepare, .run = run, .verify = verify, .destroy = destroy

const struct mlm_workload classical_knn_all = {COMMON, .name = "knn_all", .params = all_params,
    .variant = &whole, .summary = "nearest neighbours, with the whole matrix of distances"};
const struct mlm_workload classical_knn_blocks = {COMMON, .name = "knn_blocks", .params = blocks_params,
    .variant = &in_blocks,
    .summary = "nearest neighbours, with as many distances as the working memory holds"};
