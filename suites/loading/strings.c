/* A column of texts, as customer segments or cities are, in five ways. The texts come from the seed, as if a
 * reader gave them one after the other; each of `levels` texts is drawn more often the lower its number is.
 * --data is the size of the column as dense one-hot f32.
 *
 *   pointers        each row has its own text, and a pointer to it
 *   codes           each row has the number of its text in a dictionary
 *   onehot          each row has a float for each text: one of them is 1
 *   onehot_sparse   the same as CSR with a column, a value and a start
 *   hashed          each row has a float for each of 64 buckets: that of its text's hash is 1
 *
 * The job adds up what a linear model says of each row. Its weight of a text is that of the text's bucket, a
 * whole number, so that all ways have the same bits. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "data/memory.h"
#include "data/random.h"
#include "loading/loading.h"

enum strings_kept { KEPT_CODES, KEPT_POINTERS, KEPT_ONEHOT, KEPT_SPARSE, KEPT_HASHED };
enum { STREAM_ROWS = 0x737472, STREAM_WEIGHTS };

/* "customer-segment-" and six digits. */
#define TEXT_BYTES 24u
#define LEVELS_MAX 999999u
#define BUCKETS 64u

/* Rows between two reports of progress. */
#define STEP_ROWS UINT64_C(4096)

struct strings_config {
    struct mlm_job job;
    uint32_t kept; /* enum strings_kept */
    uint64_t levels;
    uint64_t rows; /* derived */
};

/* Texts in the order in which they were first met, and a table of their numbers by hash. */
struct dictionary {
    char (*texts)[TEXT_BYTES];
    uint32_t *table; /* number + 1; 0: free */
    uint64_t slots, count, levels;
};

struct strings_state {
    struct strings_config config;
    struct dictionary dictionary;
    uint32_t *codes; /* and the columns of onehot_sparse */
    char **pointers;
    char *texts;
    float *values;    /* onehot, onehot_sparse, hashed */
    uint64_t *starts; /* onehot_sparse */
    float *weights;   /* of each number of the dictionary; of each bucket */
    uint64_t order, checksum;
    int64_t sum;
};

static const char *const kept_words[] = {[KEPT_CODES] = "codes",
    [KEPT_POINTERS] = "pointers",
    [KEPT_ONEHOT] = "onehot",
    [KEPT_SPARSE] = "onehot_sparse",
    [KEPT_HASHED] = "hashed",
    NULL};

static int strings_derive(void *p, struct mlm_error *error)
{
    struct strings_config *config = p;
    config->rows = config->job.data_bytes / (config->levels * sizeof(float));
    if (config->rows == 0)
        return mlm_error_set(error, -ERANGE, "one row of %" PRIu64 " texts needs data=%" PRIu64 " at least",
            config->levels, config->levels * (uint64_t)sizeof(float));
    return 0;
}

/* ---- Theory ---- */

static bool has_dictionary(const struct strings_config *config)
{
    return config->kept != KEPT_POINTERS && config->kept != KEPT_HASHED;
}

static uint64_t codes_bytes(const struct strings_config *config)
{
    bool has = config->kept == KEPT_CODES || config->kept == KEPT_SPARSE;
    return has ? config->rows * sizeof(uint32_t) : 0;
}

static uint64_t pointers_bytes(const struct strings_config *config)
{
    return config->kept == KEPT_POINTERS ? config->rows * sizeof(char *) : 0;
}

static uint64_t texts_bytes(const struct strings_config *config)
{
    return config->kept == KEPT_POINTERS ? config->rows * TEXT_BYTES : 0;
}

static uint64_t values_bytes(const struct strings_config *config)
{
    uint64_t of_row = config->kept == KEPT_ONEHOT   ? config->levels
                      : config->kept == KEPT_SPARSE ? 1
                      : config->kept == KEPT_HASHED ? BUCKETS
                                                    : 0;
    return config->rows * of_row * sizeof(float);
}

static uint64_t starts_bytes(const struct strings_config *config)
{
    return config->kept == KEPT_SPARSE ? (config->rows + 1) * sizeof(uint64_t) : 0;
}

/* At least twice as many as texts, a power of two. */
static uint64_t slots_of(const struct strings_config *config)
{
    uint64_t slots = 16;
    while (slots < 2 * config->levels)
        slots *= 2;
    return slots;
}

static uint64_t dictionary_bytes(const struct strings_config *config)
{
    return has_dictionary(config) ? config->levels * TEXT_BYTES + slots_of(config) * sizeof(uint32_t) : 0;
}

static uint64_t weights_bytes(const struct strings_config *config)
{
    return (has_dictionary(config) ? config->levels : BUCKETS) * sizeof(float);
}

static uint64_t strings_core(const void *p)
{
    const struct strings_config *config = p;
    return codes_bytes(config) + pointers_bytes(config) + texts_bytes(config) + values_bytes(config) +
           starts_bytes(config) + dictionary_bytes(config);
}

static uint64_t strings_peak(const void *p)
{
    uint64_t held = strings_core(p) + weights_bytes(p);
    return MLM_BASELINE_BYTES + held + mlm_page_table_bytes(p, held);
}

