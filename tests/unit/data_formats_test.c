/* Tests every decoder with good and malformed files, in pieces of every size. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "data/decoder.h"

static struct mlm_scoreboard board;

/* Passes `size` bytes on in pieces, with the unused bytes again, as any reader does. Each piece is in a
 * buffer of exactly its size, so that a sanitizer detects a read beyond it. */
static int decode_pieces(
    struct mlm_decoder *d, const char *bytes, size_t size, size_t piece, struct mlm_block *block)
{
    size_t begin = 0, end = 0;
    for (;;) {
        size_t used = 0;
        char *part = malloc(end - begin + 1);
        assert_non_null(part);
        memcpy(part + 1, bytes + begin, end - begin);
        const struct mlm_piece next = {part + 1, end - begin, end == size};
        int stop = mlm_decode(d, &next, block, &used, &board);
        free(part);
        if (stop < 0)
            return stop;
        assert_true(used <= end - begin);
        begin += used;
        if (stop == MLM_STOP_CRAMPED)
            assert_int_equal(mlm_block_grow(block, 2 * block->capacity_values, &board), 0);
        else if (stop == MLM_STOP_FULL || end == size)
            return stop;
        else
            end = size - end < piece ? size : end + piece;
    }
}

struct file {
    enum mlm_format format;
    const char *bytes;
    size_t size;
};
#define FILE_OF(kind, text)                                                                                  \
    {                                                                                                        \
        .format = MLM_FORMAT_##kind, .bytes = (text), .size = sizeof(text) - 1                               \
    }

static int decode(const struct file *file, size_t piece, struct mlm_decoder *d, struct mlm_block *block)
{
    board.message[0] = 0;
    mlm_decoder_begin(d, file->format, "name", NULL);
    assert_int_equal(mlm_block_open(block, mlm_format_is_sparse(file->format), 100, 1, "test", &board), 0);
    return decode_pieces(d, file->bytes, file->size, piece, block);
}

/* The matrix in all good files below: 3 rows, 2 columns. */
static const float matrix[] = {1, -2.5f, 0, 1000, 0.1f, 7};

static void assert_matrix(const struct mlm_block *block)
{
    assert_int_equal(block->rows, 3);
    float dense[6] = {0};
    if (block->indices)
        for (int r = 0; r < 3; r++)
            for (uint64_t i = block->starts[r]; i < block->starts[r + 1]; i++)
                dense[2 * r + (int)block->indices[i]] = block->values[i];
    else
        memcpy(dense, block->values, sizeof dense);
    assert_memory_equal(dense, matrix, sizeof matrix);
}

