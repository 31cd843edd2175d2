/* Shapes of published language models: `estimate --shape NAME`. To add one: a row in MLM_SHAPES. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Layers to context are those of the publisher's config.json: num_hidden_layers, hidden_size,
 * num_attention_heads, num_key_value_heads, head_dim, intermediate_size, vocab_size and
 * max_position_embeddings; `tied`: tie_word_embeddings. `merges` are those of tokenizer.json, 0 for
 * SentencePiece; `norms`: of a layer; `biased`: queries, keys and values have biases. Parameters are those
 * that the model's page on huggingface.co shows, beside the bytes of its tensors as bf16 (total_size of
 * model.safetensors.index.json, or the file's own header). The last column is the size of the file as q8_0,
 * in MB (10^6), that pages of GGUF conversions there show. 0: that size was not looked up. */
/* clang-format off */
/*    symbol         name                  layers width heads kv  head  ffn    vocab   merges  context tied norms biased  parameters   bf16 bytes    q8_0  publisher */
#define MLM_SHAPES(X)                                                                                                                          \
    X(QWEN25_05B,   "Qwen2.5-0.5B",        24,    896,  14,   2,  64,  4864,  151936, 151387, 32768,  1,   2,    1,    494032768,           0,    530,  "Qwen") \
    X(TINYLLAMA,    "TinyLlama-1.1B",      22,    2048, 32,   4,  64,  5632,  32000, 0,      2048,   0,   2,    0,    1100048384,           0,      0, "TinyLlama") \
    X(LLAMA32_1B,   "Llama-3.2-1B",        16,    2048, 32,   8,  64,  8192,  128256, 280147, 131072, 1,   2,    0,    1235814400,           0,   1320, "meta-llama") \
    X(QWEN25_15B,   "Qwen2.5-1.5B",        28,    1536, 12,   2,  128, 8960,  151936, 151387, 32768,  1,   2,    1,    1543714304,           0,      0, "Qwen") \
    X(SMOLLM2_17B,  "SmolLM2-1.7B",        24,    2048, 32,   32, 64,  8192,  49152, 48900,  8192,   1,   2,    0,    1711376384,           0,      0, "HuggingFaceTB") \
    X(GEMMA2_2B,    "Gemma-2-2B",          26,    2304, 8,    4,  256, 9216,  256000, 0,      8192,   1,   4,    0,    2614341888,  5228683776,      0, "google") \
    X(QWEN25_3B,    "Qwen2.5-3B",          36,    2048, 16,   2,  128, 11008, 151936, 151387, 32768,  1,   2,    1,    3085938688,  6171877376,      0, "Qwen") \
    X(LLAMA32_3B,   "Llama-3.2-3B",        28,    3072, 24,   8,  128, 8192,  128256, 280147, 131072, 1,   2,    0,    3212749824,  6425499648,   3420, "meta-llama") \
    X(PHI35_MINI,   "Phi-3.5-mini",        32,    3072, 32,   32, 96,  8192,  32064, 0,      131072, 0,   2,    0,    3821079552,  7642159104,   4060, "microsoft") \
    X(MISTRAL_7B,   "Mistral-7B-v0.3",     32,    4096, 32,   8,  128, 14336, 32768, 0,      32768,  0,   2,    0,    7248023552,  14496047104,  7700, "mistralai") \
    X(QWEN25_7B,    "Qwen2.5-7B",          28,    3584, 28,   4,  128, 18944, 152064, 151387, 131072, 0,   2,    1,    7615616512,  15231233024,  8100, "Qwen") \
    X(LLAMA31_8B,   "Llama-3.1-8B",        32,    4096, 32,   8,  128, 14336, 128256, 280147, 131072, 0,   2,    0,    8030261248,  16060522496,  8540, "meta-llama") \
    X(QWEN25_14B,   "Qwen2.5-14B",         48,    5120, 40,   8,  128, 13824, 152064, 151387, 131072, 0,   2,    1,    14770033664, 29540067328,  15700, "Qwen") \
    X(QWEN25_32B,   "Qwen2.5-32B",         64,    5120, 40,   8,  128, 27648, 152064, 151387, 131072, 0,   2,    1,    32763876352, 65527752704,  34820, "Qwen") \
    X(LLAMA31_70B,  "Llama-3.1-70B",       80,    8192, 64,   8,  128, 28672, 128256, 280147, 131072, 0,   2,    0,    70553706496, 141107412992, 74980, "meta-llama")
/* clang-format on */

enum mlm_shape_index {
    MLM_SHAPE_OWN, /* given by options, or by a file */
#define MLM_SHAPE_INDEX(symbol, ...) MLM_SHAPE_##symbol,
    MLM_SHAPES(MLM_SHAPE_INDEX)
#undef MLM_SHAPE_INDEX
        MLM_SHAPE_TOTAL
};

struct mlm_shape {
    const char *name;
    uint64_t layers, width, heads, kv_heads, head_size, ffn, vocabulary, merges, context;
    bool tied;
    uint32_t norms;
    bool biased;
    uint64_t parameters, bf16_bytes; /* as published; bf16_bytes 0: not known */
    uint32_t q8_0_megabytes;         /* as published; 0: not known */
    const char *publisher;
};

/* The first, of MLM_SHAPE_OWN, has only the norms of a usual layer. */
extern const struct mlm_shape mlm_shapes[MLM_SHAPE_TOTAL];
