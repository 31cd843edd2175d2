/* Tests the runs of the pool: they never overlap, neighbours merge, and the books count touched pages. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "data/random.h"
#include "data/runs.h"

#define BLOCKS 8192u
#define RUNS 64u

static struct mlm_runs *open_runs(uint64_t bytes, bool dry)
{
    struct mlm_scoreboard sb = {0};
    struct mlm_runs *runs;
    assert_int_equal(mlm_runs_open(bytes, 4096, dry, &runs, &sb), 0);
    return runs;
}

/* Makes random requests; each block holds its owner's number, which must be unchanged when it is freed. */
static void runs_never_overlap(void **state)
{
    (void)state;
    struct mlm_runs *runs = open_runs(BLOCKS * (uint64_t)MLM_RUNS_BLOCK_BYTES, false);
    uint32_t run[RUNS], blocks[RUNS] = {0};
    for (uint64_t turn = 0; turn < 20000; turn++) {
        uint32_t slot = mlm_random_below(1, turn, RUNS);
        if (blocks[slot]) {
            const unsigned char *memory = mlm_runs_memory(runs, run[slot]);
            for (uint32_t p = 0; p < blocks[slot]; p++)
                assert_int_equal(memory[(size_t)p * MLM_RUNS_BLOCK_BYTES], slot);
            mlm_runs_free(runs, run[slot]);
            blocks[slot] = 0;
        } else {
            blocks[slot] = 1 + mlm_random_below(2, turn, 100);
            uint64_t bytes = (uint64_t)blocks[slot] * MLM_RUNS_BLOCK_BYTES -
                             mlm_random_below(3, turn, MLM_RUNS_BLOCK_BYTES);
            run[slot] = mlm_runs_alloc(runs, bytes);
            assert_int_not_equal(run[slot], MLM_RUNS_NONE);
            uint64_t rounded = mlm_runs_bytes(runs, run[slot]);
            assert_true(rounded >= bytes && rounded <= (uint64_t)blocks[slot] * MLM_RUNS_BLOCK_BYTES * 9 / 8);
            unsigned char *memory = mlm_runs_memory(runs, run[slot]);
            for (uint32_t p = 0; p < blocks[slot]; p++)
                memory[(size_t)p * MLM_RUNS_BLOCK_BYTES] = (unsigned char)slot;
        }
    }
    mlm_runs_close(runs);
}

/* Whatever happened before, at the end all of the space is one run again. */
static void free_neighbours_become_one(void **state)
{
    (void)state;
    struct mlm_runs *runs = open_runs(1024 * (uint64_t)MLM_RUNS_BLOCK_BYTES, false);
    uint32_t run[128];
    for (uint64_t round = 0; round < 50; round++) {
        for (uint32_t i = 0; i < 128; i++)
            run[i] =
                mlm_runs_alloc(runs, (1 + mlm_random_below(round, i, 7)) * (uint64_t)MLM_RUNS_BLOCK_BYTES);
        for (uint32_t i = 0; i < 128; i++)
            mlm_runs_free(runs, run[(round + UINT64_C(37) * i) % 128]);
        uint32_t all = mlm_runs_alloc(runs, 1024 * (uint64_t)MLM_RUNS_BLOCK_BYTES);
        assert_int_equal(all, 0);
        mlm_runs_free(runs, all);
    }
    mlm_runs_close(runs);
}

static void a_hole_serves_what_fits_and_no_more(void **state)
{
    (void)state;
    struct mlm_runs *runs = open_runs(1024 * (uint64_t)MLM_RUNS_BLOCK_BYTES, false);
    uint32_t first = mlm_runs_alloc(runs, 64 * (uint64_t)MLM_RUNS_BLOCK_BYTES);
    uint32_t wall = mlm_runs_alloc(runs, MLM_RUNS_BLOCK_BYTES);
    mlm_runs_free(runs, first);
    assert_int_equal(mlm_runs_alloc(runs, 40 * (uint64_t)MLM_RUNS_BLOCK_BYTES), first);
    assert_true(mlm_runs_alloc(runs, 32 * (uint64_t)MLM_RUNS_BLOCK_BYTES) > wall);
    assert_int_equal(mlm_runs_alloc(runs, 24 * (uint64_t)MLM_RUNS_BLOCK_BYTES), first + 40);
    mlm_runs_close(runs);
}

