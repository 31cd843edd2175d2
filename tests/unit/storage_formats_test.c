/* Compares every format with plain loops over a plain array. Values are small whole numbers, so all sums are
 * exact and must be equal. */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "data/memory.h"
#include "data/random.h"
#include "storage/dense_products.h"
#include "storage/matrix.h"
#include "storage/sparse_products.h"

struct kind {
    const struct mlm_storage_format *format;
    enum mlm_value value;
    enum mlm_index index;
};

static const struct kind kinds[] = {
    {&mlm_storage_dense, MLM_F32, MLM_INDEX_32},
    {&mlm_storage_dense, MLM_F64, MLM_INDEX_32},
    {&mlm_storage_dense, MLM_F16, MLM_INDEX_32},
    {&mlm_storage_dense, MLM_I8, MLM_INDEX_32},
    {&mlm_storage_csr, MLM_F32, MLM_INDEX_32},
    {&mlm_storage_csr, MLM_F32, MLM_INDEX_64},
    {&mlm_storage_csr, MLM_F64, MLM_INDEX_32},
    {&mlm_storage_csr, MLM_F64, MLM_INDEX_64},
    {&mlm_storage_csc, MLM_F32, MLM_INDEX_32},
    {&mlm_storage_csc, MLM_F32, MLM_INDEX_64},
    {&mlm_storage_csc, MLM_F64, MLM_INDEX_32},
    {&mlm_storage_csc, MLM_F64, MLM_INDEX_64},
    {&mlm_storage_coo, MLM_F32, MLM_INDEX_32},
    {&mlm_storage_coo, MLM_F32, MLM_INDEX_64},
    {&mlm_storage_coo, MLM_F64, MLM_INDEX_32},
    {&mlm_storage_coo, MLM_F64, MLM_INDEX_64},
    {&mlm_storage_ell, MLM_F32, MLM_INDEX_32},
    {&mlm_storage_ell, MLM_F32, MLM_INDEX_64},
    {&mlm_storage_ell, MLM_F64, MLM_INDEX_32},
    {&mlm_storage_ell, MLM_F64, MLM_INDEX_64},
};
#define KINDS (sizeof kinds / sizeof *kinds)

/* every: only one row in so many has values. */
static const struct shape {
    uint64_t rows, columns;
    double density;
    uint64_t every;
} shapes[] = {
    {1, 1, 1, 1},
    {2, 1, 1, 1},
    {1, 7, 1, 1},
    {1, 64, 1, 1},
    {2, 33, 1, 1},
    {5, 16, 0.5, 2},
    {7, 129, 0.3, 3},
    {300, 9, 0.4, 1},
    {67, 130, 0.2, 1},
    {40, 1000, 0.05, 1},
    {11, 4000, 0.01, 1},
    {9, 100, 0, 1},
    {16, 40, 1, 16},
};
#define SHAPES (sizeof shapes / sizeof *shapes)

struct plain {
    struct mlm_layout layout;
    float *values;           /* [rows][columns] */
    double *w, *g, *xw, *xg; /* expected products */
    uint32_t *row_columns;
    float *row_values;
};

static void *must_alloc(uint64_t count, size_t size)
{
    void *p = calloc(count + 1, size);
    assert_non_null(p);
    return p;
}

static struct plain plain_make(const struct shape *shape)
{
    uint64_t n = shape->rows, p = shape->columns, key = mlm_random_key(7, n * 100000 + p);
    struct plain x = {.layout = {.rows = n, .columns = p},
        .values = must_alloc(n * p, sizeof(float)),
        .w = must_alloc(p, sizeof(double)),
        .g = must_alloc(n, sizeof(double)),
        .xw = must_alloc(n, sizeof(double)),
        .xg = must_alloc(p, sizeof(double)),
        .row_columns = must_alloc(p, sizeof(uint32_t)),
        .row_values = must_alloc(p, sizeof(float))};
    for (uint64_t c = 0; c < p; c++)
        x.w[c] = (double)mlm_random_below(key, c, 17) - 8;
    for (uint64_t r = 0; r < n; r++) {
        uint64_t count = 0;
        x.g[r] = (double)mlm_random_below(key, 1000000 + r, 17) - 8;
        for (uint64_t c = 0; c < p && r % shape->every == 0; c++) {
            uint64_t draw = mlm_random_u64(key, 2000000 + r * p + c);
            if ((double)(draw >> 40) >= shape->density * 0x1p24)
                continue;
            float value = (float)(draw % 7 + 1) * (draw & 1024 ? -1.0f : 1.0f);
            x.values[r * p + c] = value;
            x.xw[r] += (double)value * x.w[c];
            x.xg[c] += (double)value * x.g[r];
            count++;
        }
        x.layout.nonzeros += count;
        x.layout.widest_row = count > x.layout.widest_row ? count : x.layout.widest_row;
    }
    return x;
}

