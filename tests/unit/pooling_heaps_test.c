/* Tests every heap in the real worker, as in a trial. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "pooling/pooling.h"
#include "suites.h"

extern const struct mlm_suite mlm_suite;

struct outcome {
    int status;
    uint64_t peak_bytes;
    unsigned long long items;
    char answer[128];
    char text[2048];
};

static struct outcome work(const char *name, const char *settings)
{
    struct outcome outcome = {0};
    char command[1024];
    const struct mlm_workload *workload = mlm_workload_find(&mlm_suite, name);
    assert_non_null(workload);
    /* Leaks of other people's libraries are not checked here. */
    snprintf(command, sizeof command, "%s %s run pooling/%s seed=1 %s 2>&1",
        workload->library ? "ASAN_OPTIONS=detect_leaks=0" : "", MLM_WORKER, name, settings);
    FILE *pipe = popen(command, "re"); /* NOLINT(cert-env33-c): a fixed command of this build */
    assert_non_null(pipe);
    size_t n = fread(outcome.text, 1, sizeof outcome.text - 1, pipe);
    outcome.text[n] = 0;
    outcome.status = pclose(pipe);
    const char *run = strstr(outcome.text, "\nrun ");
    const char *peak = run ? strstr(run, "peak RSS ") : NULL;
    const char *items = strstr(outcome.text, "items ");
    const char *answer = strstr(outcome.text, "answer ");
    if (peak)
        outcome.peak_bytes = strtoull(peak + strlen("peak RSS "), NULL, 10) * 1024;
    if (items)
        outcome.items = strtoull(items + strlen("items "), NULL, 10);
    if (answer)
        snprintf(outcome.answer, sizeof outcome.answer, "%.*s", (int)strcspn(answer, "\n"), answer);
    return outcome;
}

static void agree(const char *settings)
{
    struct outcome first = work("malloc", settings);
    assert_int_equal(first.status, 0);
    assert_true(first.items > 400);
    unsigned worked = 0;
    for (const struct mlm_workload *const *w = mlm_suite.workloads; *w; w++) {
        struct outcome other = work((*w)->name, settings);
        /* Where an optional library is missing, the worker must say so; the packages' own heaps are never
         * missing. */
        if ((*w)->library && strstr(other.text, "is not installed; install the package"))
            continue;
#ifdef __SANITIZE_ADDRESS__ /* AddressSanitizer has a malloc of its own */
        if (strstr(other.text, "has no thresholds to set"))
            continue;
#endif
        if (other.status)
            fail_msg("%s: %s", (*w)->name, other.text);
        assert_string_equal(other.answer, first.answer);
        assert_int_equal(other.items, first.items);
        worked++;
    }
    assert_true(worked >= 6);
}

static void all_heaps_do_the_same_work(void **state)
{
    (void)state;
    agree("data=16M steps=40");
}

static void and_with_survivors_and_leaks(void **state)
{
    (void)state;
    agree("data=16M steps=40 survivors=1 leak=100K");
}

static void survivors_and_leaks_are_other_work(void **state)
{
    (void)state;
    struct outcome plain = work("pool", "data=16M"), survivors = work("pool", "data=16M survivors=1");
    struct outcome leak = work("pool", "data=16M leak=1M");
    assert_string_not_equal(plain.answer, survivors.answer);
    assert_true(survivors.items > plain.items);
    assert_int_equal(leak.items, plain.items + 24);
}

static void growth_is_the_same_work(void **state)
{
    (void)state;
    struct outcome low = work("deferred", "data=16M growth=1.5"),
                   high = work("deferred", "data=16M growth=8");
    assert_string_equal(low.answer, high.answer);
    assert_int_not_equal(low.answer[0], 0);
}

static uint64_t predicted(const char *name, const char *param, const char *value)
{
    const struct mlm_workload *workload = mlm_workload_find(&mlm_suite, name);
    struct mlm_error error = {0};
    struct pooling_config config = {.job = {.seed = 1, .threads = 1, .data_bytes = UINT64_C(128) << 20}};
    assert_non_null(workload);
    mlm_config_init(workload, &config);
    if (param)
        assert_int_equal(mlm_config_set(workload, &config, param, value, &error), 0);
    assert_int_equal(workload->derive(&config, &error), 0);
    return workload->peak_bytes(&config);
}

static void policies_rank_by_what_they_keep(void **state)
{
    (void)state;
    uint64_t live = UINT64_C(32) << 20;
    uint64_t arena = predicted("arena", NULL, NULL), pool = predicted("pool", NULL, NULL);
    assert_in_range(arena, live * 99 / 100, live + (3 << 19));
    assert_in_range(pool, live * 99 / 100, live * 135 / 100);
    assert_int_equal(predicted("refcount", NULL, NULL), pool);
    uint64_t low = predicted("deferred", "growth", "1.5"), middle = predicted("deferred", "growth", "2");
    uint64_t high = predicted("deferred", "growth", "4");
    assert_true(pool < low && low < middle && middle < high);
    assert_true(high <= 5 * live);
}

/* A reset and a collection free what leaked; a pool keeps it. */
static void a_leak_costs_those_who_cannot_see_it(void **state)
{
    (void)state;
    uint64_t leaked = UINT64_C(24) << 20;
    assert_true(predicted("pool", "leak", "1M") > predicted("pool", NULL, NULL) + leaked / 3);
    assert_true(predicted("arena", "leak", "1M") <= predicted("arena", NULL, NULL) + (2 << 20));
}

static void foreign_heaps_have_no_formula(void **state)
{
    (void)state;
    for (const struct mlm_workload *const *w = mlm_suite.workloads; *w; w++) {
        bool foreign = (*w)->flags & MLM_FOREIGN_HEAP;
        assert_true(foreign == (predicted((*w)->name, NULL, NULL) == 0));
    }
}

#ifndef __SANITIZE_ADDRESS__ /* no formula contains shadow memory */
static void peaks_are_as_predicted(void **state)
{
    (void)state;
    static const char *const names[] = {"arena", "pool", "refcount", "deferred"};
    const uint64_t files = UINT64_C(4) << 20; /* RSS includes pages of the library and the worker */
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct outcome outcome = work(names[i], "data=128M");
        uint64_t expected = predicted(names[i], NULL, NULL);
        if (outcome.peak_bytes < expected * 95 / 100 || outcome.peak_bytes > expected * 105 / 100 + files)
            fail_msg("%s: %llu instead of %llu", names[i], (unsigned long long)outcome.peak_bytes,
                (unsigned long long)expected);
    }
}
#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_heaps_do_the_same_work),
        cmocka_unit_test(and_with_survivors_and_leaks),
        cmocka_unit_test(survivors_and_leaks_are_other_work),
        cmocka_unit_test(growth_is_the_same_work),
        cmocka_unit_test(policies_rank_by_what_they_keep),
        cmocka_unit_test(a_leak_costs_those_who_cannot_see_it),
        cmocka_unit_test(foreign_heaps_have_no_formula),
#ifndef __SANITIZE_ADDRESS__
        cmocka_unit_test(peaks_are_as_predicted),
#endif
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
