/* glibc's heap, replayed: places by hand, after malloc/malloc.c; steps of training against what was measured.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "estimate/heap.h"
#include "estimate/training.h"

#define MIB 1048576.0

/* 2^20 + 8, up to 16. In the heap an alignment cuts off 48 bytes in front of it; mapped it wants 64 + 32 + 16
 * more, up to a page. */
#define CHUNK 1048592
#define PLACE (CHUNK + 48)
#define MAPPING 1052672

static void test_mapped(void **state)
{
    (void)state;
    struct mlm_heap *heap = mlm_heap_new(false, 0, 4096);
    for (int i = 0; i < 3; i++)
        mlm_heap_give(heap, mlm_heap_take(heap, MIB));
    assert_true(mlm_heap_peak_bytes(heap) == MAPPING);
    mlm_heap_free(heap);
}

/* A mapping is whole pages; blocks in the heap lie side by side, whatever a page is. */
static void test_pages(void **state)
{
    (void)state;
    static const uint64_t pages[] = {4096, 16384, 65536};
    for (size_t i = 0; i < sizeof pages / sizeof *pages; i++) {
        struct mlm_heap *heap = mlm_heap_new(true, MLM_HEAP_CACHED_MOST, pages[i]);
        size_t block = mlm_heap_take(heap, MIB);
        assert_true(mlm_heap_peak_bytes(heap) == MIB + (double)pages[i]);
        mlm_heap_give(heap, block);
        for (int k = 0; k < 8; k++)
            (void)mlm_heap_take(heap, MIB);
        assert_true(mlm_heap_peak_bytes(heap) == 8 * PLACE);
        mlm_heap_free(heap);
    }
}

/* What was mapped and freed is in the heap the next time, up to 32 MiB. */
static void test_threshold(void **state)
{
    (void)state;
    struct mlm_heap *heap = mlm_heap_new(true, MLM_HEAP_CACHED_MOST, 4096);
    mlm_heap_give(heap, mlm_heap_take(heap, MIB));
    size_t a = mlm_heap_take(heap, MIB), b = mlm_heap_take(heap, MIB);
    assert_true(mlm_heap_peak_bytes(heap) == 2 * PLACE);
    /* A place between two others is too small for the next of its size. */
    mlm_heap_give(heap, a);
    a = mlm_heap_take(heap, MIB);
    assert_true(mlm_heap_peak_bytes(heap) == 3 * PLACE);
    mlm_heap_give(heap, a);
    mlm_heap_give(heap, b);
    /* Beyond it what is freed is gone. */
    for (int i = 0; i < 3; i++)
        mlm_heap_give(heap, mlm_heap_take(heap, 40 * MIB));
    assert_true(mlm_heap_peak_bytes(heap) < 44 * MIB);
    mlm_heap_free(heap);
}

/* A small block keeps the places beside it apart; without it they are one. */
static void test_small(void **state)
{
    (void)state;
    struct mlm_heap *heap = mlm_heap_new(true, MLM_HEAP_CACHED_MOST, 4096);
    size_t blocks[40], small[40];
    assert_int_equal(mlm_heap_take_small(heap), MLM_HEAP_NONE);
    mlm_heap_give(heap, mlm_heap_take(heap, MIB));
    for (size_t i = 0; i < 40; i++) {
        blocks[i] = mlm_heap_take(heap, MIB);
        small[i] = mlm_heap_take_small(heap);
        assert_int_not_equal(small[i], MLM_HEAP_NONE);
    }
    size_t guard = mlm_heap_take(heap, MIB);
    for (size_t i = 0; i < 40; i++)
        mlm_heap_give(heap, blocks[i]);
    double before = mlm_heap_peak_bytes(heap);
    size_t again = mlm_heap_take(heap, MIB);
    assert_true(mlm_heap_peak_bytes(heap) > before);
    mlm_heap_give(heap, again);
    for (size_t i = 0; i < 40; i++)
        mlm_heap_give_small(heap, small[i]);
    before = mlm_heap_peak_bytes(heap);
    (void)mlm_heap_take(heap, MIB);
    assert_true(mlm_heap_peak_bytes(heap) == before);
    mlm_heap_give(heap, guard);
    mlm_heap_free(heap);
}

static void test_no_number(void **state)
{
    (void)state;
    struct mlm_heap *heap = mlm_heap_new(true, MLM_HEAP_CACHED_MOST, 4096);
    mlm_heap_give(heap, mlm_heap_take(heap, 1e300));
    assert_int_equal(mlm_heap_take(heap, MIB), MLM_HEAP_NONE);
    assert_true(isnan(mlm_heap_peak_bytes(heap)));
    mlm_heap_free(heap);
}

