/* Compares the job of the suite storage with its definition, written once more. */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "data/rows.h"
#include "storage/matrix.h"
#include "storage/regression.h"

enum { ROWS = 300, COLUMNS = 70, EPOCHS = 6 };
#define DENSITY 0.2
#define SEED 3

struct definition {
    double x[ROWS][COLUMNS], y[ROWS], w[COLUMNS], loss, square;
};

static struct mlm_rows *rows_open(struct mlm_scoreboard *sb)
{
    struct mlm_rows *rows;
    assert_int_equal(mlm_rows_open_generated(ROWS, COLUMNS, DENSITY, SEED, &rows, sb), 0);
    return rows;
}

static void define(struct definition *d)
{
    struct mlm_scoreboard sb = {0};
    struct mlm_rows *rows = rows_open(&sb);
    struct mlm_data_row row;
    double norm = 0;
    memset(d, 0, sizeof *d);
    for (int r = 0; mlm_rows_next(rows, &row, &sb) > 0; r++) {
        d->y[r] = (double)row.label;
        for (uint32_t i = 0; i < row.count; i++) {
            d->x[r][row.columns[i]] = (double)row.values[i];
            norm += (double)row.values[i] * (double)row.values[i];
        }
    }
    mlm_rows_close(rows);
    for (int epoch = 0; epoch < EPOCHS; epoch++) {
        double gradient[COLUMNS] = {0};
        d->loss = 0;
        for (int r = 0; r < ROWS; r++) {
            double margin = 0;
            for (int c = 0; c < COLUMNS; c++)
                margin += d->x[r][c] * d->w[c];
            double sigma = 1 / (1 + exp(-margin));
            d->loss -= (d->y[r] > 0 ? log(sigma) : log(1 - sigma)) / (double)ROWS;
            for (int c = 0; c < COLUMNS; c++)
                gradient[c] += (sigma - d->y[r]) * d->x[r][c];
        }
        d->square = 0;
        for (int c = 0; c < COLUMNS; c++) {
            d->w[c] -= 4 / norm * gradient[c];
            d->square += d->w[c] * d->w[c];
        }
    }
}

static void check(const struct definition *d, const struct mlm_storage_format *format, enum mlm_value value,
    uint64_t threads, double tolerance)
{
    struct mlm_scoreboard sb = {0};
    struct mlm_shape shape = mlm_rows_generated_shape(ROWS, COLUMNS, DENSITY);
    struct mlm_layout layout = {.rows = shape.rows,
        .columns = shape.columns,
        .nonzeros = shape.nonzeros,
        .widest_row = shape.widest_row,
        .value = value};
    struct mlm_regression *job;
    struct mlm_matrix matrix;
    struct mlm_data_row row;
    struct mlm_rows *rows = rows_open(&sb);
    assert_int_equal(mlm_matrix_open(format, &layout, &matrix, &sb), 0);
    assert_int_equal(mlm_regression_open(format, &layout, threads, &job, &sb), 0);
    while (format->count && mlm_rows_next(rows, &row, &sb) > 0)
        format->count(&matrix, &row);
    if (format->counted)
        format->counted(&matrix);
    assert_int_equal(mlm_rows_seek(rows, 0, &sb), 0);
    for (uint64_t r = 0; mlm_rows_next(rows, &row, &sb) > 0; r++) {
        mlm_regression_row(job, r, &row);
        assert_int_equal(format->place(&matrix, r, &row, &sb), 0);
    }
    if (format->finish)
        format->finish(&matrix);
    mlm_rows_close(rows);

    assert_int_equal(mlm_regression_run(job, &matrix, EPOCHS, &sb), 0);
    assert_int_equal(mlm_regression_verify(job, &sb), 0);
    assert_int_equal(sb.items, ROWS * EPOCHS);
    if (threads == 1)
        assert_int_equal(sb.progress_done, mlm_regression_steps(&matrix, EPOCHS));
    assert_int_equal(sb.answer_count, 4);
    if (fabs(sb.answer[0] - d->loss) > tolerance * d->loss ||
        fabs(sb.answer[1] - d->square) > tolerance * d->square)
        fail_msg("%s, value %d, %d threads: loss %.17g, not %.17g; square %.17g, not %.17g", format->name,
            (int)value, (int)threads, sb.answer[0], d->loss, sb.answer[1], d->square);
    for (int i = 2; i < 4; i++)
        assert_true(sb.answer[i] >= sb.answer[1] && sb.answer[i] <= 5 * sb.answer[1] * 1.000001);
    mlm_regression_close(job);
    mlm_matrix_close(&matrix);
}

static void test_the_job_is_what_it_says(void **state)
{
    (void)state;
    struct definition *d = malloc(sizeof *d);
    assert_non_null(d);
    define(d);
    assert_true(d->loss < M_LN2);
    const struct mlm_storage_format *const formats[] = {
        &mlm_storage_dense, &mlm_storage_csr, &mlm_storage_csc, &mlm_storage_coo, &mlm_storage_ell};
    for (size_t f = 0; f < sizeof formats / sizeof *formats; f++)
        for (uint64_t threads = 1; threads <= 5; threads++) {
            check(d, formats[f], MLM_F64, threads, 1e-13);
            check(d, formats[f], MLM_F32, threads, 1e-6);
        }
    check(d, &mlm_storage_dense, MLM_F16, 1, 1e-6);
    check(d, &mlm_storage_dense, MLM_I8, 3, 1e-6);
    free(d);
}

/* A job with broken products must fail. */
static void nothing(const struct mlm_matrix *m, uint64_t from, uint64_t to, const void *x, void *y)
{
    (void)m, (void)from, (void)to, (void)x, (void)y;
}

static void uphill(const struct mlm_matrix *m, uint64_t from, uint64_t to, const void *x, void *y)
{
    const float *g = x;
    for (uint64_t r = from; r < to; r++)
        ((float *)y)[0] -= ((const float *)m->values)[r] * g[r];
}

static void test_a_loss_that_does_not_fall_is_wrong(void **state)
{
    (void)state;
    struct mlm_layout layout = {.rows = 4, .columns = 1, .nonzeros = 4, .widest_row = 1};
    const uint32_t column = 0;
    for (int broken = 0; broken < 3; broken++) {
        struct mlm_scoreboard sb = {0};
        struct mlm_matrix matrix;
        struct mlm_regression *job;
        assert_int_equal(mlm_matrix_open(&mlm_storage_csr, &layout, &matrix, &sb), 0);
        assert_int_equal(mlm_regression_open(&mlm_storage_csr, &layout, 1, &job, &sb), 0);
        for (uint64_t r = 0; r < layout.rows; r++) {
            float value = r % 2 ? 3 : -2;
            struct mlm_data_row row = {
                .count = 1, .columns = &column, .values = &value, .label = (float)(r % 2)};
            mlm_regression_row(job, r, &row);
            assert_int_equal(mlm_storage_csr.place(&matrix, r, &row, &sb), 0);
        }
        if (broken == 1)
            matrix.multiply = nothing;
        if (broken == 2)
            matrix.multiply_transposed = uphill;
        assert_int_equal(mlm_regression_run(job, &matrix, 3, &sb), 0);
        assert_int_equal(mlm_regression_verify(job, &sb), broken ? -EBADMSG : 0);
        assert_int_equal(sb.verdict, broken ? MLM_VERDICT_WRONG : MLM_VERDICT_NONE);
        mlm_regression_close(job);
        mlm_matrix_close(&matrix);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_job_is_what_it_says),
        cmocka_unit_test(test_a_loss_that_does_not_fall_is_wrong),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
