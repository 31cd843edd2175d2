#!/usr/bin/env python3
"""Runs one job that `mlmembench estimate` has a formula for, with the framework itself. `estimate --measure` predicts the
full size from it, tests/bench/calibrate.py measures coefficients with it, tests/bench/estimate_check.py judges by it.

    mlm_estimate.py RUNTIME MODEL NAME=VALUE…
    mlm_estimate.py sklearn kmeans rows=100000 columns=50

The names are the options of `estimate`, and the values are as they are typed there; a flag is NAME=1. `clear` is the share
of a forest's labels that follow from the data. Data is made in place, block by block, so that making it leaves no peak of
its own; nothing is printed."""
import itertools
import os
import sys

sys.dont_write_bytecode = True
# One thread, as the formulas have it.
for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(name, "1")
FIXED = {"MALLOC_MMAP_THRESHOLD_": "131072"}

BLOCK_ROWS = 1024
FILE_ROWS = 1000
TEXT = "abcdefghijklmnopqrstuvwxyz"

DEFAULTS = {"rows": 1000, "columns": 10, "value": "f64", "density": 1, "distinct": 0, "storage": "dense", "stream": 0,
            "reuse": 0, "slices": 0, "split": 0, "in_place": 0, "quantile": 0, "copied": 0, "persistent": 0, "checkpoint": 0,
            "no_tolerance": 0, "no_early_stopping": 0, "init": "k-means++", "optimizer": "adam", "malloc": "moving",
            "batch": 0, "epochs": 0, "prefetch": 0, "workers": 0, "clusters": 8, "components": 10, "neighbors": 5,
            "trees": 100, "depth": 0, "leaf_rows": 1, "bins": 256, "clear": 0, "widths": "", "steps": 0,
            "layers": 2, "heads": 4, "kv_heads": 0, "head_size": 0, "embedding": 0, "ffn": 0, "vocabulary": 0, "tied": 0,
            "attention": "blocks", "sequence": 128, "integers": 0, "floats": 0, "texts": 0, "text_bytes": 10,
            "texts_as": "object"}


def blocks(rows, each=BLOCK_ROWS):
    return ((at, min(at + each, rows)) for at in range(0, rows, each))


def kind_of(np, job):
    return {"f64": np.float64, "f32": np.float32, "f16": np.float16, "i8": np.int8}[job["value"]]


def dense(np, job, x=None):
    if x is None:
        x = np.empty((job["rows"], job["columns"]), kind_of(np, job))
    random = np.random.default_rng(1)
    scale = np.float32(30 if job["value"] == "i8" else 1)
    for at, end in blocks(job["rows"]):
        x[at:end] = np.clip(scale * random.standard_normal((end - at, job["columns"]), np.float32), -127, 127)
    return x


def sparse(np, job):
    """Each row has the same number of nonzeros, one column from each of equal strata: sorted and distinct."""
    from scipy import sparse as formats
    rows, columns = job["rows"], job["columns"]
    each = max(1, round(job["density"] * columns))
    random = np.random.default_rng(1)
    values = np.empty(rows * each, kind_of(np, job))
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


def labels(np, rows, real):
    random = np.random.default_rng(2)
    return random.standard_normal(rows) if real else random.integers(0, 2, rows, np.int64)


def clear_labels(np, job, x):
    """Some of the labels tell whether the sum of ten columns is above 0."""
    y = labels(np, job["rows"], False)
    follow = np.random.default_rng(3).random(job["rows"]) < job["clear"]
    for at, end in blocks(job["rows"]):
        y[at:end] = np.where(follow[at:end], np.asarray(x[at:end, :10]).sum(axis=1) > 0, y[at:end])
    return y


def data(np, job):
    return dense(np, job) if job["storage"] == "dense" else sparse(np, job)


def batches(np, job):
    """Yields batches, as a reader of a too large file does; `reuse`: always in the same array."""
    part = dict(job, rows=min(job["batch"] or 1000, job["rows"]))
    place = np.empty((part["rows"], job["columns"]), kind_of(np, job)) if job["reuse"] else None
    for _ in range(0, job["rows"], part["rows"]):
        yield data(np, part) if place is None else dense(np, part, place)


