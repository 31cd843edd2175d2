/* Weights of which a share is zero. Zeros save nothing while the weights stay dense. CSR leaves them out and
 * stores a column beside each weight; 2 of 4 keeps two of each four weights, with two bits each. A conversion
 * in the run holds both: the dense weights, and those that it makes of them. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "compression/compression.h"
#include "compression/pruned_kernels.h"
#include "data/memory.h"
#include "data/parallel.h"
#include "data/random.h"

enum { STREAM_ROWS = 0x7072 };

/* A weight is a whole number from -8 to 8, without 0, times the unit. */
#define VARIANCE 25.5

/* Only the order of additions differs. */
#define TOLERANCE 1e-4

/* With fewer weights in each row, the ReLUs would let nothing through all layers. */
#define KEPT_LEAST 4u

#define ROWS_OF_TILE UINT64_C(16)

static const char *const kept_words[] = {[PRUNED_DENSE] = "dense",
    [PRUNED_CSR] = "csr",
    [PRUNED_CSR_CONVERTED] = "csr_converted",
    [PRUNED_2OF4] = "2of4",
    [PRUNED_2OF4_CONVERTED] = "2of4_converted",
    NULL};

static bool has_dense(const struct compression_config *config)
{
    return config->kept != PRUNED_CSR && config->kept != PRUNED_2OF4;
}

static bool has_csr(const struct compression_config *config)
{
    return config->kept == PRUNED_CSR || config->kept == PRUNED_CSR_CONVERTED;
}

static bool has_2of4(const struct compression_config *config)
{
    return config->kept == PRUNED_2OF4 || config->kept == PRUNED_2OF4_CONVERTED;
}

static bool is_converted(const struct compression_config *config)
{
    return config->kept == PRUNED_CSR_CONVERTED || config->kept == PRUNED_2OF4_CONVERTED;
}

static int pruned_derive(void *p, struct mlm_error *error)
{
    struct compression_config *config = p;
    config->batch = 1;
    int r = compression_derive(config, error);
    if (r < 0)
        return r;
    config->kept_of_row = (uint64_t)llround((double)config->width * (1 - config->zeros));
    if (config->kept_of_row < KEPT_LEAST)
        config->kept_of_row = KEPT_LEAST;
    if (has_2of4(config) && 2 * config->kept_of_row > config->width)
        return mlm_error_set(error, -ENOTSUP, "2 of 4 leaves out half of the weights: zeros=0.5 at least");
    if (has_csr(config) && config->kept_of_row * config->width > UINT32_MAX)
        return mlm_error_set(error, -ENOTSUP, "a layer has too many weights for 32-bit indices");
    return 0;
}

/* ---- Theory ---- */

static uint64_t dense_bytes(const struct compression_config *config)
{
    return compression_weight_count(config) * sizeof(float);
}

/* Weights other than zero, of all layers. */
static uint64_t nonzeros(const struct compression_config *config)
{
    return COMPRESSION_LAYERS * config->width * config->kept_of_row;
}

static uint64_t starts_bytes(const struct compression_config *config)
{
    return COMPRESSION_LAYERS * (config->width + 1) * sizeof(uint32_t);
}

static uint64_t packed_values_bytes(const struct compression_config *config)
{
    return (has_csr(config) ? nonzeros(config) : compression_weight_count(config) / 2) * sizeof(float);
}

static uint64_t picks_bytes(const struct compression_config *config)
{
    return compression_weight_count(config) / PRUNED_GROUP * sizeof(uint16_t);
}

/* z(s + i) + (n + 1)i for CSR; two values of four, and four bits, for 2 of 4. */
static uint64_t packed_bytes(const struct compression_config *config)
{
    if (has_csr(config))
        return nonzeros(config) * (sizeof(float) + sizeof(uint32_t)) + starts_bytes(config);
    return has_2of4(config) ? packed_values_bytes(config) + picks_bytes(config) : 0;
}

static uint64_t pruned_core(const void *p)
{
    const struct compression_config *config = p;
    uint64_t dense = has_dense(config) ? dense_bytes(config) : 0;
    return dense + packed_bytes(config) + compression_pass_bytes(config);
}

/* One row is drawn before it is placed. */
static uint64_t row_bytes(const struct compression_config *config)
{
    return config->kept_of_row * (sizeof(float) + sizeof(uint32_t));
}

