/* Tests batch/conv: its kernels against plain loops, and all ways to compute it against one another. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "batch/conv.h"
#include "data/random.h"

#include "workload_setup.h"

#define IN UINT64_C(3)
#define OUT UINT64_C(4)

static float input[IN * CONV_PLANE], deltas[OUT * CONV_PLANE], weights[OUT * IN * CONV_TAPS];
static float padded[IN * CONV_PADDED];

static int inputs_fill(void **state)
{
    (void)state;
    mlm_random_fill_floats(1, 0, input, IN * CONV_PLANE);
    mlm_random_fill_floats(2, 0, deltas, OUT * CONV_PLANE);
    mlm_random_fill_floats(3, 0, weights, OUT * IN * CONV_TAPS);
    conv_pad(input, IN, padded);
    return 0;
}

/* The value that a tap sees at a place; 0 beyond the border. */
static double seen(const float *plane, uint64_t at, uint64_t tap)
{
    int64_t row = (int64_t)(at / CONV_SIDE + tap / 3) - 1, column = (int64_t)(at % CONV_SIDE + tap % 3) - 1;
    const int64_t side = (int64_t)CONV_SIDE;
    bool inside = row >= 0 && row < side && column >= 0 && column < side;
    return inside ? (double)plane[row * side + column] : 0;
}

static void assert_close(double got, double expected, double scale)
{
    if (!(fabs(got - expected) <= 1e-5 * scale))
        fail_msg("%g instead of %g", got, expected);
}

static void direct_is_the_plain_convolution(void **state)
{
    (void)state;
    static float got[OUT * CONV_PLANE];
    conv_direct(padded, IN, weights, OUT, got);
    for (uint64_t o = 0; o < OUT; o++)
        for (uint64_t at = 0; at < CONV_PLANE; at++) {
            double sum = 0;
            for (uint64_t i = 0; i < IN; i++)
                for (uint64_t tap = 0; tap < CONV_TAPS; tap++)
                    sum += (double)weights[(o * IN + i) * CONV_TAPS + tap] *
                           seen(input + i * CONV_PLANE, at, tap);
            assert_close((double)got[o * CONV_PLANE + at], sum, 10);
        }
}

static void direct_gradient_is_the_plain_one(void **state)
{
    (void)state;
    float got[OUT * IN * CONV_TAPS] = {0};
    conv_direct_weights(padded, IN, deltas, OUT, got);
    for (uint64_t o = 0; o < OUT; o++)
        for (uint64_t i = 0; i < IN; i++)
            for (uint64_t tap = 0; tap < CONV_TAPS; tap++) {
                double sum = 0;
                for (uint64_t at = 0; at < CONV_PLANE; at++)
                    sum += (double)deltas[o * CONV_PLANE + at] * seen(input + i * CONV_PLANE, at, tap);
                assert_close((double)got[(o * IN + i) * CONV_TAPS + tap], sum, 100);
            }
}

/* Each column is what its tap sees, and what comes back is the sum over all taps that saw a value. */
static void columns_are_what_the_taps_see(void **state)
{
    (void)state;
    static float columns[IN * CONV_TAPS * CONV_PLANE], back[IN * CONV_PLANE];
    conv_lower(input, IN, columns);
    for (uint64_t i = 0; i < IN; i++)
        for (uint64_t tap = 0; tap < CONV_TAPS; tap++)
            for (uint64_t at = 0; at < CONV_PLANE; at++)
                assert_close((double)columns[(i * CONV_TAPS + tap) * CONV_PLANE + at],
                    seen(input + i * CONV_PLANE, at, tap), 0);
    conv_raise(columns, IN, back);
    for (uint64_t at = 0; at < IN * CONV_PLANE; at++) {
        uint64_t y = at % CONV_PLANE / CONV_SIDE, x = at % CONV_SIDE;
        double rows = y > 0 && y + 1 < CONV_SIDE ? 3 : 2, sides = x > 0 && x + 1 < CONV_SIDE ? 3 : 2;
        assert_close((double)back[at], rows * sides * (double)input[at], 1);
    }
}

