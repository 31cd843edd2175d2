/* Tests the workloads of parallel through the contract: equal answers, formulas, and workers that fail. */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "data/memory.h"
#include "parallel/parallel.h"
#include "parallel/workers.h"

#include "workload_setup.h"

static int configure(const char *name, const char *settings, struct parallel_config *config)
{
    *config = (struct parallel_config){.job = {.seed = 3, .threads = 1, .data_bytes = UINT64_C(5) << 20}};
    return workload_configure(workload_of(name), settings, config);
}

static struct mlm_scoreboard work(const char *name, const char *settings)
{
    struct parallel_config config;
    assert_int_equal(configure(name, settings, &config), 0);
    const struct mlm_scoreboard sb = workload_work(workload_of(name), settings, &config);
    assert_true(waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD);
    assert_true(sb.items > 0 && sb.answer_count > 0);
    return sb;
}

static void assert_same(const struct mlm_scoreboard *a, const struct mlm_scoreboard *b)
{
    assert_int_equal(a->data_checksum, b->data_checksum);
    assert_int_equal(a->items, b->items);
    assert_int_equal(a->answer_count, b->answer_count);
    assert_memory_equal(a->answer, b->answer, a->answer_count * sizeof *a->answer);
}

static void all_ways_find_the_same(void **state)
{
    (void)state;
    static const char *const names[] = {"copied", "forked", "counted", "mapped", "threads"};
    static const char *const workers[] = {"workers=1", "workers=3", "workers=8", "workers=16"};
    struct mlm_scoreboard first = work("forked", "workers=1");
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        for (size_t w = 0; w < sizeof workers / sizeof *workers; w++) {
            struct mlm_scoreboard other = work(names[i], workers[w]);
            assert_same(&first, &other);
        }
}

static void results_are_the_same_as_copies_and_shared(void **state)
{
    (void)state;
    struct mlm_scoreboard first = work("gather", "results=shared workers=1");
    static const char *const settings[] = {"results=shared workers=3", "results=copies workers=1",
        "results=copies workers=3", "results=copies workers=16"};
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++) {
        struct mlm_scoreboard other = work("gather", settings[i]);
        assert_same(&first, &other);
    }
}

static void heaps_hold_the_same(void **state)
{
    (void)state;
    static const char *const workers[] = {"1", "2", "5"};
#ifdef MLM_MAP_GUARDED /* the sanitizer's malloc() has no arenas */
    static const char *const heaps[] = {"pools"};
#else
    static const char *const heaps[] = {"two", "pools"};
#endif
    for (size_t w = 0; w < sizeof workers / sizeof *workers; w++) {
        char settings[64];
        snprintf(settings, sizeof settings, "data=40M heap=arenas workers=%s", workers[w]);
        struct mlm_scoreboard first = work("allocate", settings);
        for (size_t h = 0; h < sizeof heaps / sizeof *heaps; h++) {
            snprintf(settings, sizeof settings, "data=40M heap=%s workers=%s", heaps[h], workers[w]);
            struct mlm_scoreboard other = work("allocate", settings);
            assert_same(&first, &other);
        }
    }
}

static void a_background_changes_nothing(void **state)
{
    (void)state;
    struct mlm_scoreboard alone = work("beside", "background=alone");
    struct mlm_scoreboard idle = work("beside", "background=idle");
    struct mlm_scoreboard active = work("beside", "background=active");
    assert_same(&alone, &idle);
    assert_same(&alone, &active);
}

static void other_data_is_other_work(void **state)
{
    (void)state;
    static const char *const names[] = {"mapped", "gather", "allocate"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct mlm_scoreboard one = work(names[i], ""), other = work(names[i], "seed=4");
        assert_int_not_equal(one.data_checksum, other.data_checksum);
        assert_memory_not_equal(one.answer, other.answer, sizeof one.answer);
    }
}

