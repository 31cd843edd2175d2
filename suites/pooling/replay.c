/* Replays the program of data/mlp.h: obeys ALLOC and FREE and computes nothing. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "data/random.h"
#include "pooling/pooling.h"

struct pooling_replay {
    struct pooling_config config;
    enum pooling_touch touch;
    struct mlm_mlp mlp;
    struct pooling_tensor *tensors; /* one for each slot: program, survivors, leaks */
    void *heap;
    uint64_t key;
    uint64_t serial;
    uint64_t checksum;
    uint64_t failed_size; /* size of an allocation that failed; 0: none */
};

uint64_t pooling_replay_bytes(const struct pooling_config *config)
{
    return mlm_mlp_code_bytes(&config->spec) + pooling_slots(config) * sizeof(struct pooling_tensor);
}

int pooling_replay_open(const struct pooling_config *config, enum pooling_touch touch,
    struct pooling_replay **ret_replay, struct mlm_scoreboard *sb)
{
    struct pooling_replay *replay = calloc(1, sizeof *replay);
    if (!replay)
        return mlm_fail(sb, -ENOMEM, "out of memory");
    replay->config = *config;
    replay->touch = touch;
    replay->key = mlm_random_key(config->job.seed, 0);
    replay->tensors = calloc(pooling_slots(config), sizeof *replay->tensors);
    if (!replay->tensors || mlm_mlp_build(&config->spec, &replay->mlp) < 0) {
        pooling_replay_close(replay);
        return mlm_fail(sb, -ENOMEM, "out of memory");
    }
    for (uint32_t slot = 0; slot < pooling_slots(config); slot++)
        replay->tensors[slot].slot = slot;
    int r = touch == TOUCH_RECKON ? 0 : config->heap->open(config, touch == TOUCH_NOTHING, &replay->heap, sb);
    if (r < 0) {
        pooling_replay_close(replay);
        return r;
    }
    *ret_replay = replay;
    return 0;
}

void pooling_replay_close(struct pooling_replay *replay)
{
    if (!replay)
        return;
    /* Leaked tensors are part of the measurement. Freed here, so that leak checkers report only our own
     * leaks. */
    for (uint32_t slot = 0; replay->heap && replay->tensors && slot < pooling_slots(&replay->config); slot++)
        if (replay->tensors[slot].memory)
            replay->config.heap->free(replay->heap, &replay->tensors[slot]);
    if (replay->heap)
        replay->config.heap->close(replay->heap);
    mlm_mlp_free(&replay->mlp);
    free(replay->tensors);
    free(replay);
}

/* Writes one word in each TOUCH_BYTES, and the last word: sizes are multiples of 64, so the two never
 * overlap. */
static uint64_t pages_write(unsigned char *memory, uint64_t size, uint64_t key)
{
    uint64_t index = 0;
    for (uint64_t at = 0; at < size; at += TOUCH_BYTES) {
        uint64_t word = mlm_random_u64(key, index++);
        memcpy(memory + at, &word, sizeof word);
    }
    uint64_t word = mlm_random_u64(key, index);
    memcpy(memory + size - sizeof word, &word, sizeof word);
    return index;
}

static uint64_t pages_read(const unsigned char *memory, uint64_t size)
{
    uint64_t sum = 0, word;
    for (uint64_t at = 0; at < size; at += TOUCH_BYTES) {
        memcpy(&word, memory + at, sizeof word);
        sum += word;
    }
    memcpy(&word, memory + size - sizeof word, sizeof word);
    return sum + word;
}

static uint64_t pages_reckon(uint64_t size, uint64_t key)
{
    uint64_t sum = 0, index = 0;
    for (uint64_t at = 0; at < size; at += TOUCH_BYTES)
        sum += mlm_random_u64(key, index++);
    return sum + mlm_random_u64(key, index);
}

static uint64_t tensor_key(const struct pooling_replay *replay, const struct pooling_tensor *tensor)
{
    return mlm_random_u64(replay->key, tensor->serial);
}

