/* Logistic regression on several threads, the same code for all formats. Its vectors lie in one mapping,
 * whose size is part of the predicted peak. */
#include "storage/regression.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "data/memory.h"
#include "data/parallel.h"
#include "data/random.h"

#define ENTRIES_A_COLUMN 64
#define PROJECTIONS 2

/* Where each vector begins in the one mapping that holds them all. Counts are of elements. */
struct parts {
    uint64_t margins, gradients; /* copies: one for each thread, where threads cannot share */
    uint64_t margins_at, weights_at, reals_at, gradients_at, blocks_at, labels_at, bytes;
};

struct mlm_regression {
    struct mlm_layout layout;
    struct parts parts;
    uint64_t threads;
    size_t real_bytes;
    double square_norm; /* ‖X‖²_F */
    char *vectors;
    double *weights;   /* [columns] */
    void *reals;       /* the weights as reals, [columns] */
    void *margins;     /* reals, [parts.margins][rows]; in the first, g takes their place */
    double *gradients; /* [parts.gradients][columns] */
    void *blocks;      /* reals: gradient of one block, [parts.gradients][columns] */
    uint8_t *labels;   /* [rows], 0 or 1 */
    double loss;       /* mean over rows, before the last step */
};

/* Data of one phase of an epoch, shared by the threads. */
struct epoch {
    struct mlm_regression *job;
    const struct mlm_matrix *matrix;
    struct mlm_scoreboard *sb;
    bool last;
    double losses[MLM_THREADS_MAX];
};

static uint64_t aligned(uint64_t bytes)
{
    return (bytes + 63) / 64 * 64;
}

static struct parts parts_of(
    const struct mlm_storage_format *format, const struct mlm_layout *layout, uint64_t threads)
{
    uint64_t real = mlm_real_bytes(layout->value);
    struct parts p = {
        .margins = format->by_columns ? threads : 1, .gradients = format->by_columns ? 1 : threads};
    p.weights_at = p.margins_at + aligned(p.margins * layout->rows * real);
    p.reals_at = p.weights_at + aligned(layout->columns * sizeof(double));
    p.gradients_at = p.reals_at + aligned(layout->columns * real);
    p.blocks_at = p.gradients_at + aligned(p.gradients * layout->columns * sizeof(double));
    p.labels_at = p.blocks_at + aligned(p.gradients * layout->columns * real);
    p.bytes = p.labels_at + layout->rows;
    return p;
}

uint64_t mlm_regression_bytes(
    const struct mlm_storage_format *format, const struct mlm_layout *layout, uint64_t threads)
{
    return parts_of(format, layout, threads).bytes;
}

uint64_t mlm_regression_label_bytes(const struct mlm_layout *layout)
{
    return layout->rows;
}

int mlm_regression_open(const struct mlm_storage_format *format, const struct mlm_layout *layout,
    uint64_t threads, struct mlm_regression **ret_regression, struct mlm_scoreboard *sb)
{
    struct mlm_regression *job = calloc(1, sizeof *job);
    if (!job)
        return mlm_fail(sb, -ENOMEM, "out of memory");
    struct parts parts = parts_of(format, layout, threads);
    char *vectors = mlm_map(parts.bytes, "weights, margins and labels", sb);
    if (!vectors) {
        free(job);
        return -ENOMEM;
    }
    *job = (struct mlm_regression){
        .layout = *layout,
        .parts = parts,
        .threads = threads,
        .real_bytes = mlm_real_bytes(layout->value),
        .vectors = vectors,
        .weights = (double *)(void *)(vectors + parts.weights_at),
        .reals = vectors + parts.reals_at,
        .margins = vectors + parts.margins_at,
        .gradients = (double *)(void *)(vectors + parts.gradients_at),
        .blocks = vectors + parts.blocks_at,
        .labels = (uint8_t *)(vectors + parts.labels_at),
    };
    *ret_regression = job;
    return 0;
}

void mlm_regression_close(struct mlm_regression *job)
{
    if (!job)
        return;
    mlm_unmap(job->vectors, job->parts.bytes);
    free(job);
}

