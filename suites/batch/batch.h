/* batch: the model that its workloads train, and the interpreter that computes the program of data/mlp.h.
 *
 * The work is the same however it is cut: BATCH_SAMPLES samples go forward (and backward) once through frozen
 * weights, and the gradient is never zeroed, so that in the end it is the sum over all samples. The learning
 * rate is 0, but the optimizer does all that it does at any other. */
#pragma once

#include <stdint.h>

#include "batch/kernels.h"
#include "data/blas.h"
#include "data/mlp.h"
#include "workload.h"

#define BATCH_SAMPLES 4096u

struct batch_config {
    struct mlm_job job;
    uint64_t batch;     /* samples a step */
    uint64_t micro;     /* samples a pass, where gradients are accumulated */
    uint32_t optimizer; /* enum mlm_mlp_optimizer */
    uint32_t shape;     /* deep, wide */
    /* Derived. */
    struct mlm_mlp_spec spec;
    uint64_t rows; /* samples a pass at most */
};

struct batch_model {
    struct mlm_mlp mlp;
    struct mlm_blas blas;
    const struct batch_kernels *kernels;
    uint64_t rows;        /* samples that the buffers can hold */
    uint64_t block_rows;  /* samples that go through a layer together, so that they stay in the cache */
    uint64_t *weights_at; /* floats before layer l in each lasting buffer */
    uint64_t *sample_at;  /* floats a sample before activation l */
    float *lasting[4];    /* by enum mlm_mlp_kind: weights, gradient, state; P floats each, or NULL */
    float *activations;
    float *deltas; /* two, used in turn; NULL: inference */
    uint64_t lasting_bytes, activations_bytes, deltas_bytes;
    double *outputs; /* inference: the sum of the last activation over all samples */
    double loss;     /* summed */
    uint64_t input_key, label_key;
    uint64_t steps;
    float rate;
};

/* model.c: memory and content. Frees what it has on failure. */
int batch_model_open(const struct mlm_mlp_spec *spec, uint64_t rows, const struct mlm_job *job,
    struct batch_model **ret_model, struct mlm_scoreboard *sb);
void batch_model_close(struct batch_model *model);              /* takes NULL */
uint64_t batch_model_checksum(const struct batch_model *model); /* of weights and inputs */
void batch_model_answer(const struct batch_model *model, struct mlm_scoreboard *sb);

/* What open() maps: deltas or outputs are more than core bytes name. */
uint64_t batch_model_bytes(const struct mlm_mlp_spec *spec, uint64_t rows);
uint64_t batch_block_rows(const struct mlm_mlp_shape *shape);

float *batch_lasting(const struct batch_model *model, enum mlm_mlp_kind kind, uint32_t layer);
float *batch_activation(const struct batch_model *model, uint32_t layer);
float *batch_delta(const struct batch_model *model, uint32_t layer); /* delta L is activation L */

/* step.c: computes one section of the program over the samples [first, first + rows). */
void batch_compute(struct batch_model *model, enum mlm_mlp_section section, uint64_t first, uint64_t rows,
    struct mlm_scoreboard *sb);

/* The products alone; a layer's block of rows each. `bench` times them by themselves. */
void batch_product_forward(const struct batch_model *model, uint32_t layer, uint64_t from, uint64_t rows);
void batch_product_weights(const struct batch_model *model, uint32_t layer, uint64_t from, uint64_t rows);
void batch_product_delta(const struct batch_model *model, uint32_t layer, uint64_t from, uint64_t rows);
