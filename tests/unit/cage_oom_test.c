/* Tests whose limit a kill is put down to, from the files of a cage. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "cage_files.h"

static uint64_t swap_limit_bytes = 10 << 20; /* of the cage; the limit above is 20 MiB */

/* A cage in a folder. No cgroup tree is mounted, so what is above is what the site says. */
static enum mlm_oom_by judge(const struct mlm_dialect *dialect, bool all_seen, bool *ret_lacked_swap)
{
    struct mlm_cages cages = {
        .dialect = dialect, .site = {.access = MLM_CAGE_DIRECT, .path = "/a", .above.all_seen = all_seen}};
    for (int kind = 0; kind < MLM_ABOVE_COUNT; kind++)
        cages.site.above.limits[kind].bytes = MLM_NO_LIMIT;
    struct mlm_cage cage;
    struct mlm_limit_above limit;
    cage_fake(&cages, &cage);
    cage.limits.swap_limit_bytes = swap_limit_bytes;
    cage.above.limits[MLM_ABOVE_SWAP].bytes = 20 << 20;
    *ret_lacked_swap = mlm_cage_lacked_swap(&cage);
    enum mlm_oom_by by = mlm_cage_oom_by(&cage, &limit);
    mlm_close_p(&cage.dir_fd);
    return by;
}

static void v2_counts_whose_limit_it_was(void **state)
{
    (void)state;
    bool lacked;
    cage_put("memory.events", "low 0\nhigh 0\nmax 80\noom 1\noom_kill 1\noom_group_kill 0\n");
    cage_put("memory.swap.events", "high 0\nmax 0\nfail 0\n");
    assert_int_equal(judge(&mlm_dialect_v2, true, &lacked), MLM_OOM_BY_CAP);
    assert_false(lacked);
    /* The kernel killed, and the cage's own limit was not the reason. */
    cage_put("memory.events", "low 0\nhigh 0\nmax 80\noom 0\noom_kill 1\noom_group_kill 0\n");
    assert_int_equal(judge(&mlm_dialect_v2, true, &lacked), MLM_OOM_BY_MACHINE);
    assert_int_equal(judge(&mlm_dialect_v2, false, &lacked), MLM_OOM_BY_HIDDEN);
    /* A kernel that does not count it. */
    cage_put("memory.events", "low 0\nhigh 0\nmax 80\noom_kill 1\n");
    assert_int_equal(judge(&mlm_dialect_v2, true, &lacked), MLM_OOM_BY_CAP);
    /* The cage's own swap limit was reached; that of a cgroup above; and the machine had no more. */
    cage_put("memory.swap.events", "high 0\nmax 7\nfail 7\n");
    (void)judge(&mlm_dialect_v2, true, &lacked);
    assert_false(lacked);
    swap_limit_bytes = MLM_NO_LIMIT;
    (void)judge(&mlm_dialect_v2, true, &lacked);
    assert_true(lacked);
    swap_limit_bytes = 10 << 20;
    cage_put("memory.swap.events", "high 0\nmax 7\nfail 9\n");
    (void)judge(&mlm_dialect_v2, true, &lacked);
    assert_true(lacked);
}

static void v1_counts_how_often_the_limit_was_reached(void **state)
{
    (void)state;
    bool lacked;
    cage_put("memory.failcnt", "0\n");
    cage_put("memory.limit_in_bytes", "67108864\n");
    cage_put("memory.max_usage_in_bytes", "50331648\n");
    cage_put("memory.memsw.limit_in_bytes", "67108864\n");
    cage_put("memory.memsw.max_usage_in_bytes", "50331648\n");
    assert_int_equal(judge(&mlm_dialect_v1, true, &lacked), MLM_OOM_BY_MACHINE);
    assert_int_equal(judge(&mlm_dialect_v1, false, &lacked), MLM_OOM_BY_HIDDEN);
    cage_put("memory.failcnt", "3\n");
    assert_int_equal(judge(&mlm_dialect_v1, false, &lacked), MLM_OOM_BY_CAP);
    /* Linux 6.18 does not count where memory and swap together were the reason. */
    cage_put("memory.failcnt", "0\n");
    cage_put("memory.memsw.max_usage_in_bytes", "67108864\n");
    assert_int_equal(judge(&mlm_dialect_v1, true, &lacked), MLM_OOM_BY_CAP);
    cage_put("memory.memsw.max_usage_in_bytes", "50331648\n");
    cage_put("memory.max_usage_in_bytes", "67104768\n");
    assert_int_equal(judge(&mlm_dialect_v1, true, &lacked), MLM_OOM_BY_CAP);
    assert_false(lacked);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(v2_counts_whose_limit_it_was),
        cmocka_unit_test(v1_counts_how_often_the_limit_was_reached)};
    return cmocka_run_group_tests(tests, cage_folder_make, cage_folder_remove);
}
