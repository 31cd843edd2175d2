/* Types of the tensors of language models, as ggml and GGUF files number them. The sizes are those of the
 * structs in ggml-common.h of ggml, and of GGML_QUANT_SIZES in gguf-py/gguf/constants.py of llama.cpp;
 * `repacked` follows ggml-cpu/repack.cpp: on some processors llama.cpp makes a copy in a second layout. To
 * add a type: a row. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* clang-format off */
/*    id   name       elements and bytes of a block, repacked */
#define MLM_TENSOR_TABLE(X) \
    X(0,  "f32",      1,   4,   0)                           \
    X(1,  "f16",      1,   2,   0)                           \
    X(2,  "q4_0",     32,  18,  1)                           \
    X(3,  "q4_1",     32,  20,  0)                           \
    X(6,  "q5_0",     32,  22,  0)                           \
    X(7,  "q5_1",     32,  24,  0)                           \
    X(8,  "q8_0",     32,  34,  1)                           \
    X(9,  "q8_1",     32,  36,  0)                           \
    X(10, "q2_k",     256, 84,  1)                           \
    X(11, "q3_k",     256, 110, 0)                           \
    X(12, "q4_k",     256, 144, 1)                           \
    X(13, "q5_k",     256, 176, 1)                           \
    X(14, "q6_k",     256, 210, 1)                           \
    X(15, "q8_k",     256, 292, 0)                           \
    X(16, "iq2_xxs",  256, 66,  0)                           \
    X(17, "iq2_xs",   256, 74,  0)                           \
    X(18, "iq3_xxs",  256, 98,  0)                           \
    X(19, "iq1_s",    256, 50,  0)                           \
    X(20, "iq4_nl",   32,  18,  1)                           \
    X(21, "iq3_s",    256, 110, 0)                           \
    X(22, "iq2_s",    256, 82,  0)                           \
    X(23, "iq4_xs",   256, 136, 0)                           \
    X(24, "i8",       1,   1,   0)                           \
    X(25, "i16",      1,   2,   0)                           \
    X(26, "i32",      1,   4,   0)                           \
    X(27, "i64",      1,   8,   0)                           \
    X(28, "f64",      1,   8,   0)                           \
    X(29, "iq1_m",    256, 56,  0)                           \
    X(30, "bf16",     1,   2,   0)                           \
    X(34, "tq1_0",    256, 54,  0)                           \
    X(35, "tq2_0",    256, 66,  0)                           \
    X(39, "mxfp4",    32,  17,  1)
/* clang-format on */

struct mlm_tensor_type {
    uint32_t id;
    const char *name;
    uint32_t elements, bytes;
    bool repacked;
};

#define MLM_TENSOR_ONE(...) +1
enum { MLM_TENSOR_TYPES = MLM_TENSOR_TABLE(MLM_TENSOR_ONE) };
#undef MLM_TENSOR_ONE

extern const struct mlm_tensor_type mlm_tensor_types[MLM_TENSOR_TYPES];

/* Row of the table; -1: no type has this number, or this name. */
int mlm_tensor_type_of(uint32_t id);
int mlm_tensor_type_named(const char *name);