static uint64_t pruned_peak(const void *p)
{
    uint64_t held = pruned_core(p) + row_bytes(p);
    return MLM_BASELINE_BYTES + held + mlm_page_table_bytes(p, held);
}

/* Assumes 3 ns to draw a weight, 1 GB/s to store it, 2 ns to convert it, products at 8 GB/s and 1 ns for each
 * weight of CSR. */
static uint64_t pruned_rough(const void *p)
{
    const struct compression_config *config = p;
    uint64_t bytes = has_dense(config) && !is_converted(config) ? dense_bytes(config) : packed_bytes(config);
    uint64_t product = bytes / 8 + (has_csr(config) ? nonzeros(config) : 0);
    uint64_t convert = is_converted(config) ? 2 * compression_weight_count(config) : 0;
    return 3 * nonzeros(config) + pruned_core(p) + convert + config->samples * product;
}

/* ---- Memory ---- */

static void weights_close(
    const struct compression_config *config, struct pruned_weights *dense, struct pruned_weights *packed)
{
    mlm_unmap(dense->values, dense_bytes(config));
    mlm_unmap(packed->values, packed_values_bytes(config));
    mlm_unmap(packed->columns, nonzeros(config) * sizeof *packed->columns);
    mlm_unmap(packed->starts, starts_bytes(config));
    mlm_unmap(packed->picks, picks_bytes(config));
    *dense = *packed = (struct pruned_weights){0};
}

static int dense_open(
    const struct compression_config *config, struct pruned_weights *weights, struct mlm_scoreboard *sb)
{
    weights->values = mlm_map(dense_bytes(config), "the dense weights", sb);
    return weights->values ? 0 : -ENOMEM;
}

static int packed_open(
    const struct compression_config *config, struct pruned_weights *weights, struct mlm_scoreboard *sb)
{
    const char *what = "the weights without zeros";
    weights->values = mlm_map(packed_values_bytes(config), what, sb);
    if (!weights->values)
        return -ENOMEM;
    if (has_csr(config)) {
        weights->columns = mlm_map(nonzeros(config) * sizeof *weights->columns, what, sb);
        weights->starts = mlm_map(starts_bytes(config), what, sb);
        return weights->columns && weights->starts ? 0 : -ENOMEM;
    }
    weights->picks = mlm_map(picks_bytes(config), what, sb);
    return weights->picks ? 0 : -ENOMEM;
}

/* ---- The weights from the seed ---- */

/* The columns of a row's weights other than zero, in their order, and their values. */
struct row {
    uint32_t *columns;
    float *values;
};

/* Two places of four, for each of six ways to choose them. */
static const uint8_t pairs[6][2] = {{0, 1}, {0, 2}, {0, 3}, {1, 2}, {1, 3}, {2, 3}};

/* Where half of the weights are zero or more, no four neighbours have more than two weights, so that all ways
 * to hold them hold the same ones. Each weight has a stretch of its own of the places that it may take. */
static void row_draw(const struct compression_config *config, uint64_t key, float unit, struct row *row)
{
    uint64_t count = config->kept_of_row, width = config->width;
    bool paired = 2 * count <= width;
    uint64_t places = paired ? width / 2 : width, end = 0;
    for (uint64_t i = 0; i < count; i++) {
        uint64_t begin = end, draw = mlm_random_u64(key, i);
        end = (i + 1) * places / count;
        uint64_t place = begin + ((draw >> 32) * (end - begin) >> 32);
        int code = (int)(draw & 15) - 8;
        row->values[i] = unit * (float)(code < 0 ? code : code + 1);
        if (paired) {
            uint64_t quad = place / 2;
            const uint8_t *pair = pairs[mlm_random_below(~key, quad, 6)];
            row->columns[i] = (uint32_t)(4 * quad + pair[place % 2]);
        } else {
            row->columns[i] = (uint32_t)place;
        }
    }
}

static void place_dense(const struct compression_config *config, const struct row *row, float *values)
{
    memset(values, 0, config->width * sizeof *values);
    for (uint64_t i = 0; i < config->kept_of_row; i++)
        values[row->columns[i]] = row->values[i];
}

/* `picks` of 2-of-4 for each set of columns of a quad that have weights: two different places of four, the
 * first in the two lower bits. A set of more than two has none. */
