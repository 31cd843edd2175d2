/* Tests what a sample makes of a cage's files: each page counts once, wherever it is. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "cage/run.h"
#include "meter/sample.h"

#define MIB (INT64_C(1) << 20)

static char folder[] = "/tmp/mlmtest-XXXXXX";
static const char *const names[] = {"memory.current", "memory.swap.current", "memory.stat"};

static void put(const char *name, const char *text)
{
    char path[64];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

static struct mlm_sample take(void)
{
    struct mlm_cages cages = {.dialect = &mlm_dialect_v2, .site = {.access = MLM_CAGE_DIRECT}};
    struct mlm_cage cage = {.cages = &cages, .hold_fd = -1};
    struct mlm_sampler sampler;
    struct mlm_sample sample;
    mlm_auto_close int dir_fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    cage.dir_fd = dir_fd;
    mlm_sampler_open(&sampler, &cage);
    mlm_sampler_take(&sampler, &sample);
    mlm_sampler_close(&sampler);
    return sample;
}

/* 400 MiB: 150 in memory, 250 in swap, of which 200 lie in zswap, as 50 MiB that are charged as memory. */
static void zswap_counts_once(void **state)
{
    (void)state;
    put("memory.current", "209715200\n");
    put("memory.swap.current", "262144000\n");
    put("memory.stat", "anon 157286400\nfile 0\nshmem 0\nswapcached 0\nzswap 52428800\nzswapped 209715200\n"
                       "inactive_anon 57286400\nactive_anon 100000000\nunevictable 0\n");
    struct mlm_sample sample = take();
    assert_int_equal(mlm_sample_memory_and_swap_bytes(&sample), 400 * MIB);
    assert_int_equal(mlm_sample_held_bytes(&sample), 400 * MIB);
    assert_int_equal(sample.swap_backed_bytes, 150 * MIB);
    /* Without zswap nothing is taken off. */
    put("memory.stat", "anon 157286400\nfile 10485760\nshmem 0\nswapcached 0\n"
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
    put("memory.current", "41943040\n");
    put("memory.swap.current", "62914560\n");
    put("memory.stat", "anon 41943040\nfile 0\nshmem 0\nswapcached 0\n"
                       "inactive_anon 41943040\nactive_anon 0\nunevictable 0\n");
    struct mlm_sample sample = take();
    assert_int_equal(sample.swap_backed_bytes + sample.swap_bytes, 100 * MIB);
    put("memory.current", "104857600\n");
    put("memory.stat", "anon 41943040\nfile 0\nshmem 0\nswapcached 62914560\n"
                       "inactive_anon 104857600\nactive_anon 0\nunevictable 0\n");
    sample = take();
    assert_int_equal(sample.swap_backed_bytes + sample.swap_bytes, 100 * MIB);
    put("memory.stat", "anon 104857600\nfile 0\nshmem 0\nswapcached 62914560\n"
                       "inactive_anon 41943040\nactive_anon 62914560\nunevictable 0\n");
    sample = take();
    assert_int_equal(sample.swap_backed_bytes + sample.swap_bytes, 100 * MIB);
    assert_int_equal(mlm_sample_memory_and_swap_bytes(&sample), 100 * MIB);
}

static int set_up(void **state)
{
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char path[64];
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        (void)unlink(path);
    }
    return rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(zswap_counts_once), cmocka_unit_test(pages_that_are_read_back_do_not_grow)};
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
