/* Tests what a sample makes of a cage's files: each page counts once, wherever it is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "cage_files.h"
#include "meter/sample.h"

#define MIB (INT64_C(1) << 20)

static struct mlm_sample take(void)
{
    struct mlm_cages cages = {.dialect = &mlm_dialect_v2, .site = {.access = MLM_CAGE_DIRECT}};
    struct mlm_cage cage;
    struct mlm_sampler sampler;
    struct mlm_sample sample;
    cage_fake(&cages, &cage);
    mlm_sampler_open(&sampler, &cage);
    mlm_sampler_take(&sampler, &sample);
    mlm_sampler_close(&sampler);
    mlm_close_p(&cage.dir_fd);
    return sample;
}

/* 400 MiB: 150 in memory, 250 in swap, of which 200 lie in zswap, as 50 MiB that are charged as memory. */
static void zswap_counts_once(void **state)
{
    (void)state;
    cage_put("memory.current", "209715200\n");
    cage_put("memory.swap.current", "262144000\n");
    cage_put("memory.stat",
        "anon 157286400\nfile 0\nshmem 0\nswapcached 0\nzswap 52428800\nzswapped 209715200\n"
        "inactive_anon 57286400\nactive_anon 100000000\nunevictable 0\n");
    struct mlm_sample sample = take();
    assert_int_equal(mlm_sample_memory_and_swap_bytes(&sample), 400 * MIB);
    assert_int_equal(mlm_sample_held_bytes(&sample), 400 * MIB);
    assert_int_equal(sample.swap_backed_bytes, 150 * MIB);
    /* Without zswap nothing is taken off. */
    cage_put("memory.stat", "anon 157286400\nfile 10485760\nshmem 0\nswapcached 0\n"
                            "inactive_anon 57286400\nactive_anon 100000000\nunevictable 0\n");
    sample = take();
    assert_int_equal(mlm_sample_memory_and_swap_bytes(&sample), 450 * MIB);
    assert_int_equal(mlm_sample_held_bytes(&sample), 440 * MIB);
}

/* 100 MiB, of which 60 are in swap. They are read back: first into memory, then they are mapped, and keep
 * their place in swap all the time. Nothing grows. */
static void pages_that_are_read_back_do_not_grow(void **state)
{
    (void)state;
    cage_put("memory.current", "41943040\n");
    cage_put("memory.swap.current", "62914560\n");
    cage_put("memory.stat", "anon 41943040\nfile 0\nshmem 0\nswapcached 0\n"
                            "inactive_anon 41943040\nactive_anon 0\nunevictable 0\n");
    struct mlm_sample sample = take();
    assert_int_equal(sample.swap_backed_bytes + sample.swap_bytes, 100 * MIB);
    cage_put("memory.current", "104857600\n");
    cage_put("memory.stat", "anon 41943040\nfile 0\nshmem 0\nswapcached 62914560\n"
                            "inactive_anon 104857600\nactive_anon 0\nunevictable 0\n");
    sample = take();
    assert_int_equal(sample.swap_backed_bytes + sample.swap_bytes, 100 * MIB);
    cage_put("memory.stat", "anon 104857600\nfile 0\nshmem 0\nswapcached 62914560\n"
                            "inactive_anon 41943040\nactive_anon 62914560\nunevictable 0\n");
    sample = take();
    assert_int_equal(sample.swap_backed_bytes + sample.swap_bytes, 100 * MIB);
    assert_int_equal(mlm_sample_memory_and_swap_bytes(&sample), 100 * MIB);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(zswap_counts_once), cmocka_unit_test(pages_that_are_read_back_do_not_grow)};
    return cmocka_run_group_tests(tests, cage_folder_make, cage_folder_remove);
}
