/* XGBoost 1.7.4 and 3.0.0 as Debian 12 and 13 ship them, through its Python interface; sources are paths in
 * its repository. One thread, histograms of 16 bytes a bin. */
#include <errno.h>
#include <math.h>

#include "estimate/runtime.h"

/* src/common/quantile.h: every column has a sketch with levels of `limit` entries, as many as keep the error
 * below 1/(8·bins). `levels`: the levels in use, and one for merging; the first full queue needs as much work
 * space as two. The constructor of an entry writes nothing, so with few different values few pages are
 * touched. `outgrown`: levels in the old vector, before std::vector doubled it. All columns grow together, so
 * the old place is not reused. */
struct sketch {
    double limit, levels, outgrown;
};

/* Makes the sketch of a column with `entries` entries. `queued` of them differ from the one before: equal
 * entries in a row count once. */
static struct sketch sketch_of(double entries, double queued, double bins, double distinct, bool f16)
{
    struct sketch sketch = {.levels = 0};
    double eps = 1 / (8 * fmin(bins, entries)), level = 1;
    /* As in LimitSizeLevel(). */
    while (sketch.limit = fmin(entries, ceil(level / eps) + 1), exp2(level) * sketch.limit < entries)
        level++;
    /* The queue takes 2·limit values. Each time it is full, entries move up as in a binary counter. */
    double pushes = floor(queued / (2 * sketch.limit));
    if (pushes < 1)
        return sketch;
    double levels = floor(log2(pushes)) + 2;
    /* Equal values become one entry. Where one level holds all values, no level above it is filled; f16 has
     * few values, so levels fill half as fast. */
    if (distinct <= sketch.limit)
        levels = 2;
    else if (f16 && levels > 2)
        levels--;
    if (levels > 2)
        sketch.outgrown = exp2(ceil(log2(levels)) - 1);
    sketch.levels = levels;
    return sketch;
}

static void sketch(
    const struct mlm_estimate_request *request, struct mlm_ledger *ledger, size_t from, size_t to)
{
    struct mlm_symbols *symbols = &ledger->symbols;
    double rows = ceil(mlm_symbol_find(symbols, "e")->value / (double)request->columns);
    double distinct = request->distinct                ? (double)request->distinct
                      : request->value == MLM_VALUE_I8 ? 256
                                                       : rows;
    distinct = fmax(fmin(distinct, rows), 1);
    /* In a dense column, consecutive zeros are one entry. */
    double density = request->storage == MLM_STORED_DENSE ? request->density : 1;
    double queued = rows * density * (2 - density);
    struct sketch made =
        sketch_of(fmax(rows, 1), queued, (double)request->bins, distinct, request->value == MLM_VALUE_F16);
    mlm_symbol_set(symbols, "d", distinct, "different values a column, at most");
    mlm_symbol_set(symbols, "c", rows, "entries a column");
    mlm_symbol_set(symbols, "l", made.limit, "entries of a sketch's level");
    mlm_symbol_set(symbols, "v", made.levels, "levels of a sketch");
    mlm_symbol_set(symbols, "u", made.outgrown, "levels that it outgrew");
    mlm_symbol_set(symbols, "f", mlm_coefficient(request, MLM_OF_SKETCHES), "share of them that is in use");
    mlm_ledger_add(ledger, from, to, "sketches of the columns",
        "f·16·p·(l·(1+u)+min(v,1)·min(2·l,d)+v·min(l,d))",
        "src/common/quantile.h, WQuantileSketch: a queue of 2·8, temp of 2·16, levels of 16 bytes an entry");
    mlm_ledger_add(
        ledger, from, to, "sketches, reduced", "p·min(d,8·b)·16", "src/common/quantile.cc, AllReduce()");
}