#define PICKS(a, b) ((uint8_t)((a) | (b) << 2))
#define NO_PICKS 0xff
static const uint8_t picks_of_set[16] = {PICKS(0, 1), PICKS(0, 1), PICKS(0, 1), PICKS(0, 1), PICKS(0, 2),
    PICKS(0, 2), PICKS(1, 2), NO_PICKS, PICKS(0, 3), PICKS(0, 3), PICKS(1, 3), NO_PICKS, PICKS(2, 3),
    NO_PICKS, NO_PICKS, NO_PICKS};

/* Packs a dense row. Returns false where four neighbours have more than two weights. */
static bool pack_2of4(const float *dense, uint64_t width, float *values, uint16_t *picks)
{
    bool fits = true;
    for (uint64_t c = 0; c < width; c += PRUNED_GROUP, dense += PRUNED_GROUP, values += PRUNED_GROUP_KEPT) {
        unsigned bits = 0;
        for (unsigned quad = 0; quad < 4; quad++) {
            const float *four = dense + (size_t)4 * quad;
            unsigned set = (four[0] != 0) | (unsigned)(four[1] != 0) << 1 | (unsigned)(four[2] != 0) << 2 |
                           (unsigned)(four[3] != 0) << 3;
            fits = fits && picks_of_set[set] != NO_PICKS;
            bits |= (picks_of_set[set] & 15u) << 4 * quad;
        }
        *picks++ = (uint16_t)bits;
        for (unsigned i = 0; i < PRUNED_GROUP_KEPT; i++)
            values[i] = dense[pruned_column((uint16_t)bits, i)];
    }
    return fits;
}

static void place_csr(const struct compression_config *config, const struct row *row, uint64_t number,
    struct pruned_weights *to)
{
    uint64_t count = config->kept_of_row, layer = number / config->width, in_layer = number % config->width;
    uint32_t *starts = to->starts + layer * (config->width + 1) + in_layer;
    memcpy(to->values + number * count, row->values, count * sizeof *row->values);
    memcpy(to->columns + number * count, row->columns, count * sizeof *row->columns);
    starts[0] = (uint32_t)(in_layer * count);
    starts[1] = (uint32_t)((in_layer + 1) * count);
}

/* The row goes through a dense one, which lies in the place of the first vector. */
static void place_2of4(
    const struct pruned_state *state, const struct row *row, uint64_t number, struct pruned_weights *to)
{
    uint64_t width = state->config.width;
    place_dense(&state->config, row, state->pass.in);
    (void)pack_2of4(
        state->pass.in, width, to->values + number * width / 2, to->picks + number * width / PRUNED_GROUP);
}

static void fill(struct pruned_state *state, struct row *row, struct mlm_scoreboard *sb)
{
    const struct compression_config *config = &state->config;
    uint64_t rows = COMPRESSION_LAYERS * config->width, key = mlm_random_key(config->job.seed, STREAM_ROWS);
    float unit = compression_unit(VARIANCE, config->kept_of_row);
    uint64_t sum = 1;
    mlm_progress_begin(sb, rows);
    for (uint64_t number = 0; number < rows; number++) {
        row_draw(config, mlm_random_u64(key, number), unit, row);
        if (number % 64 == 0)
            sum = compression_checksum(sum, row->values, config->kept_of_row) + row->columns[0];
        if (has_dense(config))
            place_dense(config, row, state->dense.values + number * config->width);
        else if (has_csr(config))
            place_csr(config, row, number, &state->packed);
        else
            place_2of4(state, row, number, &state->packed);
        mlm_progress_add(sb, 1);
    }
    sb->data_checksum = sum;
}

static void pruned_destroy(void *p)
{
    struct pruned_state *state = p;
    if (!state)
        return;
    weights_close(&state->config, &state->dense, &state->packed);
    compression_pass_close(&state->pass);
    free(state);
}

static int state_open(struct pruned_state *state, struct mlm_scoreboard *sb)
{
    const struct compression_config *config = &state->config;
    int r = compression_pass_open(config, &state->pass, sb);
    if (r == 0)
        r = has_dense(config) ? dense_open(config, &state->dense, sb)
                              : packed_open(config, &state->packed, sb);
    if (r < 0)
        return r;
    void *drawn = mlm_map(row_bytes(config), "a row", sb);
    if (!drawn)
        return -ENOMEM;
    struct row row = {.values = drawn, .columns = (uint32_t *)drawn + config->kept_of_row};
    fill(state, &row, sb);
    mlm_unmap(drawn, row_bytes(config));
    return 0;
}

