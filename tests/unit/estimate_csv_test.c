/* Tests what is found in a CSV file, and what pandas will need for it. */
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

#include "estimate/estimate.h"

#define MIB 1048576.0

static const char path[] = "estimate_csv_test.csv";

static int look(const char *text, size_t length, struct mlm_csv *ret_csv, struct mlm_error *error)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, length, file), length);
    assert_int_equal(fclose(file), 0);
    int r = mlm_csv_look(path, ret_csv, error);
    assert_int_equal(unlink(path), 0);
    return r;
}

/* A column per kind: each letter is the kind of a column. */
static void kinds(const char *text, uint64_t rows, const char *wanted)
{
    static const char letters[] = {
        [MLM_CSV_MISSING] = '-', [MLM_CSV_INTEGER] = 'i', [MLM_CSV_FLOAT] = 'f', [MLM_CSV_TEXT] = 't'};
    struct mlm_csv csv;
    struct mlm_error error = {0};
    char found[16] = "";
    if (look(text, strlen(text), &csv, &error) < 0)
        fail_msg("%s: %s", text, error.text);
    for (uint64_t i = 0; i < csv.column_count && i < sizeof found - 1; i++)
        found[i] = letters[csv.columns[i].kind];
    assert_string_equal(found, wanted);
    assert_int_equal(csv.rows, rows);
    mlm_csv_release(&csv);
}

static void test_kinds(void **state)
{
    (void)state;
    kinds("a,b,c\n1,2.5,x\n", 1, "ift");
    kinds("a,b\n1,2\n3,4", 2, "ii"); /* no end of the last line */
    kinds("a,b\r\n1,-2\r\n+3,4e5\r\n", 2, "if");
    kinds("a,b\n1,\n,2\n", 2, "ff"); /* missing numbers make floats */
    kinds("a,b\nNA,\n3,NA\n", 2, "f-");
    kinds("a,b\n\"1,5\",\"x\"\"y\"\n\"\",\"z\nz\"\n", 2, "tt"); /* quoted separators and lines */
    kinds("a\n1\n\n2\n", 2, "i");                               /* an empty line is no row */
    kinds("a\n12345678901234567890\n", 1, "f");
    kinds("a\n0x10\n", 1, "t");
    kinds("a,b,c\n1,2\n", 1, "ii-"); /* a short line */
}

static void refused(const char *text, const char *says)
{
    struct mlm_csv csv;
    struct mlm_error error = {0};
    assert_int_equal(look(text, strlen(text), &csv, &error), -EINVAL);
    if (!strstr(error.text, says))
        fail_msg("'%s' does not say '%s'", error.text, says);
}

static void test_refused(void **state)
{
    (void)state;
    struct mlm_csv csv;
    struct mlm_error error = {0};
    refused("a,b\n1,2\n1,2,3\n", "line 3 has more fields than the 2 names");
    refused("a,b\n", "no rows");
    refused("", "no rows");
    assert_int_equal(mlm_csv_look("no such file.csv", &csv, &error), -ENOENT);
}

/* Counts different texts within 5 %. */
static void test_distinct(void **state)
{
    (void)state;
    static const unsigned counts[] = {1, 20, 1000, 100000};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        char *text = NULL;
        size_t length = 0;
        struct mlm_csv csv;
        struct mlm_error error = {0};
        FILE *out = open_memstream(&text, &length);
        assert_non_null(out);
        (void)fputs("name\n", out);
        for (unsigned row = 0; row < 200000; row++)
            (void)fprintf(out, "city %u\n", row % counts[i]);
        assert_int_equal(fclose(out), 0);
        assert_int_equal(look(text, length, &csv, &error), 0);
        if (fabs(csv.columns[0].distinct / counts[i] - 1) > 0.05)
            fail_msg("%u: %.0f", counts[i], csv.columns[0].distinct);
        mlm_csv_release(&csv);
        free(text);
    }
}

static double needs_of(struct mlm_estimate_request request)
{
    struct mlm_estimate estimate;
    struct mlm_error error = {0};
    request.runtime = MLM_RUNTIME_PANDAS;
    request.optimizer = MLM_OPTIMIZER_ADAM; /* the default of an option that a file does not have */
    request.page_bytes = 4096;
    if (mlm_estimate_make(&request, &estimate, &error) < 0)
        fail_msg("%s", error.text);
    return estimate.needs_bytes;
}

#define NEEDS(...) needs_of((struct mlm_estimate_request){__VA_ARGS__})

static void test_needs(void **state)
{
    (void)state;
    const double few = NEEDS(.rows = 1000000, .floats = 2), many = NEEDS(.rows = 1000000, .floats = 12);
    /* Ten columns of 8 bytes, and what is copied of them. */
    assert_true(many - few >= 80e6 && many - few <= 3 * 80e6);
    /* Texts that repeat are shared within a chunk; categories hold a byte for each. */
    const double all = NEEDS(.rows = 1000000, .texts = 2),
                 some = NEEDS(.rows = 1000000, .texts = 2, .distinct = 50),
                 category =
                     NEEDS(.rows = 1000000, .texts = 2, .distinct = 50, .texts_as = MLM_TEXTS_CATEGORY);
    assert_true(all > some + 100 * MIB && some > category + 4 * MIB);
    /* Arrow holds the bytes of texts, and where each begins. */
    assert_true(NEEDS(.rows = 1000000, .texts = 2, .texts_as = MLM_TEXTS_ARROW) < all - 80 * MIB);
    /* A chunk is all that is held. */
    assert_true(NEEDS(.rows = 10000000, .floats = 10, .stream = true, .batch = 100000) < 120 * MIB);
}

/* Columns of a file count each by itself. */
static void test_file(void **state)
{
    (void)state;
    struct mlm_csv_column columns[] = {{.kind = MLM_CSV_TEXT, .text_bytes = 10000000, .distinct = 1000000},
        {.kind = MLM_CSV_TEXT, .text_bytes = 10000000, .distinct = 10}};
    const struct mlm_csv csv = {.rows = 1000000, .column_count = 2, .columns = columns};
    const double both = NEEDS(.rows = 1000000, .texts = 2, .csv = &csv),
                 all = NEEDS(.rows = 1000000, .texts = 2, .text_bytes = 10),
                 few = NEEDS(.rows = 1000000, .texts = 2, .text_bytes = 10, .distinct = 10);
    assert_true(fabs(both - (all + few) / 2) < MIB);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kinds),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_distinct),
        cmocka_unit_test(test_needs),
        cmocka_unit_test(test_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
