/* Tests what is said of a prediction: the answer, or why there is none, in sentences and as JSON. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "advise/predict/words.h"
#include "base/text.h"

#define MIB 0x1p20

static const struct mlm_desktop desktop = {.kind = MLM_DESKTOP_USUAL};

static struct mlm_predict_said job(double full)
{
    return (struct mlm_predict_said){
        .job = "train.py", .names = {"rows", "p"}, .sizes = 1, .full = {{full, 1}}, .desktop = &desktop};
}

/* Concludes from sizes that double from 10000 on, and returns what is said. The caller frees it. */
static char *said_of(struct mlm_predict_said *said, const double *needs_mib, size_t count)
{
    struct mlm_predict_point points[8];
    struct mlm_text text;
    for (size_t i = 0; i < count; i++)
        points[i] = (struct mlm_predict_point){{{10000.0 * (1 << i), 1}}, needs_mib[i] * MIB};
    mlm_predict_conclude(said, points, count, 8192 * MIB);
    FILE *out = mlm_text_begin(&text);
    assert_non_null(out);
    mlm_predict_say(out, said);
    char *words = mlm_text_end(&text);
    assert_non_null(words);
    return words;
}

static void has(const char *words, const char *part)
{
    if (!strstr(words, part))
        fail_msg("'%s' is not in: %s", part, words);
}

static void test_told(void **state)
{
    (void)state;
    struct mlm_predict_said said = job(2e6);
    char *words = said_of(&said, (const double[]){20, 30, 50, 90}, 4);
    assert_int_equal(said.state, MLM_PREDICT_TOLD);
    has(words, "train.py needs about 1.96 GiB at rows=2000000, between ");
    has(words, "Its needs follow 10.0 MiB + 1.02 KiB × rows. Of ");
    has(words, "; 90.0 MiB were measured.");
    has(words, "That fits a laptop with 4 GB of RAM");
    assert_string_equal(mlm_predict_fits(&said, UINT64_C(2) << 30), "no");
    assert_string_equal(mlm_predict_fits(&said, UINT64_C(8) << 30), "yes");
    free(words);
}

static void test_constant(void **state)
{
    (void)state;
    struct mlm_predict_said said = job(2e6);
    char *words = said_of(&said, (const double[]){20, 20, 20.1, 20}, 4);
    has(words,
        "Its needs are constant: they do not grow with rows, and were 20.0 MiB to 20.1 MiB at all 4 sizes.");
    free(words);
}

static void test_below(void **state)
{
    (void)state;
    struct mlm_predict_said said = job(2e6);
    char *words = said_of(&said, (const double[]){30, 30, 50, 90, 170}, 5);
    assert_int_equal(said.state, MLM_PREDICT_TOLD);
    has(words, "rows=10000 is too small to tell: it needed 30.0 MiB");
    free(words);
}

/* No number of the full size is said where there is none to trust. */
static void test_refused(void **state)
{
    (void)state;
    struct mlm_predict_said jumps = job(2e6), scatters = job(2e6), starts = job(2e6), few = job(2e6);
    char *words = said_of(&jumps, (const double[]){18, 26, 42, 300}, 4);
    assert_int_equal(jumps.state, MLM_PREDICT_JUMPS);
    has(words, "train.py: no prediction for rows=2000000, because its needs jump");
    has(words, "42.0 MiB at rows=40000; 300 MiB at rows=80000.");
    has(words, "--param rows=80000,160000,320000,640000");
    assert_null(strstr(words, "needs about"));
    free(words);
    words = said_of(&scatters, (const double[]){100, 40, 120, 60}, 4);
    assert_int_equal(scatters.state, MLM_PREDICT_SCATTERS);
    has(words, "because its needs follow no model");
    free(words);
    words = said_of(&starts, (const double[]){100, 100.1, 100, 103}, 4);
    assert_int_equal(starts.state, MLM_PREDICT_STARTS);
    has(words, "because these sizes are too small: most of them need only what starts the program.");
    has(words, "Give larger sizes: --param rows=80000,");
    free(words);
    few.left_out[few.left_out_count++] = (struct mlm_predict_left_out){{{40000, 1}}, MLM_OUTCOME_TIMEOUT};
    words = said_of(&few, (const double[]){18, 26}, 2);
    assert_int_equal(few.state, MLM_PREDICT_FEW);
    has(words, "because only 2 sizes ended well; it takes 3.");
    has(words, "Give smaller sizes, or a longer --timeout.");
    has(words, "rows=40000 ended in timeout, and is left out.");
    free(words);
}