static int pruned_prepare(const void *config, struct mlm_scoreboard *sb, void **ret_state)
{
    struct pruned_state *state = calloc(1, sizeof *state);
    if (!state)
        return mlm_fail(sb, -ENOMEM, "out of memory");
    state->config = *(const struct compression_config *)config;
    int r = state_open(state, sb);
    if (r < 0) {
        pruned_destroy(state);
        return r;
    }
    *ret_state = state;
    return 0;
}

/* ---- The conversion ---- */

static uint64_t row_count(const float *dense, uint64_t width)
{
    uint64_t count = 0;
#pragma omp simd reduction(+ : count)
    for (uint64_t c = 0; c < width; c++)
        count += dense[c] != 0;
    return count;
}

/* Counts first, as a conversion does that does not know how many weights are left. Then every column is
 * written where the next weight belongs, and stays there if it has one: without a branch, which would be
 * mispredicted. The loop ends with the last weight, so it writes nothing behind it. */
static int convert_csr(struct pruned_state *state, struct mlm_scoreboard *sb)
{
    const struct compression_config *config = &state->config;
    uint64_t width = config->width, total = 0, begin = 0;
    for (uint64_t number = 0; number < COMPRESSION_LAYERS * width; number++)
        total += row_count(state->dense.values + number * width, width);
    if (total != nonzeros(config))
        return mlm_fail(sb, -EBADMSG, "the weights have another number of zeros than they were given");
    for (uint64_t number = 0; number < COMPRESSION_LAYERS * width; number++) {
        const float *dense = state->dense.values + number * width;
        uint64_t layer = number / width, in_layer = number % width, at = 0, c = 0;
        uint64_t count = row_count(dense, width);
        uint32_t *starts = state->packed.starts + layer * (width + 1) + in_layer;
        if (in_layer == 0)
            starts[0] = 0;
        starts[1] = (uint32_t)(starts[0] + count);
        float *values = state->packed.values + begin;
        uint32_t *columns = state->packed.columns + begin;
        for (; at < count; c++) {
            values[at] = dense[c];
            columns[at] = (uint32_t)c;
            at += dense[c] != 0;
        }
        begin += count;
        mlm_progress_add(sb, 1);
    }
    return 0;
}

static int convert_2of4(struct pruned_state *state, struct mlm_scoreboard *sb)
{
    uint64_t width = state->config.width;
    for (uint64_t number = 0; number < COMPRESSION_LAYERS * width; number++) {
        if (!pack_2of4(state->dense.values + number * width, width, state->packed.values + number * width / 2,
                state->packed.picks + number * width / PRUNED_GROUP))
            return mlm_fail(sb, -EBADMSG, "four weights side by side have more than two that are not zero");
        mlm_progress_add(sb, 1);
    }
    return 0;
}

static int convert(struct pruned_state *state, struct mlm_scoreboard *sb)
{
    int r = packed_open(&state->config, &state->packed, sb);
    if (r == 0)
        r = has_csr(&state->config) ? convert_csr(state, sb) : convert_2of4(state, sb);
    if (r < 0)
        return r;
    mlm_unmap(state->dense.values, dense_bytes(&state->config));
    state->dense.values = NULL;
    return 0;
}

/* ---- The products ---- */

struct multiplication {
    const struct pruned_state *state;
    uint64_t layer;
    struct mlm_vector vector;
    float *out;
};

static void dense_rows(const struct multiplication *job, uint64_t begin, uint64_t end)
{
    uint64_t width = job->state->config.width, pitch = width * sizeof(float);
    const float *layer = job->state->dense.values + job->layer * width * width;
    mlm_four_products *products = mlm_four_products_of(MLM_BLOCKS_F32, mlm_clone_best());
    for (uint64_t row = begin; row < end; row += MLM_ROWS_AT_ONCE) {
        const struct mlm_four_rows rows = {.first = (const uint8_t *)(layer + row * width),
            .row_pitch = pitch,
            .block_pitch = MLM_PART * sizeof(float),
            .blocks = width / MLM_PART};
        products(&rows, &job->vector, job->out + row);
    }
}

