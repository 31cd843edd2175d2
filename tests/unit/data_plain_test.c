/* Tests what becomes of users' files that are not plain: the copy, its shape, what is said, and what is
 * refused. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "data/npy.h"
#include "data/plain/date.h"
#include "data/plain/plain.h"

static struct mlm_scoreboard board;

static const char *fixture(const char *name)
{
    static char path[4096];
    snprintf(path, sizeof path, "%s/data/%s", MLM_FIXTURES, name);
    return path;
}

/* A file of the user's, what is asked of it, and what came of it. */
struct file {
    char path[64];
    struct mlm_plain_order order;
    struct mlm_plain plain;
    char *notes, *copy;
    size_t notes_size, copy_size;
};

static void file_make(struct file *file, const char *ending, const void *bytes, size_t size)
{
    *file = (struct file){.order.path = file->path};
    snprintf(file->path, sizeof file->path, "/tmp/mlm-plain-XXXXXX%s", ending);
    int fd = mkstemps(file->path, (int)strlen(ending));
    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, size), size);
    assert_int_equal(close(fd), 0);
}

static void file_remove(struct file *file)
{
    if (file->path[0])
        (void)unlink(file->path);
    free(file->notes);
    free(file->copy);
}

static int look(struct file *file)
{
    board = (struct mlm_scoreboard){0};
    file->order.notes = open_memstream(&file->notes, &file->notes_size);
    assert_non_null(file->order.notes);
    int r = mlm_plain_look(&file->order, &file->plain, &board);
    assert_int_equal(fclose(file->order.notes), 0);
    file->order.notes = NULL;
    assert_int_equal(r < 0, board.message[0] != 0);
    return r;
}

static void must_look(struct file *file)
{
    if (look(file) != 0)
        fail_msg("%s", board.message);
}

/* Reads the copy, which must be as long as the look has said, and must be found the same when it is
 * compared. */
static void copy_read(struct file *file)
{
    int fd = memfd_create("copy", MFD_CLOEXEC);
    assert_true(fd >= 0);
    if (mlm_plain_copy(&file->order, fd, false, &board) != 0)
        fail_msg("%s", board.message);
    file->copy_size = (size_t)lseek(fd, 0, SEEK_END);
    assert_int_equal(file->copy_size, file->plain.bytes);
    file->copy = calloc(1, file->copy_size + 1);
    assert_non_null(file->copy);
    assert_int_equal(pread(fd, file->copy, file->copy_size, 0), file->copy_size);
    assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
    assert_int_equal(mlm_plain_copy(&file->order, fd, true, &board), 0);
    char other = (char)(file->copy[file->copy_size - 1] ^ 1);
    assert_int_equal(pwrite(fd, &other, 1, (off_t)file->copy_size - 1), 1);
    assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
    assert_int_equal(mlm_plain_copy(&file->order, fd, true, &board), -EBADMSG);
    assert_int_equal(close(fd), 0);
}