/* A worker that leaves out a row, looks at one twice, or reads one wrongly. */
static void a_lost_row_is_wrong(void **state)
{
    (void)state;
    struct parallel_config config;
    struct mlm_scoreboard right = {0}, lost = {0}, wrong = {0};
    assert_int_equal(configure("mapped", "", &config), 0);
    struct parallel_row *rows = parallel_rows_map(&config, false, "rows", &right);
    assert_non_null(rows);
    parallel_rows_make(&config, rows, &right);
    struct parallel_report report = {.rows = 0};
    parallel_tasks_do(&config, rows, false, 0, 1, &report, &right);
    assert_int_equal(parallel_report_answer(&config, &report, &right), 0);

    report = (struct parallel_report){.rows = 0};
    struct parallel_config fewer = config;
    fewer.rows--;
    parallel_tasks_do(&fewer, rows, false, 0, 1, &report, &lost);
    assert_int_equal(parallel_report_answer(&config, &report, &lost), -EBADMSG);
    assert_int_equal(lost.verdict, MLM_VERDICT_WRONG);

    rows[config.rows / 2].values[7] += 1;
    report = (struct parallel_report){.rows = 0};
    parallel_tasks_do(&config, rows, true, 0, 1, &report, &wrong);
    assert_int_equal(parallel_report_answer(&config, &report, &wrong), 0);
    assert_memory_not_equal(wrong.answer, right.answer, sizeof right.answer);
    parallel_rows_unmap(&config, rows, false);
}

static void results_in_the_wrong_place_are_wrong(void **state)
{
    (void)state;
    struct parallel_config config;
    struct mlm_scoreboard sb = {0};
    assert_int_equal(configure("gather", "", &config), 0);
    struct parallel_row *rows = parallel_rows_map(&config, false, "rows", &sb);
    assert_non_null(rows);
    parallel_rows_make(&config, rows, &sb);
    assert_int_equal(parallel_rows_answer(&config, rows, &sb), 0);
    struct parallel_row first = rows[0];
    rows[0] = rows[1];
    rows[1] = first;
    assert_int_equal(parallel_rows_answer(&config, rows, &sb), -EBADMSG);
    parallel_rows_unmap(&config, rows, false);
}

