/* Tests what a job sees of a laptop: the texts of its files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "trial/view.h"

#define MIB (UINT64_C(1) << 20)

static uint64_t mib_of(const char *text, const char *key)
{
    uint64_t kib = 0;
    assert_int_equal(mlm_keyed_number(text, key, &kib), 0);
    return kib / 1024;
}

static void a_laptop_of_4_gib(void **state)
{
    (void)state;
    const struct mlm_limits limits = {.laptop_bytes = 4096 * MIB};
    struct mlm_sample sample = {.memory_bytes = 1600 * MIB,
        .anon_bytes = 1500 * MIB,
        .file_bytes = 90 * MIB, /* as the kernel counts, with shared memory */
        .shmem_bytes = 10 * MIB,
        .swap_bytes = 24 * MIB};
    mlm_auto_free char *text = mlm_view_meminfo(&limits, 1024 * MIB, &sample);
    assert_int_equal(mib_of(text, "MemTotal"), 4096 - 64 - 64);
    /* The system takes 384 MiB in all, 128 of which MemTotal leaves out. */
    assert_int_equal(mib_of(text, "MemFree"), 3968 - 256 - 1600);
    assert_int_equal(mib_of(text, "MemAvailable"), 3968 - 256 - 1600 + 80);
    assert_int_equal(mib_of(text, "Cached"), 90);
    assert_int_equal(mib_of(text, "SwapTotal"), 1024);
    assert_int_equal(mib_of(text, "SwapFree"), 1000);
}

/* The text is written over the one before, so it must be as long, whatever is in it. */
static void its_length_is_constant(void **state)
{
    (void)state;
    const struct mlm_limits limits = {.laptop_bytes = 16384 * MIB};
    struct mlm_sample nothing = {.memory_bytes = 0, .file_bytes = MLM_NULL, .swap_bytes = MLM_NULL};
    struct mlm_sample far_too_much = {.memory_bytes = INT64_C(1) << 48, .anon_bytes = INT64_C(1) << 48};
    mlm_auto_free char *low = mlm_view_meminfo(&limits, 0, &nothing);
    mlm_auto_free char *high = mlm_view_meminfo(&limits, UINT64_C(1) << 48, &far_too_much);
    assert_int_equal(strlen(low), strlen(high));
    assert_int_equal(mib_of(high, "MemFree"), 0);
    assert_int_equal(mib_of(high, "MemAvailable"), 0);
}

static void lists_of_processors(void **state)
{
    (void)state;
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(1, &set);
    mlm_auto_free char *one = mlm_view_processor_list(&set);
    assert_string_equal(one, "1\n");
    CPU_SET(2, &set);
    CPU_SET(3, &set);
    CPU_SET(8, &set);
    mlm_auto_free char *several = mlm_view_processor_list(&set);
    assert_string_equal(several, "1-3,8\n");
}

static void blocks_of_processors(void **state)
{
    (void)state;
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(1, &set);
    mlm_auto_free char *text = mlm_view_cpuinfo(
        "processor\t: 0\nflags\t: a\n\nprocessor\t: 1\nflags\t: b\n\nprocessor\t: 11\n\nHardware\t: board\n",
        &set);
    assert_string_equal(text, "processor\t: 1\nflags\t: b\n\nHardware\t: board\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_laptop_of_4_gib),
        cmocka_unit_test(its_length_is_constant),
        cmocka_unit_test(lists_of_processors),
        cmocka_unit_test(blocks_of_processors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
