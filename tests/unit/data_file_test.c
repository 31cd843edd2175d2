/* Tests dataset files on disk: shape, rows, labels, and the messages for bad files. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "data/inspect.h"
#include "data/random.h"
#include "data/reader.h"
#include "data/rows.h"

static struct mlm_scoreboard board;

static const char *fixture(const char *name)
{
    static char path[4096];
    snprintf(path, sizeof path, "%s/data/%s", MLM_FIXTURES, name);
    return path;
}

/* Makes a file with these bytes; the caller unlinks it. */
static void file_make(char path[static 64], const char *ending, const void *bytes, size_t size)
{
    snprintf(path, 64, "/tmp/mlm-data-XXXXXX%s", ending);
    int fd = mkstemps(path, (int)strlen(ending));
    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, size), size);
    assert_int_equal(close(fd), 0);
}

/* The matrix in all good fixtures. */
enum { ROWS = 5, COLUMNS = 4 };
static const float matrix[ROWS][COLUMNS] = {
    {1, 0, -2.5f, 0}, {0, 0, 0, 0}, {0.5f, 7, 0, -1}, {0, 0, 1000, 0}, {3, 3, 3, 3}};

static const char *const good[] = {"numpy_f4.npy", "numpy_f4_v2.npy", "numpy_f4_v3.npy", "numpy_f8_big.npy",
    "numpy_f2.npy", "numpy_savetxt.csv", "semicolons.csv", "tabs.tsv", "labels.libsvm"};

static void inspection_finds_the_shape(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        struct mlm_shape shape = {0};
        if (mlm_dataset_inspect(fixture(good[i]), &shape, &board) != 0)
            fail_msg("%s", board.message);
        assert_int_equal(shape.rows, ROWS);
        assert_int_equal(shape.columns, COLUMNS);
        assert_int_equal(shape.nonzeros, 10);
        assert_int_equal(shape.widest_row, 4);
        assert_int_equal(board.progress_done, board.progress_total);
        assert_true(board.progress_total > 0);
    }
}

static void rows_assert(struct mlm_rows *rows)
{
    struct mlm_data_row row;
    for (int r = 0; r < ROWS; r++) {
        float dense[COLUMNS] = {0};
        assert_int_equal(mlm_rows_next(rows, &row, &board), 1);
        for (uint32_t i = 0; i < row.count; i++) {
            assert_true(row.values[i] != 0 && (i == 0 || row.columns[i] > row.columns[i - 1]));
            dense[row.columns[i]] = row.values[i];
        }
        assert_memory_equal(dense, matrix[r], sizeof dense);
        assert_true(row.label == 0 || row.label == 1);
    }
    assert_int_equal(mlm_rows_next(rows, &row, &board), 0);
    assert_int_equal(mlm_rows_next(rows, &row, &board), 0);
}

static void rows_are_the_same_in_every_format_and_again_after_seek(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        struct mlm_rows *rows = NULL;
        assert_int_equal(mlm_rows_open_file(fixture(good[i]), 1, NULL, &rows, &board), 0);
        rows_assert(rows);
        assert_int_equal(mlm_rows_seek(rows, 3, &board), -ESPIPE);
        assert_int_equal(mlm_rows_seek(rows, 0, &board), 0);
        rows_assert(rows);
        mlm_rows_close(rows);
    }
}

static unsigned labels_of(const char *path, uint64_t seed)
{
    struct mlm_rows *rows = NULL;
    assert_int_equal(mlm_rows_open_file(path, seed, NULL, &rows, &board), 0);
    unsigned labels = 0;
    for (struct mlm_data_row row; mlm_rows_next(rows, &row, &board) == 1;)
        labels = labels << 1 | (row.label == 1);
    mlm_rows_close(rows);
    return labels;
}

static void labels_are_the_files_or_the_seeds(void **state)
{
    (void)state;
    assert_int_equal(labels_of(fixture("labels.libsvm"), 1), 0x15); /* +1 -1 3 0 0.5 */
    unsigned first = labels_of(fixture("numpy_f4.npy"), 1), differ = 0;
    assert_int_equal(labels_of(fixture("tabs.tsv"), 1), first);
    for (uint64_t seed = 2; seed < 10; seed++)
        differ |= labels_of(fixture("tabs.tsv"), seed) ^ first;
    assert_int_equal(differ, 0x1f);
}

