/* Tests that a timeline of any length fits, with even spacing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "meter/meter.h"

static void run(size_t ticks, struct mlm_timeline *ret_timeline)
{
    const struct mlm_meter *meter = &mlm_meter_timeline;
    void *state = calloc(1, meter->state_size);
    struct mlm_trial_view view = {0};
    struct mlm_meter_result result = {.timeline = ret_timeline};
    meter->begin(state, &view);
    for (size_t i = 0; i < ticks; i++) {
        view.sample.at_ns = (int64_t)i * 1000;
        view.sample.memory_bytes = (int64_t)i;
        view.sample.stall_full_ns = MLM_NULL;
        meter->tick(state, &view);
    }
    meter->finish(state, &view, &result);
    free(state);
}

static void any_length_fits(void **state)
{
    (void)state;
    static const size_t lengths[] = {0, 1, 7, 199, 200, 201, 400, 1000, 12345};
    for (size_t l = 0; l < sizeof lengths / sizeof *lengths; l++) {
        struct mlm_timeline timeline = {0};
        run(lengths[l], &timeline);
        assert_true(timeline.count <= MLM_TIMELINE_MAX);
        if (lengths[l] <= MLM_TIMELINE_MAX)
            assert_int_equal(timeline.count, lengths[l]);
        else
            assert_true(timeline.count >= MLM_TIMELINE_MAX / 2);
        /* Points reach from the first tick to the last but one stride, at equal distances. */
        for (size_t i = 1; i < timeline.count; i++)
            assert_int_equal(timeline.points[i].at_ns - timeline.points[i - 1].at_ns, timeline.interval_ns);
        if (timeline.count > 1) {
            assert_int_equal(timeline.points[0].at_ns, 0);
            assert_true(
                (size_t)timeline.points[timeline.count - 1].memory_bytes + timeline.interval_ns / 1000 >=
                lengths[l] - 1);
            assert_true(timeline.points[0].stall_full_ns == MLM_NULL);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(any_length_fits)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
