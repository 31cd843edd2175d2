/* Tests the trace with a heap that only counts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "pooling/pooling.h"
#include "suites.h"

extern const struct mlm_suite mlm_suite;

struct count {
    uint64_t live_bytes, peak_bytes, all_bytes, smallest, largest;
    uint32_t live, freed, lost, survivors, survivor_age, step;
    uint32_t held;
};

static int count_open(
    const struct pooling_config *config, bool dry, void **ret_heap, struct mlm_scoreboard *sb)
{
    (void)config, (void)dry, (void)sb;
    struct count *count = calloc(1, sizeof *count);
    assert_non_null(count);
    count->smallest = UINT64_MAX;
    *ret_heap = count;
    return 0;
}

static void count_alloc(void *heap, struct pooling_tensor *tensor)
{
    struct count *count = heap;
    assert_true(tensor->size > 0);
    assert_int_equal(tensor->size % 64, 0);
    assert_int_equal(tensor->tag, 0); /* not live: freed exactly once before */
    tensor->tag = 1 + count->step;
    count->live++;
    count->survivors += tensor->life == LIFE_SURVIVOR;
    count->all_bytes += tensor->size;
    if (tensor->life != LIFE_LEAK)
        count->live_bytes += tensor->size;
    count->peak_bytes = count->live_bytes > count->peak_bytes ? count->live_bytes : count->peak_bytes;
    if (tensor->life != LIFE_LASTING && tensor->life != LIFE_LEAK) {
        count->smallest = tensor->size < count->smallest ? tensor->size : count->smallest;
        count->largest = tensor->size > count->largest ? tensor->size : count->largest;
    }
}

static void count_free(void *heap, struct pooling_tensor *tensor)
{
    struct count *count = heap;
    assert_int_not_equal(tensor->tag, 0);
    if (tensor->life == LIFE_SURVIVOR) {
        uint32_t age = count->step - (tensor->tag - 1);
        assert_true(tensor->dies == count->step || count->step == 23); /* all goes at the end */
        count->survivor_age = age > count->survivor_age ? age : count->survivor_age;
    }
    tensor->tag = 0;
    count->live--;
    count->freed++;
    count->live_bytes -= tensor->size;
}

static void count_hold(void *heap, struct pooling_tensor *tensor)
{
    assert_int_not_equal(tensor->tag, 0); /* only live tensors are used */
    ((struct count *)heap)->held++;
}

static void count_drop(void *heap, struct pooling_tensor *tensor)
{
    (void)tensor;
    ((struct count *)heap)->held--;
}

static void count_lose(void *heap, struct pooling_tensor *tensor)
{
    (void)tensor;
    ((struct count *)heap)->lost++;
}

static void count_step_end(void *heap, uint32_t step)
{
    struct count *count = heap;
    assert_int_equal(step, count->step);
    assert_int_equal(count->held, 0);
    if (step < 23)
        count->step++;
}

static struct count result;

static void count_close(void *heap)
{
    if (heap)
        result = *(struct count *)heap;
    free(heap);
}

static const struct pooling_heap counting = {.open = count_open,
    .alloc = count_alloc,
    .free = count_free,
    .hold = count_hold,
    .drop = count_drop,
    .lose = count_lose,
    .step_end = count_step_end,
    .close = count_close};

static struct pooling_config config_of(const char *data, const char *survivors, const char *leak)
{
    const struct mlm_workload *workload = mlm_workload_find(&mlm_suite, "malloc");
    struct mlm_error error = {0};
    struct pooling_config config = {.job = {.seed = 11, .threads = 1}};
    assert_non_null(workload);
    mlm_config_init(workload, &config);
    assert_int_equal(mlm_config_set(workload, &config, "data", data, &error), 0);
    assert_int_equal(mlm_config_set(workload, &config, "survivors", survivors, &error), 0);
    assert_int_equal(mlm_config_set(workload, &config, "leak", leak, &error), 0);
    assert_int_equal(workload->derive(&config, &error), 0);
    assert_int_equal(config.steps, 24);
    return config;
}