static double peak(const struct mlm_estimate_request *request, size_t segments, double steps)
{
    return mlm_training_replay(request, segments, steps).peak_bytes;
}

static struct mlm_estimate_request network(size_t layers, uint32_t width, uint64_t batch, uint32_t optimizer)
{
    struct mlm_estimate_request request = {.batch = batch,
        .optimizer = optimizer,
        .slices = true,
        .width_count = layers + 1,
        .page_bytes = 4096};
    for (size_t i = 0; i <= layers; i++)
        request.widths[i] = width;
    return request;
}

/* Growth of the anonymous memory of PyTorch 1.13.1 over twelve steps, a script of 30 lines without a
 * DataLoader; with the weights; MiB. A quarter is what such runs differ by. */
static void test_training(void **state)
{
    (void)state;
    static const struct {
        size_t layers;
        uint32_t width;
        uint64_t batch;
        uint32_t optimizer;
        double once, end; /* after one step, and after twelve */
    } measured[] = {
        {8, 512, 4096, MLM_OPTIMIZER_SGD, 251, 451},
        {16, 512, 4096, MLM_OPTIMIZER_SGD, 403, 692},
        {32, 512, 4096, MLM_OPTIMIZER_SGD, 675, 1203},
        {16, 256, 4096, MLM_OPTIMIZER_SGD, 199, 332},
        {8, 1024, 1024, MLM_OPTIMIZER_MOMENTUM, 205, 313},
        {8, 2048, 16, MLM_OPTIMIZER_SGD, 268, 286},
        {8, 2048, 16, MLM_OPTIMIZER_ADAM, 557, 623},
        {64, 128, 512, MLM_OPTIMIZER_ADAM, 50, 89},
    };
    for (size_t i = 0; i < sizeof measured / sizeof *measured; i++) {
        struct mlm_estimate_request request =
            network(measured[i].layers, measured[i].width, measured[i].batch, measured[i].optimizer);
        double once = peak(&request, 1, 1) / MIB;
        double end = peak(&request, 1, HUGE_VAL) / MIB;
        if (fabs(once / measured[i].once - 1) > 0.25 || fabs(end / measured[i].end - 1) > 0.25)
            fail_msg("%zu: %.0f after a step, %.0f at the end", i, once, end);
    }
}

static void test_training_choices(void **state)
{
    (void)state;
    struct mlm_estimate_request request = network(30, 256, 2048, MLM_OPTIMIZER_SGD);
    double whole = peak(&request, 1, HUGE_VAL);
    assert_true(peak(&request, 5, HUGE_VAL) < whole / 1.5);
    struct mlm_training sliced = mlm_training_replay(&request, 1, HUGE_VAL);
    assert_true(sliced.peak_bytes == whole && sliced.doubt_bytes < whole / 2);
    request.slices = false;
    struct mlm_training stacked = mlm_training_replay(&request, 1, HUGE_VAL);
    assert_true(stacked.doubt_bytes > 0 && stacked.doubt_bytes < stacked.peak_bytes / 2);
    request.slices = true;
    request.malloc = MLM_MALLOC_FIXED;
    double fixed = peak(&request, 1, HUGE_VAL), tensor = 4.0 * 2048 * 256;
    /* 2·30 · 256·256 · 4 bytes of weights and gradients; 30 outputs, two gradients, two more in the loss, and
     * the last step's output; a page or two a tensor. */
    double parameters = 2.0 * 30 * 256 * 256 * 4;
    assert_true(fixed > parameters + 30 * tensor && fixed < parameters + 35 * tensor);
    /* A loader has the batch, too. */
    request.slices = false;
    assert_true(fabs(peak(&request, 1, HUGE_VAL) - fixed - tensor) < 3 * 4096);
    /* The smallest and the deepest. */
    request = network(1, 1, 1, MLM_OPTIMIZER_ADAM);
    assert_true(peak(&request, 1, HUGE_VAL) < MIB);
    request = network(MLM_WIDTHS_MOST - 1, 64, 64, MLM_OPTIMIZER_ADAM);
    assert_true(peak(&request, 1, HUGE_VAL) > 511.0 * 64 * 64 * 4 * 4);
    assert_true(peak(&request, 22, HUGE_VAL) > 511.0 * 64 * 64 * 4 * 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mapped),
        cmocka_unit_test(test_pages),
        cmocka_unit_test(test_threshold),
        cmocka_unit_test(test_small),
        cmocka_unit_test(test_no_number),
        cmocka_unit_test(test_training),
        cmocka_unit_test(test_training_choices),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
