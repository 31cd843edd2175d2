/* Every line of every runtime against a value worked out by hand. */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/size.h"
#include "estimate/estimate.h"
#include "estimate/runtime.h"

#define MIB 1048576.0

#define REQUEST(...) ((struct mlm_estimate_request){__VA_ARGS__})
#define SKLEARN(m, ...) REQUEST(.runtime = MLM_RUNTIME_SKLEARN, .model = MLM_MODEL_##m, __VA_ARGS__)
#define XGBOOST(m, ...) REQUEST(.runtime = MLM_RUNTIME_XGBOOST, .model = MLM_MODEL_##m, __VA_ARGS__)
#define PYTORCH(...)                                                                                         \
    REQUEST(.runtime = MLM_RUNTIME_PYTORCH, .model = MLM_MODEL_MLP, .value = MLM_VALUE_F32, __VA_ARGS__)
#define NUMPY(m, ...) REQUEST(.runtime = MLM_RUNTIME_NUMPY, .model = MLM_MODEL_##m, __VA_ARGS__)
#define OWN(m, ...) REQUEST(.runtime = MLM_RUNTIME_C, .model = MLM_MODEL_##m, __VA_ARGS__)

/* Pages have 4 KiB unless a test says otherwise. */
static struct mlm_estimate estimate_of(struct mlm_estimate_request request)
{
    struct mlm_estimate estimate;
    struct mlm_error error = {0};
    if (!request.page_bytes)
        request.page_bytes = 4096;
    if (mlm_estimate_make(&request, &estimate, &error) < 0)
        fail_msg("%s", error.text);
    return estimate;
}

static double bytes_of(const struct mlm_estimate *estimate, const char *name)
{
    for (size_t i = 0; i < estimate->ledger.line_count; i++)
        if (strcmp(estimate->ledger.lines[i].name, name) == 0)
            return estimate->ledger.lines[i].bytes;
    fail_msg("no line '%s'", name);
    return 0;
}

static bool has(const struct mlm_estimate *estimate, const char *name)
{
    bool found = false;
    for (size_t i = 0; i < estimate->ledger.line_count; i++)
        found |= strcmp(estimate->ledger.lines[i].name, name) == 0;
    return found;
}

static void holds(const struct mlm_estimate_request *request, const char *name, double bytes)
{
    struct mlm_estimate estimate = estimate_of(*request);
    double got = bytes_of(&estimate, name);
    if (fabs(got - bytes) > 0.5)
        fail_msg("'%s' is %.1f, not %.1f", name, got, bytes);
}

struct expected {
    const char *name;
    double bytes;
};

static void holds_all(struct mlm_estimate_request request, const struct expected *expected, size_t count)
{
    for (size_t i = 0; i < count; i++)
        holds(&request, expected[i].name, expected[i].bytes);
}

#define HOLDS(request, ...)                                                                                  \
    do {                                                                                                     \
        const struct expected expected[] = {__VA_ARGS__};                                                    \
        holds_all(request, expected, sizeof expected / sizeof *expected);                                    \
    } while (0)

static void test_data(void **state)
{
    (void)state;
    /* 1000 · 20 · 8; a tenth of it is 2000 values, CSR: 2000·(8+4) + 1001·4; CSC: 2000·12 + 21·4; COO:
     * 2000·16. */
    HOLDS(SKLEARN(NONE, .rows = 1000, .columns = 20), {"data, dense f64", 160000});
    HOLDS(SKLEARN(NONE, .rows = 1000, .columns = 20, .value = MLM_VALUE_I8), {"data, dense i8", 20000});
    HOLDS(SKLEARN(NONE, .rows = 1000, .columns = 20, .value = MLM_VALUE_F16), {"data, dense f16", 40000});
    HOLDS(SKLEARN(NONE, .rows = 1000, .columns = 20, .density = 0.1, .storage = MLM_STORED_CSR),
        {"data, CSR of f64", 28004});
    HOLDS(SKLEARN(NONE, .rows = 1000, .columns = 20, .density = 0.1, .storage = MLM_STORED_CSC),
        {"data, CSC of f64", 24084});
    HOLDS(SKLEARN(NONE, .rows = 1000, .columns = 20, .density = 0.1, .storage = MLM_STORED_COO),
        {"data, COO of f64", 32000});
    /* Nonzeros of a file that was looked at; 64-bit indices beyond 2^31 of them. */
    HOLDS(SKLEARN(NONE, .rows = 1000, .columns = 20, .nonzeros = 7, .storage = MLM_STORED_COO),
        {"data, COO of f64", 112});
    HOLDS(SKLEARN(NONE, .rows = 3000000000, .columns = 1, .storage = MLM_STORED_COO),
        {"data, COO of f64", 3e9 * 24});
}

