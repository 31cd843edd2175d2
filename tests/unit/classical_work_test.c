/* Tests the workloads of classical through the contract: parameters in, formulas and answers out. Some
 * answers are computed here again, in the plainest way. */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "classical/boost.h"
#include "classical/classical.h"
#include "data/random.h"

#include "workload_setup.h"

static int configure(const char *name, const char *settings, struct classical_config *config)
{
    *config = (struct classical_config){.job = {.seed = 3, .threads = 1, .data_bytes = UINT64_C(4) << 20}};
    return workload_configure(workload_of(name), settings, config);
}

static struct mlm_scoreboard work_with(const struct classical_config *config, const char *name)
{
    const struct mlm_scoreboard sb = workload_work(workload_of(name), "", config);
    assert_true(sb.items > 0 && sb.data_checksum != 0);
    for (uint32_t i = 0; i < sb.answer_count; i++)
        assert_true(isfinite(sb.answer[i]));
    return sb;
}

static struct mlm_scoreboard work(const char *name, const char *settings)
{
    struct classical_config config;
    assert_int_equal(configure(name, settings, &config), 0);
    return work_with(&config, name);
}

/* One job, and the ways to do it. */
static const struct {
    const char *name, *settings, *job;
} ways[] = {
    {"kmeans_all", "", ""},
    {"kmeans_blocks", "", ""},
    {"kmeans_blocks", "batch=7", ""},
    {"kmeans_minibatch", "", ""},
    {"kmeans_minibatch", "batch=500", ""},
    {"kmeans_all", "", "width=17 clusters=10"},
    {"kmeans_blocks", "batch=100000", "width=17 clusters=10"},
    {"kmeans_minibatch", "batch=100000", "width=17 clusters=10"},
    {"knn_all", "", ""},
    {"knn_blocks", "", ""},
    {"knn_blocks", "working=1", ""},
    {"knn_blocks", "working=100K", ""},
    {"knn_all", "", "width=5 neighbours=33"},
    {"knn_blocks", "working=64K", "width=5 neighbours=33"},
    {"pca_svd", "", ""},
    {"pca_covariance", "", ""},
    {"pca_randomized", "", ""},
    {"pca_randomized", "steps=7", ""},
    {"pca_incremental", "", ""},
    {"pca_incremental", "batch=32", ""},
    {"pca_incremental", "batch=100000", ""},
    {"pca_svd", "", "width=33 components=5"},
    {"pca_covariance", "", "width=33 components=5"},
    {"pca_randomized", "", "width=33 components=5"},
    {"pca_incremental", "batch=300", "width=33 components=5"},
    {"boost_presorted", "", ""},
    {"boost_histogram", "", ""},
    {"boost_presorted", "", "width=7 trees=9 depth=1"},
    {"boost_histogram", "", "width=7 trees=9 depth=1"},
    {"boost_presorted", "", "trees=2 depth=10"},
    {"boost_histogram", "", "trees=2 depth=10"},
};

static void all_ways_do_the_same_work(void **state)
{
    (void)state;
    struct mlm_scoreboard first = {0};
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        char settings[128];
        const struct mlm_workload *workload = workload_of(ways[i].name);
        snprintf(
            settings, sizeof settings, "%s%s%s", ways[i].settings, *ways[i].settings ? " " : "", ways[i].job);
        struct mlm_scoreboard sb = work(ways[i].name, settings);
        if (i == 0 || strcmp(workload->work, workload_of(ways[i - 1].name)->work) != 0 ||
            strcmp(ways[i].job, ways[i - 1].job) != 0) {
            first = sb;
            continue;
        }
        assert_int_equal(sb.data_checksum, first.data_checksum);
        double difference = largest_difference(&first, &sb);
        if (difference > workload->answer_tolerance)
            fail_msg("%s %s differs by %g", ways[i].name, settings, difference);
    }
}

static void other_data_is_other_work(void **state)
{
    (void)state;
    static const char *const names[] = {"kmeans_all", "knn_all", "pca_svd", "boost_histogram"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct mlm_scoreboard one = work(names[i], ""), other = work(names[i], "seed=4");
        assert_int_not_equal(one.data_checksum, other.data_checksum);
        assert_true(largest_difference(&one, &other) > 2 * workload_of(names[i])->answer_tolerance);
    }
}

/* A way that leaves out a hundredth of the rows must not pass for one that does the work. */
static void lost_rows_are_wrong(void **state)
{
    (void)state;
    static const char *const names[] = {"kmeans_all", "kmeans_blocks", "kmeans_minibatch", "knn_blocks",
        "pca_covariance", "pca_randomized", "pca_incremental", "boost_presorted", "boost_histogram"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct classical_config config, fewer;
        assert_int_equal(configure(names[i], "", &config), 0);
        fewer = config;
        fewer.rows -= fewer.rows / 100;
        struct mlm_scoreboard one = work_with(&config, names[i]), other = work_with(&fewer, names[i]);
        double difference = largest_difference(&one, &other);
        if (difference <= workload_of(names[i])->answer_tolerance)
            fail_msg("%s without some rows differs by %g", names[i], difference);
    }
}