def sklearn_estimator(job):
    model, streams = job["model"], job["stream"]
    if model == "linear":
        from sklearn.linear_model import LinearRegression, SGDRegressor
        return SGDRegressor() if streams else LinearRegression(copy_X=not job["in_place"])
    if model == "logistic":
        from sklearn.linear_model import LogisticRegression, SGDClassifier
        return SGDClassifier(loss="log_loss") if streams else LogisticRegression(max_iter=job["steps"] or 12)
    if model == "kmeans":
        from sklearn.cluster import KMeans, MiniBatchKMeans
        return (MiniBatchKMeans(job["clusters"], n_init=1) if streams
                else KMeans(job["clusters"], init=job["init"], n_init=1, max_iter=3, copy_x=not job["in_place"],
                            tol=0 if job["no_tolerance"] else 1e-4))
    if model.startswith("pca"):
        from sklearn.decomposition import PCA, IncrementalPCA
        solver = {"pca": "auto", "pca-full": "full", "pca-randomized": "randomized"}[model]
        return (IncrementalPCA(job["components"]) if streams
                else PCA(job["components"], svd_solver=solver, copy=not job["in_place"], random_state=1))
    if model == "knn":
        from sklearn.neighbors import KNeighborsClassifier
        return KNeighborsClassifier(job["neighbors"], algorithm="brute")
    if model.startswith("forest"):
        from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
        kind = RandomForestClassifier if model == "forest" else RandomForestRegressor
        # A regressor looks at all columns for each split, which only takes time.
        some = {} if model == "forest" else {"max_features": "sqrt"}
        return kind(job["trees"], max_depth=job["depth"] or None, min_samples_leaf=job["leaf_rows"], random_state=1, **some)
    from sklearn.ensemble import HistGradientBoostingClassifier
    return HistGradientBoostingClassifier(max_iter=job["trees"], max_bins=min(job["bins"], 255),
                                          early_stopping=False if job["no_early_stopping"] else "auto")


def sklearn(job):
    import numpy as np
    model, rows = job["model"], job["rows"]
    fit = sklearn_estimator(job)
    real = model in ("linear", "forest-regression")
    if job["stream"]:
        for x in batches(np, job):
            if model in ("linear", "logistic"):
                y = labels(np, x.shape[0], real)
                fit.partial_fit(x, y, **({"classes": [0, 1]} if model == "logistic" else {}))
            else:
                fit.partial_fit(x)
        return
    x = data(np, job)
    y = clear_labels(np, job, x) if job["clear"] else labels(np, rows, real)
    if job["split"]:
        from sklearn.model_selection import train_test_split
        parts = train_test_split(x, y, test_size=0.2, random_state=1)
        fit.fit(parts[0], parts[2])
        return
    fit.fit(x, y)
    if model == "knn":
        fit.predict(x[:job["batch"] or min(1000, rows)])


def xgboost(job):
    import numpy as np
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
                self.source = batches(np, job)

            def next(self, take):
                self.source = self.source or batches(np, job)
                x = next(self.source, None)
                if x is None:
                    return 0
                take(data=x, label=labels(np, x.shape[0], False))
                return 1
        matrix = xgb.QuantileDMatrix(Batches(), max_bin=job["bins"], nthread=1)
    else:
        x = data(np, job)
        if job["distinct"]:
            x = np.floor(x * (job["distinct"] / 6)).astype(x.dtype)
        y = labels(np, job["rows"], False)
        matrix = (xgb.QuantileDMatrix(x, y, max_bin=job["bins"], nthread=1) if job["quantile"]
                  else xgb.DMatrix(x, y, nthread=1))
    xgb.train(options, matrix, job["trees"])


def optimizer_of(torch, job, parameters):
    rate = 1e-3
    if job["optimizer"] == "adam":
        return torch.optim.Adam(parameters, rate)
    return torch.optim.SGD(parameters, rate, momentum=0.9 if job["optimizer"] == "momentum" else 0)


def network(torch, job, widths):
    """Returns a perceptron, and how it is called."""
    from torch import nn
    layers = []
    for i, (before, after) in enumerate(zip(widths, widths[1:])):
        layers += [nn.Linear(before, after)] + ([nn.ReLU()] if i + 2 < len(widths) else [])
    model = nn.Sequential(*layers)
    if not job["checkpoint"]:
        return model, model
    from torch.utils.checkpoint import checkpoint_sequential
    segments = max(1, round((len(widths) - 1) ** 0.5))
    # PyTorch 2 wants to be told which of two ways it is.
    way = {"use_reentrant": True} if int(torch.__version__.split(".")[0]) > 1 else {}
    return model, lambda x: checkpoint_sequential(model, segments, x.requires_grad_(), **way)