void mlm_regression_row(struct mlm_regression *job, uint64_t index, const struct mlm_data_row *row)
{
    job->labels[index] = row->label > 0;
    /* Two sums, because each addition must wait for the one before it. */
    double sum = 0, odd = 0;
    uint32_t i = 0;
    for (; i + 2 <= row->count; i += 2) {
        sum += (double)row->values[i] * (double)row->values[i];
        odd += (double)row->values[i + 1] * (double)row->values[i + 1];
    }
    if (i < row->count)
        sum += (double)row->values[i] * (double)row->values[i];
    sum += odd;
    job->square_norm += sum;
}

static double real(const struct mlm_regression *job, const void *reals, uint64_t at)
{
    return job->real_bytes == sizeof(float) ? (double)((const float *)reals)[at]
                                            : ((const double *)reals)[at];
}

static void real_set(const struct mlm_regression *job, void *reals, uint64_t at, double value)
{
    if (job->real_bytes == sizeof(float))
        ((float *)reals)[at] = (float)value;
    else
        ((double *)reals)[at] = value;
}

static void *copy_of(const struct mlm_regression *job, void *reals, uint64_t length, uint64_t which)
{
    return (char *)reals + which * length * job->real_bytes;
}

/* Number of units in a block: its gradient is summed in reals over about ENTRIES_A_COLUMN entries of a
 * column, and adding it to the f64 sum takes next to no time. */
static uint64_t block_units(const struct mlm_matrix *matrix)
{
    double units = (double)matrix->format->units(matrix) * ENTRIES_A_COLUMN * (double)matrix->layout.columns /
                   (double)(matrix->extent.values + 1);
    return units < 1 ? 1 : units > INT32_MAX / 2 ? INT32_MAX / 2 : (uint64_t)units;
}

/* Only the first thread reports progress: all have about the same amount of work. */
static void report(const struct epoch *epoch, uint64_t part, uint64_t units)
{
    if (part == 0)
        mlm_progress_add(epoch->sb, units * epoch->job->threads);
}

static void multiply(void *context, uint64_t part)
{
    const struct epoch *epoch = context;
    const struct mlm_regression *job = epoch->job;
    const struct mlm_matrix *matrix = epoch->matrix;
    void *margins = copy_of(job, job->margins, job->layout.rows, job->parts.margins > 1 ? part : 0);
    uint64_t end = matrix->format->part_begin(matrix, part + 1, job->threads);
    for (uint64_t at = matrix->format->part_begin(matrix, part, job->threads), step; at < end; at += step) {
        uint64_t block = block_units(matrix);
        step = end - at < block ? end - at : block;
        matrix->multiply(matrix, at, at + step, job->reals, margins);
        report(epoch, part, step);
    }
}

/* Replaces the margins by the derivative of the loss. */
static void residuals(void *context, uint64_t part)
{
    struct epoch *epoch = context;
    const struct mlm_regression *job = epoch->job;
    uint64_t rows = job->layout.rows, end = mlm_part_begin(rows, part + 1, job->threads);
    double loss = 0;
    for (uint64_t r = mlm_part_begin(rows, part, job->threads); r < end; r++) {
        double margin = 0;
        for (uint64_t copy = 0; copy < job->parts.margins; copy++)
            margin += real(job, copy_of(job, job->margins, rows, copy), r);
        double e = exp(-fabs(margin)), label = job->labels[r];
        double sigma = margin < 0 ? e / (1 + e) : 1 / (1 + e);
        real_set(job, job->margins, r, sigma - label);
        if (epoch->last)
            loss += log1p(e) + (margin > 0 ? margin : 0) - label * margin;
    }
    epoch->losses[part] = loss;
}

