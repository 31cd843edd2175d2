/* Tests estimates of language models: published counts and sizes, caches, and measured needs. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "estimate/estimate.h"
#include "estimate/llm.h"

#define MIB 0x1p20
#define GIB 0x1p30

static uint32_t word_of(enum mlm_knob_index knob, const char *text)
{
    uint32_t word = 0;
    while (strcmp(mlm_knobs[knob].words[word], text) != 0)
        word++;
    return word;
}

static struct mlm_estimate_request request_of(uint32_t shape, const char *weights)
{
    struct mlm_estimate_request request;
    mlm_knobs_init(&request);
    request.model = MLM_MODEL_LLM;
    request.shape = shape;
    request.page_bytes = 4096;
    request.weights = word_of(MLM_KNOB_OF_weights, weights);
    return request;
}

static struct mlm_estimate estimate_of(const struct mlm_estimate_request *request)
{
    struct mlm_estimate estimate;
    struct mlm_error error = {0};
    if (mlm_estimate_make(request, &estimate, &error) < 0)
        fail_msg("%s", error.text);
    return estimate;
}

static double bytes_of(const struct mlm_estimate *estimate, const char *name)
{
    for (size_t i = 0; i < estimate->ledger.line_count; i++)
        if (strcmp(estimate->ledger.lines[i].name, name) == 0)
            return estimate->ledger.lines[i].bytes;
    return 0;
}

/* Parameters within 0.5 % of the published count; f16 and q8_0 within 1 % of 16 and 8.5 bits each, and of the
 * published files. */
static void test_published(void **state)
{
    (void)state;
    for (uint32_t i = MLM_SHAPE_OWN + 1; i < MLM_SHAPE_TOTAL; i++) {
        const struct mlm_shape *shape = &mlm_shapes[i];
        struct mlm_estimate_request request = request_of(i, "f16");
        struct mlm_estimate f16 = estimate_of(&request);
        request = request_of(i, "q8_0");
        struct mlm_estimate q8_0 = estimate_of(&request);
        const double published = (double)shape->parameters;
        const double parameters = mlm_symbol_find(&f16.ledger.symbols, "P")->value;
        if (fabs(parameters / published - 1) > 0.005)
            fail_msg("%s has %.0f parameters, not %.0f", shape->name, parameters, published);
        if (fabs(f16.ledger.mapped_bytes / (published * 2) - 1) > 0.01 ||
            (shape->bf16_bytes && fabs(f16.ledger.mapped_bytes / (double)shape->bf16_bytes - 1) > 0.01))
            fail_msg("%s in f16: %.0f bytes", shape->name, f16.ledger.mapped_bytes);
        if (fabs(q8_0.ledger.mapped_bytes / (published * 8.5 / 8) - 1) > 0.01 ||
            (shape->q8_0_megabytes &&
                fabs(q8_0.ledger.mapped_bytes / (shape->q8_0_megabytes * 1e6) - 1) > 0.015))
            fail_msg("%s in q8_0: %.0f bytes", shape->name, q8_0.ledger.mapped_bytes);
    }
}

static void test_llama(void **state)
{
    (void)state;
    struct mlm_estimate_request request = request_of(MLM_SHAPE_LLAMA31_8B, "f16");
    request.context = 1000;
    struct mlm_estimate estimate = estimate_of(&request);
    assert_true(fabs(estimate.ledger.mapped_bytes / GIB - 14.96) < 0.01);
    assert_true(bytes_of(&estimate, "KV cache") == 1000 * 128 * 1024);
    request.kv = word_of(MLM_KNOB_OF_kv, "q8_0");
    request.sequences = 3;
    estimate = estimate_of(&request);
    assert_true(bytes_of(&estimate, "KV cache") == 3000 * 128 * 1024 * 34.0 / 64);
    request.kv = word_of(MLM_KNOB_OF_kv, "q4_0");
    estimate = estimate_of(&request);
    assert_true(bytes_of(&estimate, "KV cache") == 3000 * 128 * 1024 * 18.0 / 64);
    request = request_of(MLM_SHAPE_LLAMA31_8B, "q8_0");
    estimate = estimate_of(&request);
    assert_true(fabs(estimate.ledger.mapped_bytes / GIB - 7.95) < 0.01);
}

