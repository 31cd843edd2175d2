/* Tests formulas and the ledger of an estimate. */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "estimate/ledger.h"

static struct mlm_symbols sample(void)
{
    struct mlm_symbols symbols = {.count = 0};
    mlm_symbol_set(&symbols, "n", 10, "rows");
    mlm_symbol_set(&symbols, "p", 3, "columns");
    mlm_symbol_set(&symbols, "long", 7, "a longer name");
    return symbols;
}

static double value(const char *formula)
{
    struct mlm_symbols symbols = sample();
    double result = NAN;
    assert_int_equal(mlm_formula_value(formula, &symbols, &result, NULL), 0);
    return result;
}

static void test_arithmetic(void **state)
{
    (void)state;
    assert_true(value("n·p·8") == 240);
    assert_true(value("(n+1)·4") == 44);
    assert_true(value("2+3·4") == 14);
    assert_true(value("20/2/5") == 2);
    assert_true(value("9−4−3") == 2);
    assert_true(value("2^p") == 8);
    assert_true(value("2^3^2") == 512); /* ^ groups from the right */
    assert_true(value("2·p^2") == 18);
    assert_true(value("1/4·n") == 2.5);
    assert_true(value(" n · ( p + 1 ) ") == 40);
    assert_true(value("long/7") == 1);
    assert_true(value("n/3·3") == 10 / 3.0 * 3);
}

static void test_min(void **state)
{
    (void)state;
    assert_true(value("min(n,p)") == 3);
    assert_true(value("2·min(p, min(n, 5)+1)") == 6);
}

static void wrong(const char *formula, int code, const char *says)
{
    struct mlm_symbols symbols = sample();
    struct mlm_error error = {0};
    double result = 5;
    assert_int_equal(mlm_formula_value(formula, &symbols, &result, &error), code);
    assert_true(result == 5);
    assert_non_null(strstr(error.text, says));
}

static void test_wrong(void **state)
{
    (void)state;
    wrong("n·x", -EINVAL, "no such symbol at 'x'");
    wrong("n+", -EINVAL, "expected a number or a symbol at 'its end'");
    wrong("(n", -EINVAL, "expected ')'");
    wrong("n p", -EINVAL, "expected an end at 'p'");
    wrong("min(n)", -EINVAL, "expected a comma");
    wrong("tan(n)", -EINVAL, "no such symbol");
    wrong("", -EINVAL, "expected a number");
    wrong("n/0", -ERANGE, "no finite value");
}

static void test_symbols_of_a_formula(void **state)
{
    (void)state;
    assert_true(mlm_formula_names("min(n,2^long)·p", "n") && mlm_formula_names("min(n,2^long)·p", "p"));
    assert_true(mlm_formula_names("min(n,2^long)·p", "long"));
    assert_false(mlm_formula_names("min(p,2^long)", "n") || mlm_formula_names("min(p,2^long)", "lon"));
}

/* The needs are those of the worst phase, with its page tables. */
static void test_phases(void **state)
{
    (void)state;
    struct mlm_ledger ledger = {.symbols = sample(), .page_bytes = 4096, .parted = true};
    mlm_symbol_set(&ledger.symbols, "m", 8, "rows that are fitted");
    mlm_symbol_set(&ledger.symbols, "F", 80, "their bytes");
    mlm_symbol_set(&ledger.symbols, "X", 100, "bytes");
    size_t load = mlm_ledger_phase(&ledger, "load"), fit = mlm_ledger_phase(&ledger, "fit");
    size_t save = mlm_ledger_phase(&ledger, "save");
    mlm_ledger_add(&ledger, load, MLM_TO_THE_END, "data", "n·512", "");
    mlm_ledger_add(&ledger, fit, fit, "copy", "m·512+F", "");
    mlm_ledger_add(&ledger, save, save, "none", "n−10", "");
    assert_int_equal(mlm_ledger_close(&ledger, NULL), 0);
    assert_int_equal(ledger.line_count, 3); /* the empty line is left out, the page tables are there */
    assert_true(ledger.phase_bytes[load] == 5120 + 10);
    assert_true(ledger.phase_bytes[fit] == (5120 + 4096 + 80) * (1 + 1.0 / 512));
    assert_int_equal(mlm_ledger_peak(&ledger), fit);
    assert_string_equal(ledger.lines[1].formula, "m·512+F");
}

/* Where all rows are fitted, formulas show n and X instead of m and F. */
static void test_whole(void **state)
{
    (void)state;
    struct mlm_ledger ledger = {.symbols = sample()};
    mlm_symbol_set(&ledger.symbols, "X", 100, "bytes");
    size_t fit = mlm_ledger_phase(&ledger, "fit");
    mlm_ledger_add(&ledger, fit, fit, "copy", "m·8+F+min(m,1)", "");
    assert_int_equal(mlm_ledger_close(&ledger, NULL), 0);
    assert_string_equal(ledger.lines[0].formula, "n·8+X+min(n,1)");
    assert_true(ledger.lines[0].bytes == 181);
}

static void test_mistakes_come_out(void **state)
{
    (void)state;
    struct mlm_ledger ledger = {.symbols = sample()};
    struct mlm_error error = {0};
    size_t fit = mlm_ledger_phase(&ledger, "fit");
    mlm_ledger_add(&ledger, fit, fit, "bad", "n·y", "");
    mlm_ledger_add(&ledger, fit, fit, "good", "n", "");
    assert_int_equal(mlm_ledger_close(&ledger, &error), -EINVAL);
    assert_non_null(strstr(error.text, "'n·y'"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_arithmetic),
        cmocka_unit_test(test_min),
        cmocka_unit_test(test_wrong),
        cmocka_unit_test(test_symbols_of_a_formula),
        cmocka_unit_test(test_phases),
        cmocka_unit_test(test_whole),
        cmocka_unit_test(test_mistakes_come_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