/* The nearest neighbours by looking at all rows, one after the other. */
static void neighbours_are_the_nearest(void **state)
{
    (void)state;
    struct classical_config config;
    assert_int_equal(configure("knn_blocks", "data=256K width=6 neighbours=1 working=8K", &config), 0);
    float *rows = calloc(config.rows * config.width, sizeof *rows);
    float *queries = calloc(config.queries * config.width, sizeof *queries);
    assert_true(rows && queries);
    classical_noise_make(&config, 0, 0, config.rows, rows);
    classical_noise_make(&config, 1, 0, config.queries, queries);
    double sum = 0;
    for (uint64_t q = 0; q < config.queries; q++) {
        double least = INFINITY;
        for (uint64_t r = 0; r < config.rows; r++) {
            double distance = 0;
            for (uint64_t j = 0; j < config.width; j++)
                distance +=
                    pow((double)rows[r * config.width + j] - (double)queries[q * config.width + j], 2);
            least = fmin(least, distance);
        }
        sum += least;
    }
    free(rows);
    free(queries);
    struct mlm_scoreboard sb = work_with(&config, "knn_blocks");
    assert_true(sb.answer[0] == sum);
}

/* The sum of squared distances to the means of the clusters that the rows were made in. */
static void centres_are_the_means(void **state)
{
    (void)state;
    struct classical_config config;
    assert_int_equal(configure("kmeans_minibatch", "data=512K clusters=8 batch=100", &config), 0);
    uint64_t width = config.width;
    float *rows = calloc(config.rows * width, sizeof *rows);
    double *means = calloc(config.clusters * width, sizeof *means);
    uint64_t counts[8] = {0}, *labels = calloc(config.rows, sizeof *labels);
    assert_true(rows && means && labels);
    classical_clusters_make(&config, 0, config.rows, rows);
    for (uint64_t r = 0; r < config.rows; r++) {
        double least = INFINITY;
        for (uint64_t c = 0; c < config.clusters; c++) {
            double distance = 0;
            for (uint64_t j = 0; j < width; j++)
                distance += pow((double)(rows[r * width + j] - rows[c * width + j]), 2);
            if (distance < least) {
                least = distance;
                labels[r] = c;
            }
        }
        counts[labels[r]]++;
    }
    for (uint64_t r = 0; r < config.rows; r++)
        for (uint64_t j = 0; j < width; j++)
            means[labels[r] * width + j] += (double)rows[r * width + j] / (double)counts[labels[r]];
    double inertia = 0;
    for (uint64_t r = 0; r < config.rows; r++)
        for (uint64_t j = 0; j < width; j++)
            inertia += pow((double)rows[r * width + j] - means[labels[r] * width + j], 2);
    free(rows);
    free(means);
    free(labels);
    struct mlm_scoreboard sb = work_with(&config, "kmeans_minibatch");
    assert_true(fabs(sb.answer[0] - inertia) < 1e-7 * inertia);
}

/* What is left after the trees, as a share of the targets' variance. */
static double left_of_targets(const char *settings)
{
    struct classical_config config;
    assert_int_equal(configure("boost_histogram", settings, &config), 0);
    float *rows = calloc(config.rows * config.width, sizeof *rows);
    int32_t *targets = calloc(config.rows, sizeof *targets);
    assert_true(rows && targets);
    classical_levels_make(&config, rows, targets);
    double sum = 0, squares = 0;
    for (uint64_t r = 0; r < config.rows; r++) {
        sum += targets[r];
        squares += (double)targets[r] * targets[r];
    }
    double variance = squares - sum * sum / (double)config.rows;
    free(rows);
    free(targets);
    return work_with(&config, "boost_histogram").answer[0] / variance;
}

static void trees_learn(void **state)
{
    (void)state;
    double few = left_of_targets("trees=10 depth=4"), many = left_of_targets("trees=60 depth=4");
    assert_true(many < 0.05);
    assert_true(few > 2 * many);
}

/* More than 256 values have no number of one byte. */
static void too_many_values_are_refused(void **state)
{
    (void)state;
    const struct mlm_workload *workload = workload_of("boost_histogram");
    struct classical_config config;
    struct mlm_scoreboard sb = {0};
    void *p = NULL;
    assert_int_equal(configure("boost_histogram", "", &config), 0);
    assert_int_equal(workload->prepare(&config, &sb, &p), 0);
    struct boost *boost = p;
    for (uint64_t r = 0; r < config.rows; r++)
        boost->rows[r * config.width + 3] = (float)(r % 257);
    assert_int_equal(workload->run(p, &sb), -ENOTSUP);
    assert_int_equal(sb.verdict, MLM_VERDICT_SKIPPED);
    workload->destroy(p);
}

