/* Tests how the time of a job is split: the parts never overlap, and a part that is not known is missing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "meter/parts.h"

struct given {
    int64_t run_ns, user_ns, system_ns;
    struct mlm_waits waits;
    bool several_threads;
    double swap_share;
};

static struct mlm_readings split(const struct given *given)
{
    struct mlm_readings readings;
    mlm_readings_init(&readings);
    readings.values[MLM_run_ns] = given->run_ns;
    readings.values[MLM_run_cpu_user_ns] = given->user_ns;
    readings.values[MLM_run_cpu_system_ns] = given->system_ns;
    mlm_parts_fill(&given->waits, !given->several_threads, given->swap_share, readings.values);
    return readings;
}

static void assert_parts(
    const struct mlm_readings *readings, int64_t own, int64_t memory, int64_t storage, int64_t rest)
{
    const int64_t *values = readings->values;
    assert_int_equal(values[MLM_own_ns], own);
    assert_int_equal(values[MLM_blocked_memory_ns], memory);
    assert_int_equal(values[MLM_blocked_storage_ns], storage);
    assert_int_equal(values[MLM_blocked_rest_ns], rest);
    assert_int_equal(values[MLM_blocked_ns], memory + storage + rest);
}

static void parts_add_up(void **state)
{
    (void)state;
    struct mlm_readings readings = split(&(struct given){100, 30, 10, {20, 15, 5}, false, 0});
    assert_parts(&readings, 80, 15, 5, 20);
}

/* A wait that is longer than the job was not the job's. */
static void contradictions_tell_nothing(void **state)
{
    (void)state;
    struct mlm_readings readings = split(&(struct given){1817592, 1843000, 0, {34985315, 0, 0}, false, 0});
    const int64_t *values = readings.values;
    assert_true(values[MLM_own_ns] == MLM_NULL && values[MLM_run_queue_ns] == MLM_NULL);
    assert_true(values[MLM_blocked_ns] == MLM_NULL && values[MLM_blocked_rest_ns] == MLM_NULL);
    /* Clocks that are read a little apart are no contradiction. */
    readings = split(&(struct given){1817592, 1843000, 0, {3000, 0, 0}, false, 0});
    assert_int_equal(values[MLM_own_ns], 1814592);
}

/* A page that is read from swap is waited for on a device, too. */
static void swap_counts_once(void **state)
{
    (void)state;
    struct mlm_readings readings = split(&(struct given){100, 30, 10, {20, 35, 35}, false, 0});
    assert_parts(&readings, 80, 35, 5, 0);
    /* The kernel counts its search for free memory as a stall, although it computes meanwhile. */
    readings = split(&(struct given){100, 30, 10, {20, 90, 0}, false, 0});
    assert_parts(&readings, 80, 40, 0, 0);
}

/* Not every page that is read from swap counts as a stall of memory. */
static void waits_for_devices_are_shared_out(void **state)
{
    (void)state;
    struct mlm_readings readings = split(&(struct given){100, 10, 10, {0, 20, 60}, false, 1});
    assert_parts(&readings, 100, 60, 0, 20);
    readings = split(&(struct given){100, 10, 10, {0, 20, 60}, false, 0.5});
    assert_parts(&readings, 100, 30, 30, 20);
}

/* CPU time has a coarser clock than the job. */
static void no_part_is_below_0(void **state)
{
    (void)state;
    struct mlm_readings readings = split(&(struct given){100, 95, 10, {0, 1, 1}, false, 0});
    assert_parts(&readings, 100, 0, 0, 0);
    readings = split(&(struct given){100, 0, 0, {103, 0, 0}, false, 0});
    assert_parts(&readings, 0, 0, 0, 0);
}

static void what_is_not_known_is_missing(void **state)
{
    (void)state;
    struct mlm_readings readings = split(&(struct given){100, 30, 10, {20, MLM_NULL, 5}, false, 0});
    assert_int_equal(readings.values[MLM_own_ns], 80);
    assert_int_equal(readings.values[MLM_blocked_ns], 40);
    assert_int_equal(readings.values[MLM_blocked_memory_ns], MLM_NULL);
    assert_int_equal(readings.values[MLM_blocked_storage_ns], MLM_NULL);
    assert_int_equal(readings.values[MLM_blocked_rest_ns], MLM_NULL);
    readings = split(&(struct given){100, 30, 10, {MLM_NULL, 15, 5}, false, 0});
    assert_int_equal(readings.values[MLM_own_ns], MLM_NULL);
    assert_int_equal(readings.values[MLM_blocked_ns], MLM_NULL);
    readings = split(&(struct given){MLM_NULL, 30, 10, {20, 15, 5}, false, 0});
    assert_int_equal(readings.values[MLM_run_queue_ns], 20);
    assert_int_equal(readings.values[MLM_own_ns], MLM_NULL);
}

static void times_of_several_threads_overlap(void **state)
{
    (void)state;
    struct mlm_readings readings = split(&(struct given){100, 150, 10, {40, 15, 5}, true, 0});
    assert_int_equal(readings.values[MLM_run_queue_ns], 40);
    assert_int_equal(readings.values[MLM_own_ns], MLM_NULL);
    assert_int_equal(readings.values[MLM_blocked_ns], MLM_NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parts_add_up),
        cmocka_unit_test(contradictions_tell_nothing),
        cmocka_unit_test(swap_counts_once),
        cmocka_unit_test(waits_for_devices_are_shared_out),
        cmocka_unit_test(no_part_is_below_0),
        cmocka_unit_test(what_is_not_known_is_missing),
        cmocka_unit_test(times_of_several_threads_overlap),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
