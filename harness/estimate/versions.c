/* The table of versions. tests/bench/calibrate.py writes the rows of a release of Debian into a file of its
 * own, which is included here; the rows that are written by hand belong to no release. */
#include "estimate/versions.h"

#include <stdio.h>
#include <string.h>

#define MIB(n) ((n)*1048576.0)
#define LAST_MODEL (MLM_MODELS - 1)

const struct mlm_library mlm_libraries[MLM_RUNTIMES] = {
    [MLM_RUNTIME_C] = {"the own C worker", NULL, NULL},
    [MLM_RUNTIME_NUMPY] = {"NumPy", "Python with NumPy", "numpy"},
    [MLM_RUNTIME_SKLEARN] = {"scikit-learn", "Python with scikit-learn", "scikit-learn"},
    [MLM_RUNTIME_XGBOOST] = {"XGBoost", "Python with XGBoost", "xgboost xgboost-cpu"},
    [MLM_RUNTIME_PYTORCH] = {"PyTorch", "Python with PyTorch", "torch"},
    [MLM_RUNTIME_PANDAS] = {"pandas", "Python with pandas", "pandas"},
    [MLM_RUNTIME_LLAMA] = {"llama.cpp", "llama.cpp itself", NULL},
};

/* The newer release comes first. */
/* clang-format off */
const struct mlm_version mlm_versions[] = {
#include "estimate/measured_debian_13.h"
#include "estimate/measured_debian_12.h"
    /* clang-format on */
    {MLM_RUNTIME_C, "", NULL, 0, {0}, {0}},
    {MLM_RUNTIME_LLAMA, "b11549",
        "measured: Debian 12, the server of xllamacpp 2026.10.11549; private pages, less weights, cache, "
        "buffers, words",
        MIB(19), {[MLM_MODEL_LLM] = MIB(10)}, {0}},
    {.number = NULL},
};

struct number {
    unsigned major, minor;
};

/* The rest of a version ("1.13.0a0+gitunknown") says nothing about memory. */
static struct number number_of(const char *text)
{
    struct number number = {0, 0};
    (void)sscanf(text, "%9u.%9u", &number.major, &number.minor);
    return number;
}

static int compare(struct number a, struct number b)
{
    return a.major != b.major   ? (a.major < b.major ? -1 : 1)
           : a.minor != b.minor ? (a.minor < b.minor ? -1 : 1)
                                : 0;
}

const struct mlm_version *mlm_version_find(uint32_t runtime, const char *number, bool *ret_known)
{
    const struct mlm_version *found = NULL;
    *ret_known = true;
    for (const struct mlm_version *version = mlm_versions; version->number; version++) {
        if (version->runtime != runtime)
            continue;
        if (!number)
            return version;
        const int order = compare(number_of(version->number), number_of(number));
        *ret_known = order == 0;
        found = version;
        if (order <= 0)
            break;
    }
    return found;
}

bool mlm_version_since(const struct mlm_estimate_request *request, unsigned major, unsigned minor)
{
    return compare(number_of(request->library), (struct number){major, minor}) >= 0;
}

void mlm_version_add(const struct mlm_estimate_request *request, struct mlm_ledger *ledger, size_t from)
{
    mlm_ledger_add_measured(ledger, from, MLM_TO_THE_END, mlm_libraries[request->runtime].line,
        request->version->private_bytes[request->model], request->version->source);
}