static void binned(
    const struct mlm_estimate_request *request, struct mlm_ledger *ledger, size_t from, bool dense)
{
    mlm_symbol_set(&ledger->symbols, "y", request->bins > 256 ? 2 : 1, "bytes a bin's number");
    if (dense) {
        mlm_ledger_add(ledger, from, MLM_TO_THE_END, "binned values, by rows", "e·y",
            "src/data/gradient_index.h, GHistIndexMatrix: compressed where nothing is missing");
        mlm_ledger_add(ledger, from, MLM_TO_THE_END, "binned values, by columns", "e·(y+1/8)",
            "src/common/column_matrix.h, index_ and missing_flags_");
        return;
    }
    mlm_ledger_add(ledger, from, MLM_TO_THE_END, "binned values, by rows", "e·4+(n+1)·8",
        "src/data/gradient_index.h, GHistIndexMatrix: 32 bits where something is missing");
    /* Columns with values in less than a fifth of the rows are kept as (row, bin). */
    bool sparse_columns = mlm_symbol_find(&ledger->symbols, "c")->value < 0.2 * (double)request->rows;
    mlm_ledger_add(ledger, from, MLM_TO_THE_END, "binned values, by columns",
        sparse_columns ? "e·(8+y+1/8)" : "n·p·(y+1/8)", "src/common/column_matrix.cc, InitStorage()");
}

/* Most nodes with a histogram: in a tree that splits as deep as it may, on labels that are independent of the
 * data. Where 75 rows for each node give fewer, that is what was measured. */
static void histograms(const struct mlm_estimate_request *request, struct mlm_ledger *ledger, size_t from)
{
    struct mlm_symbols *symbols = &ledger->symbols;
    double depth = (double)(request->depth < 60 ? request->depth : 60);
    /* Since 2.0 the nodes of the last level, which are not split, have none. */
    const double levels = mlm_version_since(request, 2, 0) ? depth : depth + 1;
    mlm_symbol_set(symbols, "N", fmin(exp2(levels), fmax((double)request->rows / 75, 2)),
        "nodes of a tree that have one, at most n/75");
    mlm_ledger_add(ledger, from, MLM_TO_THE_END, "histograms of a tree's nodes", "16·p·min(b,d)·N",
        "src/common/hist_util.h, HistCollection");
}

static void trees(const struct mlm_estimate_request *request, struct mlm_ledger *ledger, size_t from)
{
    mlm_symbol_set(&ledger->symbols, "T", (double)request->trees, "trees");
    mlm_symbol_set(
        &ledger->symbols, "D", (double)(request->depth < 60 ? request->depth : 60), "depth of a tree");
    mlm_ledger_add(ledger, from, MLM_TO_THE_END, "gradients, predictions, rows of nodes", "n·(8+4+4+16)",
        "include/xgboost/base.h, GradientPair; src/tree/row_set.h");
    mlm_ledger_add(ledger, from, MLM_TO_THE_END, "trees: at most n/4 nodes of 64 bytes",
        "T·min(2^(D+1),n/4)·64", "include/xgboost/tree_model.h, Node and RTreeNodeStat");
}

/* Adds the copy that the Python interface makes for the library; it is freed when the matrix is made. */
static void converted(const struct mlm_estimate_request *request, struct mlm_ledger *ledger, size_t made)
{
    if (request->value == MLM_VALUE_F16 && !request->stream)
        mlm_ledger_add(ledger, made, made, "the data as f32", "n·p·4",
            "python-package/xgboost/data.py, _ensure_np_dtype()");
    if (request->storage == MLM_STORED_COO && !request->stream)
        mlm_ledger_add(ledger, made, made, "the data as CSR", "z·(s+i)+(n+1)·i",
            "python-package/xgboost/data.py, _transform_scipy_sparse(): tocsr()");
}

/* DMatrix: 8 bytes for each entry, whatever its original type. */
static void page(const struct mlm_estimate_request *request, struct mlm_ledger *ledger, size_t from)
{
    converted(request, ledger, from);
    mlm_ledger_add(ledger, from, MLM_TO_THE_END, "DMatrix: column and f32 of each entry", "8·e+(n+1)·8",
        "include/xgboost/data.h, struct Entry; SparsePage");
}