def loader_of(np, torch, job, widths):
    """Returns batches, and the function that turns one into tensors."""
    from torch.utils.data import DataLoader, Dataset, IterableDataset, TensorDataset

    class Stream(IterableDataset):
        def __iter__(self):
            info = torch.utils.data.get_worker_info()
            turn, turns = (info.id, info.num_workers) if info else (0, 1)
            for i, x in enumerate(batches(np, job)):
                if i % turns == turn:
                    yield torch.from_numpy(x), torch.zeros(x.shape[0], dtype=torch.long)

    class Objects(Dataset):
        """A list of rows, each a list of Python numbers, as a CSV reader makes it."""

        def __init__(self):
            self.rows = [row.tolist() for at, end in blocks(job["rows"])
                         for row in dense(np, dict(job, rows=end - at)).astype(np.float64)]

        def __len__(self):
            return len(self.rows)

        def __getitem__(self, i):
            return torch.tensor([value / 2 for value in self.rows[i]]), 0

    batch = job["batch"] or 64
    options = {"num_workers": job["workers"], "persistent_workers": bool(job["persistent"])}
    if job["workers"]:
        options["prefetch_factor"] = job["prefetch"] or 2
    if job["slices"]:
        x, y = torch.from_numpy(dense(np, job)), torch.zeros(job["rows"], dtype=torch.long)
        return [slice(at, at + batch) for at in range(0, job["rows"], batch)], lambda part: (x[part], y[part])
    if job["stream"]:
        return DataLoader(Stream(), batch_size=None, **options), tuple
    if job["copied"]:
        return DataLoader(Objects(), batch_size=batch, shuffle=True, **options), tuple
    held = TensorDataset(torch.from_numpy(dense(np, job)), torch.zeros(job["rows"], dtype=torch.long))
    return DataLoader(held, batch_size=batch, shuffle=True, **options), tuple


def pytorch(job):
    import numpy as np
    import torch
    torch.set_num_threads(1)
    if job["model"] == "transformer":
        transformer(torch, job)
        return
    widths = job["widths"] or [job["columns"], *([512, 10] if job["model"] == "mlp" else [1])]
    model, forward = network(torch, job, widths)
    optimizer = optimizer_of(torch, job, model.parameters())
    loss_of = torch.nn.CrossEntropyLoss() if widths[-1] > 1 else torch.nn.MSELoss()
    loader, tensors = loader_of(np, torch, job, widths)
    for step, batch in enumerate(itertools.chain.from_iterable(loader for _ in range(job["epochs"] or 1))):
        if step == (job["steps"] or 8) and not job["workers"]:
            break
        x, y = tensors(batch)
        output = forward(x)
        loss = loss_of(output, y if widths[-1] > 1 else y.float().unsqueeze(1))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