static void csr_rows(const struct multiplication *job, uint64_t begin, uint64_t end)
{
    const struct compression_config *config = &job->state->config;
    const struct pruned_weights *packed = &job->state->packed;
    const uint32_t *starts = packed->starts + job->layer * (config->width + 1);
    uint64_t first = job->layer * config->width * config->kept_of_row;
    pruned_csr_dot *dot = pruned_csr_dot_of(mlm_clone_best());
    for (uint64_t row = begin; row < end; row++)
        job->out[row] = dot(packed->values + first + starts[row], packed->columns + first + starts[row],
            starts[row + 1] - starts[row], job->vector.values);
}

static void two_of_four_rows(const struct multiplication *job, uint64_t begin, uint64_t end)
{
    uint64_t width = job->state->config.width, first = job->layer * width;
    const struct pruned_weights *packed = &job->state->packed;
    pruned_2of4_dot *dot = pruned_2of4_dot_of(mlm_clone_best());
    for (uint64_t row = begin; row < end; row++)
        job->out[row] = dot(packed->values + (first + row) * width / 2,
            packed->picks + (first + row) * width / PRUNED_GROUP, width, job->vector.values);
}

static void rows_multiply(void *context, uint64_t part)
{
    const struct multiplication *job = context;
    const struct compression_config *config = &job->state->config;
    uint64_t tiles = config->width / ROWS_OF_TILE;
    uint64_t begin = mlm_part_begin(tiles, part, config->job.threads) * ROWS_OF_TILE;
    uint64_t end = mlm_part_begin(tiles, part + 1, config->job.threads) * ROWS_OF_TILE;
    if (has_csr(config))
        csr_rows(job, begin, end);
    else if (has_2of4(config))
        two_of_four_rows(job, begin, end);
    else
        dense_rows(job, begin, end);
}

static int pruned_product(
    void *p, uint64_t layer, const float *in, uint64_t count, float *out, struct mlm_scoreboard *sb)
{
    const struct pruned_state *state = p;
    struct multiplication job = {
        .state = state, .layer = layer, .vector = {.values = in, .scale = 1}, .out = out};
    mlm_progress_add(sb, count);
    return mlm_parallel(state->config.job.threads, rows_multiply, &job, sb);
}

static int pruned_run(void *p, struct mlm_scoreboard *sb)
{
    struct pruned_state *state = p;
    uint64_t rows = COMPRESSION_LAYERS * state->config.width;
    mlm_progress_begin(
        sb, COMPRESSION_LAYERS * state->config.samples + (is_converted(&state->config) ? rows : 0));
    int r = is_converted(&state->config) ? convert(state, sb) : 0;
    return r < 0 ? r : compression_pass_run(&state->pass, pruned_product, state, sb);
}

static int pruned_verify(const void *p, struct mlm_scoreboard *sb)
{
    compression_pass_answer(&((const struct pruned_state *)p)->pass, sb);
    return 0;
}

#define CONFIG(field) offsetof(struct compression_config, field)

static const struct mlm_param pruned_params[] = {
    {.name = "zeros",
        .type = MLM_PARAM_REAL,
        .offset = CONFIG(zeros),
        .help = "share of the weights that is zero; each output keeps four at least",
        .sweep = "0.9,0,0.5,0.99",
        .minimum = 0,
        .maximum = 0.999,
        .equal_work = true},
    {.name = "kept",
        .type = MLM_PARAM_WORD,
        .offset = CONFIG(kept),
        .words = kept_words,
        .help = "how the weights are held: dense; csr or 2of4, made before the run; or one of these, "
                "converted from dense weights in the run",
        .sweep = "csr,dense,csr_converted,2of4,2of4_converted"},
    {.name = NULL},
};

const struct mlm_workload compression_pruned = {.name = "pruned",
    .summary = "scores samples with weights of which most are zero",
    .params = pruned_params,
    .config_size = sizeof(struct compression_config),
    .work = "pruned",
    .answer_tolerance = TOLERANCE,
    .derive = pruned_derive,
    .core_bytes = pruned_core,
    .peak_bytes = pruned_peak,
    .rough_ns = pruned_rough,
    .prepare = pruned_prepare,
    .run = pruned_run,
    .verify = pruned_verify,
    .destroy = pruned_destroy};