static void good_text_is_read(void **state)
{
    (void)state;
    static const struct file files[] = {
        FILE_OF(CSV, "1,-2.5\n0,1e3\n0.1,7\n"),
        FILE_OF(CSV, "1,-2.5\n0,1e3\n0.1,7"),
        FILE_OF(CSV, "1,-2.5\r\n0,1e3\r\n0.1,7\r\n"),
        FILE_OF(CSV, "1;-2.5\n0;1e3\n0.1;7\n"),
        FILE_OF(CSV, "1\t-2.5\n0\t1e3\n0.1\t7\n"),
        FILE_OF(CSV, "width,height\n1,-2.5\n0,1e3\n0.1,7\n"),
        FILE_OF(CSV, "\"a;b\";\"c\"\"d\"\n1;-2.5\n0;1e3\n0.1;7\n"),
        FILE_OF(CSV, "\"two\nlines\",c\r\n1,-2.5\r\n0,1e3\r\n0.1,7\r\n"),
        FILE_OF(CSV, ",c\n1,-2.5\n0,1e3\n0.1,7\n"),
        FILE_OF(CSV, "\xef\xbb\xbf"
                     "1,-2.5\n0,1e3\n0.1,7\n"),
        FILE_OF(CSV, "\xef\xbb\xbf"
                     "a,b\n1,-2.5\n0,1e3\n0.1,7\n"),
        FILE_OF(CSV, "\n  \r\na,b\n1,-2.5\n0,1e3\n0.1,7\n"),
        FILE_OF(CSV, "\"1\",\"-2.5\"\n\"0\",\"1e3\"\n\" 0.1 \",\"7\"\n"),
        FILE_OF(CSV, " 1 , -2.5\n0,  1e3  \r\n\t0.1,7\t\n"),
        FILE_OF(CSV, "\n\n1,-2.5\n\n  \n0,1e3\r\n\r\n0.1,7\n\n  \n"),
        FILE_OF(LIBSVM, "+1 1:1 2:-2.5\n-1 2:1e3\n1 1:0.1 2:7\n"),
        FILE_OF(LIBSVM, "+1 1:1 2:-2.5\n-1 2:1e3\n1 1:0.1 2:7"),
        FILE_OF(LIBSVM, "+1 1:1 2:-2.5 \r\n-1 2:1e3\r\n1 1:0.1 2:7 \t \r\n"),
        FILE_OF(
            LIBSVM, "# all of it\n+1 qid:3 1:1 2:-2.5 # end 9:9\n\n  # more\n-1 1:0 2:1e3#\n1\t1:0.1\t2:7\n"),
    };
    for (size_t f = 0; f < sizeof files / sizeof *files; f++)
        for (size_t piece = 1; piece <= files[f].size; piece++) {
            struct mlm_decoder d;
            struct mlm_block block;
            if (decode(&files[f], piece, &d, &block) != MLM_STOP_BYTES)
                fail_msg("file %zu in pieces of %zu: %s", f, piece, board.message);
            assert_matrix(&block);
            assert_int_equal(d.rows, 3);
            assert_int_equal(d.columns, 2);
            mlm_block_close(&block);
        }
}

static void libsvm_labels_are_read_and_zeros_dropped(void **state)
{
    (void)state;
    static const struct file file = FILE_OF(LIBSVM, "-1 3:0 4:2\n2.5\n7 4294967295:1\n");
    struct mlm_decoder d;
    struct mlm_block block;
    assert_int_equal(decode(&file, 4, &d, &block), MLM_STOP_BYTES);
    assert_int_equal(block.rows, 3);
    assert_true(block.labels[0] == -1 && block.labels[1] == 2.5f && block.labels[2] == 7);
    static const uint64_t starts[] = {0, 1, 1, 2};
    assert_memory_equal(block.starts, starts, sizeof starts);
    assert_int_equal(block.indices[0], 3);
    assert_int_equal(block.indices[1], UINT32_MAX - 1);
    assert_int_equal(d.columns, UINT32_MAX);
    mlm_block_close(&block);
}

#define ZEROS_64 "0000000000000000000000000000000000000000000000000000000000000000"
#define ZEROS_256 ZEROS_64 ZEROS_64 ZEROS_64 ZEROS_64
#define ZEROS_1024 ZEROS_256 ZEROS_256 ZEROS_256 ZEROS_256

