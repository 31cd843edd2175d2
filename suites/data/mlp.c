/* Builds the list of instructions for a perceptron and computes its sizes by formula. It allocates no
 * tensors. */
#include "data/mlp.h"

#include <errno.h>
#include <stdlib.h>

static uint64_t larger(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

uint32_t mlm_mlp_widest(const struct mlm_mlp_shape *shape)
{
    uint32_t most = 1;
    for (uint32_t l = 0; l <= shape->layers && l < shape->pattern_length; l++)
        most = mlm_mlp_width(shape, l) > most ? mlm_mlp_width(shape, l) : most;
    return most;
}

uint64_t mlm_mlp_layer_parameters(const struct mlm_mlp_shape *shape, uint32_t layer)
{
    return ((uint64_t)mlm_mlp_width(shape, layer - 1) + 1) * mlm_mlp_width(shape, layer);
}

uint64_t mlm_mlp_parameters(const struct mlm_mlp_shape *shape)
{
    uint64_t sum = 0;
    for (uint32_t l = 1; l <= shape->layers; l++)
        sum += mlm_mlp_layer_parameters(shape, l);
    return sum;
}

uint64_t mlm_mlp_sample_floats(const struct mlm_mlp_shape *shape)
{
    uint64_t sum = 0;
    for (uint32_t l = 0; l <= shape->layers; l++)
        sum += mlm_mlp_width(shape, l);
    return sum;
}

static uint32_t keep_every(const struct mlm_mlp_spec *spec)
{
    return spec->training && spec->keep_every > 1 ? spec->keep_every : 1;
}

/* The last layer whose activation is kept as others are. Those behind it are needed first, so they stay. */
static uint32_t last_kept(const struct mlm_mlp_spec *spec)
{
    return (spec->shape.layers - 1) / keep_every(spec) * keep_every(spec);
}

static bool is_dropped(const struct mlm_mlp_spec *spec, uint32_t layer)
{
    return layer % keep_every(spec) != 0 && layer < last_kept(spec);
}

uint64_t mlm_mlp_repeated(const struct mlm_mlp_spec *spec)
{
    return (uint64_t)last_kept(spec) / keep_every(spec) * (keep_every(spec) - 1);
}

uint64_t mlm_mlp_places(const struct mlm_mlp_spec *spec)
{
    return (uint64_t)last_kept(spec) / keep_every(spec) + 1 + keep_every(spec);
}

uint64_t mlm_mlp_place(const struct mlm_mlp_spec *spec, uint32_t layer)
{
    uint32_t every = keep_every(spec);
    if (layer == spec->shape.layers)
        return mlm_mlp_places(spec) - 1;
    return layer % every == 0 ? layer / every : (uint64_t)last_kept(spec) / every + layer % every;
}

uint64_t mlm_mlp_tensor_bytes(
    const struct mlm_mlp_shape *shape, enum mlm_mlp_kind kind, uint32_t layer, uint64_t rows)
{
    uint64_t floats = mlm_mlp_is_lasting(kind) ? mlm_mlp_layer_parameters(shape, layer)
                                               : rows * mlm_mlp_width(shape, layer);
    return floats * sizeof(float);
}

/* Number of lasting tensors of one layer: weights, and in training gradient and optimizer state. They are the
 * first values of enum mlm_mlp_kind. */
static uint32_t lasting_kinds(const struct mlm_mlp_spec *spec)
{
    return spec->training ? 2 + mlm_mlp_state_floats(spec->optimizer) : 1;
}

uint64_t mlm_mlp_lasting_bytes(const struct mlm_mlp_spec *spec)
{
    return mlm_mlp_parameters(&spec->shape) * lasting_kinds(spec) * sizeof(float);
}

uint64_t mlm_mlp_passing_floats(const struct mlm_mlp_spec *spec)
{
    const struct mlm_mlp_shape *shape = &spec->shape;
    uint64_t held = mlm_mlp_width(shape, 0);
    uint64_t peak = held;
    for (uint32_t l = 1; l <= shape->layers; l++) {
        held = (spec->training ? held : mlm_mlp_width(shape, l - 1)) + mlm_mlp_width(shape, l);
        /* Layer 1 needs no delta of its input. */
        uint64_t delta = spec->training && l > 1 ? mlm_mlp_width(shape, l - 1) : 0;
        peak = larger(peak, held + delta);
    }
    return peak;
}

/* Number of instructions. BEGIN and END: the lasting kinds of each layer. PASS: LOAD, LOSS and the input's
 * ALLOC; for each layer ALLOC, FORWARD, FREE, and in training BACKWARD. A delta adds ALLOC and FREE, except
 * in the first and last layers. A layer that is computed twice has all of ALLOC, FORWARD and FREE twice. */
static size_t code_count(const struct mlm_mlp_spec *spec)
{
    size_t layers = spec->shape.layers;
    size_t pass = 3 + layers * 3 + 1 + (spec->training ? layers + 2 * (layers - 1) : 0);
    pass += 3 * mlm_mlp_repeated(spec);
    return 2 * layers * lasting_kinds(spec) + pass + (spec->training ? layers : 0);
}

uint64_t mlm_mlp_code_bytes(const struct mlm_mlp_spec *spec)
{
    return code_count(spec) * sizeof(struct mlm_mlp_instruction);
}

static void emit(
    struct mlm_mlp *mlp, uint32_t *at, enum mlm_mlp_op op, enum mlm_mlp_kind kind, uint32_t layer)
{
    mlp->code[(*at)++] =
        (struct mlm_mlp_instruction){.op = (uint8_t)op, .kind = (uint8_t)kind, .layer = layer};
}

static void emit_lasting(struct mlm_mlp *mlp, uint32_t *at, enum mlm_mlp_op op)
{
    for (uint32_t kind = 0; kind < lasting_kinds(&mlp->spec); kind++)
        for (uint32_t l = 1; l <= mlp->spec.shape.layers; l++)
            emit(mlp, at, op, (enum mlm_mlp_kind)kind, l);
}

/* The first layer that is computed again before the backward pass of `layer`; `layer`: none is. */
static uint32_t begin_of_repeated(const struct mlm_mlp_spec *spec, uint32_t layer)
{
    bool ends = layer % keep_every(spec) == 0 && layer <= last_kept(spec);
    return ends ? layer - keep_every(spec) + 1 : layer;
}

static void emit_pass(struct mlm_mlp *mlp, uint32_t *at)
{
    bool training = mlp->spec.training;
    uint32_t last = mlp->spec.shape.layers;
    emit(mlp, at, MLM_MLP_ALLOC, MLM_MLP_ACTIVATION, 0);
    emit(mlp, at, MLM_MLP_LOAD, MLM_MLP_ACTIVATION, 0);
    for (uint32_t l = 1; l <= last; l++) {
        emit(mlp, at, MLM_MLP_ALLOC, MLM_MLP_ACTIVATION, l);
        emit(mlp, at, MLM_MLP_FORWARD, MLM_MLP_ACTIVATION, l);
        if (!training || is_dropped(&mlp->spec, l - 1))
            emit(mlp, at, MLM_MLP_FREE, MLM_MLP_ACTIVATION, l - 1);
    }
    emit(mlp, at, MLM_MLP_LOSS, MLM_MLP_ACTIVATION, last);
    for (uint32_t l = last; training && l >= 1; l--) {
        for (uint32_t again = begin_of_repeated(&mlp->spec, l); again < l; again++) {
            emit(mlp, at, MLM_MLP_ALLOC, MLM_MLP_ACTIVATION, again);
            emit(mlp, at, MLM_MLP_FORWARD, MLM_MLP_ACTIVATION, again);
        }
        if (l > 1)
            emit(mlp, at, MLM_MLP_ALLOC, MLM_MLP_DELTA, l - 1);
        emit(mlp, at, MLM_MLP_BACKWARD, MLM_MLP_DELTA, l);
        emit(mlp, at, MLM_MLP_FREE, l == last ? MLM_MLP_ACTIVATION : MLM_MLP_DELTA, l);
        emit(mlp, at, MLM_MLP_FREE, MLM_MLP_ACTIVATION, l - 1);
    }
    if (!training)
        emit(mlp, at, MLM_MLP_FREE, MLM_MLP_ACTIVATION, last);
}

int mlm_mlp_build(const struct mlm_mlp_spec *spec, struct mlm_mlp *ret_mlp)
{
    struct mlm_mlp mlp = {.spec = *spec};
    mlp.code = calloc(code_count(spec), sizeof *mlp.code);
    if (!mlp.code)
        return -ENOMEM;
    uint32_t at = 0;
    emit_lasting(&mlp, &at, MLM_MLP_ALLOC);
    mlp.begin[MLM_MLP_PASS] = at;
    emit_pass(&mlp, &at);
    mlp.begin[MLM_MLP_STEP] = at;
    for (uint32_t l = 1; spec->training && l <= spec->shape.layers; l++)
        emit(&mlp, &at, MLM_MLP_UPDATE, MLM_MLP_WEIGHTS, l);
    mlp.begin[MLM_MLP_END] = at;
    emit_lasting(&mlp, &at, MLM_MLP_FREE);
    mlp.begin[MLM_MLP_SECTIONS] = at;
    *ret_mlp = mlp;
    return 0;
}

void mlm_mlp_free(struct mlm_mlp *mlp)
{
    free(mlp->code);
    mlp->code = NULL;
}
