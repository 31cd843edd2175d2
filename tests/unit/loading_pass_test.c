/* Tests the pass: it must detect any change of a value or of its place, and nothing else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "data/random.h"
#include "loading/pass.h"

#define ROWS ((size_t)20)
#define MOST ((size_t)70)
static float values[ROWS * MOST];

static struct mlm_loading_pass pass_of(const float *matrix, uint64_t columns, uint64_t batch)
{
    struct mlm_loading_pass pass = {.columns = columns};
    for (uint64_t row = 0; row < ROWS; row += batch)
        mlm_loading_pass_dense(&pass, matrix + row * columns, ROWS - row < batch ? ROWS - row : batch);
    assert_int_equal(pass.rows, ROWS);
    return pass;
}

static void batches_make_no_difference(void **state)
{
    (void)state;
    for (uint64_t columns = 1; columns <= MOST; columns++) {
        struct mlm_loading_pass whole = pass_of(values, columns, ROWS);
        for (uint64_t batch = 1; batch < ROWS; batch++) {
            struct mlm_loading_pass pass = pass_of(values, columns, batch);
            assert_int_equal(pass.order, whole.order);
            assert_int_equal(pass.sum, whole.sum);
        }
    }
}

static void any_bit_is_seen(void **state)
{
    (void)state;
    for (uint64_t columns = 1; columns <= MOST; columns += 23) {
        struct mlm_loading_pass whole = pass_of(values, columns, ROWS);
        for (uint64_t i = 0; i < ROWS * columns; i++)
            for (int bit = 0; bit < 32; bit += 7) {
                uint32_t bits;
                memcpy(&bits, &values[i], sizeof bits);
                bits ^= UINT32_C(1) << bit;
                float kept = values[i];
                memcpy(&values[i], &bits, sizeof bits);
                struct mlm_loading_pass pass = pass_of(values, columns, ROWS);
                values[i] = kept;
                assert_int_not_equal(pass.sum, whole.sum);
                assert_int_not_equal(pass.order, whole.order);
            }
    }
}

static void swap(float *a, float *b, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++) {
        float value = a[i];
        a[i] = b[i];
        b[i] = value;
    }
}

static void rows_that_change_places_change_the_order_alone(void **state)
{
    (void)state;
    struct mlm_loading_pass whole = pass_of(values, MOST, ROWS);
    for (size_t a = 0; a < ROWS; a++)
        for (size_t b = a + 1; b < ROWS; b++) {
            swap(values + a * MOST, values + b * MOST, MOST);
            struct mlm_loading_pass pass = pass_of(values, MOST, ROWS);
            swap(values + a * MOST, values + b * MOST, MOST);
            assert_int_not_equal(pass.order, whole.order);
            assert_int_equal(pass.sum, whole.sum);
        }
}

static void values_that_change_places_are_seen(void **state)
{
    (void)state;
    struct mlm_loading_pass whole = pass_of(values, MOST, ROWS);
    for (size_t a = 0; a < MOST; a++)
        for (size_t b = a + 1; b < MOST; b++) {
            swap(values + a, values + b, 1);
            struct mlm_loading_pass pass = pass_of(values, MOST, ROWS);
            swap(values + a, values + b, 1);
            assert_int_not_equal(pass.sum, whole.sum);
        }
}

static void a_sparse_row_counts_as_the_dense_one(void **state)
{
    (void)state;
    for (uint64_t columns = 1; columns <= MOST; columns++) {
        float dense[MOST] = {0}, packed[MOST];
        uint32_t indices[MOST];
        uint64_t count = 0;
        for (uint32_t c = 0; c < columns; c++)
            if (mlm_random_below(3, c + columns * MOST, 3) == 0) {
                dense[c] = packed[count] = values[c];
                indices[count++] = c;
            }
        struct mlm_loading_pass a = {.columns = columns}, b = a, labelled = a;
        mlm_loading_pass_dense(&a, dense, 1);
        mlm_loading_pass_sparse(&b, indices, packed, count, 0);
        mlm_loading_pass_sparse(&labelled, indices, packed, count, 1);
        assert_int_equal(a.sum, b.sum);
        assert_int_equal(a.order, b.order);
        assert_int_not_equal(labelled.sum, b.sum);
    }
}

/* The answer must be the same on every machine. */
static void the_first_answer_is_pinned(void **state)
{
    (void)state;
    struct mlm_loading_pass pass = pass_of(values, MOST, ROWS);
    assert_int_equal(pass.sum, UINT64_C(0x4df1396060cde3a4));
    assert_int_equal(pass.order, UINT64_C(0x4bf8efe0cd4fa388));
}

static int fill(void **state)
{
    (void)state;
    mlm_random_fill_floats(5, 0, values, ROWS * MOST);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(batches_make_no_difference),
        cmocka_unit_test(any_bit_is_seen),
        cmocka_unit_test(rows_that_change_places_change_the_order_alone),
        cmocka_unit_test(values_that_change_places_are_seen),
        cmocka_unit_test(a_sparse_row_counts_as_the_dense_one),
        cmocka_unit_test(the_first_answer_is_pinned),
    };
    return cmocka_run_group_tests(tests, fill, NULL);
}