static void tables_become_numbers(void **state)
{
    (void)state;
    static const struct {
        const char *table, *copy, *says;
    } cases[] = {
        /* Texts are numbered in the order in which they appear; a name of a column is no text of it. */
        {"size,colour\n1,red\n2,blue\n3,red\n", "1,1\n2,2\n3,1\n",
            "column 2 'colour': text, 2 values, read as codes from 1; 10 B as text, 10 B as codes"},
        {"1,a\n2,b\n", "1,1\n2,2\n", "column 2: text, 2 values"},
        {"x,y\n\"a, b\",1\n\"say \"\"c\"\"\",2\n\"a, b\",3\n", "1,1\n2,2\n1,3\n", "'x': text, 2 values"},
        {"x,y\n\"two\nlines\",1\nb,2\n", "1,1\n2,2\n", "'x': text, 2 values"},
        {"x,y\n a b ,1\n\"a b\",2\n", "1,1\n1,2\n", "'x': text, 1 value,"},
        {"x,y\n1,a\n2x,b\n3,a\n", "1,1\n2,2\n3,1\n",
            "column 1 'x': text, 3 values, read as codes from 1; 4 B as text, 7 B as codes; 2 fields are "
            "numbers, but '2x' in line 3 is none"},
        /* Values that are missing. */
        {"a,b\n1,\n,2\nNA,NaN\n?,null\nN/A,none\n", "1,0\n0,2\n0,0\n0,0\n0,0\n",
            "column 1 'a': 4 missing values, read as 0"},
        {"a,b\n1,x\n2,\n3,x\n", "1,1\n2,0\n3,1\n",
            "1 value, read as codes from 1; 2 B as text, 4 B as codes; 1 missing value, read as 0"},
        {"1;2;\n3;4;\n", "1,2,0\n3,4,0\n", "column 3: no value at all, read as 0"},
        {"a,b\n1,NA\n2,3\n", "1,0\n2,3\n", "1 missing value in all; --missing refuse stops at the first\n"},
        /* Separators, and decimal commas where another one separates. */
        {"a;b\n1,5;-2\n3;4,25\n", "1.5,-2\n3,4.25\n",
            "semicolons separate the fields, and numbers have decimal commas"},
        {"a\tb\n1\tx\n\t\n", "1,1\n0,0\n", "tabs separate the fields"},
        {"Chins Situps\n5 162\n 2  110 \n", "5,162\n2,110\n", "spaces separate the fields"},
        {"1 2\r\n3 4\r\n", "1,2\n3,4\n", "spaces separate the fields"},
        {"a;b\n1.5;1,5\n2.5;2,5\n", "1.5,1.5\n2.5,2.5\n", "decimal commas"},
        {"name;n\nA, B;1\nC, D;2\n", "1,1\n2,2\n", "semicolons separate the fields\n"},
        {"1,\"2,5\"\n2,\"3,5\"\n2,\"2,5\"\n", "1,1\n2,2\n2,1\n", "column 2: text, 2 values"},
        /* Lines at the begin that are no rows. */
        {"3,2,setosa\n1,2,0\n3,4,0\n5,6,1\n", "1,2,0\n3,4,0\n5,6,1\n", "line 1 is no row"},
        {"2,13,a,b\n1,2\n3,4\n5,\n", "1,2\n3,4\n5,0\n", "line 1 is no row"},
        {"2,2,,\n\"A\",\"B\",\"C\",\"D\"\n1,2,3,4\n5,6,7,\n", "1,2,3,4\n5,6,7,0\n",
            "lines 1 and 2 are no rows"},
        {"\n\nx,y,z\n\n1,a,2\n3,b,4\n", "1,1,2\n3,2,4\n", "line 3 has the names of the columns"},
        {"M,0.5\nF,0.25\nM,1\n", "1,0.5\n2,0.25\n1,1\n", "column 1: text, 2 values"},
        {"p,x\ne,x\np,s\n", "1,1\n2,2\n", "line 1 has the names of the columns"},
        {"a b;c\n1;x\n2;y\n", "1,1\n2,2\n", "column 2 'c': text"},
        /* Dates. */
        {"day,n\n1970-01-02,1\n2024-02-29,2\n", "1,1\n19782,2\n",
            "column 1 'day': dates, read as days since 1970-01-01"},
        {"when\n1970-01-01 12:00\n1969-12-31T18:00:00Z\n", "0.50000\n-0.25000\n", "dates"},
        {"when,n\n3/4/1970,1\n12/31/1970,2\n", "62,1\n364,2\n", "dates (month first)"},
        {"when,n\n3/4/1970,1\n31/12/1970,2\n", "92,1\n364,2\n", "dates (day first)"},
        {"when,n\n31.12.1970,1\n,2\n", "364,1\n0,2\n",
            "dates (day first), read as days since 1970-01-01; 1 missing"},
        {"when,n\n31/12/1970,1\n12/31/1970,2\n", "1,1\n2,2\n", "column 1 'when': text"},
        {"when,n\n2023-02-29,1\n2024-02-29,2\n", "1,1\n2,2\n", "column 1 'when': text"},
        /* A byte order mark, and line ends of both kinds. */
        {"\xef\xbb\xbf"
         "a,b\r\n1,x\r\n2,y\n",
            "1,1\n2,2\n", "column 2 'b': text"},
        /* A decimal comma is no number where commas separate, and points are none beside it. */
        {"a;b\n1.234,5;1\n2;2\n", "1,1\n2,2\n", "column 1 'a': text"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct file file;
        file_make(&file, ".csv", cases[i].table, strlen(cases[i].table));
        must_look(&file);
        copy_read(&file);
        if (strcmp(file.copy, cases[i].copy) != 0)
            fail_msg("case %zu: '%s', not '%s'", i, file.copy, cases[i].copy);
        if (!strstr(file.notes, cases[i].says))
            fail_msg("case %zu: '%s', not '%s'", i, file.notes, cases[i].says);
        file_remove(&file);
    }
}

static void the_shape_is_that_of_the_copy(void **state)
{
    (void)state;
    static const char table[] = "a,b,c\n0,x,\n,y,\n5,z,1\n0,x,0.0\n";
    struct file file;
    file_make(&file, ".csv", table, sizeof table - 1);
    must_look(&file);
    assert_int_equal(file.plain.shape.rows, 4);
    assert_int_equal(file.plain.shape.columns, 3);
    assert_int_equal(file.plain.shape.nonzeros, 6); /* four codes, 5 and 1 */
    assert_int_equal(file.plain.shape.widest_row, 3);
    assert_non_null(
        strstr(file.notes, ": 4 rows of 3 numbers, which the trials read from a plain copy of 26 B\n"));
    /* The decoder of the trials finds the same. */
    copy_read(&file);
    struct file copy;
    file_make(&copy, ".csv", file.copy, file.copy_size);
    must_look(&copy);
    assert_int_equal(copy.plain.bytes, 0);
    assert_int_equal(copy.notes_size, 0);
    assert_memory_equal(&copy.plain.shape, &file.plain.shape, sizeof file.plain.shape);
    file_remove(&copy);
    file_remove(&file);
}

static void the_users_word_decides(void **state)
{
    (void)state;
    static const char table[] = "1,5\n2,5\n";
    static const struct {
        enum mlm_separator separator;
        const char *copy;
    } cases[] = {
        {MLM_SEPARATOR_COMMA, "1,5\n2,5\n"},
        {MLM_SEPARATOR_SEMICOLON, "1.5\n2.5\n"},
        {MLM_SEPARATOR_TAB, "1.5\n2.5\n"},
        {MLM_SEPARATOR_SPACE, "1.5\n2.5\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct file file;
        file_make(&file, ".csv", table, sizeof table - 1);
        file.order.reading.separator = cases[i].separator;
        must_look(&file);
        copy_read(&file);
        assert_string_equal(file.copy, cases[i].copy);
        file_remove(&file);
    }
    struct file file;
    file_make(&file, ".csv", "a,b\n1,x\n2,?\n", 12);
    file.order.reading.missing = MLM_MISSING_REFUSE;
    assert_int_equal(look(&file), -EINVAL);
    assert_non_null(strstr(
        board.message, ", line 3, field 2: the value is missing ('?'); fill it in or leave the line out"));
    file_remove(&file);
}

static void what_is_wrong_is_said_in_one_line(void **state)
{
    (void)state;
    static const struct {
        const char *table, *says;
    } cases[] = {
        {"a,b\n1,x\n2,y\n3\n", "line 4: expected 2 fields as in line 3, found 1"},
        {"a,b\n1,x\n2,y\n3,z,4\n", "line 4: expected 2 fields as in line 3, found 3 or more"},
        {"a,b\n1\n2,y\n3,z\n", "line 2: expected 2 fields as in line 3, found 1"},
        {"a,b,c\n3,x\n", "line 2: expected 3 fields as in line 1, found 2"},
        {"name,city\n", "line 2: expected a row with numbers, found the end of the file"},
        {"1,x\n2,1e39\n3,4\n4,5,6\n", "line 4: expected 2 fields as in line 3, found 3 or more"},
        {"1,2\n2,1e39\n3,4\n", "line 2, field 2: '1e39' is not a finite f32; write another number, or leave"},
        {"1,2\n2,-inf\n3,4\n", "line 2, field 2: '-inf' is not a finite f32"},
        {"a,b\n1,\"x\n2,y\n", "line 2, field 2: a quote opens here and never closes"},
        {"1,x\r2,y\r", "the lines end with CR alone; save them with LF"},
        {"\xff\xfe"
         "1",
            "the text is UTF-16; save it as UTF-8"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct file file;
        file_make(&file, ".csv", cases[i].table, strlen(cases[i].table));
        assert_int_equal(look(&file), -EINVAL);
        if (!strstr(board.message, cases[i].says) || strchr(board.message, '\n'))
            fail_msg("case %zu: '%s', not '%s'", i, board.message, cases[i].says);
        file_remove(&file);
    }
    struct file file;
    file_make(&file, ".csv", "1,x\0y\n2,z\n", 10);
    assert_int_equal(look(&file), -EINVAL);
    assert_non_null(strstr(board.message, "expected text, found a byte 0"));
    file_remove(&file);
}

/* Fields and rows that cross every buffer. */
static void long_tables_are_read(void **state)
{
    (void)state;
    enum { ROWS = 30000, LONG = 200000 };
    struct file file;
    char *table = malloc((size_t)ROWS * 40 + LONG + 64), *at = table;
    assert_non_null(table);
    at += sprintf(at, "n;text;when\n");
    for (int i = 0; i < ROWS; i++)
        at += sprintf(at, "%d,25;\"word %d\nline;\";2024-01-%02d\n", i, i % 1000, i % 31 + 1);
    at += sprintf(at, "1;");
    memset(at, 'x', LONG);
    at += LONG;
    at += sprintf(at, ";2024-01-01\n");
    file_make(&file, ".csv", table, (size_t)(at - table));
    must_look(&file);
    assert_int_equal(file.plain.shape.rows, ROWS + 1);
    assert_non_null(strstr(file.notes, "column 2 'text': text, 1001 values"));
    copy_read(&file);
    assert_memory_equal(file.copy, "0.25,1,19723\n1.25,2,19724\n", 26);
    assert_string_equal(file.copy + file.copy_size - 13, "1,1001,19723\n");
    file_remove(&file);
    /* A field that is longer than any buffer. */
    memset(table, 'x', 300000);
    memcpy(table, "a,b\n1,", 6);
    file_make(&file, ".csv", table, 300000);
    assert_int_equal(look(&file), -EINVAL);
    assert_non_null(strstr(board.message, "line 2, field 2: expected a field of at most 262144 bytes"));
    file_remove(&file);
    free(table);
}

static void different_texts_have_a_limit(void **state)
{
    (void)state;
    enum { ROWS = 1100, LONG = 64000 };
    struct file file;
    char *table = malloc((size_t)ROWS * (LONG + 16)), *at = table;
    assert_non_null(table);
    for (int i = 0; i < ROWS; i++) {
        at += sprintf(at, "%d,", i);
        memset(at, 'a', LONG);
        at += LONG;
        at += sprintf(at, "%d\n", i);
    }
    file_make(&file, ".csv", table, (size_t)(at - table));
    free(table);
    assert_int_equal(look(&file), -EINVAL);
    assert_non_null(strstr(board.message, "so far the different texts of its columns take 64 MiB"));
    file_remove(&file);
}

/* Arrays whose columns come first, and whose values miss. */
static void arrays_are_turned_around(void **state)
{
    (void)state;
    struct file fortran = {.order.path = fixture("numpy_fortran.npy")};
    must_look(&fortran);
    copy_read(&fortran);
    struct file plain = {.order.path = fixture("numpy_f4.npy")};
    must_look(&plain);
    assert_int_equal(plain.plain.bytes, 0);
    assert_memory_equal(&plain.plain.shape, &fortran.plain.shape, sizeof plain.plain.shape);
    assert_int_equal(fortran.plain.bytes, MLM_NPY_HEADER_BYTES + UINT64_C(5) * 4 * sizeof(float));
    static const float matrix[5][4] = {
        {1, 0, -2.5f, 0}, {0, 0, 0, 0}, {0.5f, 7, 0, -1}, {0, 0, 1000, 0}, {3, 3, 3, 3}};
    assert_memory_equal(fortran.copy + MLM_NPY_HEADER_BYTES, matrix, sizeof matrix);
    assert_non_null(strstr(fortran.notes, "its columns come first (Fortran order)"));
    file_remove(&fortran);
    file_remove(&plain);

    struct file nan = {.order.path = fixture("numpy_nan.npy")};
    must_look(&nan);
    assert_non_null(strstr(nan.notes, "1 missing value (NaN), read as 0; --missing refuse stops"));
    nan.order.reading.missing = MLM_MISSING_REFUSE;
    free(nan.notes);
    assert_int_equal(look(&nan), -EINVAL);
    assert_non_null(strstr(board.message, "(row 2, column 3): the value is missing (NaN); fill it in"));
    file_remove(&nan);
}

/* More rows and columns than are turned around at once. */
static void large_arrays_are_turned_around(void **state)
{
    (void)state;
    enum { ROWS = 4097, COLUMNS = 4099 };
    struct file file;
    size_t size = 128 + (size_t)ROWS * COLUMNS;
    char *bytes = calloc(1, size);
    assert_non_null(bytes);
    int length = snprintf(
        bytes + 10, 118, "{'descr': '|i1', 'fortran_order': True, 'shape': (%d, %d), }", ROWS, COLUMNS);
    memcpy(bytes, "\x93NUMPY\x01\0\x76", 10);
    memset(bytes + 10 + length, ' ', 117 - (size_t)length);
    bytes[127] = '\n';
    for (size_t column = 0; column < COLUMNS; column++)
        for (size_t row = 0; row < ROWS; row++)
            bytes[128 + column * ROWS + row] = (char)((row * 7 + column * 3) % 100);
    file_make(&file, ".npy", bytes, size);
    free(bytes);
    must_look(&file);
    copy_read(&file);
    const float *values = (const float *)(const void *)(file.copy + MLM_NPY_HEADER_BYTES);
    for (size_t row = 0; row < ROWS; row++)
        for (size_t column = 0; column < COLUMNS; column++)
            if (values[row * COLUMNS + column] != (float)((row * 7 + column * 3) % 100))
                fail_msg("row %zu, column %zu", row, column);
    file_remove(&file);
}

static void packed_files_are_unpacked(void **state)
{
    (void)state;
    static const struct {
        const char *packed, *same;
    } cases[] = {
        {"packed.csv.gz", "numpy_savetxt.csv"},
        {"packed.libsvm.gz", "labels.libsvm"},
        {"packed.npy.gz", "numpy_f2.npy"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct file packed = {.order.path = fixture(cases[i].packed)};
        must_look(&packed);
        copy_read(&packed);
        struct file same = {.order.path = fixture(cases[i].same)};
        must_look(&same);
        assert_memory_equal(&packed.plain.shape, &same.plain.shape, sizeof same.plain.shape);
        file_remove(&same);
        file_remove(&packed);
    }
    /* One that was cut off is refused, wherever that happened. */
    char bytes[512], part[64];
    FILE *whole = fopen(fixture("packed.csv.gz"), "re");
    assert_non_null(whole);
    size_t size = fread(bytes, 1, sizeof bytes, whole);
    assert_true(size > 20 && size < sizeof bytes);
    assert_int_equal(fclose(whole), 0);
    for (size_t kept = 3; kept < size; kept += 5) {
        struct file file;
        file_make(&file, ".csv.gz", bytes, kept);
        assert_true(look(&file) < 0);
        snprintf(part, sizeof part, "%s", "cannot be unpacked");
        if (!strstr(board.message, part))
            fail_msg("%zu of %zu bytes: %s", kept, size, board.message);
        file_remove(&file);
    }
}

static void dates_are_days(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum mlm_date_order order;
        double days;
    } cases[] = {
        {"1970-01-01", MLM_YEAR_FIRST, 0},
        {"1969-12-31", MLM_YEAR_FIRST, -1},
        {"2000-02-29", MLM_YEAR_FIRST, 11016},
        {"2000/03/01", MLM_YEAR_FIRST, 11017},
        {"0001-01-01", MLM_YEAR_FIRST, -719162},
        {"2/29/2000", MLM_MONTH_FIRST, 11016},
        {"29-2-2000", MLM_DAY_FIRST, 11016},
        {"29.02.2000", MLM_DAY_FIRST, 11016},
        {"1970-01-02 06:00", MLM_YEAR_FIRST, 1.25},
        {"1970-01-02T06:00:00.000+06:00", MLM_YEAR_FIRST, 1},
        {"1970-01-02T06:00:00-0600", MLM_YEAR_FIRST, 1.5},
        {"1970-01-02T06:00:00Z", MLM_YEAR_FIRST, 1.25},
        {"1/2/1970 6:00 PM", MLM_MONTH_FIRST, 1.75},
        {"1/2/1970 12:00 am", MLM_MONTH_FIRST, 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        double days = 0.125;
        const char *end = cases[i].text + strlen(cases[i].text);
        if (!mlm_date_parse(cases[i].text, end, cases[i].order, &days) || days != cases[i].days)
            fail_msg("%s: %g, not %g", cases[i].text, days, cases[i].days);
    }
    static const char *const none[] = {"", "1970", "1970-01", "1970-1-32", "1970-13-01", "1900-02-29",
        "0000-01-01", "1970-01-01x", "1970-01/01", "70-01-01", "1970.01.01", "1970-01-01 ",
        "1970-01-01 24:00", "1970-01-01 1", "1970-01-01T06:60", "1970-01-01 13:00 PM", "1970-01-01T06:00+",
        "1-2-3", "10.1.2.3"};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        for (int order = MLM_YEAR_FIRST; order <= MLM_DAY_FIRST; order++) {
            double days;
            if (mlm_date_parse(none[i], none[i] + strlen(none[i]), (enum mlm_date_order)order, &days))
                fail_msg("'%s' is no date", none[i]);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tables_become_numbers),
        cmocka_unit_test(the_shape_is_that_of_the_copy),
        cmocka_unit_test(the_users_word_decides),
        cmocka_unit_test(what_is_wrong_is_said_in_one_line),
        cmocka_unit_test(long_tables_are_read),
        cmocka_unit_test(different_texts_have_a_limit),
        cmocka_unit_test(arrays_are_turned_around),
        cmocka_unit_test(large_arrays_are_turned_around),
        cmocka_unit_test(packed_files_are_unpacked),
        cmocka_unit_test(dates_are_days),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