static void multiply_transposed(void *context, uint64_t part)
{
    const struct epoch *epoch = context;
    const struct mlm_regression *job = epoch->job;
    const struct mlm_matrix *matrix = epoch->matrix;
    uint64_t columns = job->layout.columns, which = job->parts.gradients > 1 ? part : 0;
    double *gradient = job->gradients + which * columns;
    void *block_gradient = copy_of(job, job->blocks, columns, which);
    uint64_t end = matrix->format->part_begin(matrix, part + 1, job->threads);
    for (uint64_t at = matrix->format->part_begin(matrix, part, job->threads), step; at < end; at += step) {
        uint64_t block = block_units(matrix);
        step = end - at < block ? end - at : block;
        matrix->multiply_transposed(matrix, at, at + step, job->margins, block_gradient);
        uint64_t first = matrix->format->by_columns ? at : 0;
        uint64_t last = matrix->format->by_columns ? at + step : columns;
        for (uint64_t c = first; c < last; c++) {
            gradient[c] += real(job, block_gradient, c);
            real_set(job, block_gradient, c, 0);
        }
        report(epoch, part, step);
    }
}

static void step(const struct mlm_regression *job)
{
    double rate = job->square_norm > 0 ? 4 / job->square_norm : 0;
    uint64_t columns = job->layout.columns;
    for (uint64_t c = 0; c < columns; c++) {
        double gradient = 0;
        for (uint64_t copy = 0; copy < job->parts.gradients; copy++)
            gradient += job->gradients[copy * columns + c];
        job->weights[c] -= rate * gradient;
        real_set(job, job->reals, c, job->weights[c]);
    }
    memset(job->gradients, 0, job->parts.gradients * columns * sizeof *job->gradients);
}

uint64_t mlm_regression_steps(const struct mlm_matrix *matrix, uint64_t epochs)
{
    return 2 * epochs * matrix->format->units(matrix);
}

int mlm_regression_run(
    struct mlm_regression *job, const struct mlm_matrix *matrix, uint64_t epochs, struct mlm_scoreboard *sb)
{
    void (*const phases[])(void *context, uint64_t part) = {multiply, residuals, multiply_transposed};
    struct epoch epoch = {.job = job, .matrix = matrix, .sb = sb};
    for (uint64_t e = 0; e < epochs; e++) {
        epoch.last = e + 1 == epochs;
        memset(job->margins, 0, job->parts.margins * job->layout.rows * job->real_bytes);
        for (size_t phase = 0; phase < sizeof phases / sizeof *phases; phase++) {
            int r = mlm_parallel(job->threads, phases[phase], &epoch, sb);
            if (r < 0)
                return r;
        }
        step(job);
    }
    job->loss = 0;
    for (uint64_t part = 0; part < job->threads; part++)
        job->loss += epoch.losses[part] / (double)job->layout.rows;
    sb->items = epochs * job->layout.rows;
    return 0;
}

int mlm_regression_verify(const struct mlm_regression *job, struct mlm_scoreboard *sb)
{
    double square = 0, along[PROJECTIONS] = {0};
    for (uint64_t c = 0; c < job->layout.columns; c++) {
        uint64_t signs = mlm_random_u64(mlm_random_key(0, 0), c);
        square += job->weights[c] * job->weights[c];
        for (int i = 0; i < PROJECTIONS; i++)
            along[i] += signs >> i & 1 ? job->weights[c] : -job->weights[c];
    }
    mlm_answer_add(sb, job->loss);
    mlm_answer_add(sb, square);
    /* ‖w‖² + ‖w - s·‖w‖/√p‖² */
    for (int i = 0; i < PROJECTIONS; i++)
        mlm_answer_add(sb, 3 * square - 2 * along[i] * sqrt(square / (double)job->layout.columns));
    if (!isfinite(job->loss) || !isfinite(square))
        return mlm_fail(sb, -EBADMSG, "the regression blew up: loss %g", job->loss);
    /* The loss begins at ln 2. Data without values, or equal rows with unequal labels, leave nothing to
     * learn: only what rounding leaves of their gradients, which moves ‖w‖·‖X‖ by about an epsilon times √n,
     * and the loss either way. */
    double rounding = job->real_bytes == sizeof(double) ? 1e-9 : 1e-6;
    bool learned = square * job->square_norm > rounding * rounding * (double)job->layout.rows;
    if (learned ? job->loss >= M_LN2 : job->loss > M_LN2 * (1 + rounding))
        return mlm_fail(sb, -EBADMSG, "the loss did not fall below ln 2: it is %.9g", job->loss);
    return 0;
}
