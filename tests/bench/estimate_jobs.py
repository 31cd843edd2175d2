#!/usr/bin/env python3
"""Runs one job that `mlmembench estimate` has a formula for, with the framework itself; estimate_check.py measures it.

    estimate_jobs.py '{"runtime": "sklearn", "model": "kmeans", "rows": 100000, "columns": 50}'

The keys are the options of `estimate`. Data is made in place, block by block, so that making it leaves no peak of its
own; nothing is printed."""
import itertools
import json
import sys

import numpy as np

VALUES = {"f64": np.float64, "f32": np.float32, "f16": np.float16, "i8": np.int8}
BLOCK_ROWS = 1024


def blocks(rows):
    return ((at, min(at + BLOCK_ROWS, rows)) for at in range(0, rows, BLOCK_ROWS))


def dense(job, x=None):
    if x is None:
        x = np.empty((job["rows"], job["columns"]), VALUES[job["value"]])
    random = np.random.default_rng(1)
    scale = np.float32(30 if job["value"] == "i8" else 1)
    for at, end in blocks(job["rows"]):
        x[at:end] = np.clip(scale * random.standard_normal((end - at, job["columns"]), np.float32), -127, 127)
    return x


def sparse(job):
    """Each row has the same number of nonzeros, one column from each of equal strata: sorted and distinct."""
    from scipy import sparse as formats
    rows, columns = job["rows"], job["columns"]
    each = max(1, round(job["density"] * columns))
    random = np.random.default_rng(1)
    values = np.empty(rows * each, VALUES[job["value"]])
    indices = np.empty(rows * each, np.int32)
    lows = np.arange(each) * columns // each
    highs = (np.arange(each) + 1) * columns // each
    for at, end in blocks(rows):
        indices[at * each:end * each] = random.integers(lows, highs, (end - at, each), np.int32).ravel()
        values[at * each:end * each] = random.standard_normal((end - at) * each, np.float32)
    if job["storage"] == "coo":
        places = np.repeat(np.arange(rows, dtype=np.int32), each)
        return formats.coo_matrix((values, (places, indices)), (rows, columns), copy=False)
    x = formats.csr_matrix((values, indices, np.arange(0, rows * each + 1, each, dtype=np.int32)), (rows, columns),
                           copy=False)
    return x.tocsc() if job["storage"] == "csc" else x


def labels(rows, real):
    y = np.random.default_rng(2).integers(0, 2, rows, np.int64)
    return y.astype(np.float64) if real else y


def data(job):
    return dense(job) if job["storage"] == "dense" else sparse(job)


def batches(job):
    """Yields batches, as a reader of a too large file does; `reuse`: always in the same array."""
    part = dict(job, rows=min(job["batch"], job["rows"]))
    place = np.empty((part["rows"], job["columns"]), VALUES[job["value"]]) if job["reuse"] else None
    for _ in range(0, job["rows"], job["batch"]):
        yield data(part) if place is None else dense(part, place)


def sklearn(job):
    model, streams, rows = job["model"], job["stream"], job["rows"]
    if model == "linear":
        from sklearn.linear_model import LinearRegression, SGDRegressor
        fit = SGDRegressor() if streams else LinearRegression()
    elif model == "logistic":
        from sklearn.linear_model import LogisticRegression, SGDClassifier
        fit = SGDClassifier(loss="log_loss") if streams else LogisticRegression(max_iter=job.get("steps", 12))
    elif model == "kmeans":
        from sklearn.cluster import KMeans, MiniBatchKMeans
        fit = (MiniBatchKMeans(job["clusters"], n_init=1) if streams
               else KMeans(job["clusters"], init=job["init"], n_init=1, max_iter=3, tol=0 if job["no_tolerance"] else 1e-4))
    elif model == "pca":
        from sklearn.decomposition import PCA, IncrementalPCA
        fit = IncrementalPCA(job["components"]) if streams else PCA(job["components"], svd_solver="full")
    elif model == "pca-randomized":
        from sklearn.decomposition import PCA
        fit = PCA(job["components"], svd_solver="randomized", random_state=1)
    elif model == "knn":
        from sklearn.neighbors import KNeighborsClassifier
        fit = KNeighborsClassifier(job["neighbors"], algorithm="brute")
    elif model == "forest":
        from sklearn.ensemble import RandomForestClassifier
        fit = RandomForestClassifier(job["trees"], max_depth=job.get("depth") or None, random_state=1)
    else:
        from sklearn.ensemble import HistGradientBoostingClassifier
        fit = HistGradientBoostingClassifier(max_iter=job["trees"], max_bins=min(job["bins"], 255),
                                             early_stopping=False if job["no_early_stopping"] else "auto")
    if streams:
        for x in batches(job):
            if model in ("linear", "logistic"):
                y = labels(x.shape[0], model == "linear")
                fit.partial_fit(x, y, **({"classes": [0, 1]} if model == "logistic" else {}))
            else:
                fit.partial_fit(x)
        return
    x = data(job)
    y = labels(rows, model == "linear")
    if job["split"]:
        from sklearn.model_selection import train_test_split
        parts = train_test_split(x, y, test_size=0.2, random_state=1)
        fit.fit(parts[0], parts[2])
        return
    fit.fit(x, y)
    if model == "knn":
        fit.predict(x[:job["batch"] or rows])


