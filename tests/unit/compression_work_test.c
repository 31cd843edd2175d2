/* Tests the workloads of compression through the contract: formulas, and answers of every way to hold the
 * same model. */
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

#include "compression/compression.h"

#include "workload_setup.h"

#define MIB (UINT64_C(1) << 20)

/* Room for the config of any workload of the suite. */
union config {
    struct mlm_job job;
    struct compression_config compression;
    char room[512];
};

static int configure(const char *name, const char *settings, union config *config)
{
    const struct mlm_workload *workload = workload_of(name);
    assert_true(workload->config_size <= sizeof *config);
    memset(config, 0, sizeof *config);
    config->job = (struct mlm_job){.seed = 1, .threads = 1, .data_bytes = 8 * MIB};
    return workload_configure(workload, settings, config);
}

/* Runs the job, and lets `spoil` (may be NULL) change its state before. Returns what run() returns. */
static int work_on(
    const char *name, const char *settings, void (*spoil)(void *state), struct mlm_scoreboard *ret_sb)
{
    const struct mlm_workload *workload = workload_of(name);
    union config config;
    void *state = NULL;
    *ret_sb = (struct mlm_scoreboard){.message = ""};
    if (configure(name, settings, &config) < 0)
        fail_msg("%s %s is refused", name, settings);
    if (workload->prepare(&config, ret_sb, &state) < 0)
        fail_msg("%s %s: %s", name, settings, ret_sb->message);
    if (spoil)
        spoil(state);
    int r = workload->run(state, ret_sb);
    if (r == 0)
        r = workload->verify(state, ret_sb);
    workload->destroy(state);
    return r;
}

static struct mlm_scoreboard work(const char *name, const char *settings)
{
    struct mlm_scoreboard sb;
    if (work_on(name, settings, NULL, &sb) < 0)
        fail_msg("%s %s: %s", name, settings, sb.message);
    assert_true(sb.items > 0 && sb.data_checksum && sb.answer_count > 0);
    assert_int_equal(sb.progress_done, sb.progress_total);
    for (uint32_t i = 0; i < sb.answer_count; i++)
        assert_true(isfinite(sb.answer[i]) && sb.answer[i] > 0);
    return sb;
}

/* All ways reach the answer of the first one, on the same data, and do the same number of items. */
static void check_agree(const char *name, const char *const *ways, size_t count)
{
    struct mlm_scoreboard first = work(name, ways[0]);
    for (size_t i = 1; i < count; i++) {
        struct mlm_scoreboard other = work(name, ways[i]);
        assert_int_equal(other.data_checksum, first.data_checksum);
        assert_int_equal(other.items, first.items);
        double difference = largest_difference(&first, &other);
        if (difference > workload_of(name)->answer_tolerance)
            fail_msg("%s %s differs by %g", name, ways[i], difference);
    }
}
#define CHECK_AGREE(name, ...)                                                                               \
    check_agree(name, (const char *const[]){__VA_ARGS__},                                                    \
        sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *))

static void all_formats_do_the_same_work(void **state)
{
    (void)state;
    CHECK_AGREE("quantised", "weights=f32", "weights=f16", "weights=i8", "weights=i4", "weights=i4 threads=3",
        "weights=f32 threads=2");
    CHECK_AGREE("quantised", "weights=f32 batch=256", "weights=f16 batch=256", "weights=i8 batch=256",
        "weights=i4 batch=256", "weights=i4 batch=256 threads=2");
    CHECK_AGREE(
        "quantised", "weights=f32 batch=5 seed=2", "weights=i8 batch=5 seed=2", "weights=i4 batch=5 seed=2");
}

static void all_ways_to_keep_pruned_weights_do_the_same_work(void **state)
{
    (void)state;
    CHECK_AGREE("pruned", "zeros=0 kept=dense", "zeros=0 kept=csr", "zeros=0 kept=csr_converted");
    CHECK_AGREE(
        "pruned", "zeros=0.3 kept=dense threads=2", "zeros=0.3 kept=csr", "zeros=0.3 kept=csr_converted");
    static const char *const zeros[] = {"0.5", "0.9", "0.99", "0.999"};
    for (size_t i = 0; i < sizeof zeros / sizeof *zeros; i++)
        for (unsigned seed = 1; seed <= 2; seed++) {
            static const char *const kept[] = {
                "dense", "csr", "csr_converted", "2of4", "2of4_converted threads=3"};
            char ways[5][64];
            const char *all[5];
            for (size_t k = 0; k < 5; k++) {
                snprintf(ways[k], sizeof ways[k], "zeros=%s seed=%u kept=%s", zeros[i], seed, kept[k]);
                all[k] = ways[k];
            }
            check_agree("pruned", all, 5);
        }
}

