/* The model that the workloads of batch train, and the interpreter that computes the program of data/mlp.h.
 *
 * The work is the same for every batch size: BATCH_SAMPLES samples go forward (and backward) once through
 * frozen weights. The gradient is never zeroed, so at the end it is the sum over all samples. The learning
 * rate is 0, but the optimizer does the same work as at any other rate. */
#pragma once

#include <stdint.h>

#include "batch/kernels.h"
#include "data/blas.h"
#include "data/mlp.h"
#include "workload.h"

#define BATCH_SAMPLES 4096u

struct batch_config {
    struct mlm_job job;
    uint64_t batch;     /* samples in a step */
    uint64_t micro;     /* samples in a pass, where gradients are accumulated */
    uint32_t optimizer; /* enum mlm_mlp_optimizer */
    uint32_t shape;     /* index of the words deep, wide */
    /* Derived by batch_derive(). */
    struct mlm_mlp_spec spec;
    uint64_t rows; /* most samples in a pass */
};

struct batch_model {
    struct mlm_mlp mlp;
    struct mlm_blas blas;
    const struct batch_kernels *kernels;
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

/* model.c: allocates and fills the model. On failure it frees what it allocated. */
int batch_model_open(const struct mlm_mlp_spec *spec, uint64_t rows, const struct mlm_job *job,
    struct batch_model **ret_model, struct mlm_scoreboard *sb);
void batch_model_close(struct batch_model *model);              /* takes NULL */
uint64_t batch_model_checksum(const struct batch_model *model); /* checksum of weights and inputs */
void batch_model_answer(const struct batch_model *model, struct mlm_scoreboard *sb);

/* Bytes that batch_model_open() maps. Deltas or outputs come on top of the core bytes. */
uint64_t batch_model_bytes(const struct mlm_mlp_spec *spec, uint64_t rows);
uint64_t batch_block_rows(const struct mlm_mlp_shape *shape);

float *batch_lasting(const struct batch_model *model, enum mlm_mlp_kind kind, uint32_t layer);
float *batch_activation(const struct batch_model *model, uint32_t layer);
float *batch_delta(const struct batch_model *model, uint32_t layer); /* delta L is activation L */

/* step.c: computes one section of the program over the samples [first, first + rows). */
void batch_compute(struct batch_model *model, enum mlm_mlp_section section, uint64_t first, uint64_t rows,
    struct mlm_scoreboard *sb);

/* Only the products, each for one layer and one block of rows, so that `bench` can time them alone. */
void batch_product_forward(const struct batch_model *model, uint32_t layer, uint64_t from, uint64_t rows);
void batch_product_weights(const struct batch_model *model, uint32_t layer, uint64_t from, uint64_t rows);
void batch_product_delta(const struct batch_model *model, uint32_t layer, uint64_t from, uint64_t rows);
