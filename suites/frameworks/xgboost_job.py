"""XGBoost on the generated rows: the same trees from a matrix that is copied, quantized, or streamed."""
import numpy as np

import mlm_data


def train(job, rows, matrix, method):
    """`matrix` makes the data structure that XGBoost trains on; making it is part of the job."""
    import xgboost
    settings = {"objective": "binary:logistic", "tree_method": method, "max_depth": job.depth, "max_bin": job.bins,
                "nthread": job.threads, "seed": job.seed, "verbosity": 0}

    class Progress(xgboost.callback.TrainingCallback):
        def after_iteration(self, model, epoch, evals_log):
            job.items(rows.rows, job.trees * rows.rows)
            return False

    def run():
        data, scores = matrix(xgboost), {}
        xgboost.train(settings, data, job.trees, evals=[(data, "train")], evals_result=scores, verbose_eval=False,
                      callbacks=[Progress()])
        return [scores["train"]["logloss"][-1]]
    return run


def held(job, rows):
    return (rows.csr if job.format == "csr" else rows.dense)(np.float32)


def copied(job, method):
    rows = mlm_data.rows_of(job)
    x, y = held(job, rows)
    return train(job, rows, lambda xgboost: xgboost.DMatrix(x, y, nthread=job.threads), method)


def quantile(job):
    rows = mlm_data.rows_of(job)
    x, y = held(job, rows)
    return train(job, rows, lambda xgboost: xgboost.QuantileDMatrix(x, y, max_bin=job.bins, nthread=job.threads),
                 "hist")


def iterator(job):
    rows = mlm_data.rows_of(job)

    def matrix(xgboost):
        class Stream(xgboost.DataIter):
            def reset(self):
                self.batches = rows.batches(job.batch, np.float32)

            def next(self, input_data):
                batch = next(self.batches, None)
                if batch is None:
                    return 0
                input_data(data=batch[0], label=batch[1])
                return 1
        stream = Stream()
        stream.reset()
        return xgboost.QuantileDMatrix(stream, max_bin=job.bins, nthread=job.threads)
    return train(job, rows, matrix, "hist")


NEEDS = [("xgboost", "python3-xgboost", "xgboost"), ("scipy", "python3-scipy", "scipy")]
WORKLOADS = {
    "xgboost_exact": lambda job: copied(job, "exact"),
    "xgboost_hist": lambda job: copied(job, "hist"),
    "xgboost_quantile": quantile,
    "xgboost_iterator": iterator,
}