static void test_sklearn(void **state)
{
    (void)state;
    HOLDS(SKLEARN(LOGISTIC, .rows = 1000, .columns = 20, .value = MLM_VALUE_F32), {"data, dense f32", 80000},
        {"the data as f64", 160000}, {"labels", 8000}, {"weights, margins, loss, gradients", 64000},
        {"Python with scikit-learn", 66.1 * MIB});
    HOLDS(SKLEARN(LOGISTIC, .rows = 1000, .columns = 20, .density = 0.1, .storage = MLM_STORED_COO),
        {"the data as CSR", 28004});
    /* A fifth is held out: 800 rows are fitted. */
    HOLDS(SKLEARN(LOGISTIC, .rows = 1000, .columns = 20, .split = true),
        {"copies for training and test", 168000}, {"weights, margins, loss, gradients", 51200});
    HOLDS(SKLEARN(LINEAR, .rows = 1000, .columns = 20), {"centred copy", 160000},
        {"lstsq's copy, by columns", 160000}, {"targets, weights, residuals", 64000});
    /* k = 8: 2 + floor(ln 8) = 4 candidates. */
    HOLDS(SKLEARN(KMEANS, .rows = 1000, .columns = 20), {"centred copy", 160000},
        {"deviations, for the tolerance", 160000}, {"weights, norms, labels", 24000},
        {"distances to candidates", 96000}, {"centres", 4 * 8 * 20 * 8});
    HOLDS(SKLEARN(KMEANS, .rows = 1000, .columns = 20, .density = 0.1, .storage = MLM_STORED_CSR),
        {"copy", 28004}, {"the data transposed", 28004}, {"their product, sparse", 48000});
    HOLDS(SKLEARN(PCA, .rows = 1000, .columns = 20), {"centred copy", 160000},
        {"svd's copy, then |U|", 160000}, {"U, left singular vectors", 160000},
        {"Vt and LAPACK's workspace", 6 * 20 * 20 * 8});
    HOLDS(SKLEARN(PCA_RANDOMIZED, .rows = 1000, .columns = 20, .components = 5),
        {"random projections and their LU", 4 * 1000 * 15 * 8});
    HOLDS(SKLEARN(KNN, .rows = 1000, .columns = 20, .batch = 100), {"classes and norms", 24000},
        {"queries", 16000}, {"neighbours found", 3 * 100 * 5 * 8});
    HOLDS(SKLEARN(KNN, .rows = 1000, .columns = 20, .batch = 100, .density = 0.1, .storage = MLM_STORED_CSR),
        {"copy", 28004});
    HOLDS(SKLEARN(LINEAR, .rows = 1000, .columns = 20, .density = 0.1, .storage = MLM_STORED_CSC),
        {"copy", 24084}, {"copy times weights", 24084});
    HOLDS(SKLEARN(FOREST, .rows = 1000, .columns = 20, .trees = 10, .depth = 3), {"the data as f32", 80000},
        {"trees: at most n/4 nodes of 72 bytes", 10 * 16 * 72}, {"labels, bootstrap, samples", 48000});
    HOLDS(
        SKLEARN(FOREST, .rows = 1000, .columns = 20, .trees = 10, .storage = MLM_STORED_CSR, .density = 0.1),
        {"the data as CSC", 2000 * 8 + 21 * 4}, {"trees: at most n/4 nodes of 72 bytes", 10 * 250 * 72});
    /* Early stopping holds out a tenth of more than 10,000 rows; of more than 200,000 a sample is binned. */
    HOLDS(SKLEARN(HIST, .rows = 300000, .columns = 2, .value = MLM_VALUE_F32), {"the data as f64", 4800000},
        {"training and validation copies", 4800000}, {"labels, three times", 7200000},
        {"sample of 200,000 rows", 3200000}, {"binned values, a byte each", 600000},
        {"mask of missing values", 540000}, {"predictions, gradients, rows of nodes", 300000 * 28},
        {"histograms of the leaves", 20 * 2 * 256 * 31});
    struct mlm_estimate few = estimate_of(SKLEARN(HIST, .rows = 10000, .columns = 2));
    assert_false(has(&few, "training and validation copies") || has(&few, "sample of 200,000 rows"));
}