/* What llama.cpp needed for generated models of 8 layers with 1024 numbers a token, 16 heads of 64, 4 kv
 * heads, a network of 2816, in q8_0 (docs/PROGRAMS.md). */
static void test_measured(void **state)
{
    (void)state;
    static const struct {
        uint64_t vocabulary, context;
        uint32_t load, attention;
        const char *kv;
        double needs_mib;
    } jobs[] = {
        {32000, 4096, MLM_LOAD_MMAP, MLM_ATTENTION_BLOCKS, "f16", 78.7},
        {32000, 4096, MLM_LOAD_READ, MLM_ATTENTION_MATRIX, "f16", 364.4},
        {128000, 4096, MLM_LOAD_MMAP, MLM_ATTENTION_BLOCKS, "q8_0", 82.9},
        {128000, 16384, MLM_LOAD_READ, MLM_ATTENTION_BLOCKS, "f16", 550.9},
    };
    for (size_t i = 0; i < sizeof jobs / sizeof *jobs; i++) {
        const uint64_t vocabulary = jobs[i].vocabulary;
        /* A vocabulary of SentencePiece: no merges, which only a file can say. */
        struct mlm_gguf gguf = {.architecture = "llama",
            .layers = 8,
            .width = 1024,
            .heads = 16,
            .head_size = 64,
            .ffn = 2816,
            .vocabulary = vocabulary,
            .kv_heads = 4,
            .embedding_elements = vocabulary * 1024,
            .embedding_type = mlm_tensor_type_named("q8_0")};
        gguf.elements[gguf.embedding_type] =
            vocabulary * 2048 + UINT64_C(8) * 1024 * (2 * 1024 + 2 * 256 + 3 * 2816);
        struct mlm_estimate_request request = request_of(MLM_SHAPE_OWN, "f16");
        request.gguf = &gguf;
        request.context = jobs[i].context;
        request.load = jobs[i].load;
        request.attention = jobs[i].attention;
        request.kv = word_of(MLM_KNOB_OF_kv, jobs[i].kv);
        struct mlm_estimate estimate = estimate_of(&request);
        if (fabs(estimate.needs_bytes / MIB / jobs[i].needs_mib - 1) > estimate.runtime->tolerance)
            fail_msg("%zu: %.1f MiB, measured %.1f", i, estimate.needs_bytes / MIB, jobs[i].needs_mib);
    }
}

/* A copy in a second layout is held beside the table of tokens, which is looked up in the mapped file. */
static void test_repacked(void **state)
{
    (void)state;
    struct mlm_estimate_request request = request_of(MLM_SHAPE_LLAMA31_8B, "q4_0");
    struct mlm_estimate mapped = estimate_of(&request);
    request.load = MLM_LOAD_REPACK;
    struct mlm_estimate repacked = estimate_of(&request);
    const double table = 128256.0 * 4096 * 18 / 32;
    assert_true(fabs(bytes_of(&repacked, "mapped weights, q4_0") - table) < 1);
    assert_true(fabs(bytes_of(&repacked, "repacked copy, q4_0") + table -
                     bytes_of(&mapped, "mapped weights, q4_0")) < 1);
    assert_true(
        fabs(mlm_estimate_at_speed_bytes(&repacked) / mlm_estimate_at_speed_bytes(&mapped) - 1) < 0.001);
    /* Nothing has a second layout in f16. */
    request = request_of(MLM_SHAPE_LLAMA31_8B, "f16");
    request.load = MLM_LOAD_REPACK;
    repacked = estimate_of(&request);
    assert_true(bytes_of(&repacked, "repacked copy, f16") == 0);
}

/* Rows of 896 are no blocks of 256: llama-quantize takes another type for them. */
static void test_rows(void **state)
{
    (void)state;
    struct mlm_estimate_request request = request_of(MLM_SHAPE_QWEN25_05B, "q4_k");
    struct mlm_estimate estimate = estimate_of(&request);
    assert_true(
        bytes_of(&estimate, "mapped weights, q5_0") > 10 * bytes_of(&estimate, "mapped weights, f32"));
    assert_true(bytes_of(&estimate, "mapped weights, q4_k") == 24.0 * 4864 * 896 * 144 / 256);
}

