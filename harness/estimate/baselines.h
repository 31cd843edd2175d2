/* What a runtime holds before it has any data, as measured: a row of a table for each library and version.
 * Formulas count from there. */
#pragma once

#include "estimate/ledger.h"
#include "estimate/request.h"

struct mlm_baseline {
    uint32_t runtime;   /* enum mlm_estimate_runtime */
    const char *title;  /* "scikit-learn 1.2.1": what the formulas were read from, too */
    const char *name;   /* of the line */
    const char *source; /* where and how it was measured */
    /* Pages of its files that a run keeps using: they can be given back, and are read again afterwards. */
    double cached_bytes;
    /* With the modules that a model needs; 0: the library has no such model. */
    double private_bytes[MLM_MODELS];
};

extern const struct mlm_baseline mlm_baselines[]; /* ended by a NULL title; the first of a runtime counts */

const struct mlm_baseline *mlm_baseline_of(uint32_t runtime);

/* Adds the line to a phase and all that follow. */
void mlm_baseline_add(const struct mlm_estimate_request *request, struct mlm_ledger *ledger, size_t from);