static void malformed_text_gets_its_line_named(void **state)
{
    (void)state;
    static const struct {
        struct file file;
        const char *says;
    } cases[] = {
        {FILE_OF(CSV, "1,2\n3,x\n"), "name, line 2, field 2: expected a number, found 'x'"},
        {FILE_OF(CSV, "1,2\n3,4x\n5,6\n"), "name, line 2, field 2: expected a number, found '4x'"},
        {FILE_OF(CSV, "a,b\n1,2\n\n3,\n"), "name, line 4, field 2: the value is missing"},
        {FILE_OF(CSV, "a,b\n1,2\n,3\n"), "name, line 3, field 1: the value is missing"},
        {FILE_OF(CSV, "1,2\n3,"), "name, line 2, field 2: the value is missing"},
        {FILE_OF(CSV, "1,2,\n"), "name, line 1, field 3: the value is missing"},
        {FILE_OF(CSV, "1,2\n3,\"\"\n"), "name, line 2, field 2: the value is missing"},
        {FILE_OF(CSV, "1,x\n3,4\n"), "name, line 1, field 2: expected a number, found 'x'"},
        {FILE_OF(CSV, ",2\n3,4\n"), "name, line 1, field 1: the value is missing"},
        {FILE_OF(CSV, "1,2\n3,NaN\n"), "name, line 2, field 2: 'NaN' is not a finite f32"},
        {FILE_OF(CSV, "nan,2\n3,4\n"), "name, line 1, field 1: 'nan' is not a finite f32"},
        {FILE_OF(CSV, "1,2\n-inf,4\n"), "name, line 2, field 1: '-inf' is not a finite f32"},
        {FILE_OF(CSV, "1,2\n3,1e39\r\n"), "name, line 2, field 2: '1e39' is not a finite f32"},
        {FILE_OF(CSV, "1,2\n3\n"), "name, line 2: expected 2 fields as in the lines before, found 1"},
        {FILE_OF(CSV, "1,2\n3,4,5\n"), "name, line 2: expected 2 fields, found more"},
        {FILE_OF(CSV, "a,b,c\n3,4\n"), "name, line 2: expected 3 fields as in the header, found 2"},
        {FILE_OF(CSV, "\"a\nb\",c\n1,2\n3,4,5\n"), "name, line 4: expected 2 fields"},
        {FILE_OF(CSV, "1;2,5\n"), "name, line 1, field 2: expected a number, found '2,5'"},
        {FILE_OF(CSV, "a,b\n"), "name, line 2: expected a line of numbers, found the end of the file"},
        {FILE_OF(CSV, "a,b"), "expected a line of numbers, found the end of the file"},
        {FILE_OF(CSV, ""), "name, line 1: expected a line of numbers"},
        {FILE_OF(CSV, "\n\n"), "name, line 3: expected a line of numbers"},
        {FILE_OF(CSV, "1,2\n3,4\r5,6\r\n"), "name, line 2, field 2: expected a number"},
        {FILE_OF(CSV, "1,2\n3,\"4\n"), "name, line 2, field 2: expected a number"},
        {FILE_OF(LIBSVM, "1 1:1\nx 1:1\n"), "name, line 2: expected a line to begin with its label"},
        {FILE_OF(LIBSVM, "1 1:1\n1,2 1:1\n"), "name, line 2: expected a line to begin with its label"},
        {FILE_OF(LIBSVM, "nan 1:1\n"), "name, line 1: expected a line to begin with its label"},
        {FILE_OF(LIBSVM, "1:1\n"), "name, line 1: expected a line to begin with its label"},
        {FILE_OF(LIBSVM, "1 1:1\n\n1 0:5\n"), "name, line 3: expected indices from 1 on"},
        {FILE_OF(LIBSVM, "1 1:1 1:2\n"), "name, line 1: expected indices that ascend, found '1:2'"},
        {FILE_OF(LIBSVM, "1 5:1 4:2\n"), "name, line 1: expected indices that ascend, found '4:2'"},
        {FILE_OF(LIBSVM, "1 5\n"), "name, line 1: expected INDEX:VALUE, found '5'"},
        {FILE_OF(LIBSVM, "1 5:\n"), "name, line 1: expected INDEX:VALUE, found '5:'"},
        {FILE_OF(LIBSVM, "1 5:x\n"), "name, line 1: expected INDEX:VALUE, found '5:x'"},
        {FILE_OF(LIBSVM, "1 5:1x"), "name, line 1: expected INDEX:VALUE, found '5:1x'"},
        {FILE_OF(LIBSVM, "1 -5:1\n"), "name, line 1: expected INDEX:VALUE, found '-5:1'"},
        {FILE_OF(LIBSVM, "1 4294967296:1\n"), "name, line 1: expected INDEX:VALUE, found '4294967296:1'"},
        {FILE_OF(LIBSVM, "1 5:nan\n"), "name, line 1: expected INDEX:VALUE, found '5:nan'"},
        {FILE_OF(LIBSVM, "1 5:1e50\n"),
            "name, line 1: expected a value that is finite in f32, found '5:1e50'"},
        {FILE_OF(LIBSVM, "1 5:1 qid:2\n"), "name, line 1: expected INDEX:VALUE, or one qid:NUMBER"},
        {FILE_OF(LIBSVM, "1 qid:x\n"), "name, line 1: expected INDEX:VALUE, or one qid:NUMBER"},
        /* A number that is valid except for its length: refused whether or not its end is in the piece. */
        {FILE_OF(CSV, "1,2\n3,1e" ZEROS_1024 "1\n"), "name, line 2, field 2: expected a number, found "
                                                     "'1e00000000000000000000000000000000000000…' of more"},
        {FILE_OF(LIBSVM, "1e" ZEROS_1024 "1 1:1\n"), "name, line 1: expected a line to begin with its label"},
        {FILE_OF(LIBSVM, "1 " ZEROS_1024 "1:1\n"), "name, line 1: expected INDEX:VALUE, found '0000"},
        {FILE_OF(LIBSVM, "1 1:1e" ZEROS_1024 "1\n"), "name, line 1: expected INDEX:VALUE, found '1:1e00"},
        {FILE_OF(LIBSVM, "1 qid:" ZEROS_1024 "1 1:1\n"),
            "name, line 1: expected INDEX:VALUE, or one qid:NUMBER"},
        {FILE_OF(LIBSVM, "# nothing\n\n"),
            "name, line 3: expected a line 'LABEL INDEX:VALUE…', found the end"},
        {FILE_OF(LIBSVM, ""), "name, line 1: expected a line 'LABEL INDEX:VALUE…', found the end"},
    };
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++)
        for (size_t piece = 1; piece <= cases[c].file.size + 1; piece++) {
            struct mlm_decoder d;
            struct mlm_block block;
            int r = decode(&cases[c].file, piece, &d, &block);
            if (r != -EINVAL || !strstr(board.message, cases[c].says))
                fail_msg("case %zu in pieces of %zu: %d, '%s', not '%s'", c, piece, r, board.message,
                    cases[c].says);
            mlm_block_close(&block);
        }
}