/* Weights that are mapped and do not fit make it slow; weights that are read make it impossible. */
static void test_fits(void **state)
{
    (void)state;
    struct mlm_estimate_request request = request_of(MLM_SHAPE_LLAMA31_8B, "f16");
    struct mlm_estimate estimate = estimate_of(&request);
    assert_int_equal(mlm_estimate_fit_cap(&estimate, 0.25 * GIB).fits, MLM_FITS_NO);
    assert_int_equal(mlm_estimate_fit_cap(&estimate, 8 * GIB).fits, MLM_FITS_SLOW);
    assert_int_equal(mlm_estimate_fit_cap(&estimate, 32 * GIB).fits, MLM_FITS_YES);
    request.load = MLM_LOAD_READ;
    estimate = estimate_of(&request);
    assert_int_equal(mlm_estimate_fit_cap(&estimate, 8 * GIB).fits, MLM_FITS_NO);
}

static struct mlm_estimate training_of(struct mlm_estimate_request request)
{
    request.model = MLM_MODEL_TRANSFORMER;
    request.value = MLM_VALUE_F32;
    request.library = "2.6.0";
    return estimate_of(&request);
}

/* Training holds weights, gradients and two moments for each parameter, and what its batch makes necessary.
 */
static void test_training(void **state)
{
    (void)state;
    struct mlm_estimate_request request = request_of(MLM_SHAPE_LLAMA32_1B, "f16");
    request.optimizer = MLM_OPTIMIZER_ADAM;
    request.batch = 1;
    request.sequence = 8;
    struct mlm_estimate adam = training_of(request);
    const double parameters = mlm_symbol_find(&adam.ledger.symbols, "P")->value;
    assert_true(fabs(parameters / 1235814400 - 1) < 0.005);
    /* 16 bytes a parameter, and a few tokens; the widest matrix is divided by. */
    assert_true(adam.needs_bytes >= 16 * parameters && adam.needs_bytes < 19 * parameters);
    request.optimizer = MLM_OPTIMIZER_SGD;
    struct mlm_estimate sgd = training_of(request);
    assert_true(sgd.needs_bytes >= 8 * parameters && sgd.needs_bytes < 9.5 * parameters);
    /* Activations grow with sequence and batch alike; checkpoints keep a fraction. */
    request.batch = 4;
    request.sequence = 1024;
    struct mlm_estimate few = training_of(request);
    request.batch = 8;
    request.sequence = 512;
    struct mlm_estimate same = training_of(request);
    request.sequence = 1024;
    struct mlm_estimate twice = training_of(request);
    request.checkpoint = true;
    struct mlm_estimate kept = training_of(request);
    assert_true(fabs(few.needs_bytes / same.needs_bytes - 1) < 1e-9);
    assert_true(
        bytes_of(&twice, "activations of all layers") == 2 * bytes_of(&few, "activations of all layers"));
    assert_true(kept.needs_bytes < twice.needs_bytes - 0.8 * bytes_of(&twice, "activations of all layers"));
    /* Half the bytes a number. */
    struct mlm_estimate_request half = request;
    half.model = MLM_MODEL_TRANSFORMER;
    half.value = MLM_VALUE_F16;
    half.library = "2.6.0";
    struct mlm_estimate narrow = estimate_of(&half);
    assert_true(bytes_of(&narrow, "weights") == 2 * parameters);
    /* Before 2.0 all scores are held, in each layer, and gradients from step to step. */
    half.value = MLM_VALUE_F32;
    half.library = "1.13.1";
    struct mlm_estimate old = estimate_of(&half);
    assert_true(old.needs_bytes > kept.needs_bytes + 4 * parameters);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_published),
        cmocka_unit_test(test_llama),
        cmocka_unit_test(test_measured),
        cmocka_unit_test(test_repacked),
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_fits),
        cmocka_unit_test(test_training),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
