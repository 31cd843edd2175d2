/* Tests what the cache of loading/cache finds, against the probability that it should. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "loading/loading.h"

#include "workload_setup.h"

static char path[] = "/tmp/mlm-cache-XXXXXX";

/* 2000 rows of ten values. */
static int file_make(void **state)
{
    (void)state;
    const struct mlm_workload *cache = workload_of("cache");
    struct mlm_loading_config config = {.job = {.seed = 1, .threads = 1, .data_bytes = 80000}};
    struct mlm_scoreboard sb = {0};
    int fd = mkstemp(path);
    if (fd < 0 || workload_configure(cache, "width=10", &config) < 0 ||
        cache->dataset->build(&config, fd, &sb) < 0)
        return -1;
    return close(fd);
}

static int file_remove(void **state)
{
    (void)state;
    return unlink(path);
}

/* Batches that three epochs found in a cache, of 1000 in the file. */
static uint64_t hits_of(double share, enum mlm_loading_visits visits)
{
    struct mlm_scoreboard sb = {0};
    struct mlm_loading_state state = {.pass.columns = 10,
        .config = {.columns = 10,
            .rows = 2000,
            .batch = 2,
            .share = share,
            .visits = visits,
            .job = {.dataset = path, .seed = 1}}};
    if (mlm_loading_cache(&state, &sb) < 0)
        fail_msg("%s", sb.message);
    return state.hits;
}

/* The batch that was used longest ago makes room: with shuffled epochs, a share s of them has s + (1 - s)
 * ln(1
 * - s) hits. */
static void shuffled_epochs_find_less_than_the_share(void **state)
{
    (void)state;
    static const double shares[] = {0.1, 0.25, 0.5, 0.75, 0.9};
    for (size_t i = 0; i < sizeof shares / sizeof *shares; i++) {
        double s = shares[i], expected = 2000 * (s + (1 - s) * log(1 - s));
        double hits = (double)hits_of(s, MLM_LOADING_SHUFFLED);
        if (fabs(hits - expected) > 80)
            fail_msg("a cache of %g found %g batches instead of %g", s, hits, expected);
    }
}

static void epochs_in_order_find_nothing_before_all_have_room(void **state)
{
    (void)state;
    assert_int_equal(hits_of(0.5, MLM_LOADING_SEQUENTIAL), 0);
    assert_int_equal(hits_of(0.999, MLM_LOADING_SEQUENTIAL), 0);
    assert_int_equal(hits_of(1, MLM_LOADING_SEQUENTIAL), 2000);
}

static void none_and_all_are_what_they_say(void **state)
{
    (void)state;
    assert_int_equal(hits_of(0, MLM_LOADING_SHUFFLED), 0);
    assert_int_equal(hits_of(0, MLM_LOADING_SEQUENTIAL), 0);
    assert_int_equal(hits_of(1, MLM_LOADING_SHUFFLED), 2000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shuffled_epochs_find_less_than_the_share),
        cmocka_unit_test(epochs_in_order_find_nothing_before_all_have_room),
        cmocka_unit_test(none_and_all_are_what_they_say),
    };
    return cmocka_run_group_tests(tests, file_make, file_remove);
}
