/* Tests whose limit a kill is put down to, from the files of a cage. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "cage/run.h"

static char folder[] = "/tmp/mlmtest-XXXXXX";

static void put(const char *name, const char *text)
{
    char path[64];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

/* A cage in a folder. No cgroup tree is mounted, so what is above is what the site says. */
static enum mlm_oom_by judge(const struct mlm_dialect *dialect, bool all_seen, bool *ret_lacked_swap)
{
    struct mlm_cages cages = {
        .dialect = dialect, .site = {.access = MLM_CAGE_DIRECT, .path = "/a", .above.all_seen = all_seen}};
    for (int kind = 0; kind < MLM_ABOVE_COUNT; kind++)
        cages.site.above.limits[kind].bytes = MLM_NO_LIMIT;
    struct mlm_cage cage = {.cages = &cages, .hold_fd = -1};
    struct mlm_limit_above limit;
    mlm_auto_close int dir_fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    cage.dir_fd = dir_fd;
    *ret_lacked_swap = mlm_cage_lacked_swap(&cage);
    return mlm_cage_oom_by(&cage, &limit);
}

static void v2_counts_whose_limit_it_was(void **state)
{
    (void)state;
    bool lacked;
    put("memory.events", "low 0\nhigh 0\nmax 80\noom 1\noom_kill 1\noom_group_kill 0\n");
    put("memory.swap.events", "high 0\nmax 0\nfail 0\n");
    assert_int_equal(judge(&mlm_dialect_v2, true, &lacked), MLM_OOM_BY_CAP);
    assert_false(lacked);
    /* The kernel killed, and the cage's own limit was not the reason. */
    put("memory.events", "low 0\nhigh 0\nmax 80\noom 0\noom_kill 1\noom_group_kill 0\n");
    assert_int_equal(judge(&mlm_dialect_v2, true, &lacked), MLM_OOM_BY_MACHINE);
    assert_int_equal(judge(&mlm_dialect_v2, false, &lacked), MLM_OOM_BY_HIDDEN);
    /* A kernel that does not count it. */
    put("memory.events", "low 0\nhigh 0\nmax 80\noom_kill 1\n");
    assert_int_equal(judge(&mlm_dialect_v2, true, &lacked), MLM_OOM_BY_CAP);
    /* The cage's own swap limit was reached; and the machine had no more. */
    put("memory.swap.events", "high 0\nmax 7\nfail 7\n");
    (void)judge(&mlm_dialect_v2, true, &lacked);
    assert_false(lacked);
    put("memory.swap.events", "high 0\nmax 7\nfail 9\n");
    (void)judge(&mlm_dialect_v2, true, &lacked);
    assert_true(lacked);
}

static void v1_counts_how_often_the_limit_was_reached(void **state)
{
    (void)state;
    bool lacked;
    put("memory.failcnt", "0\n");
    put("memory.limit_in_bytes", "67108864\n");
    put("memory.max_usage_in_bytes", "50331648\n");
    put("memory.memsw.limit_in_bytes", "67108864\n");
    put("memory.memsw.max_usage_in_bytes", "50331648\n");
    assert_int_equal(judge(&mlm_dialect_v1, true, &lacked), MLM_OOM_BY_MACHINE);
    assert_int_equal(judge(&mlm_dialect_v1, false, &lacked), MLM_OOM_BY_HIDDEN);
    put("memory.failcnt", "3\n");
    assert_int_equal(judge(&mlm_dialect_v1, false, &lacked), MLM_OOM_BY_CAP);
    /* Linux 6.18 does not count where memory and swap together were the reason. */
    put("memory.failcnt", "0\n");
    put("memory.memsw.max_usage_in_bytes", "67108864\n");
    assert_int_equal(judge(&mlm_dialect_v1, true, &lacked), MLM_OOM_BY_CAP);
    put("memory.memsw.max_usage_in_bytes", "50331648\n");
    put("memory.max_usage_in_bytes", "67104768\n");
    assert_int_equal(judge(&mlm_dialect_v1, true, &lacked), MLM_OOM_BY_CAP);
    assert_false(lacked);
}

static int set_up(void **state)
{
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    static const char *const names[] = {"memory.events", "memory.swap.events", "memory.failcnt",
        "memory.limit_in_bytes", "memory.max_usage_in_bytes", "memory.memsw.limit_in_bytes",
        "memory.memsw.max_usage_in_bytes"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char path[64];
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        (void)unlink(path);
    }
    return rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(v2_counts_whose_limit_it_was),
        cmocka_unit_test(v1_counts_how_often_the_limit_was_reached)};
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
