"""LightGBM on the generated rows, dense or CSR; in both, an entry that is not stored is 0, so the trees are the same."""
import numpy as np

import mlm_data


def histogram(job):
    import lightgbm
    rows = mlm_data.rows_of(job)
    x, y = (rows.csr if job.format == "csr" else rows.dense)(np.float32)
    settings = {"objective": "binary", "metric": "binary_logloss", "num_leaves": job.leaves, "max_bin": job.bins,
                "num_threads": job.threads, "seed": job.seed, "verbosity": -1, "deterministic": True,
                "force_col_wise": True}

    def progress(_environment):
        job.items(rows.rows, job.trees * rows.rows)

    def run():
        scores = {}
        data = lightgbm.Dataset(x, y, params=settings)
        lightgbm.train(settings, data, job.trees, valid_sets=[data], valid_names=["train"],
                       callbacks=[progress, lightgbm.record_evaluation(scores)])
        return [scores["train"]["binary_logloss"][-1]]
    return run


NEEDS = [("lightgbm", None, "lightgbm"), ("scipy", "python3-scipy", "scipy")]
WORKLOADS = {"lightgbm_hist": histogram}