static void test_sklearn_streams(void **state)
{
    (void)state;
    HOLDS(
        SKLEARN(LOGISTIC, .rows = 1000, .columns = 20, .batch = 100, .stream = true, .value = MLM_VALUE_F32),
        {"batches: one made, one in use", 16000}, {"the batch, and the place of the last", 16000},
        {"the batch converted", 16000}, {"weights of rows and columns", 8 * (400 + 80)});
    HOLDS(SKLEARN(KMEANS, .rows = 1000000, .columns = 50, .batch = 100000, .stream = true),
        {"the batch", 40000000}, {"centres and distances", 4 * 8 * 50 * 8 + 4 * 100000 * 8});
    HOLDS(SKLEARN(PCA, .rows = 1000, .columns = 20, .batch = 100, .stream = true),
        {"stacked copy, and svd's copy, f64", 32000}, {"U, left singular vectors", 16000},
        {"Vt and LAPACK's workspace", 6 * 20 * 20 * 8});
}

/* The caller's data may be overwritten: no copy. What was converted is the library's own. */
/* What the libraries do by default, and can be told not to. */
static void test_sklearn_defaults(void **state)
{
    (void)state;
    struct mlm_estimate_request forest = SKLEARN(HIST, .rows = 20000, .columns = 10);
    HOLDS(forest, {"training and validation copies", 1600000});
    forest.no_early_stopping = true;
    struct mlm_estimate estimate = estimate_of(forest);
    assert_false(has(&estimate, "training and validation copies"));
    struct mlm_estimate_request centres = SKLEARN(KMEANS, .rows = 1000, .columns = 10);
    HOLDS(centres, {"deviations, for the tolerance", 80000}, {"distances to candidates", 3 * 4 * 8000});
    centres.no_tolerance = true;
    centres.init = MLM_INIT_RANDOM;
    estimate = estimate_of(centres);
    assert_false(has(&estimate, "deviations, for the tolerance"));
    assert_false(has(&estimate, "distances to candidates"));
    /* A new batch is made while the last is still there, and its place is not given back. */
    struct mlm_estimate_request stream =
        SKLEARN(KMEANS, .rows = 10000, .columns = 10, .stream = true, .batch = 1000);
    HOLDS(stream, {"the batch, and the place of the last", 160000});
    stream.malloc = MLM_MALLOC_FIXED;
    HOLDS(stream, {"the batch", 80000}, {"batches: one made, one in use", 160000});
    stream.reuse = true;
    estimate = estimate_of(stream);
    assert_false(has(&estimate, "batches: one made, one in use"));
    HOLDS(SKLEARN(PCA, .rows = 10000, .columns = 10, .stream = true, .batch = 1000, .reuse = true),
        {"the batch, and the place of its copy", 160000});
}