static void factors_do_the_work_of_their_product(void **state)
{
    (void)state;
    CHECK_AGREE("lowrank", "rank=8 form=factors", "rank=8 form=full", "rank=8 form=full threads=2");
    CHECK_AGREE("lowrank", "rank=64 form=factors seed=2", "rank=64 form=full seed=2");
    CHECK_AGREE("lowrank", "rank=256 form=factors", "rank=256 form=full");
}

/* Bit for bit: the tolerance is 0. */
static void layers_computed_again_give_the_same_gradient(void **state)
{
    (void)state;
    assert_true(workload_of("checkpointed")->answer_tolerance <= 0);
    CHECK_AGREE("checkpointed", "every=1 data=64M", "every=0 data=64M", "every=2 data=64M",
        "every=3 data=64M", "every=7 data=64M", "every=1000 data=64M");
    CHECK_AGREE("checkpointed", "every=1 seed=2", "every=0 seed=2");
}

static void a_resumed_run_reaches_the_same_weights(void **state)
{
    (void)state;
    assert_true(workload_of("snapshots")->answer_tolerance <= 0);
    CHECK_AGREE("snapshots", "keep=every data=64M", "keep=last data=64M", "keep=last copies=100 data=64M",
        "keep=disk data=64M", "keep=resumed data=64M");
    CHECK_AGREE("snapshots", "keep=every epochs=3 seed=2", "keep=resumed epochs=3 seed=2");
}

/* ---- Broken variants: their answers must not pass for the same ---- */

static void quantised_spoil(void *p)
{
    struct quantised_state *state = p;
    /* The scales of the first rows of a layer in the middle. */
    uint64_t layer = state->config.width * mlm_blocks_bytes(MLM_BLOCKS_Q4_0, state->config.width);
    for (uint64_t block = 0; block < 256; block++)
        state->weights[4 * layer + block * MLM_Q4_0_BYTES + 1] ^= 0x80;
}

static void csr_spoil(void *p)
{
    const struct pruned_state *state = p;
    uint32_t *columns = state->packed.columns;
    for (uint64_t i = 0; i < 2 * state->config.kept_of_row; i++)
        columns[i] = (columns[i] + 1) % (uint32_t)state->config.width;
}

static void picks_spoil(void *p)
{
    const struct pruned_state *state = p;
    for (uint64_t i = 0; i < state->config.width; i++)
        state->packed.picks[i] = (uint16_t)(state->packed.picks[i] ^ 0xffff);
}

static void factors_spoil(void *p)
{
    const struct lowrank_state *state = p;
    for (uint64_t i = 0; i < state->config.width; i++)
        state->right[i] = -state->right[i];
}

static void broken_weights_are_wrong(void **state)
{
    (void)state;
    static const struct {
        const char *name, *settings;
        void (*spoil)(void *state);
    } broken[] = {{"quantised", "weights=i4", quantised_spoil}, {"pruned", "zeros=0.9 kept=csr", csr_spoil},
        {"pruned", "zeros=0.5 kept=2of4", picks_spoil}, {"lowrank", "rank=8", factors_spoil}};
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
        struct mlm_scoreboard sound = work(broken[i].name, broken[i].settings), other;
        assert_int_equal(work_on(broken[i].name, broken[i].settings, broken[i].spoil, &other), 0);
        double difference = largest_difference(&sound, &other);
        if (!(difference > workload_of(broken[i].name)->answer_tolerance))
            fail_msg("%s %s: %g is not noticed", broken[i].name, broken[i].settings, difference);
    }
}

/* One weight more than a quad may have, and one more than the layer was given. */
static void weight_add(void *p)
{
    const struct pruned_state *state = p;
    float *values = state->dense.values;
    for (uint64_t i = 0; i < 4; i++)
        values[i] = 1;
}

static void a_conversion_that_would_lose_weights_is_wrong(void **state)
{
    (void)state;
    struct mlm_scoreboard sb;
    assert_int_equal(work_on("pruned", "zeros=0.5 kept=2of4_converted", weight_add, &sb), -EBADMSG);
    assert_int_equal(work_on("pruned", "zeros=0.5 kept=csr_converted", weight_add, &sb), -EBADMSG);
}

