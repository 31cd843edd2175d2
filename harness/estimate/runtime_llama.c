/* llama.cpp on a processor, without a graphics card: weights, KV cache, buffers. */
#include <math.h>
#include <stdio.h>

#include "estimate/llm.h"
#include "estimate/runtime.h"

#define WEIGHTS_SOURCE "ggml-common.h: bytes of a block of each type"
#define MAPPED_SOURCE "llama-mmap.cpp: the file is mapped; the kernel can drop its pages and read them again"

/* Names of the lines, a row for each row of mlm_tensor_types. */
#define NAMES(id, name, ...) {"weights, " name, "repacked copy, " name, "mapped weights, " name},
static const struct {
    const char *held, *repacked, *mapped;
} names[] = {MLM_TENSOR_TABLE(NAMES)};
#define MEANS(id, name, ...) "weights in " name,
static const char *const meanings[] = {MLM_TENSOR_TABLE(MEANS)};

/* The symbol of a type's number of weights: "q80" for q8_0. */
static void name_symbol(int type, char symbol[static MLM_SYMBOL_NAME])
{
    size_t length = 0;
    for (const char *c = mlm_tensor_types[type].name; *c && length < MLM_SYMBOL_NAME - 1; c++)
        if (*c != '_')
            symbol[length++] = *c;
    symbol[length] = 0;
}

/* `count` elements of the type in bytes: "q80·34/32", "f16·2". */
static void write_bytes(char formula[static MLM_FORMULA_SIZE], const char *count, int type)
{
    const struct mlm_tensor_type *of = &mlm_tensor_types[type];
    if (of->elements == 1)
        snprintf(formula, MLM_FORMULA_SIZE, "%s·%u", count, of->bytes);
    else
        snprintf(formula, MLM_FORMULA_SIZE, "%s·%u/%u", count, of->bytes, of->elements);
}

static void add_symbols(const struct mlm_estimate_request *request, const struct mlm_llm_weights *weights,
    struct mlm_symbols *symbols)
{
    mlm_symbol_set(symbols, "P", mlm_llm_parameters(weights), "parameters");
    mlm_symbol_set(symbols, "L", (double)request->layers, "layers");
    mlm_symbol_set(symbols, "k",
        request->gguf && request->shape == MLM_SHAPE_OWN ? request->gguf->kv_heads
                                                         : (double)request->kv_heads,
        "kv heads a layer");
    mlm_symbol_set(symbols, "d", (double)request->head_size, "numbers in a key of a head");
    mlm_symbol_set(symbols, "V", (double)request->vocabulary, "tokens of the vocabulary");
    mlm_symbol_set(symbols, "g", (double)mlm_llm_merges(request), "merges of tokens");
    mlm_symbol_set(symbols, "c", (double)request->context, "tokens of a conversation");
    mlm_symbol_set(symbols, "q", (double)request->sequences, "conversations");
    mlm_symbol_set(symbols, "u", (double)request->ubatch, "tokens computed together");
    mlm_symbol_set(symbols, "e", weights->looked_up, "weights that are only looked up");
    for (int i = 0; i < MLM_TENSOR_TYPES; i++) {
        char symbol[MLM_SYMBOL_NAME];
        name_symbol(i, symbol);
        if (weights->elements[i] > 0)
            mlm_symbol_set(symbols, symbol, weights->elements[i], meanings[i]);
    }
}

/* Mapped weights are pages of the file. Of those that are copied into a second layout, the file's pages are
 * read once, while it is loaded. Locked pages cannot be dropped, so they are held. */
static void add_weights(
    const struct mlm_estimate_request *request, int type, bool looked_up, struct mlm_ledger *ledger)
{
    char symbol[MLM_SYMBOL_NAME], copied[MLM_SYMBOL_NAME + 8], formula[MLM_FORMULA_SIZE];
    name_symbol(type, symbol);
    write_bytes(formula, symbol, type);
    const bool repacked = request->load == MLM_LOAD_REPACK && mlm_tensor_types[type].repacked;
    if (request->load == MLM_LOAD_READ)
        mlm_ledger_add(ledger, 0, MLM_TO_THE_END, names[type].held, formula, WEIGHTS_SOURCE);
    else if (request->load == MLM_LOAD_MLOCK)
        mlm_ledger_add(
            ledger, 0, MLM_TO_THE_END, names[type].held, formula, "mlock(2): pages of the file that stay");
    else if (!repacked)
        mlm_ledger_add_mapped(ledger, names[type].mapped, formula, MAPPED_SOURCE);
    if (!repacked)
        return;
    snprintf(copied, sizeof copied, looked_up ? "(%s−e)" : "%s", symbol);
    write_bytes(formula, copied, type);
    mlm_ledger_add(ledger, 0, MLM_TO_THE_END, names[type].repacked, formula,
        "ggml-cpu/repack.cpp: what is multiplied is copied; the token table is not");
    if (looked_up) {
        write_bytes(formula, "e", type);
        mlm_ledger_add_mapped(ledger, names[type].mapped, formula, MAPPED_SOURCE);
    }
}

/* Numbers a token in the widest step: the network of a layer, the attention's scores beside queries, keys and
 * values, or the scores of every token that there is. */
static double widest_step(const struct mlm_estimate_request *request)
{
    const double width = (double)request->width;
    const double attended = (double)(request->heads * request->head_size);
    double widest = 3 * (double)request->ffn + 5 * width;
    if (request->attention == MLM_ATTENTION_MATRIX)
        widest = fmax(widest, (double)request->heads * (double)request->context +
                                  2 * (double)(request->kv_heads * request->head_size) +
                                  6 * fmax(width, attended));
    if (request->logits == MLM_LOGITS_ALL)
        widest = fmax(widest, (double)request->vocabulary + width);
    return widest;
}

static int reckon(
    const struct mlm_estimate_request *request, struct mlm_ledger *ledger, struct mlm_error *error)
{
    const struct mlm_llm_weights weights = mlm_llm_weights(request);
    char formula[MLM_FORMULA_SIZE];
    (void)error;
    mlm_symbol_set(&ledger->symbols, "w", widest_step(request), "numbers a token in the widest step");
    add_symbols(request, &weights, &ledger->symbols);
    const size_t answer = mlm_ledger_phase(ledger, "answer");
    mlm_version_add(request, ledger, answer);
    for (int i = 0; i < MLM_TENSOR_TYPES; i++)
        if (weights.elements[i] > 0)
            add_weights(request, i, weights.looked_up > 0 && weights.looked_up_type == i, ledger);
    write_bytes(formula, "2·L·k·d·c·q", mlm_llm_kv_type(request));
    mlm_ledger_add(
        ledger, answer, answer, "KV cache", formula, "llama-kv-cache.cpp: keys and values of each layer");
    mlm_ledger_add(ledger, answer, answer, "compute buffer",
        request->attention == MLM_ATTENTION_MATRIX ? "4·u·(c+w)" : "u·(2·c+4·w)",
        "measured: what small models reserve, and published logs; the mask, and the widest step");
    mlm_ledger_add(
        ledger, answer, answer, "scores that are handed out", "4·V·q", "llama-context.cpp, output_reserve()");
    mlm_ledger_add(ledger, answer, answer, "words of the vocabulary", "205·V+200·g",
        "measured: vocabularies of 32,000 and 128,000 tokens, SentencePiece and BPE");
    return 0;
}

const struct mlm_runtime mlm_runtime_llama = {
    .tolerance = 0.15,
    .reckon = reckon,
};