static void test_sklearn_copies(void **state)
{
    (void)state;
    struct mlm_estimate in_place = estimate_of(SKLEARN(PCA, .rows = 1000, .columns = 20, .in_place = true));
    struct mlm_estimate converted =
        estimate_of(SKLEARN(PCA, .rows = 1000, .columns = 20, .value = MLM_VALUE_F16));
    assert_false(has(&in_place, "centred copy"));
    assert_false(has(&converted, "centred copy"));
    assert_true(has(&converted, "the data as f64"));
}

static void test_xgboost(void **state)
{
    (void)state;
    /* 200,000 rows, 256 bins: eps = 1/2048; 5 levels of 5·2048+1 = 10241 entries reach 327,712 rows, 4 would
     * reach 131,088. The queue of 20482 fills 9 times: binary 1001, levels 1 to 4 and the work space; the
     * vector doubled from 4. */
    HOLDS(XGBOOST(HIST, .rows = 200000, .columns = 10, .value = MLM_VALUE_F32, .trees = 2),
        {"DMatrix: column and f32 of each entry", 16000000 + 1600008}, {"labels, and XGBoost's own", 2400000},
        {"sketches of the columns", 10.0 * 10241 * (48 + 16 * (5 + 4))},
        {"sketches, reduced", 10 * 2048 * 16}, {"binned values, by rows", 2000000},
        {"binned values, by columns", 2250000}, {"histograms of a tree's nodes", 16 * 10 * 256 * 128},
        {"gradients, predictions, rows of nodes", 6400000},
        {"trees: at most n/4 nodes of 64 bytes", 2 * 128 * 64});
    HOLDS(XGBOOST(HIST, .rows = 7500, .columns = 10, .bins = 1000, .depth = 9),
        {"binned values, by rows", 150000}, {"histograms of a tree's nodes", 16 * 10 * 1000 * 100});
    /* A twentieth of 10,000 rows: columns of 500, of which 500 bins at most; eps = 1/2048, one level holds
     * all. */
    HOLDS(XGBOOST(HIST, .rows = 10000, .columns = 10, .density = 0.05, .storage = MLM_STORED_CSR),
        {"DMatrix: column and f32 of each entry", 40000 + 80008}, {"sketches of the columns", 10 * 500 * 16},
        {"binned values, by rows", 20000 + 80008}, {"binned values, by columns", 5000 * 9.125});
    HOLDS(XGBOOST(HIST, .rows = 10000, .columns = 10, .density = 0.5, .storage = MLM_STORED_CSR),
        {"binned values, by columns", 100000 * 1.125});
    HOLDS(XGBOOST(EXACT, .rows = 10000, .columns = 10), {"DMatrix: column and f32 of each entry", 880008},
        {"the same by columns, sorted", 800088});
    HOLDS(XGBOOST(HIST, .rows = 10000, .columns = 10, .value = MLM_VALUE_F16), {"the data as f32", 400000});
    /* Of i8 two levels hold all values, and few of their pages are touched; of f16 one less is filled, and 2
     * were outgrown. */
    HOLDS(XGBOOST(HIST, .rows = 200000, .columns = 10, .value = MLM_VALUE_I8),
        {"sketches of the columns", 160.0 * (10241 + 3 * 256)});
    HOLDS(XGBOOST(HIST, .rows = 200000, .columns = 10, .value = MLM_VALUE_F16),
        {"sketches of the columns", 10.0 * 10241 * (48 + 16 * (4 + 2))});
    /* A tenth of dense values other than 0: 40,000 that follow on another one, and 2 · 10241 fill the queue
     * once. */
    HOLDS(XGBOOST(HIST, .rows = 200000, .columns = 10, .density = 0.1),
        {"sketches of the columns", 10.0 * 10241 * 16 * (1 + 4)});
    HOLDS(XGBOOST(HIST, .rows = 200000, .columns = 10, .distinct = 15),
        {"sketches of the columns", 160.0 * (10241 + 3 * 15)}, {"sketches, reduced", 10 * 15 * 16},
        {"histograms of a tree's nodes", 16 * 10 * 15 * 128});
    HOLDS(XGBOOST(HIST, .rows = 1000, .columns = 20, .density = 0.1, .storage = MLM_STORED_COO),
        {"the data as CSR", 28004});
    struct mlm_estimate direct = estimate_of(XGBOOST(HIST, .rows = 10000, .columns = 10, .quantile = true));
    assert_false(has(&direct, "DMatrix: column and f32 of each entry"));
    HOLDS(XGBOOST(HIST, .rows = 10000, .columns = 10, .batch = 100, .stream = true),
        {"batches: one made, one in use", 16000});
}