/* (1 + W·f)·D; for the results 2·D or 3·D; beside a background 2·D. */
static void core_is_the_formula_of_the_question(void **state)
{
    (void)state;
    static const struct {
        const char *name, *settings;
        uint64_t times;
    } cases[] = {
        {"copied", "workers=1", 2},
        {"copied", "workers=4", 5},
        {"counted", "workers=8", 9},
        {"forked", "workers=8", 1},
        {"mapped", "workers=8", 1},
        {"threads", "workers=8", 1},
        {"gather", "results=copies workers=8", 3},
        {"gather", "results=shared workers=8", 2},
        {"beside", "background=alone", 1},
        {"beside", "background=active", 2},
        {"allocate", "workers=1", 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct parallel_config config;
        char settings[64];
        snprintf(settings, sizeof settings, "data=320M %s", cases[i].settings);
        assert_int_equal(configure(cases[i].name, settings, &config), 0);
        const struct mlm_workload *workload = workload_of(cases[i].name);
        uint64_t core = workload->core_bytes(&config), peak = workload->peak_bytes(&config);
        assert_int_equal(core, cases[i].times * (UINT64_C(64) << 20));
        if (peak)
            assert_true(peak > core && peak < core + core / 20 + (UINT64_C(6) << 20));
    }
}

/* glibc decides what its arenas keep; a pool of ours can be counted out. */
static void pools_have_a_formula(void **state)
{
    (void)state;
    struct parallel_config config;
    const struct mlm_workload *allocate = workload_of("allocate");
    assert_int_equal(configure("allocate", "data=320M heap=arenas", &config), 0);
    assert_int_equal(allocate->peak_bytes(&config), 0);
    assert_int_equal(configure("allocate", "data=320M heap=pools workers=1", &config), 0);
    uint64_t one = allocate->peak_bytes(&config);
    assert_int_equal(configure("allocate", "data=320M heap=pools workers=8", &config), 0);
    assert_true(allocate->peak_bytes(&config) > 3 * one);
    assert_int_equal(configure("allocate", "data=900T heap=pools workers=8", &config), 0);
    assert_int_equal(allocate->peak_bytes(&config), 0);
}

static void too_little_data_is_refused(void **state)
{
    (void)state;
    struct parallel_config config;
    assert_true(configure("mapped", "data=1K", &config) < 0);
}

static int refuse(void *context, uint64_t worker, int fd)
{
    (void)context;
    if (worker == 1)
        return -ENOMEM;
    int r = parallel_meet(fd);
    return r < 0 ? r : parallel_stay(fd);
}

/* The others wait for it, and must not do so for ever. */
static void a_worker_that_fails_ends_the_job(void **state)
{
    (void)state;
    struct mlm_scoreboard sb = {0};
    struct parallel_worker workers[4] = {{.pid = 0}};
    assert_int_equal(parallel_workers_start(workers, 4, refuse, NULL, &sb), 0);
    assert_int_equal(parallel_workers_meet(workers, 4, &sb), -ENOMEM);
    assert_int_equal(sb.verdict, MLM_VERDICT_NO_MEMORY);
    parallel_workers_kill(workers, 4);
    assert_true(waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD);
}

static int answer_late(void *context, uint64_t worker, int fd)
{
    (void)context;
    int r = parallel_meet(fd);
    r = r < 0 ? r : parallel_send(fd, &worker, sizeof worker);
    r = r < 0 ? r : parallel_stay(fd);
    return r < 0 ? r : -EIO;
}

static void an_error_at_the_end_is_passed_on(void **state)
{
    (void)state;
    struct mlm_scoreboard sb = {0};
    struct parallel_worker workers[3] = {{.pid = 0}};
    assert_int_equal(parallel_workers_start(workers, 3, answer_late, NULL, &sb), 0);
    assert_int_equal(parallel_workers_meet(workers, 3, &sb), 0);
    for (uint64_t i = 0; i < 3; i++) {
        uint64_t number = 99;
        assert_int_equal(parallel_worker_receive(&workers[i], &number, sizeof number, &sb), 0);
        assert_int_equal(number, i);
    }
    assert_int_equal(parallel_workers_end(workers, 3, &sb), -EIO);
    assert_true(waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD);
}

static int say_nothing(void *context, uint64_t worker, int fd)
{
    (void)context, (void)worker;
    return parallel_stay(fd);
}

/* The harness sees of a job what its first process does: it must end by the signal that ended a worker. */
static void a_killed_worker_ends_the_first_process(void **state)
{
    (void)state;
    pid_t pid = fork();
    if (pid == 0) {
        struct mlm_scoreboard sb = {0};
        struct parallel_worker workers[2] = {{.pid = 0}};
        if (parallel_workers_start(workers, 2, say_nothing, NULL, &sb) < 0)
            _exit(1);
        (void)kill(workers[0].pid, SIGKILL);
        (void)parallel_workers_meet(workers, 2, &sb);
        _exit(2);
    }
    int status = 0;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_ways_find_the_same),
        cmocka_unit_test(results_are_the_same_as_copies_and_shared),
        cmocka_unit_test(heaps_hold_the_same),
        cmocka_unit_test(a_background_changes_nothing),
        cmocka_unit_test(other_data_is_other_work),
        cmocka_unit_test(a_lost_row_is_wrong),
        cmocka_unit_test(results_in_the_wrong_place_are_wrong),
        cmocka_unit_test(core_is_the_formula_of_the_question),
        cmocka_unit_test(pools_have_a_formula),
        cmocka_unit_test(too_little_data_is_refused),
        cmocka_unit_test(a_worker_that_fails_ends_the_job),
        cmocka_unit_test(an_error_at_the_end_is_passed_on),
        cmocka_unit_test(a_killed_worker_ends_the_first_process),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
