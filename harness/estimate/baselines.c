/* The table of baselines. A new version is a row before the old one; a new runtime is a row and a file of
 * formulas. */
#include "estimate/baselines.h"

#define MIB(n) ((n)*1048576.0)
#define LAST_MODEL (MLM_MODELS - 1)

const struct mlm_baseline mlm_baselines[] = {
    {MLM_RUNTIME_C, "the own C worker", NULL, NULL, 0, {0}},
    {MLM_RUNTIME_NUMPY, "NumPy 1.24.2", "Python 3.11 with NumPy",
        "measured: Debian 12, numpy 1.24.2; private pages", MIB(17), {[0 ... LAST_MODEL] = MIB(16.5)}},
    {MLM_RUNTIME_SKLEARN, "scikit-learn 1.2.1", "Python with scikit-learn",
        "measured: Debian 12, Python 3.11, scikit-learn 1.2.1, a fit of 200 rows; private pages", MIB(38),
        {[MLM_MODEL_NONE] = MIB(60.6),
            [MLM_MODEL_LINEAR] = MIB(66.2),
            [MLM_MODEL_LOGISTIC] = MIB(66.1),
            [MLM_MODEL_KMEANS] = MIB(69.5),
            [MLM_MODEL_PCA] = MIB(66.9),
            [MLM_MODEL_PCA_RANDOMIZED] = MIB(67.1),
            [MLM_MODEL_KNN] = MIB(67.9),
            [MLM_MODEL_FOREST] = MIB(69.5),
            [MLM_MODEL_HIST] = MIB(70.0)}},
    {MLM_RUNTIME_XGBOOST, "XGBoost 1.7.4", "Python with XGBoost",
        "measured: Debian 12, Python 3.11, XGBoost 1.7.4 (it imports scikit-learn), a fit of 200 rows; "
        "private pages",
        MIB(45), {[MLM_MODEL_NONE] = MIB(89.9), [MLM_MODEL_HIST] = MIB(89.9), [MLM_MODEL_EXACT] = MIB(86.2)}},
    {MLM_RUNTIME_PYTORCH, "PyTorch 1.13.1", "Python with PyTorch",
        "measured: Debian 12, Python 3.11, PyTorch 1.13.1, a step of 32 rows; private pages", MIB(114),
        {[0 ... LAST_MODEL] = MIB(115.8)}},
    {MLM_RUNTIME_LLAMA, "llama.cpp b11549", "llama.cpp itself",
        "measured: Debian 12, the server of xllamacpp 2026.10.11549; private pages, less weights, cache, buffers, words",
        MIB(19), {[MLM_MODEL_LLM] = MIB(10)}},
    {.title = NULL},
};

const struct mlm_baseline *mlm_baseline_of(uint32_t runtime)
{
    const struct mlm_baseline *baseline = mlm_baselines;
    while (baseline->title && baseline->runtime != runtime)
        baseline++;
    return baseline;
}

void mlm_baseline_add(const struct mlm_estimate_request *request, struct mlm_ledger *ledger, size_t from)
{
    const struct mlm_baseline *baseline = mlm_baseline_of(request->runtime);
    mlm_ledger_add_measured(ledger, from, MLM_TO_THE_END, baseline->name,
        baseline->private_bytes[request->model], baseline->source);
}