static void bad_files_are_named_with_their_fault(void **state)
{
    (void)state;
    static const struct {
        const char *name, *says;
    } cases[] = {
        {"malformed.csv", "malformed.csv, line 3, field 2: expected a number, found 'four'"},
        {"numpy_fortran.npy", "in Fortran order; save numpy.ascontiguousarray(array) instead"},
        {"numpy_one_dimension.npy", "numpy_one_dimension.npy, byte 60: expected two dimensions"},
        {"numpy_records.npy", "numpy_records.npy, byte 20: expected the type of a plain array"},
        {"numpy_nan.npy",
            "numpy_nan.npy, byte 216 (row 2, column 3): expected a value that is finite in f32"},
        {"not_there.csv", "cannot open"},
        {"README.md", "the name must end in .npy, .csv, .tsv, .libsvm, .svm or .txt"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct mlm_shape shape = {.rows = 77};
        assert_true(mlm_dataset_inspect(fixture(cases[i].name), &shape, &board) < 0);
        if (!strstr(board.message, cases[i].says))
            fail_msg("'%s', not '%s'", board.message, cases[i].says);
        assert_int_equal(shape.rows, 77);
    }
}

static void what_holds_no_rows_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *ending, *bytes, *says;
    } cases[] = {
        {".csv", "", "is empty"},
        {".npy", "", "is empty"},
        {".csv", "a,b\n", "expected a line of numbers"},
        {".libsvm", "# nothing\n", "expected a line 'LABEL INDEX:VALUE…'"},
        {".libsvm", "1\n0\n", "expected INDEX:VALUE somewhere, found labels alone"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char path[64];
        struct mlm_shape shape;
        file_make(path, cases[i].ending, cases[i].bytes, strlen(cases[i].bytes));
        assert_int_equal(mlm_dataset_inspect(path, &shape, &board), -EINVAL);
        if (!strstr(board.message, cases[i].says))
            fail_msg("'%s', not '%s'", board.message, cases[i].says);
        (void)unlink(path);
    }
    char folder[] = "/tmp/mlm-data-XXXXXX", path[64];
    struct mlm_shape shape;
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/a.csv", folder);
    assert_int_equal(symlink("/", path), 0);
    assert_int_equal(mlm_dataset_inspect(path, &shape, &board), -EINVAL);
    assert_non_null(strstr(board.message, "is not a regular file"));
    (void)unlink(path);
    (void)rmdir(folder);
}

static void a_header_that_promises_more_than_the_file_is_refused(void **state)
{
    (void)state;
    char path[64], bytes[MLM_NPY_HEADER_BYTES + 8] = {0};
    struct mlm_shape shape;
    mlm_npy_header_write(UINT64_C(1) << 40, 1000, bytes);
    file_make(path, ".npy", bytes, sizeof bytes);
    assert_int_equal(mlm_dataset_inspect(path, &shape, &board), -EINVAL);
    assert_non_null(strstr(board.message, "ends at byte 136; by its header"));
    (void)unlink(path);
}

/* Rows far wider than the first buffers of rows and of the reader. */
static void wide_rows_are_read(void **state)
{
    (void)state;
    enum { WIDE = 200000 };
    char *bytes = malloc((size_t)16 * WIDE);
    assert_non_null(bytes);
    for (int sparse = 0; sparse < 2; sparse++) {
        char *at = bytes, path[64];
        for (int row = 0; row < 2; row++) {
            at += sparse ? sprintf(at, "1") : 0;
            for (int c = 0; c < WIDE / 2; c++)
                at +=
                    sparse ? sprintf(at, " %d:%d", 2 * c + 1, c + 1) : sprintf(at, c ? ",%d" : "%d", c % 10);
            *at++ = '\n';
        }
        file_make(path, sparse ? ".svm" : ".csv", bytes, (size_t)(at - bytes));
        struct mlm_shape shape = {0};
        if (mlm_dataset_inspect(path, &shape, &board) != 0)
            fail_msg("%s", board.message);
        assert_int_equal(shape.rows, 2);
        assert_int_equal(shape.columns, sparse ? WIDE - 1 : WIDE / 2);
        assert_int_equal(shape.widest_row, sparse ? WIDE / 2 : WIDE / 2 / 10 * 9);
        assert_int_equal(shape.nonzeros, 2 * shape.widest_row);
        (void)unlink(path);
    }
    free(bytes);
}

