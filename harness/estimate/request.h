/* The question to the estimate: data, model, and the runtime. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "estimate/csv.h"
#include "estimate/gguf.h"
#include "estimate/knobs.h"

enum mlm_estimate_value { MLM_VALUE_F64, MLM_VALUE_F32, MLM_VALUE_F16, MLM_VALUE_I8 };
enum mlm_estimate_storage { MLM_STORED_DENSE, MLM_STORED_CSR, MLM_STORED_CSC, MLM_STORED_COO };
enum mlm_estimate_optimizer { MLM_OPTIMIZER_SGD, MLM_OPTIMIZER_MOMENTUM, MLM_OPTIMIZER_ADAM };

/* glibc's mmap threshold: moving, as by default, or fixed at its first value. */
enum mlm_estimate_malloc { MLM_MALLOC_MOVING, MLM_MALLOC_FIXED };
enum mlm_estimate_init { MLM_INIT_KMEANSPP, MLM_INIT_RANDOM };

enum mlm_estimate_model {
    MLM_MODEL_NONE, /* no model: the data alone */
    MLM_MODEL_LINEAR,
    MLM_MODEL_LOGISTIC,
    MLM_MODEL_MLP,
    MLM_MODEL_KMEANS,
    MLM_MODEL_PCA, /* by the solver that the library chooses */
    MLM_MODEL_PCA_FULL,
    MLM_MODEL_PCA_RANDOMIZED,
    MLM_MODEL_KNN,
    MLM_MODEL_FOREST, /* of classes */
    MLM_MODEL_FOREST_REGRESSION,
    MLM_MODEL_HIST,        /* boosting on binned values */
    MLM_MODEL_EXACT,       /* boosting on sorted values */
    MLM_MODEL_TRANSFORMER, /* a decoder that is trained */
    MLM_MODEL_LLM,         /* a decoder that answers */
    MLM_MODELS
};

enum mlm_estimate_runtime {
    MLM_RUNTIME_OF_MODEL, /* the most usual runtime of the model */
    MLM_RUNTIME_C,
    MLM_RUNTIME_NUMPY,
    MLM_RUNTIME_SKLEARN,
    MLM_RUNTIME_XGBOOST,
    MLM_RUNTIME_PYTORCH,
    MLM_RUNTIME_PANDAS, /* reads a CSV file */
    MLM_RUNTIME_LLAMA,  /* llama.cpp */
    MLM_RUNTIMES
};

/* How the weights of a language model come into memory. */
enum mlm_estimate_load {
    MLM_LOAD_MMAP,
    MLM_LOAD_POPULATE,
    MLM_LOAD_MLOCK,
    MLM_LOAD_READ,
    MLM_LOAD_REPACK /* copied into a second layout beside the mapped file */
};
enum mlm_estimate_logits { MLM_LOGITS_LAST, MLM_LOGITS_ALL };
enum mlm_estimate_attention { MLM_ATTENTION_BLOCKS, MLM_ATTENTION_MATRIX };

/* How pandas keeps texts. */
enum mlm_estimate_texts { MLM_TEXTS_OBJECT, MLM_TEXTS_CATEGORY, MLM_TEXTS_ARROW };

#define MLM_WIDTHS_MOST 512

struct mlm_estimate_request;
struct mlm_version;

/* The formulas of the most similar workload of our own. */
struct mlm_estimate_answer {
    const char *workload; /* "storage/csr" */
    double core_bytes, peak_bytes;
};

/* A function that asks the suites. They are loadable modules, and this layer does not load modules. */
struct mlm_estimate_own {
    /* -EINVAL: the workload refuses; the error has its reason. */
    int (*ask)(void *context, const struct mlm_estimate_request *request,
        struct mlm_estimate_answer *ret_answer, struct mlm_error *error);
    void *context;
};

/* The fields of the knobs, and some that have no option. */
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
    uint64_t nonzeros;                  /* counted in a file; 0: computed from the density */
    uint64_t page_bytes;                /* page size of the machine that will run it; 0: as here */
    const char *library;                /* version of the runtime's library; NULL: the newest that is known */
    const struct mlm_version *version;  /* whose figures are used: set by mlm_estimate_make() */
    const struct mlm_csv *csv;          /* columns of a CSV file that pandas reads; NULL: by number */
    const struct mlm_gguf *gguf;        /* of a language model: its shape and weights; NULL: no file */
    const struct mlm_estimate_own *own; /* NULL: our own worker has no estimate */
};

/* Fills in defaults, which depend on each other. -EINVAL: an impossible request; the error names the
 * remedy. */
int mlm_estimate_request_complete(struct mlm_estimate_request *request, struct mlm_error *error);

/* Returns true if it is about the shape of a language model, which is trained or answers. */
static inline bool mlm_estimate_has_shape(const struct mlm_estimate_request *request)
{
    return request->model == MLM_MODEL_LLM || request->model == MLM_MODEL_TRANSFORMER;
}

/* Number of values other than zero. */
double mlm_estimate_nonzeros(const struct mlm_estimate_request *request);

static inline unsigned mlm_estimate_value_bytes(uint32_t value)
{
    return 8u >> value;
}