static void a_field_without_end_is_refused_early(void **state)
{
    (void)state;
    enum { SIZE = 300000 };
    char *bytes = malloc(SIZE);
    assert_non_null(bytes);
    static const struct {
        const char *begin;
        enum mlm_format format;
        char fill;
    } cases[] = {
        {"1,2\n3,", MLM_FORMAT_CSV, '1'},
        {"1,2\n3,\"", MLM_FORMAT_CSV, ','},
        {"1 1:", MLM_FORMAT_LIBSVM, '1'},
        {"", MLM_FORMAT_LIBSVM, '1'},
        {"1 qid:", MLM_FORMAT_LIBSVM, '1'},
    };
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        memset(bytes, cases[c].fill, SIZE);
        memcpy(bytes, cases[c].begin, strlen(cases[c].begin));
        struct file file = {cases[c].format, bytes, SIZE};
        struct mlm_decoder d;
        struct mlm_block block;
        assert_int_equal(decode(&file, 4096, &d, &block), -EINVAL);
        assert_non_null(strstr(board.message, ", line "));
        mlm_block_close(&block);
    }
    free(bytes);
}

static void a_header_may_be_longer_than_any_buffer(void **state)
{
    (void)state;
    enum { SIZE = 400000 };
    char *bytes = malloc(SIZE);
    assert_non_null(bytes);
    memset(bytes, 'x', SIZE);
    bytes[SIZE / 2] = ',';
    static const char rows[] = "\n1,-2.5\n0,1e3\n0.1,7\n";
    memcpy(bytes + SIZE - sizeof rows, rows, sizeof rows);
    struct file file = {MLM_FORMAT_CSV, bytes, SIZE - 1};
    struct mlm_decoder d;
    struct mlm_block block;
    assert_int_equal(decode(&file, 100000, &d, &block), MLM_STOP_BYTES);
    assert_matrix(&block);
    mlm_block_close(&block);
    free(bytes);
}