static void other_seeds_are_other_work(void **state)
{
    (void)state;
    static const char *const jobs[][2] = {{"quantised", "weights=f32 seed="}, {"pruned", "zeros=0.9 seed="},
        {"lowrank", "rank=8 seed="}, {"checkpointed", "every=0 seed="}, {"snapshots", "keep=disk seed="}};
    for (size_t i = 0; i < sizeof jobs / sizeof *jobs; i++) {
        char one[64], two[64];
        snprintf(one, sizeof one, "%s1", jobs[i][1]);
        snprintf(two, sizeof two, "%s2", jobs[i][1]);
        struct mlm_scoreboard a = work(jobs[i][0], one), b = work(jobs[i][0], two);
        assert_int_not_equal(a.data_checksum, b.data_checksum);
        assert_true(largest_difference(&a, &b) > 2 * workload_of(jobs[i][0])->answer_tolerance);
    }
}

/* ---- Formulas ---- */

static uint64_t core_of(const char *name, const char *settings)
{
    union config config;
    assert_int_equal(configure(name, settings, &config), 0);
    return workload_of(name)->core_bytes(&config);
}

static uint64_t peak_of(const char *name, const char *settings)
{
    union config config;
    assert_int_equal(configure(name, settings, &config), 0);
    return workload_of(name)->peak_bytes(&config);
}

/* At 512 MiB the width is 4096: eight layers of exactly that size. */
#define WIDTH UINT64_C(4096)
#define COUNT (8 * WIDTH * WIDTH)
#define VECTORS (2 * WIDTH * 4)

static void a_format_has_its_bytes(void **state)
{
    (void)state;
    assert_int_equal(core_of("quantised", "data=512M weights=f32"), 4 * COUNT + VECTORS);
    assert_int_equal(core_of("quantised", "data=512M weights=f16"), 2 * COUNT + VECTORS);
    assert_int_equal(core_of("quantised", "data=512M weights=i8"), COUNT / 32 * 34 + VECTORS);
    assert_int_equal(core_of("quantised", "data=512M weights=i4"), COUNT / 32 * 18 + VECTORS);
    assert_int_equal(core_of("quantised", "data=512M weights=i4 batch=256"), COUNT / 32 * 18 + 256 * VECTORS);
}

/* 4 bytes of a weight and 4 of its column, so CSR needs less from half of zeros on. */
static void pruning_saves_what_the_way_to_keep_weights_saves(void **state)
{
    (void)state;
    const uint64_t starts = 8 * (WIDTH + 1) * 4, dense = 4 * COUNT;
    static const char *const zeros[] = {"0", "0.5", "0.99"};
    for (size_t i = 0; i < 3; i++) {
        char settings[64];
        snprintf(settings, sizeof settings, "data=512M kept=dense zeros=%s", zeros[i]);
        assert_int_equal(core_of("pruned", settings), dense + VECTORS);
    }
    assert_int_equal(core_of("pruned", "data=512M kept=csr zeros=0.5"), 8 * (COUNT / 2) + starts + VECTORS);
    assert_true(core_of("pruned", "data=512M kept=csr zeros=0.49") > dense + VECTORS);
    assert_true(core_of("pruned", "data=512M kept=csr zeros=0.51") < dense + VECTORS);
    assert_int_equal(core_of("pruned", "data=512M kept=2of4 zeros=0.5"), 2 * COUNT + COUNT / 8 + VECTORS);
    assert_int_equal(core_of("pruned", "data=512M kept=csr_converted zeros=0.9"),
        core_of("pruned", "data=512M kept=csr zeros=0.9") + dense);
    assert_int_equal(core_of("pruned", "data=512M kept=2of4_converted zeros=0.9"),
        core_of("pruned", "data=512M kept=2of4 zeros=0.9") + dense);
}

static void factors_have_r_times_m_plus_n_numbers(void **state)
{
    (void)state;
    for (uint64_t rank = 8; rank <= 256; rank *= 2) {
        char settings[64];
        snprintf(settings, sizeof settings, "data=512M rank=%u", (unsigned)rank);
        assert_int_equal(core_of("lowrank", settings), 8 * rank * (WIDTH + WIDTH) * 4 + VECTORS);
    }
    assert_int_equal(core_of("lowrank", "data=512M form=full"), 4 * COUNT + VECTORS);
}

