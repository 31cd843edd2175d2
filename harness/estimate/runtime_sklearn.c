/* scikit-learn 1.2.1 and 1.4.2 as Debian 12 and 13 ship them; sources are paths in its package. One process,
 * one thread. */
#include <errno.h>
#include <math.h>
#include <stdio.h>

#include "estimate/runtime.h"

enum accepted { F64_OR_F32, F64_ALONE, F32_ALONE };

struct job {
    const struct mlm_estimate_request *request;
    struct mlm_ledger *ledger;
    size_t fit; /* the phase in which the fit begins */
    bool sparse;
    bool own;         /* the data was converted: the library works on its own copy */
    const char *data; /* the formula of the converted data */
};

/* check_array(): a type that the estimator does not accept becomes the first accepted one; formats
 * likewise. */
#define CHECK_ARRAY "sklearn/utils/validation.py, check_array()"

static unsigned accepted_bytes(uint32_t value, enum accepted accepted)
{
    if (accepted == F64_OR_F32)
        return value == MLM_VALUE_F32 ? 4 : 8;
    return accepted == F32_ALONE ? 4 : 8;
}

/* Sets v and V, the bytes of the data that is computed with, and adds a line for the copy where one is made.
 * `format`: the sparse format that the estimator accepts. */
static void convert(struct job *job, enum accepted accepted, uint32_t format)
{
    const struct mlm_estimate_request *request = job->request;
    struct mlm_symbols *symbols = &job->ledger->symbols;
    unsigned bytes = accepted_bytes(request->value, accepted);
    bool retyped = bytes != mlm_estimate_value_bytes(request->value) || request->value > MLM_VALUE_F32;
    bool reformed = job->sparse && request->storage != format;
    mlm_symbol_set(symbols, "v", bytes, "bytes a value that is computed with");
    job->data = !job->sparse               ? "m·p·v"
                : format == MLM_STORED_CSC ? "m/n·z·(v+i)+(p+1)·i"
                                           : "m/n·z·(v+i)+(m+1)·i";
    if (reformed)
        mlm_ledger_add(job->ledger, job->fit, MLM_TO_THE_END,
            format == MLM_STORED_CSC ? "the data as CSC" : "the data as CSR", job->data, CHECK_ARRAY);
    else if (retyped)
        mlm_ledger_add(job->ledger, job->fit, MLM_TO_THE_END,
            bytes == 8 ? "the data as f64" : "the data as f32", job->data, CHECK_ARRAY);
    job->own = reformed || retyped;
}

static void line(
    struct job *job, size_t from, size_t to, const char *name, const char *formula, const char *source)
{
    mlm_ledger_add(job->ledger, from, to, name, formula, source);
}

/* Adds the copy that an estimator makes in order not to overwrite the caller's data. */
static void copy(struct job *job, const char *name, const char *source)
{
    if (!job->own && !job->request->in_place)
        line(job, job->fit, MLM_TO_THE_END, name, job->data, source);
}

static int linear(struct job *job, struct mlm_error *error)
{
    static const char source[] = "sklearn/linear_model/_base.py, LinearRegression.fit()";
    (void)error;
    convert(job, F64_OR_F32, job->request->storage == MLM_STORED_CSC ? MLM_STORED_CSC : MLM_STORED_CSR);
    /* _preprocess_data() copies again what check_array() has converted. */
    /* Sparse data is neither copied nor weighted any more since 1.4. */
    const bool copies = !job->sparse || !mlm_version_since(job->request, 1, 4);
    if (copies && !job->request->in_place)
        line(job, job->fit, MLM_TO_THE_END, job->sparse ? "copy" : "centred copy", job->data,
            "sklearn/linear_model/_base.py, _preprocess_data(copy=copy_X)");
    if (job->sparse && copies)
        line(job, job->fit, MLM_TO_THE_END, "copy times weights", job->data,
            "sklearn/linear_model/_base.py, _rescale_data()");
    if (!job->sparse)
        line(job, job->fit, MLM_TO_THE_END, "lstsq's copy, by columns", "m·p·v",
            "scipy/linalg/_basic.py, lstsq(overwrite_a=False)");
    line(job, job->fit, MLM_TO_THE_END, "targets, weights, residuals", "8·m·8", source);
    return 0;
}