/* Makes a .npy file with a header of our own. */
static size_t npy_make(char file[static 512], int version, const char *header, const void *data, size_t size)
{
    size_t length = strlen(header), begin = version == 1 ? 10 : 12;
    memset(file, 0, 512);
    snprintf(file, 512, "\x93NUMPY%c", version);
    file[8] = (char)length;
    snprintf(file + begin, 512 - begin, "%s", header);
    memcpy(file + begin + length, data, size);
    return begin + length + size;
}

static void every_npy_type_is_read(void **state)
{
    (void)state;
    static const struct {
        const char *header;
        const char *data;
        size_t size;
        float first, second;
    } cases[] = {
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (2, 1), }\n", "\0\0\x80\x3f\0\0\x20\xc0", 8, 1,
            -2.5f},
        {"{'descr': '>f4', 'fortran_order': False, 'shape': (2, 1), }\n", "\x3f\x80\0\0\xc0\x20\0\0", 8, 1,
            -2.5f},
        {"{'descr':'<f8','fortran_order':False,'shape':(1,2)}",
            "\0\0\0\0\0\0\xf0\x3f\x9a\x99\x99\x99\x99\x99\xb9\x3f", 16, 1, 0.1f},
        {"{'descr': '>f8', 'fortran_order': False, 'shape': (1, 2), }",
            "\x3f\xf0\0\0\0\0\0\0\x3f\xb9\x99\x99\x99\x99\x99\x9a", 16, 1, 0.1f},
        {"{'descr': '<f2', 'fortran_order': False, 'shape': (1, 2), }", "\x00\xc1\x01\x00", 4, -2.5f,
            0x1p-24f},
        {"{'descr': '>f2', 'fortran_order': False, 'shape': (1, 2), }", "\x7b\xff\x84\x00", 4, 65504,
            -0x1p-14f},
        {"{'descr': '|b1', 'fortran_order': False, 'shape': (1, 2), }", "\x00\x01", 2, 0, 1},
        {"{'descr': '|i1', 'fortran_order': False, 'shape': (1, 2), }", "\x80\x7f", 2, -128, 127},
        {"{'descr': '|u1', 'fortran_order': False, 'shape': (1, 2), }", "\x80\xff", 2, 128, 255},
        {"{'descr': '<i2', 'fortran_order': False, 'shape': (1, 2), }", "\x00\x80\x01\x00", 4, -32768, 1},
        {"{'descr': '>u2', 'fortran_order': False, 'shape': (1, 2), }", "\x80\x00\x00\x01", 4, 32768, 1},
        {"{'descr': '<i4', 'fortran_order': False, 'shape': (1L, 2L), }", "\xff\xff\xff\xff\1\0\0\1", 8, -1,
            16777216},
        {"{'descr': '>u4', 'fortran_order': False, 'shape': (1, 2), }", "\xff\xff\xff\xff\0\0\0\1", 8,
            0x1p32f, 1},
        {"{'shape': (1, 2), \"descr\": \"<i8\", 'fortran_order': False}",
            "\xff\xff\xff\xff\xff\xff\xff\xff\1\0\0\0\0\0\0\0", 16, -1, 1},
        {"{'descr': '>u8', 'fortran_order': False, 'shape': (1, 2), }",
            "\xff\xff\xff\xff\xff\xff\xff\xff\0\0\0\0\0\0\0\2", 16, 0x1p64f, 2},
    };
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++)
        for (int version = 1; version <= 3; version++) {
            char bytes[512];
            struct file file = {MLM_FORMAT_NPY, bytes,
                npy_make(bytes, version, cases[c].header, cases[c].data, cases[c].size)};
            for (size_t piece = 1; piece <= file.size; piece += piece < 8 ? 1 : 31) {
                struct mlm_decoder d;
                struct mlm_block block;
                if (decode(&file, piece, &d, &block) != MLM_STOP_BYTES)
                    fail_msg("case %zu: %s", c, board.message);
                assert_int_equal(block.count, 2);
                assert_true(block.values[0] == cases[c].first && block.values[1] == cases[c].second);
                assert_int_equal(d.rows * d.columns, 2);
                mlm_block_close(&block);
            }
        }
}

