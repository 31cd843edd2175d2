/* Attention of the tokens of a step to the cache of keys and values, for one head of it in one sequence. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "data/products.h"

/* Positions that are decoded at once. */
#define MLM_ATTENTION_POSITIONS UINT64_C(64)

struct mlm_attention_job {
    enum mlm_blocks format;
    mlm_blocks_decode *decode;
    const uint8_t *keys, *values; /* of position 0; the next position follows */
    uint64_t head_size;
    uint64_t heads;    /* that share these keys */
    uint64_t tokens;   /* one after the other in the sequence */
    uint64_t position; /* of the first token; it sees all before it, and itself */
    uint64_t context;
    /* Of the first token and the first of the heads; a head's numbers follow each other, and a token's are
     * `pitch` floats behind those of the token before. */
    const float *queries;
    float *results;
    uint64_t pitch;
    /* Work space: two times MLM_ATTENTION_POSITIONS · head_size floats; two floats for each head and token;
     * `scores` of heads · tokens · context floats, or NULL: attention over blocks. */
    float *decoded, *maxima_and_sums, *scores;
};

void mlm_attend(const struct mlm_attention_job *job);