static int logistic(struct job *job, struct mlm_error *error)
{
    (void)error;
    convert(job, F64_ALONE, MLM_STORED_CSR);
    line(job, job->fit, MLM_TO_THE_END, "weights, margins, loss, gradients", "8·m·8",
        "sklearn/linear_model/_logistic.py, _logistic_regression_path(); _linear_loss.py, loss_gradient()");
    return 0;
}

static int kmeans(struct job *job, struct mlm_error *error)
{
    (void)error;
    convert(job, F64_OR_F32, MLM_STORED_CSR);
    copy(job, job->sparse ? "copy" : "centred copy", "sklearn/cluster/_kmeans.py, KMeans.fit(copy_x=True)");
    double trials = 2 + floor(log((double)job->request->clusters));
    mlm_symbol_set(&job->ledger->symbols, "k", (double)job->request->clusters, "clusters");
    mlm_symbol_set(&job->ledger->symbols, "t", trials, "candidates for a seed: 2+ln k");
    line(job, job->fit, MLM_TO_THE_END, "weights, norms, labels", "m·(2·v+8)", "KMeans.fit()");
    if (!job->sparse && !job->request->no_tolerance)
        line(job, job->fit, job->fit, "deviations, for the tolerance", "m·p·v",
            "sklearn/cluster/_kmeans.py, _tolerance(): np.var(X, axis=0)");
    size_t seed = mlm_ledger_phase(job->ledger, "seed");
    bool chosen = job->request->init == MLM_INIT_KMEANSPP;
    if (chosen)
        line(job, seed, seed, "distances to candidates", "3·t·m·v", "_kmeans_plusplus()");
    if (job->sparse && chosen) {
        line(job, seed, seed, "the data transposed", job->data,
            "scipy/sparse/_compressed.py, _mul_sparse_matrix(): Y.T becomes CSR");
        line(job, seed, seed, "their product, sparse", "t·m·(v+i)",
            "sklearn/utils/extmath.py, safe_sparse_dot()");
    }
    line(job, seed, seed, "centres", "4·k·p·v", "_kmeans_single_lloyd()");
    return 0;
}

enum solver { FULL, RANDOMIZED, COVARIANCE };

/* PCA._fit() with svd_solver='auto'. */
static enum solver solver_of(const struct mlm_estimate_request *request)
{
    const double rows = (double)request->rows * (request->split ? 0.8 : 1),
                 columns = (double)request->columns;
    if (request->model != MLM_MODEL_PCA)
        return request->model == MLM_MODEL_PCA_FULL ? FULL : RANDOMIZED;
    if (mlm_version_since(request, 1, 5) && columns <= 1000 && rows >= 10 * columns)
        return COVARIANCE;
    if (fmax(rows, columns) <= 500)
        return FULL;
    return (double)request->components < 0.8 * fmin(rows, columns) ? RANDOMIZED : FULL;
}

static int pca(struct job *job, struct mlm_error *error)
{
    const enum solver solver = solver_of(job->request);
    static const char source[] = "sklearn/decomposition/_pca.py, _fit_full()";
    if (job->sparse)
        return mlm_estimate_dense_only(
            job->request, "give --storage dense; TruncatedSVD takes sparse data", error);
    convert(job, F64_OR_F32, MLM_STORED_CSR);
    if (solver == COVARIANCE) {
        line(job, job->fit, MLM_TO_THE_END, "covariances and eigenvectors", "4·p^2·v",
            "sklearn/decomposition/_pca.py, _fit_full(): covariance_eigh, the choice of 'auto' here");
        return 0;
    }
    copy(job, "centred copy", "sklearn/decomposition/_pca.py, PCA._fit(copy=True)");
    if (solver == RANDOMIZED) {
        mlm_symbol_set(&job->ledger->symbols, "k", (double)job->request->components, "components");
        line(job, job->fit, MLM_TO_THE_END, "random projections and their LU", "4·m·(k+10)·v",
            "sklearn/utils/extmath.py, randomized_range_finder(): linalg.lu(A @ Q)");
        return 0;
    }
    line(job, job->fit, MLM_TO_THE_END, "svd's copy, then |U|", "m·p·v",
        "scipy/linalg/_decomp_svd.py, overwrite_a=False; sklearn/utils/extmath.py, svd_flip()");
    line(job, job->fit, MLM_TO_THE_END, "U, left singular vectors", "m·min(m,p)·v", source);
    line(job, job->fit, MLM_TO_THE_END, "Vt and LAPACK's workspace", "6·p·min(m,p)·v",
        "LAPACK dgesdd, JOBZ='S': LWORK of path 3");
    return 0;
}