static void malformed_npy_gets_its_byte_named(void **state)
{
    (void)state;
    static const struct {
        const char *header, *says;
    } cases[] = {
        {"{'descr': '<f4', 'fortran_order': True, 'shape': (1, 2), }",
            "byte 44: the array is in Fortran order; save numpy.ascontiguousarray(array)"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", "byte 60: expected two dimensions"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (), }", "byte 60: expected two dimensions"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2, 1), }",
            "byte 60: expected two dimensions"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (0, 2), }", "byte 60: expected at least one row"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (-1, 2), }", "byte 61: expected a length"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (1 2), }", "byte 63: expected ',' or ')'"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999, 2), }",
            "byte 61: expected a length"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (4611686018427387904, 4611686018427387904), }",
            "no file holds the 4611686018427387904 × 4611686018427387904 values"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (4611686018427387904, 2), }", "no file holds"},
        {"{'descr': '<c8', 'fortran_order': False, 'shape': (1, 2), }",
            "byte 20: expected a type of numbers"},
        {"{'descr': '<U5', 'fortran_order': False, 'shape': (1, 2), }",
            "byte 20: expected a type of numbers"},
        {"{'descr': '|O', 'fortran_order': False, 'shape': (1, 2), }", "byte 20: expected a type of numbers"},
        {"{'descr': '', 'fortran_order': False, 'shape': (1, 2), }", "byte 20: expected a type of numbers"},
        {"{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (2, 1), }",
            "byte 20: expected the type of a plain"},
        {"{'descr': '<f4', 'fortran_order': False, }", "expected 'descr', 'fortran_order' and 'shape'"},
        {"{'descr': '<f4', 'descr': '<f4', 'shape': (1, 2), }",
            "byte 27: expected 'descr', 'fortran_order' and 'shape'"},
        {"{'other': '<f4', }", "byte 11: expected 'descr'"},
        {"{'descr' '<f4', }", "byte 19: expected ':'"},
        {"{'descr': '<f4' 'x'", "byte 26: expected ',' or '}'"},
        {"{'descr': '<f4', 'fortran_order': 0", "byte 44: expected True or False"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2), } x",
            "expected spaces up to the end of the header"},
        {"{", "byte 11: expected a key in quotes"},
        {"{'", "byte 11: expected a key in quotes"},
        {"", "byte 10: expected '{'"},
        {"[1, 2]", "byte 10: expected '{'"},
    };
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        char bytes[512];
        struct file file = {
            MLM_FORMAT_NPY, bytes, npy_make(bytes, 1, cases[c].header, "\0\0\0\0\0\0\0\0", 8)};
        for (size_t piece = 1; piece <= file.size; piece += 17) {
            struct mlm_decoder d;
            struct mlm_block block;
            int r = decode(&file, piece, &d, &block);
            if (r != -EINVAL || !strstr(board.message, cases[c].says))
                fail_msg("case %zu: %d, '%s', not '%s'", c, r, board.message, cases[c].says);
            mlm_block_close(&block);
        }
    }
}

static void npy_that_ends_early_or_late_is_refused(void **state)
{
    (void)state;
    static const char header[] = "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2), }\n";
    char bytes[512];
    size_t whole = npy_make(bytes, 1, header, "\0\0\0\0\0\0\0\0\0", 9) - 1;
    for (size_t size = 0; size <= whole + 1; size++) {
        struct file file = {MLM_FORMAT_NPY, bytes, size};
        struct mlm_decoder d;
        struct mlm_block block;
        int r = decode(&file, 5, &d, &block);
        const char *says = size < 12          ? "byte 0: expected the first bytes of a .npy file"
                           : size < whole - 8 ? "byte 8: expected a length of the header"
                           : size < whole     ? "ends before the last"
                           : size == whole    ? ""
                                              : "goes on after the 1 × 2 values";
        if (r != (size == whole ? 0 : -EINVAL) || !strstr(board.message, says))
            fail_msg("%zu bytes: %d, '%s', not '%s'", size, r, board.message, says);
        mlm_block_close(&block);
    }
    bytes[6] = 4;
    struct file file = {MLM_FORMAT_NPY, bytes, whole};
    struct mlm_decoder d;
    struct mlm_block block;
    assert_int_equal(decode(&file, 5, &d, &block), -EINVAL);
    assert_non_null(strstr(board.message, "byte 6: expected format version 1, 2 or 3"));
    mlm_block_close(&block);
}

