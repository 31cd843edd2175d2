/* The suite compression: can the same model be smaller? A perceptron is scored with its weights quantised,
 * pruned or of low rank, and trained with fewer activations or fewer snapshots in memory.
 *
 *   --data    quantised, pruned, lowrank: the size of the weights as dense f32. There are eight layers, whose
 *             width is the largest multiple of 256 for which the weights are not larger than that.
 *             checkpointed: the predicted peak with all activations kept; layers of 128, as many as fit.
 *             snapshots: the predicted peak with a copy of each epoch; layers of 1024, as many as fit.
 *   layer l   ReLU(W x), without the ReLU in the last one; W has a row for each output
 *
 * Compressed weights have exactly the values of the dense ones: codes times powers of two, zeros that were
 * drawn, matrices that are products of factors. So all ways of holding them have the same outputs, but for
 * the rounding of sums and, with i8 and i4, of vectors to 16 bits. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "data/blas.h"
#include "data/packed.h"
#include "data/products.h"
#include "workload.h"

#define COMPRESSION_LAYERS UINT64_C(8)

/* From so many samples on, the products are BLAS's. */
#define COMPRESSION_BLAS_BATCH 8u

struct compression_config {
    struct mlm_job job;
    uint32_t weights; /* quantised: index of f32, f16, i8, i4 */
    uint32_t kept;    /* pruned: enum pruned_kept */
    uint32_t form;    /* lowrank: enum lowrank_form */
    double zeros;
    uint64_t batch, rank;
    /* Derived. */
    uint64_t width, samples;
    uint64_t kept_of_row; /* pruned: weights other than zero in each row */
};

/* Finds the width for the job's data. */
int compression_derive(struct compression_config *config, struct mlm_error *error);

/* Weights of all layers. */
static inline uint64_t compression_weight_count(const struct compression_config *config)
{
    return COMPRESSION_LAYERS * config->width * config->width;
}

/* A power of two. Products of `terms` inputs with weights of this unit, whose codes have that variance, keep
 * about the size of the inputs behind a ReLU (He et al. 2015). */
float compression_unit(double variance, uint64_t terms);

/* The samples on their way through the layers (pass.c). */
struct compression_pass {
    uint64_t width, batch, samples, input_key;
    float *in, *out; /* rows of `width` floats, one for each sample of a batch */
    double squares[MLM_ANSWER_MAX / 2], projections[MLM_ANSWER_MAX / 2];
};

uint64_t compression_pass_bytes(const struct compression_config *config);
int compression_pass_open(
    const struct compression_config *config, struct compression_pass *ret_pass, struct mlm_scoreboard *sb);
void compression_pass_close(struct compression_pass *pass); /* accepts a zeroed struct */

/* Multiplies the weights of layer 0…COMPRESSION_LAYERS-1 with `count` vectors. */
typedef int compression_product(
    void *state, uint64_t layer, const float *in, uint64_t count, float *out, struct mlm_scoreboard *sb);

/* Sends all samples through all layers. */
int compression_pass_run(
    struct compression_pass *pass, compression_product *product, void *state, struct mlm_scoreboard *sb);

/* The norm of the outputs, and a projection by random signs, for each quarter of them. */
void compression_pass_answer(const struct compression_pass *pass, struct mlm_scoreboard *sb);

/* Mixes floats into a checksum. */
uint64_t compression_checksum(uint64_t sum, const float *values, uint64_t count);

/* States, which tests look into. */

struct quantised_state {
    struct compression_config config;
    struct compression_pass pass;
    struct mlm_blas blas;
    mlm_four_products *products;
    uint8_t *weights; /* all layers, row by row */
    float *tile;      /* batches: some rows as floats */
    uint8_t *rounded; /* vectors as whole numbers, and the sums of their parts */
};

enum pruned_kept {
    PRUNED_DENSE,
    PRUNED_CSR,
    PRUNED_CSR_CONVERTED,
    PRUNED_2OF4,
    PRUNED_2OF4_CONVERTED,
};

/* Arrays of all layers. Those that a way of holding the weights does not have are NULL. */
struct pruned_weights {
    float *values;
    uint32_t *columns, *starts; /* CSR: the starts of each layer begin with 0 */
    uint16_t *picks;            /* 2 of 4 (pruned_kernels.h) */
};

struct pruned_state {
    struct compression_config config;
    struct compression_pass pass;
    struct pruned_weights dense, packed;
};

enum lowrank_form { LOWRANK_FACTORS, LOWRANK_FULL };

struct lowrank_state {
    struct compression_config config;
    struct compression_pass pass;
    struct mlm_blas blas;
    float *full;   /* NULL: factors */
    float *left;   /* a layer: width × rank */
    float *right;  /* a layer: rank × width */
    float *narrow; /* rank floats */
};

extern const struct mlm_workload compression_quantised, compression_pruned, compression_lowrank,
    compression_checkpointed, compression_snapshots;