static void tensor_alloc(struct pooling_replay *replay, struct pooling_tensor *tensor, enum pooling_life life,
    uint64_t size, struct mlm_scoreboard *sb)
{
    tensor->size = size;
    tensor->life = life;
    tensor->serial = replay->serial++;
    if (replay->touch != TOUCH_RECKON)
        replay->config.heap->alloc(replay->heap, tensor);
    if (replay->touch == TOUCH_PAGES) {
        if (!tensor->memory) {
            replay->failed_size = size;
            return;
        }
        (void)pages_write(tensor->memory, size, tensor_key(replay, tensor));
        mlm_progress_add(sb, size);
    }
}

static void tensor_free(struct pooling_replay *replay, struct pooling_tensor *tensor)
{
    if (replay->touch == TOUCH_PAGES)
        replay->checksum += pages_read(tensor->memory, tensor->size);
    else if (replay->touch == TOUCH_RECKON)
        replay->checksum += pages_reckon(tensor->size, tensor_key(replay, tensor));
    if (replay->touch != TOUCH_RECKON)
        replay->config.heap->free(replay->heap, tensor);
    tensor->memory = NULL;
}

static struct pooling_tensor *tensor_of(struct pooling_replay *replay, enum mlm_mlp_kind kind, uint32_t layer)
{
    return &replay->tensors[(uint32_t)kind * (replay->config.spec.shape.layers + 1) + layer];
}

static struct pooling_tensor *survivor_of(struct pooling_replay *replay, uint64_t step, uint64_t index)
{
    uint64_t first = (uint64_t)MLM_MLP_KINDS * (replay->config.spec.shape.layers + 1);
    return &replay->tensors[first + step % (SURVIVOR_STEPS + 1) * pooling_survivors_a_step(&replay->config) +
                            index];
}

static struct pooling_tensor *leak_of(struct pooling_replay *replay, uint64_t step)
{
    return &replay->tensors[pooling_slots(&replay->config) - replay->config.steps + step];
}

/* Counts references as a program does when it passes its tensors to a kernel. */
static void use(struct pooling_replay *replay, const struct mlm_mlp_instruction *instruction)
{
    const struct pooling_heap *heap = replay->config.heap;
    if (!heap->hold || replay->touch == TOUCH_RECKON)
        return;
    uint32_t layer = instruction->layer, last = replay->config.spec.shape.layers;
    struct pooling_tensor *used[4];
    size_t count = 0;
    switch ((enum mlm_mlp_op)instruction->op) {
    case MLM_MLP_FORWARD:
        used[count++] = tensor_of(replay, MLM_MLP_ACTIVATION, layer - 1);
        used[count++] = tensor_of(replay, MLM_MLP_WEIGHTS, layer);
        break;
    case MLM_MLP_BACKWARD:
        used[count++] = tensor_of(replay, layer == last ? MLM_MLP_ACTIVATION : MLM_MLP_DELTA, layer);
        used[count++] = tensor_of(replay, MLM_MLP_ACTIVATION, layer - 1);
        used[count++] = tensor_of(replay, MLM_MLP_WEIGHTS, layer);
        used[count++] = tensor_of(replay, MLM_MLP_GRADIENT, layer);
        break;
    case MLM_MLP_UPDATE:
        used[count++] = tensor_of(replay, MLM_MLP_WEIGHTS, layer);
        used[count++] = tensor_of(replay, MLM_MLP_GRADIENT, layer);
        break;
    case MLM_MLP_LOAD:
    case MLM_MLP_LOSS:
        used[count++] = tensor_of(replay, MLM_MLP_ACTIVATION, layer);
        break;
    case MLM_MLP_ALLOC:
    case MLM_MLP_FREE:
        break;
    }
    for (size_t i = 0; i < count; i++)
        heap->hold(replay->heap, used[i]);
    for (size_t i = 0; i < count; i++)
        heap->drop(replay->heap, used[i]);
}

static enum pooling_life life_of(enum mlm_mlp_kind kind)
{
    return mlm_mlp_is_lasting(kind)     ? LIFE_LASTING
           : kind == MLM_MLP_ACTIVATION ? LIFE_ACTIVATION
                                        : LIFE_DELTA;
}

