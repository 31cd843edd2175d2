/* One step of training (or of inference with) a multilayer perceptron, as a program: a static list of
 * instructions over numbered tensors, with two interpreters. `batch` computes every instruction with BLAS;
 * `pooling` obeys ALLOC and FREE alone, so that the sizes and lifetimes that it replays are a real program's.
 *
 *   layer l      1..L, from width(l-1) to width(l); layer 0 is the input
 *   weights l    (width(l-1) + 1) · width(l) floats, row-major, the bias as last row
 *   activation l rows · width(l) floats, a row a sample; ReLU on every layer but the last
 *   delta l      the loss's derivative by activation l, before the ReLU; delta L is activation L, overwritten
 *   rows         samples in a pass: a batch, or a micro-batch where gradients are accumulated
 *
 * An instruction is as coarse as a kernel that stays in the cache: BACKWARD does both products of its layer
 * and the ReLU's derivative block by block of rows. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum mlm_mlp_optimizer {
    MLM_MLP_SGD,
    MLM_MLP_MOMENTUM,
    MLM_MLP_ADAM,
};

struct mlm_mlp_shape {
    uint32_t layers;         /* L >= 1 */
    uint32_t pattern_length; /* >= 1 */
    const uint32_t *pattern; /* width(l) = pattern[l mod pattern_length] */
};

struct mlm_mlp_spec {
    struct mlm_mlp_shape shape;
    enum mlm_mlp_optimizer optimizer; /* training only */
    bool training;
    /* Training: only the input and the activation of every `keep_every`-th layer outlive the forward pass.
     * The backward pass computes those between two of them again (Chen et al. 2016). 0 or 1: all are kept. */
    uint32_t keep_every;
};

enum mlm_mlp_kind {
    MLM_MLP_WEIGHTS,
    MLM_MLP_GRADIENT,
    MLM_MLP_STATE1, /* momentum; Adam's first moment */
    MLM_MLP_STATE2, /* Adam's second moment */
    MLM_MLP_ACTIVATION,
    MLM_MLP_DELTA,
    MLM_MLP_KINDS,
};

enum mlm_mlp_op {
    MLM_MLP_ALLOC,    /* kind, layer */
    MLM_MLP_FREE,     /* kind, layer: its last use is over */
    MLM_MLP_LOAD,     /* the next samples into activation 0 */
    MLM_MLP_FORWARD,  /* activation `layer` from the one before */
    MLM_MLP_LOSS,     /* activation L becomes delta L (training), or is scored (inference) */
    MLM_MLP_BACKWARD, /* gradient `layer` += …; delta `layer - 1`, except for layer 1 */
    MLM_MLP_UPDATE,   /* weights `layer` by the optimizer */
};

struct mlm_mlp_instruction {
    uint8_t op;   /* enum mlm_mlp_op */
    uint8_t kind; /* enum mlm_mlp_kind, of ALLOC and FREE */
    uint32_t layer;
};

enum mlm_mlp_section {
    MLM_MLP_BEGIN, /* allocates the lasting tensors: weights, gradient, optimizer state */
    MLM_MLP_PASS,  /* forward and backward over one batch or micro-batch */
    MLM_MLP_STEP,  /* once a batch: the update */
    MLM_MLP_END,   /* frees the lasting tensors */
    MLM_MLP_SECTIONS,
};

struct mlm_mlp {
    struct mlm_mlp_spec spec;
    struct mlm_mlp_instruction *code;
    uint32_t begin[MLM_MLP_SECTIONS + 1]; /* section s is code[begin[s] .. begin[s + 1]) */
};

/* -ENOMEM is the only error. The pattern is borrowed. */
int mlm_mlp_build(const struct mlm_mlp_spec *spec, struct mlm_mlp *ret_mlp);
void mlm_mlp_free(struct mlm_mlp *mlp);

static inline uint32_t mlm_mlp_width(const struct mlm_mlp_shape *shape, uint32_t layer)
{
    return shape->pattern[layer % shape->pattern_length];
}

/* Floats that the optimizer keeps for each parameter: the o of 4P(2+o). */
static inline uint32_t mlm_mlp_state_floats(enum mlm_mlp_optimizer optimizer)
{
    return (uint32_t)optimizer;
}

/* Returns true if every step keeps a tensor of this kind, whatever the batch size. */
static inline bool mlm_mlp_is_lasting(enum mlm_mlp_kind kind)
{
    return kind < MLM_MLP_ACTIVATION;
}

uint32_t mlm_mlp_widest(const struct mlm_mlp_shape *shape);
uint64_t mlm_mlp_layer_parameters(const struct mlm_mlp_shape *shape, uint32_t layer);
uint64_t mlm_mlp_parameters(const struct mlm_mlp_shape *shape);

/* in + Σ widths: the floats that one sample stores in the forward pass, if all activations are kept. */
uint64_t mlm_mlp_sample_floats(const struct mlm_mlp_shape *shape);

/* Activations share places where not all are kept: one for each that is kept, one for each layer between two
 * of them, and one for the last activation. */
uint64_t mlm_mlp_places(const struct mlm_mlp_spec *spec);
uint64_t mlm_mlp_place(const struct mlm_mlp_spec *spec, uint32_t layer);

/* Layers whose forward pass is computed twice. */
uint64_t mlm_mlp_repeated(const struct mlm_mlp_spec *spec);

uint64_t mlm_mlp_tensor_bytes(
    const struct mlm_mlp_shape *shape, enum mlm_mlp_kind kind, uint32_t layer, uint64_t rows);

/* Bytes of lasting tensors: 4P(2+o), or 4P for inference. */
uint64_t mlm_mlp_lasting_bytes(const struct mlm_mlp_spec *spec);

/* Floats per row of all passing tensors together at the peak of a pass. Training: the activations up to layer
 * l, one of them as delta l, and delta l-1, at the worst l; all activations are kept. Inference: two
 * neighbouring activations. */
uint64_t mlm_mlp_passing_floats(const struct mlm_mlp_spec *spec);

/* Bytes that mlm_mlp_build() allocates. */
uint64_t mlm_mlp_code_bytes(const struct mlm_mlp_spec *spec);