static void test_pytorch(void **state)
{
    (void)state;
    /* 20·30+30 + 30·2+2 = 692 parameters; 32 units behind the input. */
    HOLDS(PYTORCH(.rows = 1000, .columns = 20, .batch = 100, .optimizer = MLM_OPTIMIZER_ADAM,
              .widths = {20, 30, 2}, .width_count = 3),
        {"weights, f32", 2768}, {"gradients", 2768}, {"optimizer's state", 5536}, {"the batch", 8000},
        {"outputs of all layers", 4 * 100 * 32}, {"shuffled order, as Python's numbers", 40000});
    /* 10 batches, of which a worker makes 5: none is collected for. Rows of one number are collected for
     * after 44 batches with more than 700 containers; beyond that it may be either. */
    HOLDS(PYTORCH(.rows = 1000, .columns = 20, .optimizer = MLM_OPTIMIZER_MOMENTUM, .widths = {20, 30, 2},
              .width_count = 3, .workers = 2, .batch = 100),
        {"optimizer's state", 2768}, {"workers: Python pages they write to", 18 * MIB},
        {"batches read ahead, and one in use", 40000});
    HOLDS(PYTORCH(.rows = 17600, .columns = 20, .workers = 2, .batch = 200),
        {"workers: Python pages they write to", 58 * MIB});
    HOLDS(PYTORCH(.rows = 17400, .columns = 20, .workers = 2, .batch = 200),
        {"workers: Python pages they write to", 18 * MIB});
    HOLDS(PYTORCH(.rows = 17600, .columns = 20, .workers = 2, .batch = 174),
        {"workers: Python pages they write to", 18 * MIB});
    HOLDS(PYTORCH(.rows = 8800, .columns = 20, .workers = 2, .batch = 200, .persistent = true, .epochs = 2),
        {"workers: Python pages they write to", 58 * MIB});
    HOLDS(PYTORCH(.rows = 176000, .columns = 20, .workers = 2, .batch = 200, .stream = true),
        {"workers: Python pages they write to", 18 * MIB});
    /* 9 layers, 17 modules, 3 segments of 5 modules, the last of 7, or 4 layers. */
    HOLDS(PYTORCH(.rows = 1000, .columns = 8, .batch = 10, .checkpoint = true,
              .widths = {8, 8, 8, 8, 8, 8, 8, 8, 8, 8}, .width_count = 10),
        {"outputs of segments, one recomputed", 4.0 * 10 * (3 + 4) * 72 / 9});
    /* Rows of 80 + 32·8 = 336 bytes that are written to; 1 + 4096/336 of them have a part in a page, and a
     * worker reads half. */
    HOLDS(PYTORCH(.rows = 1000, .columns = 8, .workers = 2, .workers_copied = true),
        {"data, lists of Python numbers", 408000},
        {"workers: their copies of the objects", 2 * 336000 * (1 - pow(0.5, 1 + 4096 / 336.0))});
    HOLDS(PYTORCH(.rows = 1000, .columns = 300, .workers = 4, .workers_copied = true, .persistent = true,
              .epochs = 3),
        {"workers: their copies of the objects", 4 * 9680000.0 * (1 - pow(0.75, 3 * (1 + 4096 / 9680.0)))});
    HOLDS(PYTORCH(.rows = 1000, .columns = 8, .workers = 2, .stream = true, .batch = 50),
        {"batches that workers are making", 2 * 50 * 8 * 4});
}