def transformer(torch, job):
    """Trains a decoder as models are published today, on words drawn at random."""
    from torch import nn
    from torch.nn import functional
    heads, size = job["heads"], job["head_size"] or job["embedding"] // job["heads"]
    pairs, width = job["kv_heads"] or heads, job["embedding"] or heads * size
    vocabulary, length = job["vocabulary"], job["sequence"]
    angles = torch.arange(length).unsqueeze(1) * 10000 ** (-torch.arange(0, size, 2) / size).repeat(2)
    fused = job["attention"] == "blocks" and hasattr(functional, "scaled_dot_product_attention")

    class Norm(nn.Module):
        def __init__(self):
            super().__init__()
            self.weight = nn.Parameter(torch.ones(width))

        def forward(self, x):
            return self.weight * (x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + 1e-5))

    def turned(x):
        half = torch.cat((-x[..., size // 2:], x[..., :size // 2]), -1)
        return x * angles.cos().to(x.dtype) + half * angles.sin().to(x.dtype)

    def attend(q, k, v):
        if fused:
            return functional.scaled_dot_product_attention(q, k, v, is_causal=True)
        scores = q @ k.transpose(-1, -2) * size ** -0.5
        scores = scores + torch.full((length, length), float("-inf"), dtype=q.dtype).triu(1)
        return functional.softmax(scores, -1) @ v

    class Layer(nn.Module):
        def __init__(self):
            super().__init__()
            self.norms = nn.ModuleList([Norm(), Norm()])
            self.q = nn.Linear(width, heads * size, bias=False)
            self.k, self.v = (nn.Linear(width, pairs * size, bias=False) for _ in range(2))
            self.o = nn.Linear(heads * size, width, bias=False)
            self.gate, self.up = (nn.Linear(width, job["ffn"], bias=False) for _ in range(2))
            self.down = nn.Linear(job["ffn"], width, bias=False)

        def forward(self, x):
            h = self.norms[0](x)
            q, k, v = (part(h).view(len(x), length, -1, size).transpose(1, 2) for part in (self.q, self.k, self.v))
            q, k = turned(q), turned(k)
            if pairs != heads:
                k, v = (part.repeat_interleave(heads // pairs, 1) for part in (k, v))
            x = x + self.o(attend(q, k, v).transpose(1, 2).reshape(len(x), length, -1))
            h = self.norms[1](x)
            return x + self.down(functional.silu(self.gate(h)) * self.up(h))

    words = nn.Embedding(vocabulary, width)
    body = nn.ModuleList([Layer() for _ in range(job["layers"])])
    last, scores_of = Norm(), nn.Linear(width, vocabulary, bias=False)
    if job["tied"]:
        scores_of.weight = words.weight
    everything = nn.ModuleList([words, body, last, scores_of])
    if job["value"] == "f16":
        everything.to(torch.bfloat16)
    optimizer = optimizer_of(torch, job, everything.parameters())

    def forward(tokens):
        x = words(tokens)
        for layer in body:
            if job["checkpoint"]:
                from torch.utils.checkpoint import checkpoint
                x = checkpoint(layer, x, use_reentrant=False)
            else:
                x = layer(x)
        return scores_of(last(x))

    for _ in range(job["steps"] or 3):
        tokens = torch.randint(vocabulary, (job["batch"] or 8, length))
        optimizer.zero_grad()
        scores = forward(tokens)
        loss = functional.cross_entropy(scores.float().view(-1, vocabulary), tokens.view(-1))
        loss.backward()
        optimizer.step()


def numpy(job):
    import numpy as np
    model, rows = job["model"], job["rows"]
    x = data(np, job)
    y = labels(np, rows, True).astype(x.dtype)
    if model == "linear":
        np.linalg.lstsq(x, y, rcond=None)
    elif model == "logistic":
        w = np.zeros(job["columns"], x.dtype)
        for _ in range(3):
            g = 1 / (1 + np.exp(-(x @ w))) - y
            w -= (0.1 / rows) * (x.T @ g)
    elif model.startswith("pca"):
        np.linalg.svd(x - x.mean(axis=0), full_matrices=False)


def text_of(number, length):
    """A text of that length which no other number has, if it is long enough."""
    letters = []
    for _ in range(length):
        number, letter = divmod(number, len(TEXT))
        letters.append(TEXT[letter])
    return "".join(letters)


def file_make(path, job):
    """Writes the CSV file, a few rows at a time, and waits until it is on the disk."""
    import random
    draw = random.Random(1)
    distinct = job["distinct"] or job["rows"]
    names = [f"{kind}{i}" for kind in ("integers", "floats", "texts") for i in range(job[kind])]
    with open(path, "w", encoding="ascii") as file:
        file.write(",".join(names) + "\n")
        for at, end in blocks(job["rows"], FILE_ROWS):
            file.writelines(",".join(
                [str(draw.randrange(10 ** 6)) for _ in range(job["integers"])]
                + [f"{draw.random():.6f}" for _ in range(job["floats"])]
                + [text_of(draw.randrange(distinct) if job["distinct"] else row, job["text_bytes"])
                   for _ in range(job["texts"])]) + "\n" for row in range(at, end))
        file.flush()
        os.fsync(file.fileno())


def pandas(job):
    import tempfile
    with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:
        path = os.path.join(folder, "table.csv")
        file_make(path, job)
        import pandas as pd
        kind = {"object": None, "category": "category", "arrow": "string[pyarrow]"}[job["texts_as"]]
        kinds = {f"texts{i}": kind for i in range(job["texts"])} if kind else None
        if job["stream"]:
            with pd.read_csv(path, dtype=kinds, chunksize=job["batch"] or 100000) as reader:
                for _ in reader:
                    pass
        else:
            pd.read_csv(path, dtype=kinds)


def nothing(job):
    """Imports the library and makes the data."""
    __import__({"pytorch": "torch"}.get(job["runtime"], job["runtime"]))
    import numpy as np
    if job["stream"]:
        for _ in batches(np, job):
            pass
    else:
        data(np, job)


def value_of(text):
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            pass
    return text


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    job = dict(DEFAULTS, runtime=sys.argv[1], model=sys.argv[2])
    if job["runtime"] == "pytorch":
        job["value"] = "f32"
    for pair in sys.argv[3:]:
        key, _, value = pair.partition("=")
        key = key.replace("-", "_")
        if key not in DEFAULTS:
            sys.exit(f"mlm_estimate.py: there is no '{key}'")
        job[key] = value_of(value)
    if job["widths"]:
        job["widths"] = [int(width) for width in str(job["widths"]).split(",")]
    if job["malloc"] == "fixed" and not FIXED.items() <= os.environ.items():
        os.execve(sys.executable, [sys.executable, *sys.argv], {**os.environ, **FIXED})
    if job["model"] == "none" and job["runtime"] != "pandas":
        nothing(job)
    else:
        {"numpy": numpy, "sklearn": sklearn, "xgboost": xgboost, "pytorch": pytorch, "pandas": pandas}[job["runtime"]](job)


main()
