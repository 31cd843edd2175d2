/* What is asked of the estimate: data, model, and what runs it. Every option is a row of one table (the
 * knobs), by which it is parsed, written down, and varied in search of what would save memory. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

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

/* Who asks the own worker's suites: they are modules, and this layer loads none. */
struct mlm_estimate_own {
    /* Core and peak bytes of the workload that is nearest to the request. -EINVAL: it refuses. */
    int (*ask)(void *context, const struct mlm_estimate_request *request, double *ret_core_bytes,
        double *ret_peak_bytes, struct mlm_error *error);
    void *context;
};

/* 0 of a count or a share: its default, or not used. */
struct mlm_estimate_request {
    uint64_t rows, columns;
    uint64_t nonzeros; /* of a file that was looked at; 0: by the density */
    double density;
    uint64_t distinct;                                  /* values that a column has; 0: they all differ */
    uint32_t value, storage, model, runtime, optimizer; /* the enums above */
    uint32_t malloc, init;
    uint64_t batch;
    uint64_t epochs; /* 0: so many that it makes no difference */
    uint64_t prefetch, workers;
    bool stream;         /* batch by batch from a file, never whole in memory */
    bool reuse;          /* each batch in the place of the last */
    bool split;          /* a part held out by copying */
    bool in_place;       /* the library may overwrite the data */
    bool quantile;       /* XGBoost's QuantileDMatrix */
    bool checkpoint;     /* activations computed again */
    bool workers_copied; /* each worker ends up with a copy of the data */
    bool slices;         /* batches are slices of what is held */
    bool persistent;     /* workers live as long as the loader */
    bool no_early_stopping, no_tolerance;
    uint64_t clusters, components, neighbors, trees, depth, bins;
    uint32_t widths[MLM_WIDTHS_MOST];
    size_t width_count;
    uint64_t page_bytes;                /* of the machine that runs it; 0: as this one's */
    const struct mlm_estimate_own *own; /* NULL: nobody; then the own worker has no estimate */
};

enum mlm_knob_kind { MLM_KNOB_WORD, MLM_KNOB_COUNT, MLM_KNOB_FLAG };

struct mlm_knob {
    const char *option; /* as it is called on the command line */
    enum mlm_knob_kind kind;
    size_t offset;            /* in the request */
    const char *const *words; /* of a word; ended by NULL */
    const char *cost;         /* what it costs to turn it; NULL: it is what the job is, and not turned */
    /* Counts are tried at a `divisor`th, and not below `least`; flags with the other value. */
    uint64_t divisor, least;
};

extern const struct mlm_knob mlm_knobs[]; /* ended by a NULL option */

const char *const *mlm_estimate_words(const char *option);
const char *mlm_estimate_word(const char *option, uint32_t index);

/* A word's index; -EINVAL lists what there is. */
int mlm_estimate_word_parse(
    const char *option, const char *word, uint32_t *ret_index, struct mlm_error *error);

/* "784,512,10" into the widths. */
int mlm_estimate_widths_parse(
    struct mlm_estimate_request *request, const char *text, struct mlm_error *error);

/* "4", "4:copied" or "4:shared". */
int mlm_estimate_workers_parse(
    struct mlm_estimate_request *request, const char *text, struct mlm_error *error);

/* Fills in defaults, which hang on each other. -EINVAL: what cannot be, with the remedy. */
int mlm_estimate_request_complete(struct mlm_estimate_request *request, struct mlm_error *error);

/* Values that are not zero. */
double mlm_estimate_nonzeros(const struct mlm_estimate_request *request);

static inline unsigned mlm_estimate_value_bytes(uint32_t value)
{
    return 8u >> value;
}