/* Two sizes that only grew together tell nothing of either. */
static void test_line(void **state)
{
    (void)state;
    struct mlm_predict_said said = job(2e6);
    struct mlm_predict_point points[3];
    struct mlm_text text;
    said.sizes = 2;
    for (int i = 0; i < 3; i++)
        points[i] = (struct mlm_predict_point){{{1000 << i, 10 << i}}, (20 << i) * MIB};
    mlm_predict_conclude(&said, points, 3, 8192 * MIB);
    assert_int_equal(said.state, MLM_PREDICT_LINE);
    FILE *out = mlm_text_begin(&text);
    assert_non_null(out);
    mlm_predict_say(out, &said);
    char *words = mlm_text_end(&text);
    has(words, "because rows and p only grew together");
    has(words, "80.0 MiB at rows=4000, p=40.");
    free(words);
}

/* Needs that grow with a square ask for runs with another threshold, and follow those; a line with a number
 * asks for none. */
static void test_series(void **state)
{
    (void)state;
    struct mlm_predict_said line = job(2e6), refused = job(2e6), square = job(2e6), later = job(2e6);
    free(said_of(&line, (const double[]){20, 30, 50, 90}, 4));
    free(said_of(&refused, (const double[]){18, 26, 42, 300}, 4));
    free(said_of(&square, (const double[]){14, 26, 74, 266}, 4));
    const struct mlm_predict_size size = {{20000, 1}};
    assert_true(fabs(mlm_predict_share(&line.predict, &size, &line.full) - 0.01) < 1e-9);
    assert_true(fabs(mlm_predict_share(&square.predict, &size, &square.full) - 0.0001) < 1e-9);
    assert_false(mlm_predict_wants(&line, MLM_PREDICT_HEAP_OWN));
    assert_true(mlm_predict_wants(&refused, MLM_PREDICT_HEAP_OWN));
    assert_true(mlm_predict_wants(&square, MLM_PREDICT_HEAP_GROWTH));
    later.heap = MLM_PREDICT_HEAP_OWN;
    char *words = said_of(&later, (const double[]){20, 30, 50, 90}, 4);
    has(words, "The answer follows the runs with glibc's own threshold, which have malloc=own in the table.");
    free(words);
    assert_true(mlm_predict_is_better(&later, &refused));
    assert_false(mlm_predict_is_better(&refused, &later));
    assert_false(mlm_predict_is_better(&later, &line));
    refused.in_vain = true;
    words = said_of(&refused, (const double[]){18, 26, 42, 300}, 4);
    has(words, "They gave no better answer.");
    free(words);
    later.heap = MLM_PREDICT_HEAP_GROWTH;
    assert_true(mlm_predict_is_better(&later, &line));
}

/* Where nothing grows, nothing is a share of it. */
static void test_share_of_constant(void **state)
{
    (void)state;
    struct mlm_predict_said said = job(2e6);
    free(said_of(&said, (const double[]){20, 20, 20.1, 20}, 4));
    assert_true(isnan(mlm_predict_share(&said.predict, &(struct mlm_predict_size){{10000, 1}}, &said.full)));
}

static void test_json(void **state)
{
    (void)state;
    struct mlm_predict_said told = job(2e6), few = job(2e6);
    free(said_of(&told, (const double[]){20, 30, 50, 90}, 4));
    free(said_of(&few, (const double[]){20}, 1));
    json_t *json = mlm_predict_json(&told);
    assert_non_null(json);
    const json_int_t needs =
        json_integer_value(json_object_get(json_object_get(json, "prediction"), "needs_bytes"));
    assert_true(fabs((double)needs / (2010 * MIB) - 1) < 1e-6);
    assert_int_equal(json_array_size(json_object_get(json, "points")), 4);
    assert_string_equal(json_string_value(json_object_get(json, "malloc")), "size");
    assert_int_equal(json_array_size(json_object_get(json, "laptops")), MLM_LAPTOPS_SOLD);
    json_decref(json);
    json = mlm_predict_json(&few);
    assert_non_null(json);
    assert_string_equal(json_string_value(json_object_get(json, "state")), "few");
    assert_true(json_is_null(json_object_get(json, "prediction")));
    assert_int_equal(json_array_size(json_object_get(json, "models")), 0);
    json_decref(json);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_told),
        cmocka_unit_test(test_constant),
        cmocka_unit_test(test_below),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_line),
        cmocka_unit_test(test_series),
        cmocka_unit_test(test_share_of_constant),
        cmocka_unit_test(test_json),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
