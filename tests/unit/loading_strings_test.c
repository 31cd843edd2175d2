/* Tests loading/strings through the contract: formulas and answers of all ways to hold a column of texts. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "loading/loading.h"

#include "workload_setup.h"

union config {
    struct mlm_job job;
    char room[256];
};

static int configure(const char *settings, union config *config)
{
    const struct mlm_workload *strings = workload_of("strings");
    assert_true(strings->config_size <= sizeof *config);
    memset(config, 0, sizeof *config);
    config->job = (struct mlm_job){.seed = 1, .threads = 1, .data_bytes = UINT64_C(4) << 20};
    return workload_configure(strings, settings, config);
}

static struct mlm_scoreboard work(const char *settings)
{
    union config config;
    assert_int_equal(configure(settings, &config), 0);
    const struct mlm_scoreboard sb = workload_work(workload_of("strings"), settings, &config);
    assert_int_equal(sb.progress_done, sb.progress_total);
    assert_int_equal(sb.answer_count, 3);
    return sb;
}

static bool same(const struct mlm_scoreboard *a, const struct mlm_scoreboard *b)
{
    for (uint32_t i = 0; i < a->answer_count; i++)
        if (a->answer[i] < b->answer[i] || a->answer[i] > b->answer[i])
            return false;
    return a->data_checksum == b->data_checksum;
}

static const char *const kept[] = {"codes", "pointers", "onehot", "onehot_sparse", "hashed"};
enum { WAYS = sizeof kept / sizeof *kept };

static void all_ways_score_alike(void **state)
{
    (void)state;
    static const char *const columns[] = {
        "levels=100", "levels=100 seed=2", "levels=1", "levels=1000", "levels=64 data=1M"};
    struct mlm_scoreboard before = {0};
    for (size_t c = 0; c < sizeof columns / sizeof *columns; c++) {
        struct mlm_scoreboard first = {0};
        for (size_t k = 0; k < WAYS; k++) {
            char settings[128];
            snprintf(settings, sizeof settings, "%s kept=%s", columns[c], kept[k]);
            struct mlm_scoreboard sb = work(settings);
            first = k ? first : sb;
            if (!same(&sb, &first) || sb.items != first.items)
                fail_msg("%s differs", settings);
        }
        assert_false(same(&first, &before)); /* other columns have other scores */
        before = first;
    }
}

/* n rows of K texts of 24 bytes. A dictionary has the texts, and a table of 2048 numbers. */
static void a_column_takes_what_its_way_takes(void **state)
{
    (void)state;
    const uint64_t k = 1000, n = (UINT64_C(256) << 20) / (4 * k), dictionary = k * 24 + UINT64_C(2048) * 4;
    const uint64_t expected[WAYS] = {n * 4 + dictionary, n * (8 + 24), n * k * 4 + dictionary,
        n * (4 + 4) + (n + 1) * 8 + dictionary, n * 64 * 4};
    for (size_t i = 0; i < WAYS; i++) {
        char settings[128];
        union config config;
        snprintf(settings, sizeof settings, "data=256M levels=1000 kept=%s", kept[i]);
        assert_int_equal(configure(settings, &config), 0);
        assert_int_equal(workload_of("strings")->core_bytes(&config), expected[i]);
        uint64_t peak = workload_of("strings")->peak_bytes(&config), more = UINT64_C(1) << 20;
        assert_in_range(peak, expected[i] + more, expected[i] + expected[i] / 512 + more + 4096 + 16);
    }
}

static void too_little_data_is_refused(void **state)
{
    (void)state;
    union config config;
    assert_int_equal(configure("data=3999", &config), -ERANGE);
    assert_int_equal(configure("data=4000", &config), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_ways_score_alike),
        cmocka_unit_test(a_column_takes_what_its_way_takes),
        cmocka_unit_test(too_little_data_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
