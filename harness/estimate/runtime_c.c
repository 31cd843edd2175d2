/* The own worker (mlmembench-worker): the formulas of its suites, whose peak_bytes() are held to measurement
 * within 5 %; tests hold these to those. */
#include <errno.h>

#include "estimate/runtime.h"

#define SUITE_STORAGE "suites/storage/regression.c, parts_of()"
#define SUITE_BATCH "suites/batch/model.c, batch_model_bytes()"
#define SUITE_LOADING "suites/loading/loading.c"
#define BASELINE_SOURCE "measured: self/null (suites/workload.h)"

#define KIB(n) ((n)*1024.0)

/* Where OpenBLAS computes: its tables, measured with 0.3.21 (suites/storage/storage.c). */
static void blas(struct mlm_ledger *ledger, size_t from, double bytes)
{
    mlm_ledger_add_measured(ledger, from, MLM_TO_THE_END, "OpenBLAS", bytes, "measured: OpenBLAS 0.3.21");
}

static int regression(
    const struct mlm_estimate_request *request, struct mlm_ledger *ledger, struct mlm_error *error)
{
    if (request->stream)
        return mlm_error_set(error, -EINVAL,
            "the own worker's logistic regression holds its data; leave out --stream, or give --model none");
    if (request->split)
        return mlm_error_set(
            error, -EINVAL, "the own worker fits all rows; leave out --split, or give --model none");
    double real = request->value == MLM_VALUE_F64 ? 8 : 4;
    mlm_symbol_set(&ledger->symbols, "r", real, "bytes of what sums are made in");
    size_t fit = mlm_ledger_phase(ledger, "fit");
    mlm_ledger_add(ledger, fit, fit, mlm_estimate_data_name(request),
        mlm_estimate_data_formula(request, false), "suites/storage/matrix.c, mlm_matrix_core_bytes()");
    mlm_ledger_add(ledger, fit, fit, "margins, then residuals", "n·r", SUITE_STORAGE);
    mlm_ledger_add(ledger, fit, fit, "weights and gradients", "p·(8+8+2·r)", SUITE_STORAGE);
    mlm_ledger_add(ledger, fit, fit, "labels", "n", SUITE_STORAGE);
    if (request->storage == MLM_STORED_DENSE)
        blas(ledger, fit, KIB(320));
    return 0;
}

/* Training one batch after the other; inputs are generated. */
static int perceptron(
    const struct mlm_estimate_request *request, struct mlm_ledger *ledger, struct mlm_error *error)
{
    if (request->checkpoint)
        return mlm_error_set(
            error, -EINVAL, "the own worker has no checkpointing; leave it out, or give --runtime pytorch");
    mlm_estimate_network(request, ledger);
    double widest = mlm_symbol_find(&ledger->symbols, "W")->value, rows = (double)request->batch;
    /* blas_bytes() of suites/batch/batch.c: packed operands. */
    double depth = widest < 512 ? widest : 512, block = 65536 / widest < 512 ? 512 : 65536 / widest;
    double panel = rows < block ? rows : block;
    size_t train = mlm_ledger_phase(ledger, "train");
    mlm_ledger_add(ledger, train, train, "weights, f32", "4·P", SUITE_BATCH);
    mlm_ledger_add(ledger, train, train, "gradients", "4·P", SUITE_BATCH);
    mlm_ledger_add(ledger, train, train, "optimizer's state", "4·o·P", SUITE_BATCH);
    mlm_ledger_add(ledger, train, train, "activations of all layers", "4·B·A", SUITE_BATCH);
    mlm_ledger_add(ledger, train, train, "deltas of two layers", "2·4·B·W", SUITE_BATCH);
    blas(ledger, train, KIB(300) + (depth + panel) * depth * 4);
    return 0;
}

/* Reading the data, and passing over it once. Everything in memory is f32. */
static int loading(
    const struct mlm_estimate_request *request, struct mlm_ledger *ledger, struct mlm_error *error)
{
    if (request->value != MLM_VALUE_F32)
        return mlm_error_set(
            error, -EINVAL, "the own worker reads into f32; give --value f32, or --runtime numpy");
    if (request->storage != MLM_STORED_DENSE && request->storage != MLM_STORED_CSR)
        return mlm_estimate_dense_only(request, "give dense or csr", error);
    if (request->workers > 1)
        return mlm_error_set(error, -EINVAL, "the own worker reads with one thread; give --workers 1");
    bool sparse = request->storage == MLM_STORED_CSR;
    size_t load = mlm_ledger_phase(ledger, "load");
    mlm_ledger_add_measured(
        ledger, load, MLM_TO_THE_END, "the reader's buffer", KIB(256), "suites/data/reader.h");
    if (request->stream) {
        uint64_t ahead = request->workers || request->prefetch ? request->prefetch + 2 : 1;
        uint64_t held = request->batch * ahead < request->rows ? request->batch * ahead : request->rows;
        mlm_symbol_set(&ledger->symbols, "H", (double)held, "rows held: B·(q+2), or B without prefetch");
        mlm_ledger_add(ledger, load, load, "batches: read, waiting, in use",
            sparse ? "H/n·z·(s+4)+H·12" : "H·p·s", SUITE_LOADING ", prefetch_core()");
        return 0;
    }
    /* suites/data/block.c: starts of 8 bytes and labels beside values and indices. */
    mlm_ledger_add(ledger, load, MLM_TO_THE_END, mlm_estimate_data_name(request),
        sparse ? "z·(s+4)+(n+1)·8+n·4" : "n·p·s", "suites/data/block.c, mlm_block_bytes()");
    if (request->split) {
        size_t split = mlm_ledger_phase(ledger, "split");
        mlm_ledger_add(ledger, split, split, "copies for training and test",
            sparse ? "z·(s+4)+(n+2)·8+n·4" : "n·p·s", SUITE_LOADING ", split_peak()");
    }
    return 0;
}

static int reckon(
    const struct mlm_estimate_request *request, struct mlm_ledger *ledger, struct mlm_error *error)
{
    int r = 0;
    switch (request->model) {
    case MLM_MODEL_NONE:
        r = loading(request, ledger, error);
        break;
    case MLM_MODEL_LOGISTIC:
        r = regression(request, ledger, error);
        break;
    case MLM_MODEL_MLP:
        r = perceptron(request, ledger, error);
        break;
    default:
        return mlm_estimate_no_model(request, "the own worker has none, logistic and mlp", error);
    }
    mlm_ledger_add_measured(ledger, 0, MLM_TO_THE_END, "the worker itself", KIB(1024), BASELINE_SOURCE);
    return r;
}

const struct mlm_runtime mlm_runtime_c = {
    .title = "the own C worker",
    .tolerance = 0.05,
    .cached_bytes = 0,
    .reckon = reckon,
};