/* Assumes 100 ns for a text, and 1 GB/s to store and read. */
static uint64_t strings_rough(const void *p)
{
    return 100 * ((const struct strings_config *)p)->rows + 2 * strings_core(p);
}

/* ---- Texts ---- */

static void text_make(uint64_t level, char text[TEXT_BYTES])
{
    static const char begin[] = "customer-segment-";
    memcpy(text, begin, sizeof begin);
    char *at = text + TEXT_BYTES - 1;
    *at = 0;
    for (unsigned i = 0; i < 6; i++, level /= 10)
        *--at = (char)('0' + level % 10);
}

static uint64_t text_hash(const char text[TEXT_BYTES])
{
    uint64_t hash = 0;
    for (unsigned i = 0; i < TEXT_BYTES; i += sizeof(uint64_t)) {
        uint64_t word;
        memcpy(&word, text + i, sizeof word);
        hash = mlm_mix64(hash + word);
    }
    return hash;
}

static float bucket_weight(uint64_t bucket)
{
    return (float)mlm_random_below(mlm_random_key(0, STREAM_WEIGHTS), bucket, 17) - 8;
}

static float text_weight(const char text[TEXT_BYTES])
{
    return bucket_weight(text_hash(text) % BUCKETS);
}

/* The number of a text, which is added if it is new. */
static uint32_t dictionary_find(struct dictionary *d, const char text[TEXT_BYTES])
{
    uint64_t slot = text_hash(text) & (d->slots - 1);
    for (; d->table[slot]; slot = (slot + 1) & (d->slots - 1))
        if (memcmp(d->texts[d->table[slot] - 1], text, TEXT_BYTES) == 0)
            return d->table[slot] - 1;
    memcpy(d->texts[d->count], text, TEXT_BYTES);
    d->table[slot] = (uint32_t)++d->count;
    return (uint32_t)(d->count - 1);
}

/* ---- The column ---- */

static void row_put(struct strings_state *state, uint64_t row, const char text[TEXT_BYTES])
{
    uint64_t levels = state->config.levels;
    uint32_t code = state->dictionary.texts ? dictionary_find(&state->dictionary, text) : 0;
    switch ((enum strings_kept)state->config.kept) {
    case KEPT_POINTERS:
        state->pointers[row] = state->texts + row * TEXT_BYTES;
        memcpy(state->pointers[row], text, TEXT_BYTES);
        break;
    case KEPT_CODES:
        state->codes[row] = code;
        break;
    case KEPT_ONEHOT:
        memset(state->values + row * levels, 0, levels * sizeof *state->values);
        state->values[row * levels + code] = 1;
        break;
    case KEPT_SPARSE:
        state->starts[row + 1] = row + 1;
        state->codes[row] = code;
        state->values[row] = 1;
        break;
    case KEPT_HASHED:
        memset(state->values + row * BUCKETS, 0, BUCKETS * sizeof *state->values);
        state->values[row * BUCKETS + text_hash(text) % BUCKETS] = 1;
        break;
    }
}

static void column_make(struct strings_state *state, struct mlm_scoreboard *sb)
{
    const struct strings_config *config = &state->config;
    uint64_t key = mlm_random_key(config->job.seed, STREAM_ROWS);
    for (uint64_t row = 0; row < config->rows; row++) {
        char text[TEXT_BYTES];
        uint64_t draw = mlm_random_u64(key, row);
        /* The smaller one of two numbers: low ones are drawn more often. */
        uint64_t a = (draw >> 32) * config->levels >> 32, b = (draw & UINT32_MAX) * config->levels >> 32;
        text_make(a < b ? a : b, text);
        state->checksum += mlm_mix64(text_hash(text) + row);
        row_put(state, row, text);
        if ((row + 1) % STEP_ROWS == 0)
            mlm_progress_add(sb, STEP_ROWS);
    }
    mlm_progress_add(sb, config->rows % STEP_ROWS);
}

static void weights_make(struct strings_state *state)
{
    uint64_t count = state->dictionary.texts ? state->dictionary.count : BUCKETS;
    for (uint64_t i = 0; i < count; i++)
        state->weights[i] =
            state->dictionary.texts ? text_weight(state->dictionary.texts[i]) : bucket_weight(i);
}

static float dense_product(const float *restrict values, const float *restrict weights, uint64_t count)
{
    float sum = 0;
#pragma omp simd reduction(+ : sum)
    for (uint64_t i = 0; i < count; i++)
        sum += values[i] * weights[i];
    return sum;
}

static float row_product(const struct strings_state *state, uint64_t row)
{
    uint64_t levels = state->config.levels;
    float sum = 0;
    switch ((enum strings_kept)state->config.kept) {
    case KEPT_POINTERS:
        return state->weights[text_hash(state->pointers[row]) % BUCKETS];
    case KEPT_CODES:
        return state->weights[state->codes[row]];
    case KEPT_ONEHOT:
        return dense_product(state->values + row * levels, state->weights, levels);
    case KEPT_SPARSE:
        for (uint64_t i = state->starts[row]; i < state->starts[row + 1]; i++)
            sum += state->values[i] * state->weights[state->codes[i]];
        return sum;
    case KEPT_HASHED:
        return dense_product(state->values + row * BUCKETS, state->weights, BUCKETS);
    }
    return sum;
}

