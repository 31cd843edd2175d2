/* Runtimes: the memory that a library uses for a job, read from its source code; one file for each. */
#pragma once

#include "estimate/versions.h"

struct mlm_runtime {
    double tolerance; /* measured needs of known versions agreed within this share of the whole */
    /* Adds phases and lines. -EINVAL: the runtime has no such model, or not for such data; the error names
     * the remedy. */
    int (*reckon)(
        const struct mlm_estimate_request *request, struct mlm_ledger *ledger, struct mlm_error *error);
};

/* A smaller block comes from glibc's heap, once a block of its size was freed, and is seldom returned to the
 * kernel; a larger block is mapped, and unmapped when freed (mallopt(3), M_MMAP_THRESHOLD,
 * DEFAULT_MMAP_THRESHOLD_MAX). */
#define MLM_HEAP_BYTES (32 * 1048576.0)
/* Returns true if blocks of this size come from the heap: below MLM_HEAP_BYTES, with the moving threshold. */
bool mlm_estimate_in_heap(const struct mlm_estimate_request *request, double bytes);
#define MLM_HEAP_SOURCE "mallopt(3): what is freed below 32 MiB stays in the heap"

extern const struct mlm_runtime mlm_runtime_c, mlm_runtime_numpy, mlm_runtime_sklearn, mlm_runtime_xgboost,
    mlm_runtime_pytorch, mlm_runtime_pandas, mlm_runtime_llama;

/* Adds the training of a transformer, whose libraries are in the ledger. */
void mlm_estimate_transformer(const struct mlm_estimate_request *request, struct mlm_ledger *ledger);

/* Formula for the bytes of the stored data, of all rows or of a batch; sets the symbols that it uses. */
const char *mlm_estimate_data_formula(const struct mlm_estimate_request *request, bool batch);

/* Name of the data: "the data, dense f32". */
const char *mlm_estimate_data_name(const struct mlm_estimate_request *request);

/* Sets the symbols of all runtimes: n, p, z, s, i, B, q, w; X, the bytes of the data; x, the bytes of a
 * batch. A shape has none of these. */
void mlm_estimate_symbols(const struct mlm_estimate_request *request, struct mlm_ledger *ledger);

/* Sets the symbols of a perceptron with the request's widths: P, o, A, U, W, L, M. */
void mlm_estimate_network(const struct mlm_estimate_request *request, struct mlm_ledger *ledger);

/* Sets the error "RUNTIME has no MODEL; …" and returns -EINVAL. */
int mlm_estimate_no_model(
    const struct mlm_estimate_request *request, const char *remedy, struct mlm_error *error);

/* The same for sparse data where the runtime's model accepts dense data only. */
int mlm_estimate_dense_only(
    const struct mlm_estimate_request *request, const char *remedy, struct mlm_error *error);