/* Pages are the machine's, in every formula that knows of them. */
static void test_pages(void **state)
{
    (void)state;
    static const uint64_t pages[] = {4096, 16384, 65536};
    static const char *const formulas[] = {"sum/512", "sum/2048", "sum/8192"};
    for (size_t i = 0; i < 3; i++) {
        double page = (double)pages[i];
        HOLDS(
            PYTORCH(.rows = 1000, .columns = 8, .workers = 2, .workers_copied = true, .page_bytes = pages[i]),
            {"workers: their copies of the objects", 2 * 336000 * (1 - pow(0.5, 1 + page / 336.0))});
        struct mlm_estimate estimate = estimate_of(
            NUMPY(NONE, .rows = 20000, .columns = 500, .value = MLM_VALUE_F32, .page_bytes = pages[i]));
        assert_true(fabs(estimate.needs_bytes - (40000000 + 16.5 * MIB) * (1 + 8 / page)) < 1);
        assert_string_equal(estimate.ledger.lines[estimate.ledger.line_count - 1].formula, formulas[i]);
    }
    /* Where nothing is said, this machine's. */
    struct mlm_estimate here;
    assert_int_equal(
        mlm_estimate_make(&NUMPY(NONE, .rows = 10, .columns = 5, .value = MLM_VALUE_F32), &here, NULL), 0);
    assert_int_equal(here.request.page_bytes, sysconf(_SC_PAGESIZE));
}

/* What the heap does not take again is in the sum, and in how far it may be off. */
static void test_pytorch_heap(void **state)
{
    (void)state;
    struct mlm_estimate_request request = PYTORCH(.rows = 10000, .columns = 512, .batch = 4096,
        .optimizer = MLM_OPTIMIZER_SGD, .width_count = 34);
    for (size_t i = 0; i < request.width_count; i++)
        request.widths[i] = 512;
    struct mlm_estimate moving = estimate_of(request);
    request.malloc = MLM_MALLOC_FIXED;
    struct mlm_estimate fixed = estimate_of(request);
    assert_true(moving.tolerance > fixed.tolerance);
    assert_true(fixed.tolerance == 0.15);
    assert_true(strstr(mlm_estimate_doubt(&moving), "holes"));
    assert_null(mlm_estimate_doubt(&fixed));
    assert_true(moving.needs_bytes > fixed.needs_bytes + 200 * MIB);
    assert_true(bytes_of(&moving, "outputs of all layers") == bytes_of(&fixed, "outputs of all layers"));
    double holes = bytes_of(&moving, "gradients on the way, holes in the heap");
    assert_true(moving.ledger.doubt_bytes >= holes / 4 - 1);
    /* One step: the optimizer's state comes when activations are gone. */
    request.optimizer = MLM_OPTIMIZER_ADAM;
    request.epochs = 1;
    request.batch = 4;
    request.rows = 4;
    struct mlm_estimate once = estimate_of(request);
    assert_true(once.needs_bytes < moving.needs_bytes);
}

static void test_numpy(void **state)
{
    (void)state;
    HOLDS(NUMPY(LINEAR, .rows = 1000, .columns = 20, .value = MLM_VALUE_F32), {"the data as f64", 160000},
        {"lstsq's copy, by columns", 160000}, {"targets and residuals", 24000});
    HOLDS(NUMPY(LOGISTIC, .rows = 1000, .columns = 20, .value = MLM_VALUE_F32),
        {"margins, exp, sums, residuals", 16000});
    HOLDS(NUMPY(PCA, .rows = 1000, .columns = 20), {"centred copy", 160000},
        {"svd: its copy, U, and U again", 480000});
    HOLDS(NUMPY(NONE, .rows = 1000, .columns = 20, .stream = true, .batch = 10),
        {"batches: one read, one in use", 3200});
}

static void refused(struct mlm_estimate_request request, const char *says)
{
    struct mlm_estimate estimate;
    struct mlm_error error = {0};
    assert_int_equal(mlm_estimate_make(&request, &estimate, &error), -EINVAL);
    if (!strstr(error.text, says))
        fail_msg("'%s' does not say '%s'", error.text, says);
}

