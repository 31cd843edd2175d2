/* Our own worker (mlmembench-worker). Its suites know the memory of their workloads, so they are asked. Tests
 * hold their peak_bytes() to within 5 % of measurements. */
#include <errno.h>

#include "estimate/runtime.h"

/* Refuses models that none of its workloads has. */
static int possible(const struct mlm_estimate_request *request, struct mlm_error *error)
{
    if (request->model == MLM_MODEL_LOGISTIC && request->stream)
        return mlm_error_set(error, -EINVAL,
            "the own worker's logistic regression holds its data; leave out --stream, or give --model none");
    if (request->model == MLM_MODEL_LOGISTIC && request->split)
        return mlm_error_set(
            error, -EINVAL, "the own worker fits all rows; leave out --split, or give --model none");
    if (request->model == MLM_MODEL_MLP && request->checkpoint)
        return mlm_error_set(
            error, -EINVAL, "the own worker has no checkpointing; leave it out, or give --runtime pytorch");
    if (request->model == MLM_MODEL_LOGISTIC || request->model == MLM_MODEL_MLP)
        return 0;
    if (request->model != MLM_MODEL_NONE)
        return mlm_estimate_no_model(request, "the own worker has none, logistic and mlp", error);
    if (request->value != MLM_VALUE_F32)
        return mlm_error_set(
            error, -EINVAL, "the own worker reads into f32; give --value f32, or --runtime numpy");
    if (request->storage != MLM_STORED_DENSE && request->storage != MLM_STORED_CSR)
        return mlm_estimate_dense_only(request, "give dense or csr", error);
    if (request->workers > 1)
        return mlm_error_set(error, -EINVAL, "the own worker reads with one thread; give --workers 1");
    return 0;
}

static int reckon(
    const struct mlm_estimate_request *request, struct mlm_ledger *ledger, struct mlm_error *error)
{
    struct mlm_estimate_answer answer = {.workload = NULL};
    int r = possible(request, error);
    if (r == 0 && !request->own)
        r = mlm_error_set(error, -EINVAL, "the own worker's suites are not loaded; give another --runtime");
    if (r == 0)
        r = request->own->ask(request->own->context, request, &answer, error);
    if (r < 0)
        return r;
    mlm_symbol_set(&ledger->symbols, "C", answer.core_bytes, "core bytes, by the suite's own formula");
    mlm_symbol_set(&ledger->symbols, "K", answer.peak_bytes, "peak bytes, by the suite's own formula");
    ledger->page_bytes = 0; /* the peak includes the page tables */
    size_t run = mlm_ledger_phase(ledger, "run");
    mlm_ledger_add(ledger, run, run, "the job's data: core bytes", "C", answer.workload);
    mlm_ledger_add(ledger, run, run, "copies, buffers, the worker itself", "K−C", answer.workload);
    return 0;
}

const struct mlm_runtime mlm_runtime_c = {
    .tolerance = 0.05,
    .reckon = reckon,
};