/* Since 1.4 distances between sparse rows go through a dense matrix again, in chunks of at most 1 GiB
 * (working_memory), and each chunk is sorted by places of 8 bytes. */
static void distances(struct job *job)
{
    struct mlm_symbols *symbols = &job->ledger->symbols;
    const double rows = mlm_symbol_find(symbols, "m")->value;
    const double chunk = fmax(1, floor(0x1p30 / (8 * rows)));
    mlm_symbol_set(symbols, "r", fmin((double)job->request->batch, chunk), "queries a chunk of 1 GiB");
    line(job, job->fit, MLM_TO_THE_END, "distances, and places in their order", "2·r·m·8",
        "sklearn/metrics/pairwise.py, pairwise_distances_chunked(); sklearn/neighbors/_base.py, "
        "_kneighbors_reduce_func(): argpartition()");
}

static int neighbors(struct job *job, struct mlm_error *error)
{
    static const char source[] = "sklearn/neighbors/_classification.py, predict()";
    (void)error;
    convert(job, F64_OR_F32, MLM_STORED_CSR);
    mlm_symbol_set(&job->ledger->symbols, "k", (double)job->request->neighbors, "neighbours");
    line(job, job->fit, MLM_TO_THE_END, "classes and norms", "3·m·8", "sklearn/neighbors/_base.py, _fit()");
    line(job, job->fit, MLM_TO_THE_END, "queries", job->sparse ? "B/m·m/n·z·(v+i)" : "B·p·v",
        "a batch that is asked about");
    line(job, job->fit, MLM_TO_THE_END, "neighbours found", "3·B·k·8", source);
    if (!job->sparse)
        return 0;
    line(job, job->fit, MLM_TO_THE_END, "copy", job->data, "sklearn/neighbors/_base.py, _fit(): X.copy()");
    if (mlm_version_since(job->request, 1, 4))
        distances(job);
    else if (mlm_symbol_find(&job->ledger->symbols, "v")->value < 8)
        line(job, job->fit, MLM_TO_THE_END, "values as f64", "m/n·z·8",
            "sklearn/metrics/_pairwise_distances_reduction/_middle_term_computer.pyx");
    return 0;
}

/* Of n rows that are drawn with repetition so many differ: 1 − 1/e. */
#define DRAWN 0.632

/* Trees that grow until their leaves are pure. Numbers that all differ are pure one by one, and a tree has a
 * node less than twice as many as leaves; half of it, if each number is there twice. Classes have as many
 * nodes as the data makes necessary. */
static int forest(struct job *job, struct mlm_error *error)
{
    const struct mlm_estimate_request *request = job->request;
    struct mlm_symbols *symbols = &job->ledger->symbols;
    const bool classes = request->model == MLM_MODEL_FOREST;
    (void)error;
    convert(job, F32_ALONE, MLM_STORED_CSC);
    const double rows = mlm_symbol_find(symbols, "m")->value;
    const double levels = request->depth ? exp2(fmin((double)request->depth, 60) + 1) : INFINITY;
    const double pure = 2 * DRAWN / (request->leaf_rows ? (double)request->leaf_rows : 1);
    const double most = classes ? mlm_coefficient(request, MLM_OF_NODES) : pure;
    const double least = classes ? mlm_coefficient(request, MLM_OF_FEWER_NODES) : pure / 2;
    /* Nodes have a byte for missing values since 1.3, which takes 8. */
    mlm_symbol_set(symbols, "k", (mlm_version_since(request, 1, 3) ? 64 : 56) + (classes ? 16 : 8),
        "bytes a node, with its values");
    mlm_symbol_set(symbols, "T", (double)request->trees, "trees");
    mlm_symbol_set(symbols, "N", fmin(levels, fmin(most, pure) * rows),
        "nodes of a tree, at most (--depth, --leaf-rows)");
    /* Few trees are full down to their last level. */
    mlm_symbol_set(symbols, "O", fmin(levels / 2, fmin(least, pure) * rows), "nodes of a tree, at least");
    /* The room of a tree that grows is doubled each time that it is full. */
    mlm_ledger_add_between(job->ledger, job->fit, MLM_TO_THE_END,
        classes ? "trees, of labels that are hard to tell" : "trees, of numbers that all differ",
        "(T+1/2)·O·k", "(T+1/2)·N·k", "sklearn/tree/_tree.pxd, struct Node, and values of 8 bytes a class");
    line(job, job->fit, MLM_TO_THE_END, "labels, bootstrap, samples", "6·m·8",
        "sklearn/ensemble/_forest.py, _parallel_build_trees(); sklearn/tree/_splitter.pyx");
    return 0;
}