static void section_run(
    struct pooling_replay *replay, enum mlm_mlp_section section, uint64_t step, struct mlm_scoreboard *sb)
{
    const struct mlm_mlp *mlp = &replay->mlp;
    uint64_t rows = pooling_step_rows(&replay->config, step);
    for (uint32_t i = mlp->begin[section]; i < mlp->begin[section + 1] && !replay->failed_size; i++) {
        const struct mlm_mlp_instruction *instruction = &mlp->code[i];
        enum mlm_mlp_kind kind = (enum mlm_mlp_kind)instruction->kind;
        uint32_t layer = instruction->layer;
        if (instruction->op == MLM_MLP_ALLOC)
            tensor_alloc(replay, tensor_of(replay, kind, layer), life_of(kind),
                mlm_mlp_tensor_bytes(&mlp->spec.shape, kind, layer, rows), sb);
        else if (instruction->op == MLM_MLP_FREE)
            tensor_free(replay, tensor_of(replay, kind, layer));
        else
            use(replay, instruction);
        if (instruction->op == MLM_MLP_FORWARD && replay->config.survivors && layer % SURVIVOR_LAYERS == 0) {
            struct pooling_tensor *survivor = survivor_of(replay, step, layer / SURVIVOR_LAYERS - 1);
            survivor->dies = (uint32_t)(step + SURVIVOR_STEPS);
            tensor_alloc(replay, survivor, LIFE_SURVIVOR, pooling_survivor_bytes(rows), sb);
        }
    }
}

static void survivors_free(struct pooling_replay *replay, uint64_t step)
{
    for (uint64_t i = 0; i < pooling_survivors_a_step(&replay->config) && !replay->failed_size; i++)
        tensor_free(replay, survivor_of(replay, step, i));
}

static void step_run(struct pooling_replay *replay, uint64_t step, struct mlm_scoreboard *sb)
{
    const struct pooling_heap *heap = replay->config.heap;
    struct pooling_tensor *leak = leak_of(replay, step);
    if (replay->config.leak_bytes)
        tensor_alloc(replay, leak, LIFE_LEAK, pooling_leak_bytes(&replay->config), sb);
    section_run(replay, MLM_MLP_PASS, step, sb);
    section_run(replay, MLM_MLP_STEP, step, sb);
    if (step >= SURVIVOR_STEPS)
        survivors_free(replay, step - SURVIVOR_STEPS);
    if (replay->touch == TOUCH_RECKON || replay->failed_size)
        return;
    if (replay->config.leak_bytes && heap->lose) {
        heap->lose(replay->heap, leak);
        leak->memory = NULL;
    }
    if (heap->step_end)
        heap->step_end(replay->heap, (uint32_t)step);
}

int pooling_replay_run(struct pooling_replay *replay, struct mlm_scoreboard *sb)
{
    uint64_t steps = replay->config.steps;
    if (replay->touch == TOUCH_PAGES)
        mlm_progress_begin(sb, pooling_trace_bytes(&replay->config));
    section_run(replay, MLM_MLP_BEGIN, 0, sb);
    for (uint64_t step = 0; step < steps && !replay->failed_size; step++)
        step_run(replay, step, sb);
    for (uint64_t step = steps < SURVIVOR_STEPS ? 0 : steps - SURVIVOR_STEPS; step < steps; step++)
        survivors_free(replay, step);
    section_run(replay, MLM_MLP_END, 0, sb);
    if (replay->failed_size)
        return mlm_fail(
            sb, -ENOMEM, "the heap had no %llu bytes for a tensor", (unsigned long long)replay->failed_size);
    return 0;
}

uint64_t pooling_replay_checksum(const struct pooling_replay *replay)
{
    return replay->checksum;
}

uint64_t pooling_replay_tensors(const struct pooling_replay *replay)
{
    return replay->serial;
}

uint64_t pooling_replay_resident(const struct pooling_replay *replay)
{
    return replay->config.heap->resident(replay->heap);
}