static void plain_free(struct plain *x)
{
    void *all[] = {x->values, x->w, x->g, x->xw, x->xg, x->row_columns, x->row_values};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        free(all[i]);
}

static struct mlm_data_row plain_row(const struct plain *x, uint64_t r)
{
    uint32_t count = 0;
    for (uint64_t c = 0; c < x->layout.columns; c++)
        if (x->values[r * x->layout.columns + c] != 0) {
            x->row_columns[count] = (uint32_t)c;
            x->row_values[count++] = x->values[r * x->layout.columns + c];
        }
    return (struct mlm_data_row){.count = count, .columns = x->row_columns, .values = x->row_values};
}

static struct mlm_matrix build(const struct plain *x, const struct kind *kind)
{
    struct mlm_scoreboard sb = {0};
    struct mlm_matrix m;
    struct mlm_layout layout = x->layout;
    layout.value = kind->value;
    layout.index = kind->index;
    assert_int_equal(mlm_matrix_open(kind->format, &layout, &m, &sb), 0);
    for (uint64_t r = 0; kind->format->count && r < layout.rows; r++) {
        struct mlm_data_row row = plain_row(x, r);
        kind->format->count(&m, &row);
    }
    if (kind->format->counted)
        kind->format->counted(&m);
    for (uint64_t r = 0; r < layout.rows; r++) {
        struct mlm_data_row row = plain_row(x, r);
        assert_int_equal(kind->format->place(&m, r, &row, &sb), 0);
    }
    if (kind->format->finish)
        kind->format->finish(&m);
    return m;
}

static void *reals_of(const double *numbers, uint64_t count, bool wide)
{
    void *reals = must_alloc(count, sizeof(double));
    for (uint64_t i = 0; i < count; i++)
        if (wide)
            ((double *)reals)[i] = numbers[i];
        else
            ((float *)reals)[i] = (float)numbers[i];
    return reals;
}

/* Checks that a product adds to the output (here 1), in pieces of `step` units as well as at once. */
static void check_product(const struct mlm_matrix *m, mlm_product *product, uint64_t step, const double *in,
    uint64_t in_count, const double *expected, uint64_t out_count)
{
    bool wide = m->layout.value == MLM_F64;
    void *x = reals_of(in, in_count, wide);
    double *ones = must_alloc(out_count, sizeof(double));
    for (uint64_t i = 0; i < out_count; i++)
        ones[i] = 1;
    void *y = reals_of(ones, out_count, wide);
    uint64_t units = m->format->units(m);
    for (uint64_t at = 0; at < units; at += step)
        product(m, at, units - at < step ? units : at + step, x, y);
    for (uint64_t i = 0; i < out_count; i++) {
        double sum = wide ? ((double *)y)[i] : (double)((float *)y)[i];
        if (sum != expected[i] + 1)
            fail_msg("%s, %llu × %llu, value %d, index %d, in steps of %llu: element %llu is %g, not %g",
                m->format->name, (unsigned long long)m->layout.rows, (unsigned long long)m->layout.columns,
                (int)m->layout.value, (int)m->layout.index, (unsigned long long)step, (unsigned long long)i,
                sum - 1, expected[i]);
    }
    free(x);
    free(y);
    free(ones);
}

static void check_products(const struct mlm_matrix *m, const struct plain *x)
{
    uint64_t n = x->layout.rows, p = x->layout.columns;
    const uint64_t steps[] = {UINT32_MAX, 1, 3};
    for (size_t s = 0; s < sizeof steps / sizeof *steps; s++) {
        check_product(m, m->multiply, steps[s], x->w, p, x->xw, n);
        check_product(m, m->multiply_transposed, steps[s], x->g, n, x->xg, p);
    }
}