static void space_that_is_used_up_is_said(void **state)
{
    (void)state;
    struct mlm_runs *runs = open_runs(15 * (uint64_t)MLM_RUNS_BLOCK_BYTES, false);
    uint32_t run = mlm_runs_alloc(runs, 16 * (uint64_t)MLM_RUNS_BLOCK_BYTES);
    assert_int_equal(run, 0);
    assert_int_equal(mlm_runs_alloc(runs, 1), MLM_RUNS_NONE);
    assert_null(mlm_runs_memory(runs, MLM_RUNS_NONE));
    mlm_runs_free(runs, run);
    assert_int_equal(mlm_runs_alloc(runs, 1), 0);
    mlm_runs_close(runs);
}

static void dry_books_count_touched_pages(void **state)
{
    (void)state;
    struct mlm_runs *runs = open_runs(1024 * (uint64_t)MLM_RUNS_BLOCK_BYTES, true);
    uint64_t books = mlm_runs_resident(runs);
    uint32_t run = mlm_runs_alloc(runs, 17 * (uint64_t)MLM_RUNS_BLOCK_BYTES); /* its class has 18 */
    assert_null(mlm_runs_memory(runs, run));
    uint64_t once = mlm_runs_resident(runs) - books;
    mlm_runs_free(runs, run);
    assert_int_equal(mlm_runs_alloc(runs, 17 * (uint64_t)MLM_RUNS_BLOCK_BYTES), run);
    uint64_t twice = mlm_runs_resident(runs) - books;
    assert_int_equal(once / MLM_RUNS_BLOCK_BYTES, 17);
    assert_int_equal(once, twice); /* the same pages */
    (void)mlm_runs_alloc(runs, MLM_RUNS_BLOCK_BYTES);
    assert_int_equal((mlm_runs_resident(runs) - books) / MLM_RUNS_BLOCK_BYTES, 18);
    mlm_runs_close(runs);
}

/* Larger pages are touched as a whole, once for all blocks in them. */
static void larger_pages_hold_several_blocks(void **state)
{
    (void)state;
    for (uint64_t page = 16384; page <= 65536; page *= 4) {
        struct mlm_scoreboard sb = {0};
        struct mlm_runs *runs;
        assert_int_equal(mlm_runs_open(1024 * (uint64_t)MLM_RUNS_BLOCK_BYTES, page, true, &runs, &sb), 0);
        uint64_t before = mlm_runs_resident(runs);
        uint32_t run = mlm_runs_alloc(runs, page + 1);
        uint64_t books = (run + page / MLM_RUNS_BLOCK_BYTES) * 16;
        assert_int_equal((mlm_runs_resident(runs) - before) / page, 2);
        assert_true((mlm_runs_resident(runs) - before) % page <= books + 64);
        /* The next blocks are in the second page, up to its end. */
        while (mlm_runs_alloc(runs, 1) + 1 < 2 * page / MLM_RUNS_BLOCK_BYTES)
            assert_int_equal((mlm_runs_resident(runs) - before) / page, 2);
        assert_int_equal((mlm_runs_resident(runs) - before) / page, 2);
        (void)mlm_runs_alloc(runs, 1);
        assert_int_equal((mlm_runs_resident(runs) - before) / page, 3);
        mlm_runs_close(runs);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(runs_never_overlap),
        cmocka_unit_test(free_neighbours_become_one),
        cmocka_unit_test(a_hole_serves_what_fits_and_no_more),
        cmocka_unit_test(space_that_is_used_up_is_said),
        cmocka_unit_test(dry_books_count_touched_pages),
        cmocka_unit_test(larger_pages_hold_several_blocks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
