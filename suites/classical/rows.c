/* Makes the rows of all methods from the seed. All values are whole numbers. */
#include <string.h>

#include "classical/classical.h"
#include "data/random.h"

enum stream {
    STREAM_NOISE = 0x636c61,
    STREAM_NOISE_OTHER, /* the other stream of classical_noise_make() */
    STREAM_CENTRES,
    STREAM_LABELS,
    STREAM_DIRECTIONS,
    STREAM_SHARES,
    STREAM_LEVELS,
    STREAM_TARGETS
};

/* The largest value of noise; how far the clusters' centres lie apart, in it; the same for the directions. */
#define NOISE 7
#define CENTRE_SCALE 4
static const int direction_scales[CLASSICAL_DIRECTIONS] = {8, 6, 4, 3};

/* A whole number in ±NOISE, from 16 random bits. */
static int small(uint64_t bits)
{
    return (int)((bits & 0xffff) * (2 * NOISE + 1) >> 16) - NOISE;
}

/* Four values of each random number. */
static void noise_fill(uint64_t key, uint64_t width, float *row)
{
    for (uint64_t j = 0; j < width; j += 4) {
        uint64_t draw = mlm_random_u64(key, j);
        for (uint64_t k = 0; k < 4 && j + k < width; k++)
            row[j + k] = (float)small(draw >> 16 * k);
    }
}

void classical_noise_make(
    const struct classical_config *config, uint64_t stream, uint64_t first, uint64_t count, float *rows)
{
    uint64_t key = mlm_random_key(config->job.seed, STREAM_NOISE + stream), width = config->width;
    for (uint64_t r = 0; r < count; r++)
        noise_fill(mlm_random_u64(key, first + r), width, rows + r * width);
}

void classical_clusters_make(
    const struct classical_config *config, uint64_t first, uint64_t count, float *rows)
{
    uint64_t labels = mlm_random_key(config->job.seed, STREAM_LABELS), width = config->width;
    uint64_t centres = mlm_random_key(config->job.seed, STREAM_CENTRES);
    classical_noise_make(config, 0, first, count, rows);
    for (uint64_t r = 0; r < count; r++) {
        uint64_t number = first + r;
        uint64_t cluster =
            number < config->clusters ? number : mlm_random_below(labels, number, (uint32_t)config->clusters);
        uint64_t key = mlm_random_u64(centres, cluster);
        float *row = rows + r * width;
        for (uint64_t j = 0; j < width; j += 4) {
            uint64_t draw = mlm_random_u64(key, j);
            for (uint64_t k = 0; k < 4 && j + k < width; k++)
                row[j + k] += (float)(CENTRE_SCALE * small(draw >> 16 * k));
        }
    }
}

/* A direction has a sign for each column; a row has a share in each direction. */
void classical_directions_make(
    const struct classical_config *config, uint64_t first, uint64_t count, float *rows)
{
    uint64_t directions = mlm_random_key(config->job.seed, STREAM_DIRECTIONS), width = config->width;
    uint64_t shares = mlm_random_key(config->job.seed, STREAM_SHARES);
    classical_noise_make(config, 0, first, count, rows);
    for (uint64_t d = 0; d < CLASSICAL_DIRECTIONS; d++) {
        uint64_t key = mlm_random_u64(directions, d);
        float signs[4096];
        for (uint64_t j = 0; j < width; j++)
            signs[j] = mlm_random_u64(key, j) >> 63 ? 1 : -1;
        for (uint64_t r = 0; r < count; r++) {
            float *row = rows + r * width;
            float share = (float)(direction_scales[d] * small(mlm_random_u64(shares, first + r) >> 16 * d));
            for (uint64_t j = 0; j < width; j++)
                row[j] += share * signs[j];
        }
    }
}

/* A quarter of the level, so that values are no whole numbers, as those of people are not. */
static void levels_fill(uint64_t key, uint64_t width, float *row)
{
    for (uint64_t j = 0; j < width; j += 4) {
        uint64_t draw = mlm_random_u64(key, j);
        for (uint64_t k = 0; k < 4 && j + k < width; k++)
            row[j + k] = (float)((draw >> 16 * k & 0xffff) * CLASSICAL_LEVELS >> 16) * 0.25F;
    }
}

/* Follows some columns by a slope and some by a step, with noise. */
static int32_t target_of(const float *row, uint64_t width, uint64_t noise)
{
    float target = 8 * row[0] + (row[1 % width] > 32 ? 250.0F : 0.0F) - 3 * row[2 % width] +
                   (row[3 % width] > row[4 % width] ? 100.0F : 0.0F) + (float)small(noise);
    return (int32_t)(256 * target);
}

void classical_levels_make(const struct classical_config *config, float *rows, int32_t *targets)
{
    uint64_t key = mlm_random_key(config->job.seed, STREAM_LEVELS), width = config->width;
    uint64_t noise = mlm_random_key(config->job.seed, STREAM_TARGETS);
    for (uint64_t r = 0; r < config->rows; r++) {
        levels_fill(mlm_random_u64(key, r), width, rows + r * width);
        targets[r] = target_of(rows + r * width, width, mlm_random_u64(noise, r));
    }
}

uint64_t classical_rows_checksum(
    const struct classical_config *config, uint64_t first, uint64_t count, const float *rows)
{
    uint64_t sum = 0;
    for (uint64_t r = 0; r < count; r++) {
        uint64_t row = first + r + 1;
        for (uint64_t j = 0; j < config->width; j++) {
            uint32_t bits;
            memcpy(&bits, &rows[r * config->width + j], sizeof bits);
            row = row * UINT64_C(0x9e3779b97f4a7c15) + bits;
        }
        sum += mlm_mix64(row);
    }
    return sum;
}

/* Progress is reported this often. */
#define ROWS_AT_ONCE 4096u

void classical_rows_prepare(const struct classical_config *config, classical_rows_maker *make, uint64_t held,
    float *rows, struct mlm_scoreboard *sb)
{
    const bool all = held >= config->rows;
    mlm_progress_begin(sb, config->rows);
    for (uint64_t first = 0, some; first < config->rows; first += some) {
        some = classical_smaller(config->rows - first, all ? ROWS_AT_ONCE : held);
        float *to = rows + (all ? first * config->width : 0);
        make(config, first, some, to);
        sb->data_checksum += classical_rows_checksum(config, first, some, to);
        mlm_progress_add(sb, some);
    }
}