static int hist(const struct mlm_estimate_request *request, struct mlm_ledger *ledger, bool dense,
    struct mlm_error *error)
{
    bool direct = request->stream || request->quantile;
    mlm_symbol_set(&ledger->symbols, "b", (double)request->bins, "bins a column");
    if (request->bins > 65536 || request->bins < 2)
        return mlm_error_set(error, -EINVAL, "--bins lies in 2 to 65536 for XGBoost");
    if (!direct)
        page(request, ledger, mlm_ledger_phase(ledger, "DMatrix"));
    size_t bin = mlm_ledger_phase(ledger, "bin");
    sketch(request, ledger, bin, bin);
    if (direct)
        converted(request, ledger, bin);
    size_t grow = mlm_ledger_phase(ledger, "grow");
    /* Before 2.0 IterativeDMatrix::InitFromCPU() keeps its sketches until the bins are filled. */
    binned(request, ledger, direct && !mlm_version_since(request, 2, 0) ? bin : grow, dense);
    histograms(request, ledger, grow);
    trees(request, ledger, grow);
    return 0;
}

static int exact(
    const struct mlm_estimate_request *request, struct mlm_ledger *ledger, struct mlm_error *error)
{
    if (request->stream || request->quantile)
        return mlm_error_set(error, -EINVAL,
            "exact boosting sorts all values; leave out --stream and --quantile, or give --model "
            "boosting-hist");
    page(request, ledger, mlm_ledger_phase(ledger, "DMatrix"));
    size_t grow = mlm_ledger_phase(ledger, "grow");
    mlm_ledger_add(ledger, grow, MLM_TO_THE_END, "the same by columns, sorted", "8·e+(p+1)·8",
        "src/data/simple_dmatrix.cc, GetSortedColumnBatches()");
    trees(request, ledger, grow);
    return 0;
}

static void source(const struct mlm_estimate_request *request, struct mlm_ledger *ledger, size_t load)
{
    if (request->stream) {
        mlm_ledger_add(ledger, load, MLM_TO_THE_END,
            request->reuse ? "a batch" : "batches: one made, one in use", request->reuse ? "x" : "2·x",
            "a generator's loop variable");
        return;
    }
    mlm_ledger_add(ledger, load, MLM_TO_THE_END, mlm_estimate_data_name(request),
        mlm_estimate_data_formula(request, false), "numpy.ndarray, scipy.sparse");
}

static int reckon(
    const struct mlm_estimate_request *request, struct mlm_ledger *ledger, struct mlm_error *error)
{
    bool dense = request->storage == MLM_STORED_DENSE, none = request->model == MLM_MODEL_NONE;
    bool is_exact = request->model == MLM_MODEL_EXACT;
    if (request->model != MLM_MODEL_HIST && !is_exact && !none)
        return mlm_estimate_no_model(request, "it has boosting-hist and boosting-exact", error);
    if (request->workers)
        return mlm_error_set(error, -EINVAL, "XGBoost reads nothing ahead; leave out --workers");
    if (request->split)
        return mlm_error_set(error, -EINVAL,
            "--split is not reckoned for XGBoost: give --rows of the training part, and add a DMatrix of the "
            "other");
    mlm_symbol_set(&ledger->symbols, "e",
        dense ? (double)request->rows * (double)request->columns : mlm_estimate_nonzeros(request),
        dense ? "entries: n·p" : "entries: z");
    size_t load = mlm_ledger_phase(ledger, "load");
    mlm_version_add(request, ledger, load);
    source(request, ledger, load);
    if (none)
        return 0;
    mlm_ledger_add(
        ledger, load, MLM_TO_THE_END, "labels, and XGBoost's own", "n·(8+4)", "int64; MetaInfo::labels");
    return is_exact ? exact(request, ledger, error) : hist(request, ledger, dense, error);
}

const struct mlm_runtime mlm_runtime_xgboost = {
    .tolerance = 0.15,
    .reckon = reckon,
};
