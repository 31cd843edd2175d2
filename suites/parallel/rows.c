/* The rows, and what a worker computes of them. */
#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <sys/mman.h>

#include "data/memory.h"
#include "data/random.h"
#include "parallel/parallel.h"

enum stream { STREAM_VALUES = 0x706172, STREAM_WEIGHTS, STREAM_SCALES };

/* Rows between two reports of progress: 4 MiB. */
#define BLOCK_ROWS UINT64_C(16384)
#define ANSWERS 8u

struct parallel_row *parallel_rows_map(
    const struct parallel_config *config, bool shared, const char *what, struct mlm_scoreboard *sb)
{
    uint64_t bytes = parallel_bytes(config);
    if (!shared)
        return mlm_map(bytes, what, sb);
    void *rows = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (rows != MAP_FAILED)
        return rows;
    mlm_fail(sb, -ENOMEM, "the machine refused %" PRIu64 " bytes for %s", bytes, what);
    return NULL;
}

void parallel_rows_unmap(const struct parallel_config *config, struct parallel_row *rows, bool shared)
{
    if (!shared)
        mlm_unmap(rows, parallel_bytes(config));
    else if (rows)
        (void)munmap(rows, parallel_bytes(config));
}

/* A whole number in ±7, from 16 random bits. */
static float small(uint64_t bits)
{
    return (float)((int32_t)((bits & 0xffff) * 15 >> 16) - 7);
}

static void small_fill(uint64_t key, float *values)
{
    for (unsigned i = 0; i < PARALLEL_VALUES; i += 4) {
        uint64_t draw = mlm_random_u64(key, i);
        for (unsigned k = 0; k < 4; k++)
            values[i + k] = small(draw >> 16 * k);
    }
}

static uint64_t row_checksum(const struct parallel_row *row)
{
    uint64_t sum = row->number;
    for (unsigned i = 0; i < PARALLEL_VALUES; i++)
        sum = sum * 16 + (uint64_t)(int64_t)row->values[i];
    return mlm_mix64(sum);
}

void parallel_rows_make(
    const struct parallel_config *config, struct parallel_row *rows, struct mlm_scoreboard *sb)
{
    uint64_t key = mlm_random_key(config->job.seed, STREAM_VALUES);
    mlm_progress_begin(sb, config->rows);
    for (uint64_t r = 0; r < config->rows; r++) {
        rows[r].count = 0;
        rows[r].number = r;
        small_fill(mlm_random_u64(key, r), rows[r].values);
        sb->data_checksum += row_checksum(&rows[r]);
        mlm_progress_add(sb, 1);
    }
}

/* At most 60·7·7, and so exact in a float whatever the order of the additions. */
static int64_t product(const float *values, const float *weights)
{
    float sum = 0;
#pragma omp simd reduction(+ : sum)
    for (unsigned i = 0; i < PARALLEL_VALUES; i++)
        sum += values[i] * weights[i];
    return (int64_t)sum;
}

static uint64_t squares(const struct parallel_row *rows, uint64_t count, const float *weights)
{
    uint64_t sum = 0;
    for (uint64_t r = 0; r < count; r++) {
        int64_t x = product(rows[r].values, weights);
        sum += (uint64_t)(x * x);
    }
    return sum;
}

/* Takes a reference and drops it again, as CPython does around every use. `volatile`: both are really
 * written. */
static uint64_t squares_counted(struct parallel_row *rows, uint64_t count, const float *weights)
{
    uint64_t sum = 0;
    for (uint64_t r = 0; r < count; r++) {
        volatile uint64_t *references = &rows[r].count;
        *references = *references + 1;
        int64_t x = product(rows[r].values, weights);
        sum += (uint64_t)(x * x);
        *references = *references - 1;
    }
    return sum;
}

void parallel_tasks_do(const struct parallel_config *config, struct parallel_row *rows, bool counts,
    uint64_t first, uint64_t step, struct parallel_report *report, struct mlm_scoreboard *sb)
{
    for (uint64_t task = first; task < PARALLEL_TASKS; task += step) {
        float weights[PARALLEL_VALUES];
        small_fill(mlm_random_key(config->job.seed, STREAM_WEIGHTS + (task << 32)), weights);
        for (uint64_t at = 0, some; at < config->rows; at += some) {
            some = config->rows - at < BLOCK_ROWS ? config->rows - at : BLOCK_ROWS;
            report->sums[task] +=
                counts ? squares_counted(rows + at, some, weights) : squares(rows + at, some, weights);
            report->rows += some;
            parallel_progress(sb, some);
        }
    }
}

int parallel_report_answer(
    const struct parallel_config *config, const struct parallel_report *report, struct mlm_scoreboard *sb)
{
    uint64_t sums[ANSWERS] = {0};
    for (unsigned task = 0; task < PARALLEL_TASKS; task++)
        sums[task % ANSWERS] += report->sums[task] * (1 + task / ANSWERS);
    for (unsigned i = 0; i < ANSWERS; i++)
        mlm_answer_add(sb, (double)sums[i]);
    if (report->rows != PARALLEL_TASKS * config->rows)
        return mlm_fail(sb, -EBADMSG, "%" PRIu64 " rows were looked at instead of %" PRIu64, report->rows,
            PARALLEL_TASKS * config->rows);
    return 0;
}

void parallel_rows_scale(const struct parallel_config *config, const struct parallel_row *rows,
    uint64_t begin, uint64_t end, struct parallel_row *out, struct mlm_scoreboard *sb)
{
    float scales[PARALLEL_VALUES], moves[PARALLEL_VALUES];
    small_fill(mlm_random_key(config->job.seed, STREAM_SCALES), scales);
    small_fill(mlm_random_key(config->job.seed, STREAM_SCALES + (UINT64_C(1) << 32)), moves);
    for (uint64_t r = begin; r < end; r++) {
        struct parallel_row *to = &out[r - begin];
        to->count = 0;
        to->number = rows[r].number;
#pragma omp simd
        for (unsigned i = 0; i < PARALLEL_VALUES; i++)
            to->values[i] = rows[r].values[i] * scales[i] + moves[i];
        if ((r + 1) % BLOCK_ROWS == 0)
            parallel_progress(sb, BLOCK_ROWS);
    }
}

int parallel_rows_answer(
    const struct parallel_config *config, const struct parallel_row *rows, struct mlm_scoreboard *sb)
{
    int64_t sums[ANSWERS] = {0};
    for (uint64_t r = 0; r < config->rows; r++) {
        if (rows[r].number != r)
            return mlm_fail(
                sb, -EBADMSG, "row %" PRIu64 " is where row %" PRIu64 " should be", rows[r].number, r);
        /* The weight depends on the row, so that rows cannot change places. */
        int64_t weight = 1 + (int64_t)(r % 1009);
        for (unsigned i = 0; i < PARALLEL_VALUES; i++)
            sums[i % ANSWERS] += weight * (int64_t)rows[r].values[i];
    }
    for (unsigned i = 0; i < ANSWERS; i++)
        mlm_answer_add(sb, (double)sums[i]);
    return 0;
}