static void presorted_takes_any_values(void **state)
{
    (void)state;
    const struct mlm_workload *workload = workload_of("boost_presorted");
    struct classical_config config;
    struct mlm_scoreboard sb = {0};
    void *p = NULL;
    assert_int_equal(configure("boost_presorted", "depth=1 trees=1", &config), 0);
    assert_int_equal(workload->prepare(&config, &sb, &p), 0);
    struct boost *boost = p;
    /* A column with negative values that decides everything: the split must lie between -1 and 1. */
    for (uint64_t r = 0; r < config.rows; r++) {
        bool high = mlm_random_u64(1, r) >> 63;
        boost->rows[r * config.width + 3] = (high ? 1.0F : -1.0F) * (1 + (float)(r % 999));
        boost->targets[r] = high ? 2560 : -2560;
    }
    assert_int_equal(workload->run(p, &sb), 0);
    assert_int_equal(boost->nodes[0].split.feature, 3);
    assert_true(boost->nodes[0].split.threshold == -1);
    workload->destroy(p);
}

static void core_is_the_formula_of_the_method(void **state)
{
    (void)state;
    struct classical_config c;
    const char *data = "data=256M";
    assert_int_equal(configure("kmeans_all", data, &c), 0);
    assert_int_equal(workload_of("kmeans_all")->core_bytes(&c), 4 * c.rows * (32 + 96));
    assert_true(workload_of("kmeans_all")->core_bytes(&c) > (UINT64_C(256) << 20) - 4096);
    assert_int_equal(configure("kmeans_blocks", data, &c), 0);
    assert_int_equal(workload_of("kmeans_blocks")->core_bytes(&c), 4 * (c.rows * 32 + UINT64_C(256) * 96));
    assert_int_equal(configure("kmeans_minibatch", data, &c), 0);
    assert_int_equal(workload_of("kmeans_minibatch")->core_bytes(&c), 4 * 1024 * (32 + 96));
    assert_int_equal(configure("knn_all", data, &c), 0);
    assert_int_equal(
        workload_of("knn_all")->core_bytes(&c), 4 * ((c.rows + c.queries) * 32 + c.rows * c.queries));
    assert_int_equal(configure("knn_blocks", "data=256M working=16M", &c), 0);
    assert_int_equal(workload_of("knn_blocks")->core_bytes(&c),
        4 * ((c.rows + c.queries) * 32 + (4u << 20) / c.rows * c.rows));
    assert_int_equal(configure("pca_svd", data, &c), 0);
    uint64_t rows = 4 * c.rows * 32;
    assert_int_equal(workload_of("pca_svd")->core_bytes(&c), 3 * rows);
    assert_int_equal(configure("pca_covariance", data, &c), 0);
    assert_int_equal(workload_of("pca_covariance")->core_bytes(&c), rows);
    assert_int_equal(configure("pca_randomized", data, &c), 0);
    assert_int_equal(workload_of("pca_randomized")->core_bytes(&c), rows + 4 * c.rows * 14);
    assert_int_equal(configure("pca_incremental", data, &c), 0);
    assert_int_equal(workload_of("pca_incremental")->core_bytes(&c), 4 * 1024 * 32);
    assert_int_equal(configure("boost_presorted", data, &c), 0);
    assert_int_equal(workload_of("boost_presorted")->core_bytes(&c), 12 * c.rows * 32);
    assert_int_equal(configure("boost_histogram", data, &c), 0);
    assert_int_equal(workload_of("boost_histogram")->core_bytes(&c), 5 * c.rows * 32);
}

static void peaks_are_little_more(void **state)
{
    (void)state;
    for (const struct mlm_workload *const *w = mlm_suite.workloads; *w; w++) {
        struct classical_config config;
        assert_int_equal(configure((*w)->name, "data=1G", &config), 0);
        uint64_t core = (*w)->core_bytes(&config), peak = (*w)->peak_bytes(&config);
        assert_true(peak > core + MLM_BASELINE_BYTES / 2);
        assert_true(peak < core + core / 3 + (UINT64_C(8) << 20));
        assert_true((*w)->rough_ns(&config) > 0);
    }
}

static void impossible_shapes_are_refused(void **state)
{
    (void)state;
    struct classical_config config;
    assert_true(configure("kmeans_all", "data=10K", &config) < 0);
    assert_true(configure("knn_all", "data=256", &config) < 0);
    assert_true(configure("pca_svd", "data=10K", &config) < 0);
    assert_true(configure("pca_svd", "components=17", &config) < 0);
    assert_true(configure("pca_incremental", "batch=31", &config) < 0);
    assert_true(configure("boost_histogram", "data=10K", &config) < 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_ways_do_the_same_work),
        cmocka_unit_test(other_data_is_other_work),
        cmocka_unit_test(lost_rows_are_wrong),
        cmocka_unit_test(neighbours_are_the_nearest),
        cmocka_unit_test(centres_are_the_means),
        cmocka_unit_test(trees_learn),
        cmocka_unit_test(too_many_values_are_refused),
        cmocka_unit_test(presorted_takes_any_values),
        cmocka_unit_test(core_is_the_formula_of_the_method),
        cmocka_unit_test(peaks_are_little_more),
        cmocka_unit_test(impossible_shapes_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
