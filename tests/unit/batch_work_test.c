/* Tests the workloads of batch through the contract: parameters in, formulas and answers out. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "batch/batch.h"

#include "workload_setup.h"

static int configure(const char *name, const char *settings, struct batch_config *config)
{
    *config = (struct batch_config){.job = {.seed = 3, .threads = 1, .data_bytes = UINT64_C(16) << 20}};
    return workload_configure(workload_of(name), settings, config);
}

static struct mlm_scoreboard work(const char *name, const char *settings)
{
    struct batch_config config;
    assert_int_equal(configure(name, settings, &config), 0);
    const struct mlm_scoreboard sb = workload_work(workload_of(name), settings, &config);
    assert_int_equal(sb.items, BATCH_SAMPLES);
    assert_int_equal(sb.progress_done, sb.progress_total);
    for (uint32_t i = 0; i < sb.answer_count; i++)
        assert_true(isfinite(sb.answer[i]) && sb.answer[i] != 0);
    return sb;
}

static void all_ways_to_train_do_the_same_work(void **state)
{
    (void)state;
    static const char *const ways[][2] = {
        {"train", "batch=4096"},
        {"train", "batch=1000 optimizer=momentum"},
        {"train", "batch=16 optimizer=adam"},
        {"accumulate", ""},
        {"accumulate", "micro=256 optimizer=adam"},
        {"accumulate", "batch=100 micro=48"},
    };
    struct mlm_scoreboard first = work("train", "");
    assert_true(first.answer_count >= 3);
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        struct mlm_scoreboard other = work(ways[i][0], ways[i][1]);
        assert_int_equal(other.data_checksum, first.data_checksum);
        double difference = largest_difference(&first, &other);
        if (difference > workload_of("train")->answer_tolerance)
            fail_msg("%s %s differs by %g", ways[i][0], ways[i][1], difference);
    }
}

static void inference_agrees_over_batches(void **state)
{
    (void)state;
    struct mlm_scoreboard whole = work("infer", ""), some = work("infer", "batch=100");
    assert_true(largest_difference(&whole, &some) <= workload_of("infer")->answer_tolerance);
}

/* Differences that the tolerance must not hide. */
static void other_data_is_other_work(void **state)
{
    (void)state;
    struct mlm_scoreboard one = work("train", "batch=256"), other = work("train", "batch=256 seed=4");
    assert_int_not_equal(one.data_checksum, other.data_checksum);
    assert_true(largest_difference(&one, &other) > 2 * workload_of("train")->answer_tolerance);
}

/* The loss of one batch of 64 must be detected. */
static void a_lost_batch_is_wrong(void **state)
{
    (void)state;
    struct mlm_scoreboard sb = {0}, all = {0};
    struct batch_config config;
    struct mlm_perceptron *model;
    assert_int_equal(configure("train", "batch=64", &config), 0);
    assert_int_equal(mlm_perceptron_open(&config.spec, 64, &config.job, &model, &sb), 0);
    for (uint64_t first = 0; first < BATCH_SAMPLES; first += 64) {
        if (first == BATCH_SAMPLES - 64)
            mlm_perceptron_answer(model, BATCH_SAMPLES, &sb);
        mlm_perceptron_compute(model, MLM_MLP_PASS, first, 64, &all);
    }
    mlm_perceptron_answer(model, BATCH_SAMPLES, &all);
    mlm_perceptron_close(model);
    assert_true(largest_difference(&all, &sb) > workload_of("train")->answer_tolerance);
}

static void data_is_the_peak_at_the_largest_batch(void **state)
{
    (void)state;
    static const char *const sizes[] = {"128M", "256M", "2560M", "10G"};
    static const char *const shapes[] = {"deep", "wide"};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        for (size_t s = 0; s < 2; s++) {
            char settings[128];
            struct batch_config config;
            snprintf(settings, sizeof settings, "data=%s batch=4096 shape=%s", sizes[i], shapes[s]);
            assert_int_equal(configure("train", settings, &config), 0);
            double peak = (double)workload_of("train")->peak_bytes(&config);
            double layer = s ? 26 * 0x1p20 : 2.3 * 0x1p20;
            assert_true(peak <= (double)config.job.data_bytes);
            assert_true(peak >= (double)config.job.data_bytes - layer);
        }
}

static void core_is_the_formula_of_the_design(void **state)
{
    (void)state;
    struct batch_config config;
    const struct mlm_workload *train = workload_of("train");
    assert_int_equal(configure("train", "data=256M batch=64 optimizer=adam", &config), 0);
    uint64_t layers = config.spec.shape.layers;
    assert_int_equal(
        train->core_bytes(&config), layers * 16 * 129 * 128 + UINT64_C(4) * 64 * 128 * (layers + 1));
    assert_int_equal(configure("accumulate", "data=256M micro=64 optimizer=adam", &config), 0);
    assert_int_equal(
        train->core_bytes(&config), layers * 16 * 129 * 128 + UINT64_C(4) * 64 * 128 * (layers + 1));
    assert_int_equal(configure("infer", "data=256M batch=64", &config), 0);
    assert_int_equal(train->core_bytes(&config), layers * 4 * 129 * 128 + UINT64_C(4) * 64 * 128 * 2);
}

static void smaller_batches_need_less(void **state)
{
    (void)state;
    static const char *const batches[] = {"1", "64", "1024", "4096"};
    uint64_t before = 0;
    for (size_t i = 0; i < sizeof batches / sizeof *batches; i++) {
        char settings[64];
        struct batch_config config;
        snprintf(settings, sizeof settings, "data=2560M batch=%s", batches[i]);
        assert_int_equal(configure("train", settings, &config), 0);
        uint64_t peak = workload_of("train")->peak_bytes(&config);
        assert_true(peak > before + before / 8);
        assert_true(peak > workload_of("train")->core_bytes(&config));
        before = peak;
    }
}

static void a_micro_batch_larger_than_the_batch_is_refused(void **state)
{
    (void)state;
    struct batch_config config;
    assert_true(configure("accumulate", "batch=32 micro=64", &config) < 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_ways_to_train_do_the_same_work),
        cmocka_unit_test(inference_agrees_over_batches),
        cmocka_unit_test(other_data_is_other_work),
        cmocka_unit_test(a_lost_batch_is_wrong),
        cmocka_unit_test(data_is_the_peak_at_the_largest_batch),
        cmocka_unit_test(core_is_the_formula_of_the_design),
        cmocka_unit_test(smaller_batches_need_less),
        cmocka_unit_test(a_micro_batch_larger_than_the_batch_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