/* A header that promises more than the file holds must not cause an allocation. */
static void npy_larger_than_its_file_is_refused_at_once(void **state)
{
    (void)state;
    static const char header[] = "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 1099511627776), }\n";
    char bytes[512];
    size_t size = npy_make(bytes, 1, header, "\0\0\0\0", 4), used;
    struct mlm_decoder d;
    struct mlm_block none = {0};
    mlm_decoder_begin(&d, MLM_FORMAT_NPY, "name", NULL);
    d.file_bytes = size;
    assert_int_equal(mlm_decode(&d, &(struct mlm_piece){bytes, size, true}, &none, &used, &board), -EINVAL);
    assert_non_null(strstr(board.message, "it should at byte 4398046511"));
}

static void a_full_block_is_changed_for_another(void **state)
{
    (void)state;
    static const struct file files[] = {
        FILE_OF(CSV, "1,-2.5\n0,1e3\n0.1,7\n"),
        FILE_OF(LIBSVM, "+1 1:1 2:-2.5\n-1 2:1e3\n1 1:0.1 2:7\n"),
    };
    for (size_t f = 0; f < 2; f++) {
        struct mlm_decoder d;
        struct mlm_block block;
        mlm_decoder_begin(&d, files[f].format, "name", NULL);
        assert_int_equal(mlm_block_open(&block, f == 1, 2, 4, "test", &board), 0);
        size_t used, more;
        const struct mlm_piece piece = {files[f].bytes, files[f].size, true};
        assert_int_equal(mlm_decode(&d, &piece, &block, &used, &board), MLM_STOP_FULL);
        const struct mlm_piece rest = {piece.bytes + used, piece.size - used, true};
        assert_int_equal(block.rows, 2);
        mlm_block_clear(&block);
        assert_int_equal(mlm_decode(&d, &rest, &block, &more, &board), MLM_STOP_BYTES);
        assert_int_equal(block.rows, 1);
        assert_true(block.values[0] == 0.1f && block.values[1] == 7);
        assert_int_equal(used + more, files[f].size);
        mlm_block_close(&block);
    }
}

static void the_ending_decides_the_format(void **state)
{
    (void)state;
    enum mlm_format format = MLM_FORMAT_NPY;
    struct mlm_error error = {0};
    assert_int_equal(mlm_format_of("/a.b/c.TSV", &format, &error), 0);
    assert_int_equal(format, MLM_FORMAT_CSV);
    assert_int_equal(mlm_format_of("a.svm", &format, &error), 0);
    assert_int_equal(format, MLM_FORMAT_LIBSVM);
    assert_int_equal(mlm_format_of("a.npy", &format, &error), 0);
    assert_int_equal(format, MLM_FORMAT_NPY);
    assert_int_equal(mlm_format_of("/data.npy/a", &format, &error), -EINVAL);
    assert_int_equal(mlm_format_of("a.npz", &format, &error), -EINVAL);
    assert_non_null(strstr(error.text, "must end in .npy, .csv"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_text_is_read),
        cmocka_unit_test(libsvm_labels_are_read_and_zeros_dropped),
        cmocka_unit_test(malformed_text_gets_its_line_named),
        cmocka_unit_test(a_field_without_end_is_refused_early),
        cmocka_unit_test(a_header_may_be_longer_than_any_buffer),
        cmocka_unit_test(every_npy_type_is_read),
        cmocka_unit_test(malformed_npy_gets_its_byte_named),
        cmocka_unit_test(npy_that_ends_early_or_late_is_refused),
        cmocka_unit_test(npy_larger_than_its_file_is_refused_at_once),
        cmocka_unit_test(a_full_block_is_changed_for_another),
        cmocka_unit_test(the_ending_decides_the_format),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