static int boosting(struct job *job, struct mlm_error *error)
{
    static const char source[] = "sklearn/ensemble/_hist_gradient_boosting/gradient_boosting.py, fit()";
    const struct mlm_estimate_request *request = job->request;
    struct mlm_ledger *ledger = job->ledger;
    if (job->sparse)
        return mlm_estimate_dense_only(request, "give --storage dense, or --runtime xgboost", error);
    convert(job, F64_ALONE, MLM_STORED_CSR);
    double rows = mlm_symbol_find(&ledger->symbols, "m")->value;
    mlm_symbol_set(&ledger->symbols, "b", (double)request->bins, "bins a column");
    /* early_stopping='auto' holds out a tenth above 10000 rows. */
    if (rows > 10000 && !request->no_early_stopping)
        line(job, job->fit, MLM_TO_THE_END, "training and validation copies", "m·p·8", source);
    line(job, job->fit, MLM_TO_THE_END, "labels, three times", "3·m·8", source);
    size_t bin = mlm_ledger_phase(ledger, "bin");
    if (rows * 0.9 > 200000)
        line(job, bin, bin, "sample of 200,000 rows", "200000·p·8",
            "sklearn/ensemble/_hist_gradient_boosting/binning.py, _BinMapper.fit(subsample)");
    size_t look = mlm_ledger_phase(ledger, "look for missing values");
    line(
        job, look, MLM_TO_THE_END, "binned values, a byte each", "m·p", "binning.py, _BinMapper.transform()");
    line(job, look, look, "mask of missing values", request->no_early_stopping ? "m·p" : "9/10·m·p", source);
    size_t grow = mlm_ledger_phase(ledger, "grow");
    line(job, grow, grow, "predictions, gradients, rows of nodes", "m·(8+4+4+3·4)",
        "gradient_boosting.py, fit(); splitting.pyx, Splitter: partition and two buffers");
    /* Defaults: max_leaf_nodes=31, min_samples_leaf=20. */
    line(job, grow, grow, "histograms of the leaves", "20·p·min(b+1,256)·min(31,m/20)",
        "grower.py, _compute_best_split_and_push(); common.pyx, HISTOGRAM_DTYPE");
    return 0;
}

