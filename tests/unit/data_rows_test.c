/* Tests generated rows: they must be as rows.h describes them. */
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

static struct mlm_scoreboard board;

static struct mlm_rows *opened(uint64_t rows, uint64_t columns, double density, uint64_t seed)
{
    struct mlm_rows *stream = NULL;
    assert_int_equal(mlm_rows_open_generated(rows, columns, density, seed, &stream, &board), 0);
    return stream;
}

static uint64_t checksum_of(struct mlm_rows *stream)
{
    uint64_t sum = 0;
    struct mlm_data_row row;
    assert_int_equal(mlm_rows_seek(stream, 0, &board), 0);
    for (uint64_t i = 0; mlm_rows_next(stream, &row, &board) == 1; i++)
        sum += mlm_row_checksum(i, &row);
    return sum;
}

static const struct {
    uint64_t rows, columns;
    double density;
} shapes[] = {
    {1000, 1000, 0.01},
    {100, 7, 0.5},
    {100, 1, 1.0},
    {50, 4096, 1.0},
    {50, 4096, 0.9},
    {200, 333, 1e-9},
    {64, 100000, 0.001},
    {10, INT32_MAX, 1e-8},
};

static void generated_rows_keep_what_rows_h_says(void **state)
{
    (void)state;
    for (size_t s = 0; s < sizeof shapes / sizeof *shapes; s++) {
        uint64_t n = shapes[s].rows, p = shapes[s].columns;
        struct mlm_shape shape = mlm_rows_generated_shape(n, p, shapes[s].density);
        uint64_t k = shape.nonzeros / n;
        assert_int_equal(shape.nonzeros, k * n);
        assert_true(fabs((double)k - shapes[s].density * (double)p) <= 0.5 || k == 1);
        struct mlm_rows *stream = opened(n, p, shapes[s].density, 42);
        struct mlm_data_row row;
        uint64_t count = 0, nonzeros = 0, pair = 0;
        int r;
        while ((r = mlm_rows_next(stream, &row, &board)) == 1) {
            assert_in_range(row.count, 1, shape.widest_row);
            assert_true(row.label == 0 || row.label == 1);
            for (uint32_t i = 0; i < row.count; i++) {
                assert_true(row.columns[i] < p && (i == 0 || row.columns[i] > row.columns[i - 1]));
                float size = fabsf(row.values[i]);
                assert_true(size >= 1 && size <= 7 && size == truncf(size));
            }
            pair += row.count;
            nonzeros += row.count;
            if (count++ % 2) {
                assert_int_equal(pair, 2 * k);
                pair = 0;
            }
        }
        assert_int_equal(r, 0);
        assert_int_equal(count, n);
        assert_int_equal(nonzeros, shape.nonzeros);
        mlm_rows_close(stream);
    }
}

static void every_column_and_every_value_occurs(void **state)
{
    (void)state;
    enum { COLUMNS = 50, ROWS = 20000 };
    unsigned columns[COLUMNS] = {0}, values[15] = {0}, ones = 0;
    struct mlm_rows *stream = opened(ROWS, COLUMNS, 0.1, 3);
    for (struct mlm_data_row row; mlm_rows_next(stream, &row, &board) == 1; ones += row.label == 1)
        for (uint32_t i = 0; i < row.count; i++) {
            columns[row.columns[i]]++;
            values[(int)row.values[i] + 7]++;
        }
    mlm_rows_close(stream);
    for (int i = 0; i < COLUMNS; i++)
        assert_in_range(columns[i], 1700, 2300); /* 100000 draws over 50 */
    for (int i = 0; i < 15; i++)
        if (i == 7)
            assert_int_equal(values[i], 0);
        else
            assert_in_range(values[i], 6700, 7600); /* over 14 */
    assert_in_range(ones, 9650, 10350);
}

static void lengths_differ_as_real_ones_do(void **state)
{
    (void)state;
    uint32_t shortest = UINT32_MAX, longest = 0;
    struct mlm_rows *stream = opened(1000, 1000, 0.1, 5);
    for (struct mlm_data_row row; mlm_rows_next(stream, &row, &board) == 1;) {
        shortest = row.count < shortest ? row.count : shortest;
        longest = row.count > longest ? row.count : longest;
    }
    mlm_rows_close(stream);
    assert_in_range(shortest, 50, 55);
    assert_in_range(longest, 145, 150);
}