static void column_pass(struct strings_state *state, struct mlm_scoreboard *sb)
{
    uint64_t rows = state->config.rows;
    for (uint64_t row = 0; row < rows; row++) {
        int64_t score = (int64_t)row_product(state, row);
        state->sum += score;
        state->order = state->order * UINT64_C(0x5851f42d4c957f2d) + (uint64_t)score;
        if ((row + 1) % STEP_ROWS == 0)
            mlm_progress_add(sb, STEP_ROWS);
    }
    mlm_progress_add(sb, rows % STEP_ROWS);
}

static void strings_destroy(void *p)
{
    struct strings_state *state = p;
    if (!state)
        return;
    const struct strings_config *config = &state->config;
    mlm_unmap(state->codes, codes_bytes(config));
    mlm_unmap(state->pointers, pointers_bytes(config));
    mlm_unmap(state->texts, texts_bytes(config));
    mlm_unmap(state->values, values_bytes(config));
    mlm_unmap(state->starts, starts_bytes(config));
    mlm_unmap(state->weights, weights_bytes(config));
    mlm_unmap(state->dictionary.texts, config->levels * TEXT_BYTES);
    mlm_unmap(state->dictionary.table, slots_of(config) * sizeof(uint32_t));
    free(state);
}

/* Maps an array, if this way to keep the column has it. */
static bool array_open(uint64_t bytes, void *ret_array, struct mlm_scoreboard *sb)
{
    if (bytes == 0)
        return true;
    void *array = mlm_map(bytes, "the column", sb);
    memcpy(ret_array, &array, sizeof array);
    return array != NULL;
}

static int strings_prepare(const void *p, struct mlm_scoreboard *sb, void **ret_state)
{
    struct strings_state *state = calloc(1, sizeof *state);
    if (!state)
        return mlm_fail(sb, -ENOMEM, "out of memory");
    state->config = *(const struct strings_config *)p;
    const struct strings_config *config = &state->config;
    bool has = has_dictionary(config);
    state->dictionary.slots = slots_of(config);
    if (!array_open(codes_bytes(config), &state->codes, sb) ||
        !array_open(pointers_bytes(config), &state->pointers, sb) ||
        !array_open(texts_bytes(config), &state->texts, sb) ||
        !array_open(values_bytes(config), &state->values, sb) ||
        !array_open(starts_bytes(config), &state->starts, sb) ||
        !array_open(weights_bytes(config), &state->weights, sb) ||
        !array_open(has ? config->levels * TEXT_BYTES : 0, &state->dictionary.texts, sb) ||
        !array_open(has ? slots_of(config) * sizeof(uint32_t) : 0, &state->dictionary.table, sb)) {
        strings_destroy(state);
        return -ENOMEM;
    }
    *ret_state = state;
    return 0;
}

static int strings_run(void *p, struct mlm_scoreboard *sb)
{
    struct strings_state *state = p;
    mlm_progress_begin(sb, 2 * state->config.rows);
    column_make(state, sb);
    weights_make(state);
    column_pass(state, sb);
    return 0;
}

static int strings_verify(const void *p, struct mlm_scoreboard *sb)
{
    const struct strings_state *state = p;
    sb->items = state->config.rows;
    sb->data_checksum = state->checksum;
    mlm_answer_add(sb, (double)(state->order >> 32));
    mlm_answer_add(sb, (double)(state->order & UINT32_MAX));
    mlm_answer_add(sb, (double)state->sum);
    return 0;
}

static const struct mlm_param strings_params[] = {
    {.name = "kept",
        .type = MLM_PARAM_WORD,
        .offset = offsetof(struct strings_config, kept),
        .words = kept_words,
        .help =
            "how the column is held: codes of a dictionary, pointers to texts, one-hot dense or sparse, or "
            "hashed to 64 columns",
        .sweep = "codes,pointers,onehot,onehot_sparse,hashed"},
    {.name = "levels",
        .type = MLM_PARAM_COUNT,
        .offset = offsetof(struct strings_config, levels),
        .help = "different texts",
        .sweep = "1000",
        .minimum = 1,
        .maximum = LEVELS_MAX,
        .equal_work = true},
    {.name = NULL},
};

const struct mlm_workload mlm_loading_strings = {.name = "strings",
    .summary = "holds a column of texts, and lets a linear model score its rows",
    .params = strings_params,
    .config_size = sizeof(struct strings_config),
    .max_threads = 1,
    .work = "strings",
    .derive = strings_derive,
    .core_bytes = strings_core,
    .peak_bytes = strings_peak,
    .rough_ns = strings_rough,
    .prepare = strings_prepare,
    .run = strings_run,
    .verify = strings_verify,
    .destroy = strings_destroy};
