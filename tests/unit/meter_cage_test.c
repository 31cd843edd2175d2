/* Tests the peaks that the cage's meter reports, from the files of a cage. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "cage_files.h"
#include "meter/meter.h"

#define MIB (INT64_C(1) << 20)

/* Looks while the cage has `current` bytes, then reads the kernel's peak. */
static int64_t peak_of(const char *current, uint64_t cap_bytes, bool *ret_sampled)
{
    struct mlm_cages cages = {.dialect = &mlm_dialect_v2, .site = {.access = MLM_CAGE_DIRECT}};
    struct mlm_cage cage;
    struct mlm_sampler sampler;
    static struct mlm_scoreboard scoreboard;
    struct mlm_readings readings;
    mlm_mark_set marks = 0;
    cage_fake(&cages, &cage);
    cage.limits.cap_bytes = cap_bytes;
    cage_put("memory.current", current);
    mlm_sampler_open(&sampler, &cage);
    struct mlm_trial_view view = {.cage = &cage, .scoreboard = &scoreboard, .sampler = &sampler};
    struct mlm_meter_result result = {.readings = &readings, .marks = &marks};
    for (int i = 0; i < MLM_METRIC_COUNT; i++)
        readings.values[i] = MLM_NULL;
    void *state = calloc(1, mlm_meter_cage.state_size);
    assert_non_null(state);
    mlm_meter_cage.begin(state, &view);
    mlm_sampler_take(&sampler, &view.sample);
    mlm_meter_cage.tick(state, &view);
    mlm_meter_cage.finish(state, &view, &result);
    free(state);
    mlm_sampler_close(&sampler);
    mlm_close_p(&cage.dir_fd);
    *ret_sampled = marks & MLM_MARK_BIT(cage_peak_sampled);
    assert_int_equal(readings.values[MLM_needs_peak_bytes], readings.values[MLM_cage_peak_bytes]);
    return readings.values[MLM_cage_peak_bytes];
}

/* A processor that is stopped while it raises the peak may lower it. */
static void a_sample_above_the_peak_is_the_peak(void **state)
{
    (void)state;
    bool sampled;
    cage_put("memory.stat", "anon 0\nfile 0\nshmem 0\nswapcached 0\n");
    cage_put("memory.peak", "104857600\n");
    assert_int_equal(peak_of("94371840\n", MLM_NO_LIMIT, &sampled), 100 * MIB);
    assert_false(sampled);
    assert_int_equal(peak_of("209715200\n", MLM_NO_LIMIT, &sampled), 200 * MIB);
    assert_true(sampled);
    /* Charges that the kernel is about to refuse: a few pages, or above the cap. */
    assert_int_equal(peak_of("104923136\n", MLM_NO_LIMIT, &sampled), 100 * MIB);
    assert_false(sampled);
    assert_int_equal(peak_of("209715200\n", (uint64_t)(100 * MIB), &sampled), 100 * MIB);
    assert_false(sampled);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_sample_above_the_peak_is_the_peak)};
    return cmocka_run_group_tests(tests, cage_folder_make, cage_folder_remove);
}
