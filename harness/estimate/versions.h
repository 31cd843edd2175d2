/* Versions of the libraries with their measured figures: a row for each library and version. Formulas,
 * which are read from the libraries' source code, add to it.
 *
 *   library   name of a runtime, and the packages that have it
 *   version   one of its versions: the memory of a program that has no data yet, and coefficients
 *   known     a version is known if a row has its first two numbers: 1.4.2 stands for all of 1.4 */
#pragma once

#include <stdbool.h>

#include "estimate/ledger.h"
#include "estimate/request.h"

/* Figures that the source code does not show. */
enum mlm_coefficient {
    MLM_OF_HEAP_PLACES,     /* places in glibc's heap for each tensor of a step of training */
    MLM_OF_LAYER_PLACES,    /* the same for a transformer's activations */
    MLM_OF_WORKER_BYTES,    /* Python's pages that a worker of a DataLoader writes to */
    MLM_OF_COLLECTED_BYTES, /* the same, after a collection of all garbage */
    MLM_OF_SKETCHES,        /* share of the sketches' formula that is touched */
    MLM_OF_NODES,           /* nodes of a tree for each row, labels that are independent of the data */
    MLM_OF_FEWER_NODES,     /* the same, labels of which a tenth is independent */
    MLM_OF_NUMBER_COPIES,   /* copies of columns of numbers while a CSV file becomes a frame */
    MLM_OF_TEXT_COPIES,     /* copies of columns of pointers to texts */
    MLM_COEFFICIENTS
};

struct mlm_library {
    const char *name;     /* "scikit-learn" */
    const char *line;     /* name of the line that it has in a sum */
    const char *packages; /* names by which Python knows it, separated by blanks; NULL: it is no package */
};

extern const struct mlm_library mlm_libraries[MLM_RUNTIMES];

struct mlm_version {
    uint32_t runtime;   /* enum mlm_estimate_runtime */
    const char *number; /* "1.2.1"; "": it has none */
    const char *source; /* where and how it was measured */
    /* File pages that a run keeps using: they are reclaimable, and are read again afterwards. */
    double cached_bytes;
    /* Private pages, with the modules that the model needs; 0: the library has no such model. */
    double private_bytes[MLM_MODELS];
    double coefficients[MLM_COEFFICIENTS];
};

extern const struct mlm_version mlm_versions[]; /* ends with a NULL number; the newest of a runtime first */

/* The row to use for this version: of the same first two numbers, else the newest that is older, else the
 * oldest. `number` NULL: the newest. *ret_known: the row was made for it. */
const struct mlm_version *mlm_version_find(uint32_t runtime, const char *number, bool *ret_known);

/* Returns true if the library that the request is about has this version, or a later one. */
bool mlm_version_since(const struct mlm_estimate_request *request, unsigned major, unsigned minor);

/* A coefficient of the request's library. */
static inline double mlm_coefficient(
    const struct mlm_estimate_request *request, enum mlm_coefficient coefficient)
{
    return request->version->coefficients[coefficient];
}

/* Adds the memory that the library holds before it has data, to the phase `from` and all later ones. */
void mlm_version_add(const struct mlm_estimate_request *request, struct mlm_ledger *ledger, size_t from);
