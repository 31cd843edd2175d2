/* NumPy 1.24.2 and 2.2.4 as Debian 12 and 13 ship them, with OpenBLAS 0.3.21 and 0.3.29. */
#include <errno.h>

#include "estimate/runtime.h"

/* Products use the data's own type where that is f64 or f32; other types are converted. */
static void convert(const struct mlm_estimate_request *request, struct mlm_ledger *ledger, size_t fit)
{
    bool narrow = request->value > MLM_VALUE_F32;
    mlm_symbol_set(&ledger->symbols, "v", narrow ? 8 : mlm_estimate_value_bytes(request->value),
        "bytes a value that is computed with");
    if (narrow)
        mlm_ledger_add(ledger, fit, fit, "the data as f64", "m·p·v", "X @ w of f16 or i8 and f64");
}

/* LAPACK is always called in f64: _commonType() returns double. */
static void lapack(const struct mlm_estimate_request *request, struct mlm_ledger *ledger, size_t fit)
{
    if (request->value != MLM_VALUE_F64)
        mlm_ledger_add(ledger, fit, fit, "the data as f64", "m·p·8", "numpy/linalg/linalg.py, _commonType()");
}

static int models(const struct mlm_estimate_request *request, struct mlm_ledger *ledger, size_t fit,
    struct mlm_error *error)
{
    switch (request->model) {
    case MLM_MODEL_NONE:
        return 0;
    case MLM_MODEL_LINEAR:
        lapack(request, ledger, fit);
        mlm_ledger_add(ledger, fit, fit, "lstsq's copy, by columns", "m·p·8",
            "numpy/linalg/umath_linalg.cpp, linearize_matrix()");
        mlm_ledger_add(ledger, fit, fit, "targets and residuals", "3·m·8", "the same");
        return 0;
    case MLM_MODEL_LOGISTIC:
        convert(request, ledger, fit);
        mlm_ledger_add(ledger, fit, fit, "margins, exp, sums, residuals", "4·m·v",
            "1/(1+np.exp(-(X@w)))-y: a temporary an operation");
        return 0;
    case MLM_MODEL_PCA:
    case MLM_MODEL_PCA_FULL:
        convert(request, ledger, fit);
        mlm_ledger_add(ledger, fit, fit, "centred copy", "m·p·v", "X - X.mean(axis=0)");
        if (request->value == MLM_VALUE_F32)
            lapack(request, ledger, fit);
        mlm_ledger_add(ledger, fit, fit, "svd: its copy, U, and U again", "3·m·p·8",
            "numpy/linalg/umath_linalg.cpp, init_gesdd(), delinearize_matrix()");
        return 0;
    default:
        return mlm_estimate_no_model(
            request, "it has none, linear, logistic and pca; sklearn has more", error);
    }
}

static int reckon(
    const struct mlm_estimate_request *request, struct mlm_ledger *ledger, struct mlm_error *error)
{
    if (request->storage != MLM_STORED_DENSE)
        return mlm_estimate_dense_only(request, "give --runtime sklearn, or --storage dense", error);
    if (request->workers)
        return mlm_error_set(
            error, -EINVAL, "numpy has no workers; leave out --workers, or give --runtime pytorch");
    if (request->stream && request->model != MLM_MODEL_NONE)
        return mlm_estimate_no_model(
            request, "with --stream there is none but --model none; sklearn has more", error);
    size_t load = mlm_ledger_phase(ledger, "load");
    mlm_version_add(request, ledger, load);
    if (request->stream) {
        mlm_ledger_add(ledger, load, load, request->reuse ? "a batch" : "batches: one read, one in use",
            request->reuse ? "x" : "2·x", "a generator's loop variable");
        return 0;
    }
    mlm_ledger_add(ledger, load, MLM_TO_THE_END, mlm_estimate_data_name(request),
        mlm_estimate_data_formula(request, false), "numpy.ndarray");
    if (request->split) {
        size_t split = mlm_ledger_phase(ledger, "split");
        mlm_ledger_add(ledger, split, MLM_TO_THE_END, "copies for training and test", "X",
            "X[indices] copies; X[a:b] would not");
    }
    if (request->model == MLM_MODEL_NONE)
        return 0;
    size_t fit = mlm_ledger_phase(ledger, "fit");
    mlm_ledger_add(ledger, load, MLM_TO_THE_END, "labels", "n·8", "int64 or f64");
    return models(request, ledger, fit, error);
}

const struct mlm_runtime mlm_runtime_numpy = {
    .tolerance = 0.15,
    .reckon = reckon,
};