static void test_products_of_every_format(void **state)
{
    (void)state;
    for (size_t s = 0; s < SHAPES; s++) {
        struct plain x = plain_make(&shapes[s]);
        for (size_t k = 0; k < KINDS; k++) {
            struct mlm_matrix m = build(&x, &kinds[k]);
            check_products(&m, &x);
            mlm_matrix_close(&m);
        }
        plain_free(&x);
    }
}

/* Chooses the kernels that machines with fewer instructions use. */
static void clone_take(struct mlm_matrix *m, enum mlm_clone clone)
{
    if (m->format == &mlm_storage_dense) {
        const struct mlm_dense_products *products = mlm_dense_products(clone, m->layout.value);
        m->multiply = products->multiply;
        m->multiply_transposed = products->multiply_transposed;
        return;
    }
    const struct mlm_sparse_products *products = mlm_sparse_products(clone, m->layout.value, m->layout.index);
    bool ell = m->format == &mlm_storage_ell, coo = m->format == &mlm_storage_coo;
    mlm_product *gather = ell ? products->ell_gather : coo ? products->coo_gather : products->gather;
    mlm_product *scatter = ell ? products->ell_scatter : coo ? products->coo_scatter : products->scatter;
    m->multiply = m->format->by_columns ? scatter : gather;
    m->multiply_transposed = m->format->by_columns ? gather : scatter;
}

static void test_products_of_every_instruction_set(void **state)
{
    (void)state;
    for (size_t s = 0; s < SHAPES; s++) {
        struct plain x = plain_make(&shapes[s]);
        for (size_t k = 0; k < KINDS; k++) {
            if (kinds[k].format == &mlm_storage_dense && kinds[k].value != MLM_F16 &&
                kinds[k].value != MLM_I8)
                continue;
            struct mlm_matrix m = build(&x, &kinds[k]);
            for (int clone = MLM_CLONE_PLAIN; clone <= (int)mlm_clone_best(); clone++) {
                clone_take(&m, (enum mlm_clone)clone);
                check_products(&m, &x);
            }
            mlm_matrix_close(&m);
        }
        plain_free(&x);
    }
}

/* Checks vectors of halves: all finite patterns, 64 in a row, each in every place of a vector. */
static void test_every_half_in_a_product(void **state)
{
    (void)state;
    enum { COLUMNS = 67 };
    struct mlm_scoreboard sb = {0};
    struct mlm_layout layout = {.rows = UINT16_MAX + 1, .columns = COLUMNS, .value = MLM_F16};
    float w[COLUMNS];
    for (int c = 0; c < COLUMNS; c++)
        w[c] = 1;
    struct mlm_matrix m;
    assert_int_equal(mlm_matrix_open(&mlm_storage_dense, &layout, &m, &sb), 0);
    float *sums = must_alloc(layout.rows, sizeof(float));
    for (uint64_t r = 0; r < layout.rows; r++)
        if ((r >> 10 & 31) != 31)
            ((uint16_t *)m.values)[r * COLUMNS + r % COLUMNS] = (uint16_t)r;
    for (int clone = MLM_CLONE_PLAIN; clone <= (int)mlm_clone_best(); clone++) {
        clone_take(&m, (enum mlm_clone)clone);
        memset(sums, 0, layout.rows * sizeof *sums);
        m.multiply(&m, 0, layout.rows, w, sums);
        for (uint64_t r = 0; r < layout.rows; r++) {
            double sign = r >> 15 ? -1 : 1, mantissa = (double)(r & 1023);
            int exponent = (int)(r >> 10 & 31);
            double half = exponent == 0 ? ldexp(mantissa, -24) : ldexp(mantissa + 1024, exponent - 25);
            assert_true((double)sums[r] == (exponent == 31 ? 0 : sign * half));
        }
    }
    free(sums);
    mlm_matrix_close(&m);
}

static void test_parts_cover_all_and_share_no_row(void **state)
{
    (void)state;
    for (size_t s = 0; s < SHAPES; s++) {
        struct plain x = plain_make(&shapes[s]);
        for (size_t k = 0; k < KINDS; k++) {
            struct mlm_matrix m = build(&x, &kinds[k]);
            const struct mlm_storage_format *format = m.format;
            for (uint64_t parts = 1; parts < 6; parts++) {
                assert_int_equal(format->part_begin(&m, 0, parts), 0);
                assert_int_equal(format->part_begin(&m, parts, parts), format->units(&m));
                for (uint64_t part = 1; part <= parts; part++) {
                    uint64_t at = format->part_begin(&m, part, parts);
                    assert_true(at >= format->part_begin(&m, part - 1, parts));
                    if (format == &mlm_storage_coo && kinds[k].index == MLM_INDEX_32 && at > 0 &&
                        at < format->units(&m))
                        assert_true(((uint32_t *)m.starts)[at - 1] < ((uint32_t *)m.starts)[at]);
                }
            }
            mlm_matrix_close(&m);
        }
        plain_free(&x);
    }
}