def xgboost(job):
    import xgboost as xgb
    exact = job["model"] == "boosting-exact"
    options = {"tree_method": "exact" if exact else "hist", "max_depth": job["depth"] or 6, "objective": "binary:logistic",
               "nthread": 1}
    if not exact:
        options["max_bin"] = job["bins"]
    if job["stream"]:
        class Batches(xgb.DataIter):
            def __init__(self):
                super().__init__()
                self.source = None

            def reset(self):
                self.source = batches(job)

            def next(self, take):
                self.source = self.source or batches(job)
                x = next(self.source, None)
                if x is None:
                    return 0
                take(data=x, label=labels(x.shape[0], False))
                return 1
        matrix = xgb.QuantileDMatrix(Batches(), max_bin=job["bins"], nthread=1)
    else:
        x = data(job)
        y = labels(job["rows"], False)
        matrix = (xgb.QuantileDMatrix(x, y, max_bin=job["bins"], nthread=1) if job["quantile"]
                  else xgb.DMatrix(x, y, nthread=1))
    xgb.train(options, matrix, job["trees"])


def pytorch(job):
    import torch
    from torch import nn
    from torch.utils.data import DataLoader, Dataset, IterableDataset, TensorDataset
    torch.set_num_threads(1)
    widths = job["widths"]
    layers = []
    for i, (before, after) in enumerate(zip(widths, widths[1:])):
        layers += [nn.Linear(before, after)] + ([nn.ReLU()] if i + 2 < len(widths) else [])
    model = nn.Sequential(*layers)
    if job["checkpoint"]:
        from torch.utils.checkpoint import checkpoint_sequential
        segments = max(1, round((len(widths) - 1) ** 0.5))

        def forward(x):
            return checkpoint_sequential(model, segments, x.requires_grad_())
    else:
        forward = model
    rate = 1e-3
    optimizer = {"sgd": lambda p: torch.optim.SGD(p, rate), "momentum": lambda p: torch.optim.SGD(p, rate, momentum=0.9),
                 "adam": lambda p: torch.optim.Adam(p, rate)}[job["optimizer"]](model.parameters())
    loss_of = nn.CrossEntropyLoss() if widths[-1] > 1 else nn.MSELoss()

    class Stream(IterableDataset):
        def __iter__(self):
            info = torch.utils.data.get_worker_info()
            turn, turns = (info.id, info.num_workers) if info else (0, 1)
            for i, x in enumerate(batches(job)):
                if i % turns == turn:
                    yield torch.from_numpy(x), torch.zeros(x.shape[0], dtype=torch.long)

    class Objects(Dataset):
        """A list of rows, each a list of Python numbers, as a CSV reader makes it."""

        def __init__(self):
            self.rows = [row.tolist() for at, end in blocks(job["rows"])
                         for row in dense(dict(job, rows=end - at)).astype(np.float64)]

        def __len__(self):
            return len(self.rows)

        def __getitem__(self, i):
            return torch.tensor([value / 2 for value in self.rows[i]]), 0

    options = {"num_workers": job["workers"], "persistent_workers": job["persistent"]}
    if job["workers"]:
        options["prefetch_factor"] = job["prefetch"] or 2
    if job["slices"]:
        x, y = torch.from_numpy(dense(job)), torch.zeros(job["rows"], dtype=torch.long)
        loader = [slice(at, at + job["batch"]) for at in range(0, job["rows"], job["batch"])]
    elif job["stream"]:
        loader = DataLoader(Stream(), batch_size=None, **options)
    elif job["copied"]:
        loader = DataLoader(Objects(), batch_size=job["batch"], shuffle=True, **options)
    else:
        x = torch.from_numpy(dense(job))
        loader = DataLoader(TensorDataset(x, torch.zeros(job["rows"], dtype=torch.long)), batch_size=job["batch"],
                            shuffle=True, **options)
    for step, batch in enumerate(itertools.chain.from_iterable(loader for _ in range(job["epochs"] or 1))):
        if step == job.get("steps", 8) and not job["workers"]:
            break
        x_batch, y_batch = (x[batch], y[batch]) if job["slices"] else batch
        output = forward(x_batch)
        loss = loss_of(output, y_batch if widths[-1] > 1 else y_batch.float().unsqueeze(1))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


def numpy(job):
    model, rows = job["model"], job["rows"]
    x = data(job)
    y = labels(rows, True).astype(x.dtype)
    if model == "linear":
        np.linalg.lstsq(x, y, rcond=None)
    elif model == "logistic":
        w = np.zeros(job["columns"], x.dtype)
        for _ in range(3):
            g = 1 / (1 + np.exp(-(x @ w))) - y
            w -= (0.1 / rows) * (x.T @ g)
    elif model == "pca":
        np.linalg.svd(x - x.mean(axis=0), full_matrices=False)


DEFAULTS = {"value": "f64", "density": 1, "storage": "dense", "stream": False, "reuse": False, "slices": False,
            "split": False, "quantile": False, "copied": False, "persistent": False, "checkpoint": False,
            "no_tolerance": False, "no_early_stopping": False, "init": "k-means++", "optimizer": "adam", "batch": 0,
            "epochs": 0, "prefetch": 0, "workers": 0, "clusters": 8, "components": 10, "neighbors": 5, "trees": 100,
            "depth": 0, "bins": 256}


def main():
    job = DEFAULTS | json.loads(sys.argv[1])
    if job["model"] == "none":
        __import__({"pytorch": "torch"}.get(job["runtime"], job["runtime"]))
        data(job)
        return
    {"numpy": numpy, "sklearn": sklearn, "xgboost": xgboost, "pytorch": pytorch}[job["runtime"]](job)


main()
