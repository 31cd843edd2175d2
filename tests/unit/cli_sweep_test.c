/* Tests how a command with {NAME} in it becomes several. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cli/sweep.h"

static void filled(const char *text, const struct mlm_params *params, const char *wanted)
{
    char *is = mlm_sweep_fill(text, params);
    assert_non_null(is);
    assert_string_equal(is, wanted);
    free(is);
}

static void test_fill(void **state)
{
    (void)state;
    struct mlm_params params = {0};
    filled("{a} stays", &params, "{a} stays");
    assert_int_equal(mlm_params_add(&params, "a", "1"), 0);
    assert_int_equal(mlm_params_add(&params, "ab", "{a}"), 0);
    filled("--a={a} {ab} {abc} {{a}} {a", &params, "--a=1 {a} {abc} {1} {a");
    filled("", &params, "");
    mlm_params_release(&params);
}

static int note(void *context, const struct mlm_params *chosen, struct mlm_error *error)
{
    (void)error;
    char *text = mlm_params_text(chosen);
    assert_non_null(text);
    strcat(strcat(context, text), ";");
    free(text);
    return 0;
}

static void test_each(void **state)
{
    (void)state;
    char word[] = "run", used[] = "x{a}{c}", said[256] = "";
    struct mlm_params sweeps = {0};
    struct mlm_error error = {0};
    assert_int_equal(mlm_params_add(&sweeps, "a", "1,2"), 0);
    assert_int_equal(mlm_params_add(&sweeps, "b", "3,3"), 0); /* not used here, so not wrong here */
    assert_int_equal(mlm_params_add(&sweeps, "c", "4,44"), 0);
    assert_int_equal(mlm_sweep_each(&sweeps, (char *[]){word, used, NULL}, note, said, &error), 0);
    assert_string_equal(said, "a=1 c=4;a=1 c=44;a=2 c=4;a=2 c=44;");
    said[0] = 0;
    assert_int_equal(mlm_sweep_each(&sweeps, (char *[]){word, NULL}, note, said, &error), 0);
    assert_string_equal(said, ";");
    char twice[] = "{b}";
    assert_int_equal(mlm_sweep_each(&sweeps, (char *[]){twice, NULL}, note, said, &error), -EINVAL);
    assert_string_equal(error.text, "--param b=3,3: a value is named twice");
    mlm_params_release(&sweeps);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fill),
        cmocka_unit_test(test_each),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
