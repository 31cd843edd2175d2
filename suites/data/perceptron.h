/* A perceptron that is trained, or only scored: its memory, and the interpreter that computes the program of
 * data/mlp.h with BLAS.
 *
 * The gradient is never zeroed here, so it is the sum over all samples since the caller zeroed it. At a
 * learning rate of 0 the weights stay as they are, but the optimizer does the same work as at any other. */
#pragma once

#include <stdint.h>

#include "data/blas.h"
#include "data/layer_kernels.h"
#include "data/mlp.h"
#include "workload.h"

struct mlm_perceptron {
    struct mlm_mlp mlp;
    struct mlm_blas blas;
    const struct mlm_layer_kernels *kernels;
    uint64_t rows;        /* samples that the buffers hold */
    uint64_t block_rows;  /* samples that go through a layer together, so that they stay in the cache */
    uint64_t *weights_at; /* index of the first float of layer l in each lasting buffer */
    uint64_t *sample_at;  /* floats of one sample in front of activation l */
    float *lasting[4];    /* by enum mlm_mlp_kind: weights, gradient, state; P floats each, or NULL */
    float *activations;
    float *deltas; /* two deltas, used in turn; NULL: inference */
    uint64_t lasting_bytes, activations_bytes, deltas_bytes;
    double *outputs; /* inference: sum of the last activation over all samples */
    double loss;     /* summed over all samples */
    uint64_t input_key, label_key;
    uint64_t steps;
    float rate;
};

/* Allocates and fills the perceptron. On failure it frees what it allocated. */
int mlm_perceptron_open(const struct mlm_mlp_spec *spec, uint64_t rows, const struct mlm_job *job,
    struct mlm_perceptron **ret_model, struct mlm_scoreboard *sb);
void mlm_perceptron_close(struct mlm_perceptron *model); /* takes NULL */

/* Checksum of the weights, and of the inputs of so many samples. */
uint64_t mlm_perceptron_checksum(const struct mlm_perceptron *model, uint64_t samples);

/* Adds the mean loss of so many samples, and few numbers that stand for the summed gradient, or for the
 * outputs. */
void mlm_perceptron_answer(const struct mlm_perceptron *model, uint64_t samples, struct mlm_scoreboard *sb);

/* Bytes that mlm_perceptron_open() maps. Deltas or outputs come on top of the core bytes. */
uint64_t mlm_perceptron_bytes(const struct mlm_mlp_spec *spec, uint64_t rows);
uint64_t mlm_perceptron_block_rows(const struct mlm_mlp_shape *shape);

/* What the whole process holds at its peak: the perceptron, BLAS and page tables. */
uint64_t mlm_perceptron_peak_bytes(const struct mlm_mlp_spec *spec, uint64_t rows, const struct mlm_job *job);

/* The most layers, at least two, with which `peak` is not above `data_bytes`. It is linear in their number.
 */
uint32_t mlm_perceptron_layers(const struct mlm_mlp_spec *spec, uint64_t data_bytes,
    uint64_t (*peak)(const struct mlm_mlp_spec *spec, const void *context), const void *context);

float *mlm_perceptron_lasting(const struct mlm_perceptron *model, enum mlm_mlp_kind kind, uint32_t layer);
float *mlm_perceptron_activation(const struct mlm_perceptron *model, uint32_t layer);
/* Delta L is activation L. */
float *mlm_perceptron_delta(const struct mlm_perceptron *model, uint32_t layer);

/* perceptron_step.c: computes one section of the program over the samples [first, first + rows). */
void mlm_perceptron_compute(struct mlm_perceptron *model, enum mlm_mlp_section section, uint64_t first,
    uint64_t rows, struct mlm_scoreboard *sb);

/* Only the products, each for one layer and one block of rows, so that `bench` can time them alone. */
void mlm_perceptron_product_forward(
    const struct mlm_perceptron *model, uint32_t layer, uint64_t from, uint64_t rows);
void mlm_perceptron_product_weights(
    const struct mlm_perceptron *model, uint32_t layer, uint64_t from, uint64_t rows);
void mlm_perceptron_product_delta(
    const struct mlm_perceptron *model, uint32_t layer, uint64_t from, uint64_t rows);