/* partial_fit(), batch after batch. */
static int streamed(struct job *job, struct mlm_error *error)
{
    const struct mlm_estimate_request *request = job->request;
    struct mlm_symbols *symbols = &job->ledger->symbols;
    /* SGDClassifier and SGDRegressor take f32 since 1.3. */
    bool linear_model = request->model == MLM_MODEL_LINEAR || request->model == MLM_MODEL_LOGISTIC;
    unsigned bytes = accepted_bytes(
        request->value, linear_model && !mlm_version_since(request, 1, 3) ? F64_ALONE : F64_OR_F32);
    mlm_symbol_set(symbols, "v", bytes, "bytes a value that is computed with");
    const bool components = request->model >= MLM_MODEL_PCA && request->model <= MLM_MODEL_PCA_RANDOMIZED;
    if (components && job->sparse)
        return mlm_estimate_dense_only(request, "IncrementalPCA.partial_fit() wants --storage dense", error);
    bool heap = mlm_estimate_in_heap(request, mlm_symbol_find(symbols, "x")->value);
    if (!request->reuse)
        line(job, 0, 0, "batches: one made, one in use", "2·x", "a generator's loop variable");
    if (heap && !request->reuse)
        line(job, job->fit, MLM_TO_THE_END, "the batch, and the place of the last", "2·x", MLM_HEAP_SOURCE);
    else if (heap && components)
        line(job, job->fit, MLM_TO_THE_END, "the batch, and the place of its copy", "2·x",
            "sklearn/decomposition/_incremental_pca.py, partial_fit(copy=True); " MLM_HEAP_SOURCE);
    else
        line(job, job->fit, MLM_TO_THE_END, "the batch", "x", "what partial_fit() is given");
    if (bytes != mlm_estimate_value_bytes(request->value) || request->value > MLM_VALUE_F32)
        line(job, job->fit, MLM_TO_THE_END, "the batch converted",
            job->sparse ? "B/n·z·(v+i)+(B+1)·i" : "B·p·v", CHECK_ARRAY);
    switch (request->model) {
    case MLM_MODEL_LINEAR:
    case MLM_MODEL_LOGISTIC:
        line(job, job->fit, MLM_TO_THE_END, "weights of rows and columns", "8·(4·B+4·p)",
            "sklearn/linear_model/_stochastic_gradient.py, _partial_fit()");
        return 0;
    case MLM_MODEL_KMEANS:
        mlm_symbol_set(symbols, "k", (double)request->clusters, "clusters");
        line(job, job->fit, MLM_TO_THE_END, "centres and distances", "4·k·p·v+4·B·v",
            "sklearn/cluster/_kmeans.py, MiniBatchKMeans.partial_fit()");
        return 0;
    case MLM_MODEL_PCA:
    case MLM_MODEL_PCA_FULL:
    case MLM_MODEL_PCA_RANDOMIZED:
        /* From the second batch on, the mean that is stacked with it is f64, and so is the result. */
        line(job, job->fit, MLM_TO_THE_END, "stacked copy, and svd's copy, f64", "2·B·p·8",
            "sklearn/decomposition/_incremental_pca.py, partial_fit()");
        line(job, job->fit, MLM_TO_THE_END, "U, left singular vectors", "B·min(B,p)·8", "the same");
        line(job, job->fit, MLM_TO_THE_END, "Vt and LAPACK's workspace", "6·p·min(B,p)·8", "LAPACK dgesdd");
        return 0;
    default:
        return mlm_estimate_no_model(
            request, "with --stream it has linear, logistic, kmeans and pca (partial_fit)", error);
    }
}

static int (*const fits[MLM_MODELS])(struct job *job, struct mlm_error *error) = {
    [MLM_MODEL_LINEAR] = linear,
    [MLM_MODEL_LOGISTIC] = logistic,
    [MLM_MODEL_KMEANS] = kmeans,
    [MLM_MODEL_PCA] = pca,
    [MLM_MODEL_PCA_FULL] = pca,
    [MLM_MODEL_PCA_RANDOMIZED] = pca,
    [MLM_MODEL_KNN] = neighbors,
    [MLM_MODEL_FOREST] = forest,
    [MLM_MODEL_FOREST_REGRESSION] = forest,
    [MLM_MODEL_HIST] = boosting,
};

static int reckon(
    const struct mlm_estimate_request *request, struct mlm_ledger *ledger, struct mlm_error *error)
{
    struct job job = {.request = request, .ledger = ledger, .sparse = request->storage != MLM_STORED_DENSE};
    if (!fits[request->model] && request->model != MLM_MODEL_NONE)
        return mlm_estimate_no_model(request,
            request->model == MLM_MODEL_MLP ? "give --runtime pytorch" : "give --runtime xgboost", error);
    if (request->workers)
        return mlm_error_set(error, -EINVAL,
            "scikit-learn reads nothing ahead; leave out --workers, or give --runtime pytorch");
    size_t load = mlm_ledger_phase(ledger, "load");
    mlm_version_add(request, ledger, load);
    if (request->stream) {
        job.fit = mlm_ledger_phase(ledger, "fit");
        return streamed(&job, error);
    }
    mlm_ledger_add(ledger, load, MLM_TO_THE_END, mlm_estimate_data_name(request),
        mlm_estimate_data_formula(request, false), "numpy.ndarray, scipy.sparse");
    if (!fits[request->model])
        return 0;
    mlm_ledger_add(ledger, load, MLM_TO_THE_END, "labels", "n·8", "int64 or f64");
    if (request->split) {
        size_t split = mlm_ledger_phase(ledger, "split");
        mlm_ledger_add(ledger, split, MLM_TO_THE_END, "copies for training and test", "X+n·8",
            "sklearn/model_selection/_split.py, train_test_split()");
    }
    job.fit = mlm_ledger_phase(ledger, "fit");
    return fits[request->model](&job, error);
}

const struct mlm_runtime mlm_runtime_sklearn = {
    .tolerance = 0.15,
    .reckon = reckon,
};
