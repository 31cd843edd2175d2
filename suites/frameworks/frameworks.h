/* The config of all workloads of the suite, the generated files that some of them read, and the descriptors
 * that stand in a file of their own. */
#pragma once

#include <stdint.h>

#include "data/language_model.h"
#include "data/rows.h"
#include "workload.h"

struct frameworks_config {
    struct mlm_job job;
    double density;
    uint64_t width, epochs, batch, clusters, components, trees, depth, bins, layers, samples, workers, leaves;
    uint64_t micro, segments, rounds, limit, block, context, prompt, tokens;
    /* Indices of the words in the tables of parameters. */
    uint32_t value, format, solver, optimizer, malloc, storage, holding, collector, reading, plan;
    uint32_t precision, weights, kernels, prepack, load, kv, repack;
    struct mlm_shape shape;           /* derived from the other fields */
    struct mlm_decoder_shape decoder; /* likewise, of a language model */
};

/* The rows of the suite `storage` as a dense .npy file of f32. */
extern const struct mlm_dataset mlm_frameworks_array;

/* The same rows as CSV without a header: the label, 0 or 1, and all values. */
extern const struct mlm_dataset mlm_frameworks_labelled;

/* A table of sales as CSV, with a header: id (whole numbers), city (one of 1000 names), device (one of 20),
 * amount (quarters) and pieces (1 to 99). Sums over it are exact. */
extern const struct mlm_dataset mlm_frameworks_table;

/* An upper bound of a line of the table. Most have 36 bytes. */
#define MLM_TABLE_LINE_MOST 64u

/* perceptron.c: the perceptron of `batch`, trained, and asked as a device does. */
extern const struct mlm_workload mlm_frameworks_torch_mlp, mlm_frameworks_torch_checkpoint,
    mlm_frameworks_torch_accumulate, mlm_frameworks_tensorflow_mlp, mlm_frameworks_tensorflow_generator,
    mlm_frameworks_numpy_mlp, mlm_frameworks_litert_mlp, mlm_frameworks_onnx_mlp,
    mlm_frameworks_executorch_mlp;

/* decoder.c: the language model of `inference`, in llama.cpp. */
extern const struct mlm_workload mlm_frameworks_llama_decode;