static int ask(void *context, const struct mlm_estimate_request *request, double *ret_core_bytes,
    double *ret_peak_bytes, struct mlm_error *error)
{
    (void)context;
    (void)error;
    *ret_core_bytes = (double)(request->rows * request->columns);
    *ret_peak_bytes = *ret_core_bytes + MIB;
    return 0;
}

/* What the suite says is the whole sum, page tables included; nobody to ask is an error. */
static void test_own(void **state)
{
    (void)state;
    const struct mlm_estimate_own own = {.ask = ask};
    struct mlm_estimate_request request = OWN(LOGISTIC, .rows = 1000, .columns = 500, .own = &own);
    struct mlm_estimate estimate = estimate_of(request);
    assert_true(estimate.needs_bytes == 500000 + MIB);
    assert_true(bytes_of(&estimate, "the job's data: core bytes") == 500000);
    assert_false(has(&estimate, "page tables"));
    request.own = NULL;
    refused(request, "not loaded");
}

static void test_fits(void **state)
{
    (void)state;
    struct mlm_estimate estimate = estimate_of(SKLEARN(LOGISTIC, .rows = 1000, .columns = 20));
    estimate.needs_bytes = 1000 * MIB;
    assert_int_equal(mlm_estimate_fit_cap(&estimate, 2048 * MIB).fits, MLM_FITS_YES);
    assert_int_equal(mlm_estimate_fit_cap(&estimate, 1024 * MIB).fits, MLM_FITS_CLOSE);
    assert_int_equal(mlm_estimate_fit_cap(&estimate, 900 * MIB).fits, MLM_FITS_CLOSE); /* 15 % off: 850 */
    assert_int_equal(mlm_estimate_fit_cap(&estimate, 512 * MIB).fits, MLM_FITS_NO);
    assert_true(mlm_estimate_fit_cap(&estimate, 512 * MIB).spare_bytes == -488 * MIB);
    /* Of 4 GiB the system has 128 + 256 MiB and open programs 1600: 2112 are left. */
    struct mlm_estimate_beside laptop = {MLM_NO_LIMIT, MLM_NO_LIMIT}, bare = {100 << 20, 0};
    assert_true(mlm_estimate_fit_machine(&estimate, &laptop, 4096 * MIB).room_bytes == 2112 * MIB);
    assert_int_equal(mlm_estimate_fit_machine(&estimate, &laptop, 4096 * MIB).fits, MLM_FITS_YES);
    /* Of 2 GiB 128 + 128, and two fifths. */
    assert_true(fabs(mlm_estimate_fit_machine(&estimate, &laptop, 2048 * MIB).room_bytes - 972.8 * MIB) < 1);
    assert_true(mlm_estimate_smallest_machine(&estimate, &laptop) == 4096 * MIB);
    assert_true(mlm_estimate_fit_machine(&estimate, &bare, 2048 * MIB).room_bytes == 1948 * MIB);
    assert_true(mlm_estimate_smallest_machine(&estimate, &bare) == 2048 * MIB);
}

/* Each change is one option's best, and what it promises comes of asking for it. */
static void test_changes(void **state)
{
    (void)state;
    struct mlm_change changes[MLM_CHANGES];
    struct mlm_estimate estimate =
        estimate_of(SKLEARN(KMEANS, .rows = 100000, .columns = 1000, .density = 0.01));
    size_t count = mlm_estimate_changes(&estimate, changes);
    assert_int_equal(count, 3);
    bool sparse = false;
    for (size_t i = 0; i < count; i++) {
        struct mlm_estimate other = estimate_of(changes[i].request);
        assert_true(other.needs_bytes == changes[i].needs_bytes);
        assert_true(estimate.needs_bytes - other.needs_bytes == changes[i].saves_bytes);
        assert_true(i == 0 || changes[i].saves_bytes <= changes[i - 1].saves_bytes);
        for (size_t k = 0; k < i; k++)
            assert_ptr_not_equal(changes[k].knob, changes[i].knob);
        sparse |= strcmp(changes[i].to, "csr") == 0 && strcmp(changes[i].from, "dense") == 0;
    }
    assert_true(sparse);
    /* Nothing to save where all is the program itself. */
    estimate = estimate_of(SKLEARN(LOGISTIC, .rows = 10, .columns = 2));
    assert_int_equal(mlm_estimate_changes(&estimate, changes), 0);
    /* A model turns into its own approximation alone. */
    estimate = estimate_of(XGBOOST(EXACT, .rows = 1000000, .columns = 20, .value = MLM_VALUE_F32));
    count = mlm_estimate_changes(&estimate, changes);
    assert_true(count > 0);
    assert_string_equal(changes[0].to, "boosting-hist");
}

