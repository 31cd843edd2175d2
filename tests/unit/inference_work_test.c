/* Tests the workloads of inference through the contract: shapes, formulas, files and answers. */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "inference/inference.h"

#include "workload_setup.h"

#define MIB (UINT64_C(1) << 20)

static char folder[] = "/tmp/mlm-inference-XXXXXX";

static int folder_make(void **state)
{
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
}

static int folder_remove(void **state)
{
    (void)state;
    return rmdir(folder);
}

static int configure(const char *name, const char *settings, struct mlm_inference_config *config)
{
    *config = (struct mlm_inference_config){.job = {.seed = 1, .threads = 1, .data_bytes = 8 * MIB}};
    return workload_configure(workload_of(name), settings, config);
}

/* Builds the file, lets `spoil` (may be NULL) change it, runs the job and removes the file. */
static struct mlm_scoreboard work_on(const char *name, const char *settings, void (*spoil)(FILE *file))
{
    const struct mlm_workload *workload = workload_of(name);
    struct mlm_inference_config config;
    struct mlm_scoreboard sb = {0};
    char path[128];
    assert_int_equal(configure(name, settings, &config), 0);
    snprintf(path, sizeof path, "%s/model.weights", folder);
    FILE *file = fopen(path, "w+e");
    assert_non_null(file);
    assert_int_equal(workload->dataset->build(&config, fileno(file), &sb), 0);
    if (spoil)
        spoil(file);
    fclose(file);
    config.job.dataset = path;
    sb = workload_work(workload, settings, &config);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(sb.items, config.tokens * config.sequences);
    assert_int_equal(sb.progress_done, sb.progress_total);
    assert_int_equal(sb.answer_count, MLM_ANSWER_MAX);
    for (uint32_t i = 0; i < sb.answer_count; i++)
        assert_true(isfinite(sb.answer[i]) && sb.answer[i] > 0);
    return sb;
}

static struct mlm_scoreboard work(const char *name, const char *settings)
{
    return work_on(name, settings, NULL);
}

static void check_agree(const char *name, const char *const *ways, size_t count, double tolerance)
{
    struct mlm_scoreboard first = work(name, ways[0]);
    for (size_t i = 1; i < count; i++) {
        struct mlm_scoreboard other = work(name, ways[i]);
        assert_int_equal(other.data_checksum, first.data_checksum);
        double difference = largest_difference(&first, &other);
        if (difference > tolerance)
            fail_msg("%s %s differs by %g", name, ways[i], difference);
    }
}
#define CHECK_AGREE(name, ways, tolerance) check_agree(name, ways, sizeof(ways) / sizeof *(ways), tolerance)

static void all_weights_and_loads_do_the_same_work(void **state)
{
    (void)state;
    static const char *const ways[] = {"weights=f32", "weights=f16 load=read",
        "weights=q8_0 load=mmap_populate", "weights=q4_0", "weights=q4_k", "weights=f32 load=repack",
        "weights=f16 load=repack", "weights=q8_0 load=repack", "weights=q4_0 load=repack",
        "weights=q4_k load=repack", "weights=f16 threads=3", "weights=q4_k threads=2"};
    static const char *const seeds[] = {"weights=f16 seed=2", "weights=q4_0 seed=2", "weights=q4_k seed=2"};
    CHECK_AGREE("decode", ways, 1e-3);
    CHECK_AGREE("decode", seeds, 1e-3);
}

static void all_caches_do_the_same_work(void **state)
{
    (void)state;
    static const char *const ways[] = {"kv=f16", "kv=q8_0", "kv=q4_0"};
    static const char *const one[] = {"kv=f16 kv_heads=one", "kv=q4_0 kv_heads=one threads=2"};
    static const char *const all[] = {
        "kv=f16 kv_heads=all sequences=4", "kv=q8_0 kv_heads=all sequences=4 threads=2"};
    CHECK_AGREE("decode", ways, workload_of("decode")->answer_tolerance);
    CHECK_AGREE("decode", one, workload_of("decode")->answer_tolerance);
    CHECK_AGREE("decode", all, workload_of("decode")->answer_tolerance);
}

static void all_ways_to_read_a_prompt_do_the_same_work(void **state)
{
    (void)state;
    static const char *const ways[] = {"prompt=70", "prompt=70 ubatch=1", "prompt=70 ubatch=32",
        "prompt=70 ubatch=32 logits=all", "prompt=70 attention=whole",
        "prompt=70 ubatch=32 attention=whole threads=2", "prompt=70 weights=f16",
        "prompt=70 weights=q4_k load=repack"};
    CHECK_AGREE("prefill", ways, 1e-3);
}

