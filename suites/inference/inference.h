/* The suite inference: can this machine run that language model, and how fast? One decoder as models are
 * published today: RMS norm, rotary positions, grouped-query attention, SwiGLU, and one table that serves as
 * embedding and as output. Its weights come from the seed.
 *
 *   --data    the size of the weights as f16, from which the shape follows (data/language_model.h)
 *   context   positions that the cache of keys and values holds for each sequence. decode finds all but the
 *             last ones filled, from the seed.
 *   step      tokens that pass the layers together: one for each sequence in decode, ubatch in prefill
 *
 * Tokens come from the seed, too, and not from the logits before, so that all formats do the same work. Every
 * value in the file and in the cache of the seed is exact in every format. So all formats have the same
 * logits, but for the rounding of sums, of vectors to 16 bits (kernels.h), and of the few keys and values
 * that the run itself adds to the cache. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "data/language_model.h"
#include "data/packed.h"
#include "workload.h"

enum mlm_load {
    MLM_LOAD_MMAP,
    MLM_LOAD_READ,
    MLM_LOAD_POPULATE, /* mapped, and read at once */
    MLM_LOAD_MLOCK,    /* mapped, read and kept */
    MLM_LOAD_REPACK,   /* mapped, and copied to a layout of four rows that take turns */
};

enum mlm_logits { MLM_LOGITS_LAST, MLM_LOGITS_ALL };
enum mlm_attention { MLM_ATTENTION_BLOCKS, MLM_ATTENTION_WHOLE };

struct mlm_inference_config {
    struct mlm_job job;
    uint32_t weights; /* enum mlm_blocks */
    uint32_t load;    /* enum mlm_load */
    uint32_t kv;      /* enum mlm_blocks; f16, q8_0, q4_0 */
    uint32_t kv_heads;
    uint32_t logits;
    uint32_t attention;
    uint64_t context, sequences, ubatch;
    uint64_t tokens; /* decode: of each sequence; prefill: of the prompt */
    /* Derived. */
    bool prefill;
    struct mlm_decoder_shape shape;
};

/* Tokens that pass the layers together. */
static inline uint64_t mlm_step_tokens(const struct mlm_inference_config *config)
{
    return config->prefill ? config->ubatch : config->sequences;
}

/* file.c: the weights, as they lie in the file: the norms as floats, each layer's matrices, the table. */
enum mlm_matrix_id {
    MLM_MATRIX_Q,
    MLM_MATRIX_K,
    MLM_MATRIX_V,
    MLM_MATRIX_O,
    MLM_MATRIX_GATE,
    MLM_MATRIX_UP,
    MLM_MATRIX_DOWN,
    MLM_MATRICES, /* of a layer */
};

struct mlm_weight_matrix {
    uint64_t rows, columns;
    uint64_t offset; /* in the file */
};

/* The layer `layers` has one matrix, the table, whatever `id` says. */
struct mlm_weight_matrix mlm_weight_matrix_of(
    const struct mlm_inference_config *config, uint64_t layer, enum mlm_matrix_id id);

uint64_t mlm_weights_bytes(const struct mlm_inference_config *config);

struct mlm_weights {
    const uint8_t *bytes; /* as in the file */
    uint64_t size;
    bool mapped;
    uint8_t *repacked; /* NULL: as in the file */
};

/* Brings the weights to memory, in the way of config->load. */
int mlm_weights_open(
    const struct mlm_inference_config *config, struct mlm_weights *ret_weights, struct mlm_scoreboard *sb);
void mlm_weights_close(struct mlm_weights *weights); /* accepts a zeroed struct */

/* Checksum of the values of one row of each matrix, the same for every format. */
uint64_t mlm_weights_checksum(const struct mlm_inference_config *config, const struct mlm_weights *weights);

extern const struct mlm_dataset mlm_inference_dataset;

/* decoder.c: the model at work. */
struct mlm_decoder_run;

/* Bytes of the cache of keys and values, and of everything else but the weights. */
uint64_t mlm_kv_bytes(const struct mlm_inference_config *config);
uint64_t mlm_buffer_bytes(const struct mlm_inference_config *config);

int mlm_decoder_run_open(const struct mlm_inference_config *config, const struct mlm_weights *weights,
    struct mlm_decoder_run **ret_run, struct mlm_scoreboard *sb);
void mlm_decoder_run_close(struct mlm_decoder_run *run); /* accepts NULL */

/* Fills positions 0…count-1 of every sequence's cache from the seed. */
void mlm_decoder_fill(struct mlm_decoder_run *run, uint64_t count);

/* Computes one step: `count` tokens from `position` on (prefill), or one at `position` for each of `count`
 * sequences (decode). */
int mlm_decoder_step(
    struct mlm_decoder_run *run, uint64_t position, uint64_t count, struct mlm_scoreboard *sb);

/* The logits of the last token of the last step; shape.vocabulary of them. */
const float *mlm_decoder_logits(const struct mlm_decoder_run *run);