/* All activations: data is the peak. Every √L-th: about 2√L of L are in memory. */
static void checkpointing_needs_the_root(void **state)
{
    (void)state;
    static const char *const sizes[] = {"256M", "1G", "4G"};
    for (size_t i = 0; i < 3; i++) {
        char all[64], root[64];
        union config config;
        snprintf(all, sizeof all, "data=%s every=1", sizes[i]);
        snprintf(root, sizeof root, "data=%s every=0", sizes[i]);
        assert_int_equal(configure("checkpointed", all, &config), 0);
        uint64_t data = config.job.data_bytes, peak = peak_of("checkpointed", all);
        assert_true(peak <= data && peak > data - 3 * MIB);
        /* A layer has 2 MiB of activations; weights and gradient have 129 · 128 · 8 bytes. */
        const double activation = 2.0 * MIB, lasting = 129 * 128 * 8;
        double layers = round(((double)core_of("checkpointed", all) - activation) / (activation + lasting));
        double kept = ((double)core_of("checkpointed", root) - layers * lasting) / activation;
        assert_true(fabs(kept - 2 * sqrt(layers)) < 2);
    }
}

static void snapshots_have_eight_bytes_a_parameter(void **state)
{
    (void)state;
    uint64_t none = core_of("snapshots", "data=1G keep=disk"),
             one = core_of("snapshots", "data=1G keep=last copies=1");
    uint64_t copy = one - none;
    assert_int_equal(copy % (UINT64_C(8) * 1025 * 1024), 0);
    assert_int_equal(core_of("snapshots", "data=1G keep=last"), none + 2 * copy);
    assert_int_equal(core_of("snapshots", "data=1G keep=every"), none + 8 * copy);
    assert_int_equal(core_of("snapshots", "data=1G keep=resumed"), none);
    uint64_t peak = peak_of("snapshots", "data=1G keep=every");
    assert_true(peak <= 1024 * MIB && peak > 930 * MIB);
}

static void impossible_jobs_are_refused(void **state)
{
    (void)state;
    union config config;
    assert_int_equal(configure("quantised", "data=1M", &config), -ERANGE);
    assert_int_equal(configure("quantised", "data=2M", &config), 0);
    assert_int_equal(configure("pruned", "kept=2of4 zeros=0.4", &config), -ENOTSUP);
    assert_int_equal(configure("pruned", "kept=2of4_converted zeros=0", &config), -ENOTSUP);
    assert_int_equal(configure("lowrank", "data=2M rank=512", &config), -ENOTSUP);
}

/* A snapshot in memory would not be on disk. */
static void snapshots_in_memory_are_refused(void **state)
{
    (void)state;
    const struct mlm_workload *snapshots = workload_of("snapshots");
    union config config;
    struct mlm_scoreboard sb = {0};
    void *job = NULL;
    assert_int_equal(configure("snapshots", "keep=disk", &config), 0);
    static const char *const folders[] = {"/dev/shm", "/proc", "/nowhere"};
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(setenv("TMPDIR", folders[i], 1), 0);
        assert_int_equal(snapshots->prepare(&config, &sb, &job), -ENOTSUP);
        assert_non_null(strstr(sb.message, "TMPDIR"));
    }
    assert_int_equal(unsetenv("TMPDIR"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_formats_do_the_same_work),
        cmocka_unit_test(all_ways_to_keep_pruned_weights_do_the_same_work),
        cmocka_unit_test(factors_do_the_work_of_their_product),
        cmocka_unit_test(layers_computed_again_give_the_same_gradient),
        cmocka_unit_test(a_resumed_run_reaches_the_same_weights),
        cmocka_unit_test(broken_weights_are_wrong),
        cmocka_unit_test(a_conversion_that_would_lose_weights_is_wrong),
        cmocka_unit_test(other_seeds_are_other_work),
        cmocka_unit_test(a_format_has_its_bytes),
        cmocka_unit_test(pruning_saves_what_the_way_to_keep_weights_saves),
        cmocka_unit_test(factors_have_r_times_m_plus_n_numbers),
        cmocka_unit_test(checkpointing_needs_the_root),
        cmocka_unit_test(snapshots_have_eight_bytes_a_parameter),
        cmocka_unit_test(impossible_jobs_are_refused),
        cmocka_unit_test(snapshots_in_memory_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