/* What the tolerance must not hide. */
static void other_work_is_noticed(void **state)
{
    (void)state;
    double tolerance = workload_of("decode")->answer_tolerance;
    struct mlm_scoreboard usual = work("decode", "weights=f16"), other = work("decode", "weights=f16 seed=2");
    assert_int_not_equal(usual.data_checksum, other.data_checksum);
    assert_true(largest_difference(&usual, &other) > tolerance);
    other = work("decode", "weights=f16 context=1024 tokens=32");
    assert_true(largest_difference(&usual, &other) > tolerance);
    other = work("decode", "weights=f16 tokens=31");
    assert_true(largest_difference(&usual, &other) > tolerance);
}

/* Turns the sign of every weight in a stretch of the file: of two thirds of the first layer's queries. */
static void queries_spoil(FILE *file)
{
    uint8_t bytes[80 << 10];
    long at = 32 << 10;
    assert_int_equal(fseek(file, at, SEEK_SET), 0);
    assert_int_equal(fread(bytes, 1, sizeof bytes, file), sizeof bytes);
    for (size_t i = 1; i < sizeof bytes; i += 2)
        bytes[i] ^= 0x80;
    assert_int_equal(fseek(file, at, SEEK_SET), 0);
    assert_int_equal(fwrite(bytes, 1, sizeof bytes, file), sizeof bytes);
}

static void a_broken_model_is_wrong(void **state)
{
    (void)state;
    struct mlm_scoreboard sound = work("decode", "weights=f16");
    struct mlm_scoreboard broken = work_on("decode", "weights=f16", queries_spoil);
    assert_true(largest_difference(&sound, &broken) > workload_of("decode")->answer_tolerance);
}

static void weight_cut(FILE *file)
{
    fflush(file);
    assert_int_equal(ftruncate(fileno(file), 1 << 20), 0);
}

static void a_file_of_another_size_is_refused(void **state)
{
    (void)state;
    const struct mlm_workload *workload = workload_of("decode");
    struct mlm_inference_config config;
    struct mlm_scoreboard sb = {0};
    char path[128];
    void *job = NULL;
    assert_int_equal(configure("decode", "", &config), 0);
    snprintf(path, sizeof path, "%s/cut.weights", folder);
    FILE *file = fopen(path, "w+e");
    assert_non_null(file);
    assert_int_equal(workload->dataset->build(&config, fileno(file), &sb), 0);
    struct stat st;
    assert_int_equal(fstat(fileno(file), &st), 0);
    assert_int_equal(st.st_size, workload->dataset->size_bytes(&config));
    assert_int_equal(fseek(file, 0, SEEK_SET), 0);
    assert_int_equal(workload->dataset->check(&config, fileno(file), &sb), 0);
    weight_cut(file);
    assert_int_equal(fseek(file, 0, SEEK_SET), 0);
    assert_int_equal(workload->dataset->check(&config, fileno(file), &sb), -EBADMSG);
    fclose(file);
    config.job.dataset = path;
    assert_int_equal(workload->prepare(&config, &sb, &job), -EBADMSG);
    assert_int_equal(unlink(path), 0);
}

static uint64_t parameters(const struct mlm_decoder_shape *s)
{
    uint64_t layer =
        2 * s->width * s->width + 2 * s->width * s->kv_heads * s->head_size + 3 * s->width * s->ffn;
    return s->layers * layer + s->vocabulary * s->width;
}

/* --data is the size of the weights as f16: never more, and less by one layer at most. */
static void shapes_are_usual_ones(void **state)
{
    (void)state;
    for (uint64_t bytes = 4 * MIB; bytes < UINT64_C(600) << 30; bytes += bytes / 7)
        for (unsigned kv = MLM_KV_QUARTER; kv <= MLM_KV_ALL; kv++) {
            struct mlm_decoder_shape s, more;
            assert_true(mlm_decoder_shape_of(bytes, (enum mlm_kv_heads)kv, &s));
            more = s;
            more.layers++;
            assert_true(2 * parameters(&s) <= bytes && 2 * parameters(&more) > bytes);
            assert_true(s.head_size == 64 || s.head_size == 128);
            assert_int_equal(s.heads * s.head_size, s.width);
            assert_int_equal(s.heads % s.kv_heads, 0);
            assert_in_range(2 * s.ffn, 7 * s.width, 7 * s.width + MLM_GROUP);
            assert_true(s.width % MLM_GROUP == 0 && s.ffn % MLM_GROUP == 0);
        }
    struct mlm_decoder_shape none;
    assert_false(mlm_decoder_shape_of(MIB, MLM_KV_QUARTER, &none));
}

