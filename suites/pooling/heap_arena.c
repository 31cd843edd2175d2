/* One arena for a step, reset at the end of the step. Tensors that stay until their layer's backward pass are
 * stacked from the bottom, tensors that go from layer to layer from the top. The backward pass frees the
 * bottom stack in reverse order, and the top stack grows into that room. Tensors that outlive the step are in
 * arenas of their own: one for the lasting ones, and one for each step at whose end survivors die. */
#include <errno.h>
#include <stdlib.h>

#include "data/memory.h"
#include "pooling/pooling.h"

#define ALIGN 64u
#define AGES (SURVIVOR_STEPS + 1)

struct region {
    unsigned char *memory; /* NULL: a dry run */
    uint64_t size, bottom, top;
    uint64_t most_bottom, least_top;
};

struct heap {
    struct region lasting, step, survivors[AGES];
};

/* When delta l-1 is allocated, the room between the stacks is what they had at the pass's peak, minus that
 * peak, plus the last two layers, which are free by then. A layer wider than those two together needs
 * more. */
static uint64_t step_bytes(const struct pooling_config *config)
{
    const struct mlm_mlp_shape *shape = &config->spec.shape;
    uint64_t last = shape->layers, widest = 0;
    for (uint32_t l = 1; l < last; l++)
        widest = mlm_mlp_width(shape, l) > widest ? mlm_mlp_width(shape, l) : widest;
    uint64_t ends = mlm_mlp_width(shape, (uint32_t)last) + mlm_mlp_width(shape, (uint32_t)last - 1);
    uint64_t floats = mlm_mlp_passing_floats(&config->spec) + (widest > ends ? widest - ends : 0);
    return config->rows * floats * sizeof(float) + 2 * last * ALIGN + pooling_leak_bytes(config);
}

static int region_open(struct region *region, uint64_t size, bool dry, struct mlm_scoreboard *sb)
{
    region->size = region->top = region->least_top = size;
    if (!dry && size && !(region->memory = mlm_map(size, "an arena", sb)))
        return -ENOMEM;
    return 0;
}

static void arena_close(void *p)
{
    struct heap *heap = p;
    if (!heap)
        return;
    mlm_unmap(heap->lasting.memory, heap->lasting.size);
    mlm_unmap(heap->step.memory, heap->step.size);
    for (size_t i = 0; i < AGES; i++)
        mlm_unmap(heap->survivors[i].memory, heap->survivors[i].size);
    free(heap);
}

static int arena_open(
    const struct pooling_config *config, bool dry, void **ret_heap, struct mlm_scoreboard *sb)
{
    struct heap *heap = calloc(1, sizeof *heap);
    if (!heap)
        return mlm_fail(sb, -ENOMEM, "out of memory");
    uint64_t lasting = mlm_mlp_lasting_bytes(&config->spec) + UINT64_C(4) * ALIGN * config->spec.shape.layers;
    int r = region_open(&heap->lasting, lasting, dry, sb);
    if (r == 0)
        r = region_open(&heap->step, step_bytes(config), dry, sb);
    for (size_t i = 0; r == 0 && i < AGES; i++)
        r = region_open(&heap->survivors[i],
            pooling_survivors_a_step(config) * (pooling_survivor_bytes(config->rows) + ALIGN), dry, sb);
    if (r < 0) {
        arena_close(heap);
        return r;
    }
    *ret_heap = heap;
    return 0;
}

static struct region *region_of(struct heap *heap, const struct pooling_tensor *tensor)
{
    switch (tensor->life) {
    case LIFE_LASTING:
        return &heap->lasting;
    case LIFE_SURVIVOR:
        return &heap->survivors[tensor->dies % AGES];
    case LIFE_ACTIVATION:
    case LIFE_DELTA:
    case LIFE_LEAK:
        break;
    }
    return &heap->step;
}

static void arena_alloc(void *p, struct pooling_tensor *tensor)
{
    struct region *region = region_of(p, tensor);
    uint64_t size = (tensor->size + ALIGN - 1) / ALIGN * ALIGN;
    tensor->memory = NULL;
    if (size > region->top - region->bottom)
        return;
    uint64_t place = tensor->life == LIFE_DELTA ? (region->top -= size) : region->bottom;
    if (tensor->life != LIFE_DELTA)
        region->bottom += size;
    region->most_bottom = region->bottom > region->most_bottom ? region->bottom : region->most_bottom;
    region->least_top = region->top < region->least_top ? region->top : region->least_top;
    tensor->tag = (uint32_t)(place / ALIGN);
    if (region->memory)
        tensor->memory = region->memory + place;
}

static void arena_free(void *p, struct pooling_tensor *tensor)
{
    if (tensor->life == LIFE_ACTIVATION)
        ((struct heap *)p)->step.bottom = (uint64_t)tensor->tag * ALIGN;
}

static void arena_lose(void *p, struct pooling_tensor *tensor)
{
    (void)p, (void)tensor; /* the reset at the end of the step frees it */
}

static void arena_step_end(void *p, uint32_t step)
{
    struct heap *heap = p;
    heap->step.bottom = 0;
    heap->step.top = heap->step.size;
    heap->survivors[step % AGES].bottom = 0;
}

static uint64_t region_resident(const struct region *region)
{
    uint64_t touched = region->most_bottom + (region->size - region->least_top);
    return touched < region->size ? touched : region->size;
}

static uint64_t arena_resident(const void *p)
{
    const struct heap *heap = p;
    uint64_t sum = region_resident(&heap->lasting) + region_resident(&heap->step);
    for (size_t i = 0; i < AGES; i++)
        sum += region_resident(&heap->survivors[i]);
    return sum;
}

const struct pooling_heap pooling_heap_arena = {.page_ns = 60,
    .open = arena_open,
    .alloc = arena_alloc,
    .free = arena_free,
    .lose = arena_lose,
    .step_end = arena_step_end,
    .resident = arena_resident,
    .close = arena_close};