static int configure(const char *settings, struct conv_config *config)
{
    *config = (struct conv_config){.job = {.seed = 3, .threads = 1, .data_bytes = UINT64_C(64) << 20}};
    return workload_configure(workload_of("conv"), settings, config);
}

static struct mlm_scoreboard work(const char *settings)
{
    struct conv_config config;
    assert_int_equal(configure(settings, &config), 0);
    const struct mlm_scoreboard sb = workload_work(workload_of("conv"), settings, &config);
    assert_int_equal(sb.items, CONV_IMAGES);
    assert_int_equal(sb.progress_done, sb.progress_total);
    assert_int_equal(sb.answer_count, 4);
    for (uint32_t i = 0; i < sb.answer_count; i++)
        assert_true(isfinite(sb.answer[i]) && sb.answer[i] > 0);
    return sb;
}

static void all_ways_do_the_same_work(void **state)
{
    (void)state;
    static const char *const ways[] = {"batch=100 method=direct", "batch=16 method=im2col",
        "batch=7 method=im2col", "batch=16 method=im2col_image"};
    struct mlm_scoreboard first = work("batch=16 method=direct");
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        struct mlm_scoreboard other = work(ways[i]);
        assert_int_equal(other.data_checksum, first.data_checksum);
        double difference = largest_difference(&first, &other);
        if (difference > workload_of("conv")->answer_tolerance)
            fail_msg("%s differs by %g", ways[i], difference);
    }
    struct mlm_scoreboard seed = work("batch=16 method=direct seed=4");
    assert_int_not_equal(seed.data_checksum, first.data_checksum);
    assert_true(largest_difference(&first, &seed) > 2 * workload_of("conv")->answer_tolerance);
}

/* Half of the last batch of 16 is left out. */
static void lost_images_are_wrong(void **state)
{
    (void)state;
    const struct mlm_workload *conv = workload_of("conv");
    struct conv_config config;
    struct mlm_scoreboard some = {0}, all = {0};
    void *job = NULL;
    assert_int_equal(configure("batch=16", &config), 0);
    assert_int_equal(conv->prepare(&config, &all, &job), 0);
    for (uint64_t first = 0; first < CONV_IMAGES; first += 8) {
        if (first == CONV_IMAGES - 8)
            assert_int_equal(conv->verify(job, &some), 0);
        conv_batch(job, first, 8, &all);
    }
    assert_int_equal(conv->verify(job, &all), 0);
    conv->destroy(job);
    assert_true(largest_difference(&all, &some) > conv->answer_tolerance);
}

/* im2col of the whole batch adds nine activations; of one image, nine of that image. */
static void columns_are_nine_activations(void **state)
{
    (void)state;
    const struct mlm_workload *conv = workload_of("conv");
    struct conv_config direct, whole, image;
    assert_int_equal(configure("data=2560M batch=256 method=direct", &direct), 0);
    assert_int_equal(configure("data=2560M batch=256 method=im2col", &whole), 0);
    assert_int_equal(configure("data=2560M batch=256 method=im2col_image", &image), 0);
    uint64_t activation = UINT64_C(16) * 64 * 64 * 4, layer = 256 * activation;
    uint64_t peak = conv->peak_bytes(&direct);
    assert_true(peak <= direct.job.data_bytes && peak > direct.job.data_bytes - layer - layer / 256);
    assert_int_equal(conv->core_bytes(&whole), conv->core_bytes(&direct));
    assert_int_equal(conv->core_bytes(&direct) / layer, direct.layers);
    uint64_t more = conv->peak_bytes(&whole) - conv->peak_bytes(&image);
    uint64_t columns = UINT64_C(255) * 9 * activation;
    assert_int_equal(more, columns + columns / 512);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(direct_is_the_plain_convolution),
        cmocka_unit_test(direct_gradient_is_the_plain_one),
        cmocka_unit_test(columns_are_what_the_taps_see),
        cmocka_unit_test(all_ways_do_the_same_work),
        cmocka_unit_test(lost_images_are_wrong),
        cmocka_unit_test(columns_are_nine_activations),
    };
    return cmocka_run_group_tests(tests, inputs_fill, NULL);
}