static void test_conversions(void **state)
{
    (void)state;
    struct mlm_scoreboard sb = {0};
    for (size_t s = 0; s < SHAPES; s++) {
        struct plain x = plain_make(&shapes[s]);
        for (int i = 0; i < 4; i++) {
            enum mlm_value value = i & 1 ? MLM_F64 : MLM_F32;
            enum mlm_index index = i & 2 ? MLM_INDEX_64 : MLM_INDEX_32;
            struct mlm_matrix coo = build(&x, &(struct kind){&mlm_storage_coo, value, index});
            struct mlm_matrix csr, dense;
            assert_int_equal(mlm_matrix_open(&mlm_storage_csr, &coo.layout, &csr, &sb), 0);
            assert_int_equal(mlm_matrix_open(&mlm_storage_dense, &coo.layout, &dense, &sb), 0);
            mlm_matrix_coo_to_csr(&coo, &csr, &sb);
            mlm_matrix_csr_to_dense(&csr, &dense, &sb);
            check_products(&csr, &x);
            check_products(&dense, &x);
            mlm_matrix_close(&coo);
            mlm_matrix_close(&csr);
            mlm_matrix_close(&dense);
        }
        plain_free(&x);
    }
}

static void test_values_that_are_not_exact(void **state)
{
    (void)state;
    const uint32_t column = 1;
    const struct {
        enum mlm_value value;
        float number;
        int expected;
    } cases[] = {{MLM_I8, 127, 0}, {MLM_I8, -128, 0}, {MLM_I8, 128, -ENOTSUP}, {MLM_I8, 0.5f, -ENOTSUP},
        {MLM_F16, 0.5f, 0}, {MLM_F16, 0.1f, -ENOTSUP}, {MLM_F32, 0.1f, 0}, {MLM_F64, 0.1f, 0}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct mlm_scoreboard sb = {0};
        struct mlm_layout layout = {
            .rows = 1, .columns = 3, .nonzeros = 1, .widest_row = 1, .value = cases[i].value};
        struct mlm_data_row row = {.count = 1, .columns = &column, .values = &cases[i].number};
        struct mlm_matrix m;
        assert_int_equal(mlm_matrix_open(&mlm_storage_dense, &layout, &m, &sb), 0);
        assert_int_equal(mlm_storage_dense.place(&m, 0, &row, &sb), cases[i].expected);
        if (cases[i].expected)
            assert_non_null(strstr(sb.message, "values are not exact in"));
        mlm_matrix_close(&m);
    }
}

static uint64_t mapped_pages(void)
{
    FILE *file = fopen("/proc/self/statm", "re");
    unsigned long long pages = 0;
    assert_non_null(file);
    assert_int_equal(fscanf(file, "%llu", &pages), 1);
    (void)fclose(file);
    return pages;
}