static void test_refused(void **state)
{
    (void)state;
    refused(OWN(LOGISTIC, .rows = 10, .columns = 2, .stream = true), "leave out --stream");
    refused(OWN(LOGISTIC, .rows = 10, .columns = 2, .split = true), "leave out --split");
    refused(OWN(MLP, .rows = 10, .columns = 2, .checkpoint = true), "--runtime pytorch");
    refused(OWN(NONE, .rows = 10, .columns = 2), "give --value f32");
    refused(OWN(NONE, .rows = 10, .columns = 2, .value = MLM_VALUE_F32, .workers = 2), "give --workers 1");
    refused(OWN(NONE, .rows = 10, .columns = 2, .value = MLM_VALUE_F32, .storage = MLM_STORED_COO),
        "dense or csr");
    refused(NUMPY(FOREST, .rows = 10, .columns = 2), "sklearn has more");
    refused(NUMPY(LINEAR, .rows = 10, .columns = 2, .storage = MLM_STORED_CSR), "--runtime sklearn");
    refused(NUMPY(LINEAR, .rows = 10, .columns = 2, .stream = true), "--stream");
    refused(NUMPY(LINEAR, .rows = 10, .columns = 2, .workers = 2), "numpy has no workers");
    refused(SKLEARN(HIST, .rows = 10, .columns = 2, .storage = MLM_STORED_CSR), "--runtime xgboost");
    refused(SKLEARN(FOREST, .rows = 10, .columns = 2, .stream = true), "partial_fit");
    refused(XGBOOST(LINEAR, .rows = 10, .columns = 2), "boosting-exact");
    refused(XGBOOST(HIST, .rows = 10, .columns = 2, .split = true), "--split");
    refused(XGBOOST(HIST, .rows = 10, .columns = 2, .bins = 100000), "--bins");
    refused(PYTORCH(.rows = 10, .columns = 2, .storage = MLM_STORED_CSR), "--storage dense");
    refused(PYTORCH(.rows = 10, .columns = 2, .reuse = true), "needs --stream");
    refused(PYTORCH(.rows = 10, .columns = 2, .persistent = true), "needs --workers");
    refused(PYTORCH(.rows = 10, .columns = 2, .slices = true, .workers = 1), "leave it out");
    refused(
        REQUEST(.rows = 10, .columns = 2, .model = MLM_MODEL_KNN, .runtime = MLM_RUNTIME_PYTORCH), "sklearn");
    refused(REQUEST(.rows = 10, .columns = UINT64_C(1) << 40), "2^31");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_data),
        cmocka_unit_test(test_sklearn),
        cmocka_unit_test(test_sklearn_streams),
        cmocka_unit_test(test_sklearn_copies),
        cmocka_unit_test(test_sklearn_defaults),
        cmocka_unit_test(test_xgboost),
        cmocka_unit_test(test_pytorch),
        cmocka_unit_test(test_pytorch_heap),
        cmocka_unit_test(test_numpy),
        cmocka_unit_test(test_pages),
        cmocka_unit_test(test_own),
        cmocka_unit_test(test_fits),
        cmocka_unit_test(test_changes),
        cmocka_unit_test(test_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
