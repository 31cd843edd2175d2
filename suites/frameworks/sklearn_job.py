"""scikit-learn's own estimators on the generated rows. Estimators with partial_fit get their data from a stream."""
import warnings

import numpy as np

import mlm_data

KINDS = {"f32": np.float32, "f64": np.float64}


def held(job, rows):
    return (rows.csr if getattr(job, "format", "") == "csr" else rows.dense)(KINDS[job.value])


def whole(job, estimator, answer):
    """Calls fit() on all rows at once."""
    rows = mlm_data.rows_of(job)
    x, y = held(job, rows)

    def run():
        estimator.fit(x, y)
        job.items(rows.rows)
        return answer(estimator)
    return run


def streamed(job, learn, answer):
    """Calls partial_fit() on one batch after the other; each batch is made right before."""
    rows = mlm_data.rows_of(job)

    def run():
        for _ in range(job.epochs):
            for x, y in rows.batches(job.batch, KINDS[job.value]):
                learn(x, y)
                job.items(len(x), job.epochs * rows.rows)
        return answer()
    return run


def lengths(*arrays):
    return [np.linalg.norm(np.asarray(a, np.float64)) for a in arrays]


def logistic(job):
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression
    warnings.simplefilter("ignore", ConvergenceWarning)  # the job has a fixed number of steps
    estimator = LogisticRegression(C=1.0, tol=1e-12, max_iter=job.epochs)
    return whole(job, estimator, lambda e: lengths(e.coef_))


def sgd(job):
    from sklearn.linear_model import SGDClassifier
    estimator = SGDClassifier(loss="log_loss", random_state=job.seed, learning_rate="constant", eta0=1e-4)
    return streamed(job, lambda x, y: estimator.partial_fit(x, y, classes=[0, 1]), lambda: lengths(estimator.coef_))


def kmeans(job):
    from sklearn.cluster import KMeans
    estimator = KMeans(job.clusters, init="random", n_init=1, max_iter=job.epochs, tol=0, algorithm="lloyd",
                       random_state=job.seed)
    return whole(job, estimator, lambda e: [e.inertia_])


def minibatch_kmeans(job):
    from sklearn.cluster import MiniBatchKMeans
    estimator = MiniBatchKMeans(job.clusters, init="random", n_init=1, batch_size=job.batch, random_state=job.seed)
    return streamed(job, lambda x, y: estimator.partial_fit(x), lambda: lengths(estimator.cluster_centers_))


def pca(job):
    from sklearn.decomposition import PCA
    estimator = PCA(job.components, svd_solver=job.solver, random_state=job.seed)
    return whole(job, estimator, lambda e: e.singular_values_[:4])


def incremental_pca(job):
    from sklearn.decomposition import IncrementalPCA
    estimator = IncrementalPCA(job.components)

    def learn(x, _):
        # The last batch may have fewer rows than there are components; PCA cannot use it.
        if len(x) >= job.components:
            estimator.partial_fit(x)
    return streamed(job, learn, lambda: estimator.singular_values_[:4])


def histogram_boosting(job):
    from sklearn.ensemble import HistGradientBoostingClassifier
    estimator = HistGradientBoostingClassifier(max_iter=job.trees, early_stopping=False, random_state=job.seed)
    return whole(job, estimator, lambda e: [e.n_iter_, sum(len(tree[0].nodes) for tree in e._predictors)])


NEEDS = [("sklearn", "python3-sklearn", "scikit-learn"), ("scipy", "python3-scipy", "scipy")]
WORKLOADS = {
    "sklearn_logistic": logistic,
    "sklearn_sgd": sgd,
    "sklearn_kmeans": kmeans,
    "sklearn_minibatch": minibatch_kmeans,
    "sklearn_pca": pca,
    "sklearn_ipca": incremental_pca,
    "sklearn_histgb": histogram_boosting,
}
