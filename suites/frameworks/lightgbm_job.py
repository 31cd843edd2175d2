"""LightGBM on the generated rows, dense, CSR or from a file; what is not stored is 0, so the trees are the same."""
import numpy as np

import mlm_data


def train(job, dataset, **more):
    """`dataset` makes the data structure that LightGBM trains on; making it is part of the job."""
    import lightgbm
    rows = job.data // (4 * job.width) // 2 * 2
    settings = {"objective": "binary", "metric": "binary_logloss", "num_leaves": job.leaves, "max_bin": job.bins,
                "num_threads": job.threads, "seed": job.seed, "verbosity": -1, "deterministic": True,
                "force_col_wise": True, **more}

    def progress(_environment):
        job.items(rows, job.trees * rows)

    def run():
        scores = {}
        data = dataset(lightgbm, settings)
        lightgbm.train(settings, data, job.trees, valid_sets=[data], valid_names=["train"],
                       callbacks=[progress, lightgbm.record_evaluation(scores)])
        return [scores["train"]["binary_logloss"][-1]]
    return run


def histogram(job):
    rows = mlm_data.rows_of(job)
    x, y = (rows.csr if job.format == "csr" else rows.dense)(np.float32)
    return train(job, lambda lightgbm, settings: lightgbm.Dataset(x, y, params=settings))


def file(job):
    return train(job, lambda lightgbm, settings: lightgbm.Dataset(job.dataset, params=settings),
                 header=False, label_column=0, two_round=job.rounds == 2)


NEEDS = [("lightgbm", None, "lightgbm"), ("scipy", "python3-scipy", "scipy")]
WORKLOADS = {"lightgbm_hist": histogram, "lightgbm_file": file}