static void test_core_bytes(void **state)
{
    (void)state;
    const uint64_t n = 30000, p = 501, z = 900001, w = 77;
    const struct {
        struct kind kind;
        uint64_t bytes;
    } cases[] = {
        {{&mlm_storage_dense, MLM_F64, MLM_INDEX_32}, n * p * 8},
        {{&mlm_storage_dense, MLM_F32, MLM_INDEX_32}, n * p * 4},
        {{&mlm_storage_dense, MLM_F16, MLM_INDEX_32}, n * p * 2},
        {{&mlm_storage_dense, MLM_I8, MLM_INDEX_32}, n * p},
        {{&mlm_storage_csr, MLM_F32, MLM_INDEX_32}, z * (4 + 4) + (n + 1) * 4},
        {{&mlm_storage_csr, MLM_F64, MLM_INDEX_32}, z * (8 + 4) + (n + 1) * 4},
        {{&mlm_storage_csr, MLM_F32, MLM_INDEX_64}, z * (4 + 8) + (n + 1) * 8},
        {{&mlm_storage_csc, MLM_F32, MLM_INDEX_32}, z * (4 + 4) + (p + 1) * 4},
        {{&mlm_storage_csc, MLM_F32, MLM_INDEX_64}, z * (4 + 8) + (p + 1) * 8},
        {{&mlm_storage_coo, MLM_F32, MLM_INDEX_32}, z * (4 + 2 * 4)},
        {{&mlm_storage_coo, MLM_F64, MLM_INDEX_64}, z * (8 + 2 * 8)},
        {{&mlm_storage_ell, MLM_F32, MLM_INDEX_32}, n * w * (4 + 4)},
        {{&mlm_storage_ell, MLM_F32, MLM_INDEX_64}, n * w * (4 + 8)},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct mlm_scoreboard sb = {0};
        struct mlm_layout layout = {.rows = n,
            .columns = p,
            .nonzeros = z,
            .widest_row = w,
            .value = cases[i].kind.value,
            .index = cases[i].kind.index};
        assert_int_equal(mlm_matrix_core_bytes(cases[i].kind.format, &layout), cases[i].bytes);
        struct mlm_matrix m;
        /* The first matrix of a kind may open a library. */
        assert_int_equal(mlm_matrix_open(cases[i].kind.format, &layout, &m, &sb), 0);
        mlm_matrix_close(&m);
        uint64_t before = mapped_pages(), page = (uint64_t)sysconf(_SC_PAGESIZE);
        assert_int_equal(mlm_matrix_open(cases[i].kind.format, &layout, &m, &sb), 0);
        uint64_t bytes = (mapped_pages() - before) * page;
        mlm_matrix_close(&m);
        /* At most three arrays, each rounded up to whole pages. */
        assert_in_range(bytes, cases[i].bytes, cases[i].bytes + 3 * (page + 2 * MLM_MAP_GUARD_BYTES));
        assert_int_equal(mapped_pages(), before);
    }
}

/* A file whose rows differ at the second reading: there is no room after the last column. */
static void columns_that_were_not_counted_are_refused(void **state)
{
    (void)state;
    enum { COLUMNS = 4 };
    for (int wide = 0; wide < 2; wide++) {
        struct mlm_layout layout = {.rows = 2,
            .columns = COLUMNS,
            .nonzeros = COLUMNS,
            .widest_row = 2,
            .index = wide ? MLM_INDEX_64 : MLM_INDEX_32};
        struct mlm_matrix matrix;
        struct mlm_scoreboard sb = {0};
        static const uint32_t counted[] = {0, 1}, placed[] = {2, 3};
        static const float values[] = {1, 1};
        const struct mlm_data_row first = {.count = 2, .columns = counted, .values = values};
        const struct mlm_data_row second = {.count = 2, .columns = placed, .values = values};
        assert_int_equal(mlm_matrix_open(&mlm_storage_csc, &layout, &matrix, &sb), 0);
        matrix.format->count(&matrix, &first);
        matrix.format->count(&matrix, &first);
        matrix.format->counted(&matrix);
        assert_int_equal(matrix.format->place(&matrix, 0, &second, &sb), -EBADMSG);
        assert_int_equal(sb.verdict, MLM_VERDICT_WRONG);
        mlm_matrix_close(&matrix);
    }
}

static void sizes_that_no_machine_has_do_not_wrap(void **state)
{
    (void)state;
    const struct mlm_storage_format *const formats[] = {&mlm_storage_dense, &mlm_storage_ell};
    struct mlm_layout layout = {
        .rows = UINT64_C(1) << 34, .columns = UINT64_C(1) << 30, .widest_row = UINT64_C(1) << 30};
    for (size_t i = 0; i < 2; i++) {
        struct mlm_matrix matrix;
        struct mlm_scoreboard sb = {0};
        layout.value = MLM_F64;
        assert_int_equal(mlm_matrix_open(formats[i], &layout, &matrix, &sb), -ENOMEM);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_products_of_every_format),
        cmocka_unit_test(test_products_of_every_instruction_set),
        cmocka_unit_test(test_every_half_in_a_product),
        cmocka_unit_test(test_parts_cover_all_and_share_no_row),
        cmocka_unit_test(test_conversions),
        cmocka_unit_test(test_values_that_are_not_exact),
        cmocka_unit_test(test_core_bytes),
        cmocka_unit_test(columns_that_were_not_counted_are_refused),
        cmocka_unit_test(sizes_that_no_machine_has_do_not_wrap),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
