/* Reads the header of a GGUF file: the shape of a language model, and how many weights it has of each type.
 * The tensors themselves are not read. The file may come from anywhere: what it says must agree with itself
 * and with the file's size. Memory is bounded whatever it says. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/tensor.h"

struct mlm_gguf {
    char architecture[32]; /* "llama" */
    uint64_t layers, width, heads, head_size, ffn, vocabulary, merges, context;
    double kv_heads; /* of a layer; the mean, if layers differ */
    uint64_t elements[MLM_TENSOR_TYPES];
    /* The embedding table is looked up, row by row. */
    uint64_t embedding_elements;
    int embedding_type;
    bool tied; /* the output is computed with the embedding table, too */
    uint64_t tensors, tensor_bytes;
};

/* header_only: the file is the beginning of a GGUF file, and its tensors may lack. -EINVAL: the file is cut
 * off, or no GGUF file, or says what cannot be; the error names it. */
int mlm_gguf_read(const char *path, bool header_only, struct mlm_gguf *ret_gguf, struct mlm_error *error);