/* Weights, and 2 · layers · kv heads · head size · context · bytes of an element · sequences. */
static void core_is_weights_and_cache(void **state)
{
    (void)state;
    static const struct {
        const char *kv;
        double bytes;
    } caches[] = {{"f16", 2}, {"q8_0", 34.0 / 32}, {"q4_0", 18.0 / 32}};
    for (size_t i = 0; i < 3; i++) {
        char settings[128];
        struct mlm_inference_config config;
        snprintf(settings, sizeof settings, "kv=%s context=2048 sequences=4 data=64M", caches[i].kv);
        assert_int_equal(configure("decode", settings, &config), 0);
        const struct mlm_decoder_shape *s = &config.shape;
        double cache = 2 * (double)(s->layers * s->kv_heads * s->head_size) * 2048 * 4 * caches[i].bytes;
        assert_int_equal(workload_of("decode")->core_bytes(&config), (uint64_t)cache);
        config.load = MLM_LOAD_READ;
        assert_int_equal(
            workload_of("decode")->core_bytes(&config), (uint64_t)cache + mlm_weights_bytes(&config));
    }
}

/* Page tables have 8 bytes a page, of what is held and of what is mapped. */
static void peak_follows_the_page_size(void **state)
{
    (void)state;
    static const uint64_t pages[] = {4096, 16384, 65536};
    static const char *const settings[] = {
        "data=1G", "data=1G load=read", "data=1G load=repack weights=q4_k"};
    for (size_t s = 0; s < 3; s++)
        for (size_t i = 0; i < 3; i++) {
            const struct mlm_workload *decode = workload_of("decode");
            struct mlm_inference_config config;
            assert_int_equal(configure("decode", settings[s], &config), 0);
            config.job.page_bytes = pages[i];
            uint64_t held = decode->core_bytes(&config) + mlm_buffer_bytes(&config);
            uint64_t mapped = config.load == MLM_LOAD_READ ? 0 : mlm_weights_bytes(&config);
            assert_int_equal(decode->peak_bytes(&config), MIB + held + (held + mapped) / (pages[i] / 8));
        }
}

/* The compute buffer: ubatch · vocabulary · 4 for all logits, heads · context · ubatch · 4 for all scores. */
static void prefill_holds_logits_and_scores(void **state)
{
    (void)state;
    struct mlm_inference_config last, all, whole;
    assert_int_equal(configure("prefill", "data=1G ubatch=256", &last), 0);
    assert_int_equal(configure("prefill", "data=1G ubatch=256 logits=all", &all), 0);
    assert_int_equal(configure("prefill", "data=1G ubatch=256 attention=whole", &whole), 0);
    assert_int_equal(mlm_buffer_bytes(&all) - mlm_buffer_bytes(&last), 255 * last.shape.vocabulary * 4);
    assert_int_equal(mlm_buffer_bytes(&whole) - mlm_buffer_bytes(&last), last.shape.heads * 512 * 256 * 4);
}

static void impossible_jobs_are_refused(void **state)
{
    (void)state;
    struct mlm_inference_config config;
    assert_int_equal(configure("decode", "data=1M", &config), -ERANGE);
    assert_int_equal(configure("decode", "kv=q4_k", &config), -EINVAL);
    assert_int_equal(configure("decode", "kv=f32", &config), -EINVAL);
    assert_int_equal(configure("decode", "context=64 tokens=5", &config), -EINVAL);
    assert_int_equal(configure("decode", "context=64 tokens=4", &config), 0);
    assert_int_equal(configure("decode", "data=2560M", &config), 0);
    assert_int_equal(config.tokens, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_weights_and_loads_do_the_same_work),
        cmocka_unit_test(all_caches_do_the_same_work),
        cmocka_unit_test(all_ways_to_read_a_prompt_do_the_same_work),
        cmocka_unit_test(other_work_is_noticed),
        cmocka_unit_test(a_broken_model_is_wrong),
        cmocka_unit_test(a_file_of_another_size_is_refused),
        cmocka_unit_test(shapes_are_usual_ones),
        cmocka_unit_test(core_is_weights_and_cache),
        cmocka_unit_test(peak_follows_the_page_size),
        cmocka_unit_test(prefill_holds_logits_and_scores),
        cmocka_unit_test(impossible_jobs_are_refused),
    };
    return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
