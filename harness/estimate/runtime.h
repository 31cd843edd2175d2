/* Runtimes: what a library holds while it does a job, read from its source, one file each. */
#pragma once

#include "estimate/baselines.h"

struct mlm_runtime {
    double tolerance; /* within which measurements agreed: a share of the whole */
    /* Adds phases and lines. -EINVAL: it has no such model, or not of such data, with the remedy. */
    int (*reckon)(
        const struct mlm_estimate_request *request, struct mlm_ledger *ledger, struct mlm_error *error);
};

/* What is smaller than this comes from glibc's heap once something of its size was freed (mallopt(3),
 * M_MMAP_THRESHOLD, DEFAULT_MMAP_THRESHOLD_MAX), and its place is seldom given back; what is larger is
 * mapped, and unmapped when it is freed. */
#define MLM_HEAP_BYTES (32 * 1048576.0)
/* Below HEAP_BYTES, and nobody keeps the threshold where it begins. */
bool mlm_estimate_in_heap(const struct mlm_estimate_request *request, double bytes);
#define MLM_HEAP_SOURCE "mallopt(3): what is freed below 32 MiB stays in the heap"

extern const struct mlm_runtime mlm_runtime_c, mlm_runtime_numpy, mlm_runtime_sklearn, mlm_runtime_xgboost,
    mlm_runtime_pytorch;

/* Bytes of the data as it is stored, of so many rows; sets the symbols that it is told by. */
const char *mlm_estimate_data_formula(const struct mlm_estimate_request *request, bool batch);

/* "the data, dense f32" */
const char *mlm_estimate_data_name(const struct mlm_estimate_request *request);

/* Symbols that all runtimes know: n, p, z, s, i, B, q, w, and X, the data's bytes, and x, a batch's. */
void mlm_estimate_symbols(const struct mlm_estimate_request *request, struct mlm_ledger *ledger);

/* Those of a perceptron with the request's widths: P, o, A, U, W, L, M. */
void mlm_estimate_network(const struct mlm_estimate_request *request, struct mlm_ledger *ledger);

/* -EINVAL: "RUNTIME has no MODEL; …" */
int mlm_estimate_no_model(
    const struct mlm_estimate_request *request, const char *remedy, struct mlm_error *error);

/* Of sparse data where the runtime's model takes dense alone. */
int mlm_estimate_dense_only(
    const struct mlm_estimate_request *request, const char *remedy, struct mlm_error *error);