static void our_npy_header_is_one(void **state)
{
    (void)state;
    char path[64], bytes[MLM_NPY_HEADER_BYTES + 24];
    static const float values[] = {1, 2, 3, 4, 5, 6};
    mlm_npy_header_write(2, 3, bytes);
    memcpy(bytes + MLM_NPY_HEADER_BYTES, values, sizeof values);
    file_make(path, ".npy", bytes, sizeof bytes);
    struct mlm_reader reader;
    assert_int_equal(mlm_reader_open(path, MLM_FORMAT_NPY, MLM_MAP, NULL, &reader, &board), 0);
    assert_int_equal(reader.decoder.npy.rows, 2);
    assert_int_equal(reader.decoder.columns, 3);
    const float *mapped = mlm_reader_values(&reader);
    assert_non_null(mapped);
    assert_memory_equal(mapped, values, sizeof values);
    mlm_reader_close(&reader);
    mlm_reader_close(&reader);
    (void)unlink(path);
    /* The longest possible header still fits. */
    mlm_npy_header_write(UINT64_MAX, UINT64_MAX, bytes);
    assert_int_equal(bytes[MLM_NPY_HEADER_BYTES - 1], '\n');
}

/* Large enough that values are read straight to their place; into blocks that do not divide the file. */
static void values_read_directly_are_those_decoded(void **state)
{
    (void)state;
    const size_t N = 4900, P = 100, BATCH = 1000;
    size_t size = MLM_NPY_HEADER_BYTES + N * P * sizeof(float);
    char *bytes = malloc(size), path[64];
    assert_non_null(bytes);
    mlm_npy_header_write(N, P, bytes);
    mlm_random_fill_floats(1, 0, (float *)(void *)(bytes + MLM_NPY_HEADER_BYTES), N * P);
    file_make(path, ".npy", bytes, size);
    for (int mode = MLM_READ; mode <= MLM_MAP; mode++) {
        struct mlm_reader reader;
        struct mlm_block block;
        assert_int_equal(
            mlm_reader_open(path, MLM_FORMAT_NPY, (enum mlm_reader_mode)mode, NULL, &reader, &board), 0);
        assert_int_equal(mlm_block_open(&block, false, BATCH, BATCH * P, "test", &board), 0);
        for (int again = 0; again < 2; again++) {
            uint64_t rows = 0;
            do {
                mlm_block_clear(&block);
                assert_int_equal(mlm_reader_fill(&reader, &block, false, &board), 0);
                assert_memory_equal(block.values, bytes + MLM_NPY_HEADER_BYTES + rows * P * sizeof(float),
                    block.rows * P * sizeof(float));
                rows += block.rows;
                /* Everything but the begin of the first block was read without the buffer. */
                if (mode == MLM_READ && block.rows)
                    assert_int_equal(reader.begin, reader.end);
            } while (block.rows);
            assert_int_equal(rows, N);
            assert_true(reader.ended);
            assert_int_equal(mlm_reader_rewind(&reader, &board), 0);
        }
        mlm_block_close(&block);
        mlm_reader_close(&reader);
    }
    free(bytes);
    (void)unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(inspection_finds_the_shape),
        cmocka_unit_test(rows_are_the_same_in_every_format_and_again_after_seek),
        cmocka_unit_test(labels_are_the_files_or_the_seeds),
        cmocka_unit_test(bad_files_are_named_with_their_fault),
        cmocka_unit_test(what_holds_no_rows_is_refused),
        cmocka_unit_test(a_header_that_promises_more_than_the_file_is_refused),
        cmocka_unit_test(wide_rows_are_read),
        cmocka_unit_test(our_npy_header_is_one),
        cmocka_unit_test(values_read_directly_are_those_decoded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