static void replay(struct pooling_config *config)
{
    struct mlm_scoreboard sb = {0};
    struct pooling_replay *replay;
    config->heap = &counting;
    assert_int_equal(pooling_replay_open(config, TOUCH_NOTHING, &replay, &sb), 0);
    assert_int_equal(pooling_replay_run(replay, &sb), 0);
    pooling_replay_close(replay);
}

static void every_tensor_is_freed_and_the_peak_is_the_formula(void **state)
{
    (void)state;
    struct pooling_config config = config_of("256M", "0", "0");
    replay(&config);
    assert_int_equal(result.live, 0);
    assert_int_equal(result.live_bytes, 0);
    assert_int_equal(result.peak_bytes, pooling_live_bytes(&config));
    assert_int_equal(result.all_bytes, pooling_trace_bytes(&config));
    assert_int_equal(result.survivors, 0);
}

static void a_quarter_of_the_data_is_live(void **state)
{
    (void)state;
    static const char *const sizes[] = {"64M", "256M", "2560M", "10G"};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct pooling_config config = config_of(sizes[i], "0", "0");
        double quarter = (double)config.job.data_bytes / 4;
        double live = (double)pooling_live_bytes(&config);
        assert_true(live <= quarter && live >= 0.99 * quarter);
    }
}

static void tensors_range_from_kilobytes_to_megabytes(void **state)
{
    (void)state;
    struct pooling_config config = config_of("2560M", "0", "0");
    replay(&config);
    assert_in_range(result.smallest, 512, 8192);
    assert_in_range(result.largest, 2 << 20, 4 << 20);
}

static void batches_differ_and_the_largest_comes_once_for_sure(void **state)
{
    (void)state;
    struct pooling_config config = config_of("256M", "0", "0");
    unsigned different = 0;
    for (uint64_t step = 0; step < config.steps; step++) {
        uint64_t rows = pooling_step_rows(&config, step);
        assert_in_range(rows, 1, config.rows);
        different += step > 0 && rows != pooling_step_rows(&config, step - 1);
    }
    assert_int_equal(pooling_step_rows(&config, config.steps / 2), config.rows);
    assert_true(different > 20);
}

/* Records of different machines can be compared because the trace is the same on all. */
static void a_trace_is_pinned(void **state)
{
    (void)state;
    static const uint64_t expected[] = {1898, 1420, 1319};
    struct pooling_config config = config_of("256M", "0", "0");
    for (uint64_t step = 0; step < sizeof expected / sizeof *expected; step++)
        assert_int_equal(pooling_step_rows(&config, step), expected[step]);
}

static void survivors_live_for_two_steps_more(void **state)
{
    (void)state;
    struct pooling_config config = config_of("256M", "1", "0");
    replay(&config);
    assert_int_equal(result.survivors, 24 * (config.spec.shape.layers / SURVIVOR_LAYERS));
    assert_int_equal(result.survivor_age, SURVIVOR_STEPS);
    assert_int_equal(result.live, 0);
    assert_int_equal(result.peak_bytes, pooling_live_bytes(&config));
    assert_int_equal(result.all_bytes, pooling_trace_bytes(&config));
}

static void a_leak_a_step_is_lost(void **state)
{
    (void)state;
    struct pooling_config config = config_of("64M", "0", "1000000");
    replay(&config);
    assert_int_equal(result.lost, 24);
    assert_int_equal(result.live, 24);
    assert_int_equal(result.all_bytes, pooling_trace_bytes(&config));
    assert_int_equal(pooling_leak_bytes(&config), 1000000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_tensor_is_freed_and_the_peak_is_the_formula),
        cmocka_unit_test(a_quarter_of_the_data_is_live),
        cmocka_unit_test(tensors_range_from_kilobytes_to_megabytes),
        cmocka_unit_test(batches_differ_and_the_largest_comes_once_for_sure),
        cmocka_unit_test(a_trace_is_pinned),
        cmocka_unit_test(survivors_live_for_two_steps_more),
        cmocka_unit_test(a_leak_a_step_is_lost),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
