/* Memory of a runtime before it has any data, as measured: one row for each library and version. Formulas add
 * to it. */
#pragma once

#include "estimate/ledger.h"
#include "estimate/request.h"

struct mlm_baseline {
    uint32_t runtime;   /* enum mlm_estimate_runtime */
    const char *title;  /* "scikit-learn 1.2.1"; the formulas were read from this version */
    const char *name;   /* name of the line */
    const char *source; /* where and how it was measured */
    /* File pages that a run keeps using: they are reclaimable, and are read again afterwards. */
    double cached_bytes;
    /* With the modules that the model needs; 0: the library has no such model. */
    double private_bytes[MLM_MODELS];
};

extern const struct mlm_baseline mlm_baselines[]; /* ends with a NULL title; a runtime's first is used */

const struct mlm_baseline *mlm_baseline_of(uint32_t runtime);

/* Adds the line to the phase `from` and all later ones. */
void mlm_baseline_add(const struct mlm_estimate_request *request, struct mlm_ledger *ledger, size_t from);
