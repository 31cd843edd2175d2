/* Computes the sizes and the peak of the trace from its parameters, in whole numbers only. */
#include "data/random.h"
#include "pooling/pooling.h"

enum { STREAM_BATCHES = 0x706f6f };

#define OCTAVES 7u

/* Batches of variable length: from the largest down to 1/128 of it, large ones more often, so that tensors
 * range from a kilobyte to megabytes. The largest comes in the middle, when the heap already holds fragments
 * of earlier steps. Computed in whole numbers only, so that every machine has the same trace. */
uint64_t pooling_step_rows(const struct pooling_config *config, uint64_t step)
{
    if (step == config->steps / 2)
        return config->rows;
    uint64_t key = mlm_random_key(config->job.seed, STREAM_BATCHES);
    uint32_t one = mlm_random_below(key, 3 * step, OCTAVES),
             other = mlm_random_below(key, 3 * step + 1, OCTAVES);
    uint32_t octave = one < other ? one : other;
    uint64_t part = (1u << 16) + mlm_random_below(key, 3 * step + 2, 1u << 16); /* 1 to 2 octaves */
    uint64_t rows = (config->rows * part) >> (octave + 17);
    return rows ? rows : 1;
}

uint64_t pooling_survivors_a_step(const struct pooling_config *config)
{
    return config->survivors ? config->spec.shape.layers / SURVIVOR_LAYERS : 0;
}

uint64_t pooling_survivor_bytes(uint64_t rows)
{
    return rows * SURVIVOR_WIDTH * sizeof(float);
}

uint64_t pooling_leak_bytes(const struct pooling_config *config)
{
    return (config->leak_bytes + 63) / 64 * 64;
}

/* A step has its peak where its backward pass begins: all activations, one delta, and the survivors of this
 * and earlier steps. */
uint64_t pooling_live_bytes(const struct pooling_config *config)
{
    uint64_t passing = mlm_mlp_passing_floats(&config->spec) * sizeof(float);
    uint64_t most = 0;
    for (uint64_t step = 0; step < config->steps; step++) {
        uint64_t live = passing * pooling_step_rows(config, step);
        for (uint64_t back = 0; back <= SURVIVOR_STEPS && back <= step; back++)
            live += pooling_survivors_a_step(config) *
                    pooling_survivor_bytes(pooling_step_rows(config, step - back));
        most = live > most ? live : most;
    }
    return mlm_mlp_lasting_bytes(&config->spec) + most;
}

uint64_t pooling_trace_bytes(const struct pooling_config *config)
{
    const struct mlm_mlp_shape *shape = &config->spec.shape;
    /* Every layer has an activation; all but the input and the last also have a delta. */
    uint64_t floats =
        2 * mlm_mlp_sample_floats(shape) - mlm_mlp_width(shape, 0) - mlm_mlp_width(shape, shape->layers);
    uint64_t sum = mlm_mlp_lasting_bytes(&config->spec);
    for (uint64_t step = 0; step < config->steps; step++) {
        uint64_t rows = pooling_step_rows(config, step);
        sum += rows * floats * sizeof(float) + pooling_leak_bytes(config) +
               pooling_survivors_a_step(config) * pooling_survivor_bytes(rows);
    }
    return sum;
}

/* Slots for the tensors of the program, for survivors of steps that can be alive together, and for leaks. */
uint32_t pooling_slots(const struct pooling_config *config)
{
    uint64_t slots = (uint64_t)MLM_MLP_KINDS * (config->spec.shape.layers + 1) +
                     (SURVIVOR_STEPS + 1) * pooling_survivors_a_step(config) + config->steps;
    return (uint32_t)slots;
}
