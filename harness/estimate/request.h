/* What is asked of the estimate: data, model, and what runs it. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "estimate/knobs.h"

enum mlm_estimate_value { MLM_VALUE_F64, MLM_VALUE_F32, MLM_VALUE_F16, MLM_VALUE_I8 };
enum mlm_estimate_storage { MLM_STORED_DENSE, MLM_STORED_CSR, MLM_STORED_CSC, MLM_STORED_COO };
enum mlm_estimate_optimizer { MLM_OPTIMIZER_SGD, MLM_OPTIMIZER_MOMENTUM, MLM_OPTIMIZER_ADAM };

/* glibc's mmap threshold: as it comes, or held where it begins. */
enum mlm_estimate_malloc { MLM_MALLOC_MOVING, MLM_MALLOC_FIXED };
enum mlm_estimate_init { MLM_INIT_KMEANSPP, MLM_INIT_RANDOM };

enum mlm_estimate_model {
    MLM_MODEL_NONE, /* the data alone */
    MLM_MODEL_LINEAR,
    MLM_MODEL_LOGISTIC,
    MLM_MODEL_MLP,
    MLM_MODEL_KMEANS,
    MLM_MODEL_PCA,
    MLM_MODEL_PCA_RANDOMIZED,
    MLM_MODEL_KNN,
    MLM_MODEL_FOREST,
    MLM_MODEL_HIST,  /* boosting over binned values */
    MLM_MODEL_EXACT, /* boosting over sorted values */
    MLM_MODELS
};

enum mlm_estimate_runtime {
    MLM_RUNTIME_OF_MODEL, /* the one that the model is most often run with */
    MLM_RUNTIME_C,
    MLM_RUNTIME_NUMPY,
    MLM_RUNTIME_SKLEARN,
    MLM_RUNTIME_XGBOOST,
    MLM_RUNTIME_PYTORCH,
    MLM_RUNTIMES
};

#define MLM_WIDTHS_MOST 512

struct mlm_estimate_request;

/* What the own workload that is nearest to a request says of itself. */
struct mlm_estimate_answer {
    const char *workload; /* "storage/csr" */
    double core_bytes, peak_bytes;
};

/* Who asks the own worker's suites: they are modules, and this layer loads none. */
struct mlm_estimate_own {
    /* -EINVAL: the workload refuses, and says why. */
    int (*ask)(void *context, const struct mlm_estimate_request *request,
        struct mlm_estimate_answer *ret_answer, struct mlm_error *error);
    void *context;
};

/* The knobs' fields, and what goes with them. */
struct mlm_estimate_request {
#define MLM_FIELD_COUNT(field) uint64_t field;
#define MLM_FIELD_WORKERS(field) uint64_t field;
#define MLM_FIELD_WORD(field) uint32_t field;
#define MLM_FIELD_SHARE(field) double field;
#define MLM_FIELD_LIST(field) uint32_t field[MLM_WIDTHS_MOST];
#define MLM_FIELD_FLAG(field) bool field;
#define MLM_FIELD_PART(field) bool field;
#define MLM_FIELD(option, field, kind, ...) MLM_FIELD_##kind(field)
    MLM_KNOBS(MLM_FIELD)
#undef MLM_FIELD
    size_t width_count;
    uint64_t nonzeros;                  /* of a file that was looked at; 0: by the density */
    uint64_t page_bytes;                /* of the machine that runs it; 0: as this one's */
    const struct mlm_estimate_own *own; /* NULL: nobody; then the own worker has no estimate */
};

/* Fills in defaults, which depend on each other. -EINVAL: what cannot be, with the remedy. */
int mlm_estimate_request_complete(struct mlm_estimate_request *request, struct mlm_error *error);

/* Values that are not zero. */
double mlm_estimate_nonzeros(const struct mlm_estimate_request *request);

static inline unsigned mlm_estimate_value_bytes(uint32_t value)
{
    return 8u >> value;
}