static void seek_gives_the_same_row_again(void **state)
{
    (void)state;
    struct mlm_rows *stream = opened(100, 1000, 0.05, 9);
    struct mlm_data_row row;
    uint64_t sums[100];
    for (uint64_t i = 0; i < 100; i++) {
        assert_int_equal(mlm_rows_next(stream, &row, &board), 1);
        sums[i] = mlm_row_checksum(i, &row);
    }
    for (uint64_t i = 99;; i -= 11) {
        assert_int_equal(mlm_rows_seek(stream, i, &board), 0);
        assert_int_equal(mlm_rows_next(stream, &row, &board), 1);
        assert_int_equal(mlm_row_checksum(i, &row), sums[i]);
        if (i == 0)
            break;
    }
    assert_int_equal(mlm_rows_seek(stream, 100, &board), 0);
    assert_int_equal(mlm_rows_next(stream, &row, &board), 0);
    assert_int_equal(mlm_rows_seek(stream, 101, &board), -EINVAL);
    mlm_rows_close(stream);
}

static void the_seed_decides(void **state)
{
    (void)state;
    struct mlm_rows *a = opened(4, 1000, 0.01, 1), *b = opened(4, 1000, 0.01, 1),
                    *c = opened(4, 1000, 0.01, 2);
    uint64_t sum = checksum_of(a);
    assert_int_equal(sum, UINT64_C(0xdeb2a7a2f4fad503)); /* pinned: the same on every machine */
    assert_int_equal(checksum_of(b), sum);
    assert_int_not_equal(checksum_of(c), sum);
    mlm_rows_close(a), mlm_rows_close(b), mlm_rows_close(c);
}

static void the_checksum_sees_data_and_not_its_order(void **state)
{
    (void)state;
    static const uint32_t columns[] = {1, 5, 8}, reversed_columns[] = {8, 5, 1};
    static const float values[] = {1, 2, 3}, reversed_values[] = {3, 2, 1}, other_values[] = {1, 2, 4};
    struct mlm_data_row row = {.count = 3, .columns = columns, .values = values, .label = 1};
    uint64_t sum = mlm_row_checksum(7, &row);
    struct mlm_data_row reversed = {
        .count = 3, .columns = reversed_columns, .values = reversed_values, .label = 1};
    assert_int_equal(mlm_row_checksum(7, &reversed), sum);
    struct mlm_data_row swapped = {.count = 3, .columns = columns, .values = reversed_values, .label = 1};
    assert_int_not_equal(mlm_row_checksum(7, &swapped), sum);
    struct mlm_data_row other = {.count = 3, .columns = columns, .values = other_values, .label = 1};
    assert_int_not_equal(mlm_row_checksum(7, &other), sum);
    struct mlm_data_row label = row;
    label.label = 0;
    assert_int_not_equal(mlm_row_checksum(7, &label), sum);
    assert_int_not_equal(mlm_row_checksum(8, &row), sum);
}

static void nonsense_is_refused(void **state)
{
    (void)state;
    struct mlm_rows *stream = NULL;
    assert_int_equal(mlm_rows_open_generated(3, 10, 0.1, 1, &stream, &board), -EINVAL);
    assert_int_equal(mlm_rows_open_generated(2, 0, 0.1, 1, &stream, &board), -EINVAL);
    assert_int_equal(mlm_rows_open_generated(2, UINT64_C(1) << 31, 0.1, 1, &stream, &board), -EINVAL);
    assert_int_equal(mlm_rows_open_generated(2, 10, 0, 1, &stream, &board), -EINVAL);
    assert_int_equal(mlm_rows_open_generated(2, 10, 1.01, 1, &stream, &board), -EINVAL);
    assert_int_equal(mlm_rows_open_generated(2, 10, NAN, 1, &stream, &board), -EINVAL);
    assert_null(stream);
    mlm_rows_close(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(generated_rows_keep_what_rows_h_says),
        cmocka_unit_test(every_column_and_every_value_occurs),
        cmocka_unit_test(lengths_differ_as_real_ones_do),
        cmocka_unit_test(seek_gives_the_same_row_again),
        cmocka_unit_test(the_seed_decides),
        cmocka_unit_test(the_checksum_sees_data_and_not_its_order),
        cmocka_unit_test(nonsense_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
