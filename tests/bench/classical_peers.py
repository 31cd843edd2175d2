#!/usr/bin/env python3
"""The suite classical beside scikit-learn: the same rows, the same job, one thread.

    tests/bench/classical_peers.py build/mlmembench-worker [DATA-MIB [METHOD…]]

Bounds: CPU time of the job at most 1.5 × that of scikit-learn, the best of five turns each; the peak below that of scikit-learn.
From both peaks is subtracted what the process holds before it has data: of Python and its libraries 100 MiB, of the worker and
OpenBLAS 5. The two that take a batch at a time need less than that; for them it is not subtracted, but from the peer the rows
are, because it could be given a stream, too. Both must reach the same answer. Exit status 1 where a bound is exceeded. Needs python3-sklearn."""
import ctypes
import json
import os
import re
import subprocess
import sys
import time

TURNS = 5
PYTHON = "/usr/bin/python3"  # the distribution's, which has its packages
MIB = 1 << 20
SOURCE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
sys.path.insert(0, os.path.join(SOURCE, "suites", "frameworks"))

# Streams of suites/classical/rows.c.
NOISE, NOISE_OTHER, CENTRES, LABELS, DIRECTIONS, SHARES, LEVELS, TARGETS = range(0x636c61, 0x636c61 + 8)
SEED = 1


def status(key):
    with open("/proc/self/status", encoding="utf-8") as file:
        return int(re.search(rf"^{key}:\s+(\d+) kB", file.read(), re.M)[1]) * 1024


def held():
    """Resident memory, without what malloc() keeps of what was freed; the peak begins there again."""
    ctypes.CDLL(None).malloc_trim(0)
    with open("/proc/self/clear_refs", "w", encoding="utf-8") as file:
        file.write("5")
    return status("VmRSS")


class Rows:
    """The rows of suites/classical/rows.c, made by NumPy in blocks, so that they do not make the peak."""

    def __init__(self, rows, width):
        import mlm_data
        import numpy as np
        self.np, self.data, self.rows, self.width = np, mlm_data, rows, width

    def key(self, stream):
        return self.data.random_key(SEED, stream)

    def draws(self, keys):
        """16 random bits for each value; four of them from one number."""
        np = self.np
        quarters = np.arange(0, self.width, 4, dtype=np.uint64)
        words = self.data.random_u64(keys[:, None], quarters[None, :])
        shifts = np.array([0, 16, 32, 48], np.uint64)
        bits = words[:, :, None] >> shifts & np.uint64(0xffff)
        return bits.reshape(len(keys), -1)[:, :self.width]

    def small(self, bits):
        return (bits * self.np.uint64(15) >> self.np.uint64(16)).astype(self.np.int64) - 7

    def numbers(self, first, count):
        return self.np.arange(first, first + count, dtype=self.np.uint64)

    def noise(self, first, count, stream=NOISE):
        return self.small(self.draws(self.data.random_u64(self.key(stream), self.numbers(first, count))))

    def whole(self, make, count=None):
        """All rows by a function that makes some."""
        count = count or self.rows
        out = self.np.empty((count, self.width), self.np.float32)
        for first in range(0, count, 4096):
            out[first:first + 4096] = make(first, min(4096, count - first))
        return out

    def clusters(self, clusters):
        def make(first, count):
            numbers = self.numbers(first, count)
            labels = self.data.random_below(self.key(LABELS), numbers, clusters)
            labels = self.np.where(numbers < clusters, numbers, labels)
            keys = self.data.random_u64(self.key(CENTRES), labels)
            return self.noise(first, count) + 4 * self.small(self.draws(keys))
        return make

    def directions(self, first, count):
        np = self.np
        shares = self.data.random_u64(self.key(SHARES), self.numbers(first, count))
        rows = self.noise(first, count)
        keys = self.data.random_u64(self.key(DIRECTIONS), np.arange(4))
        for d, scale in enumerate((8, 6, 4, 3)):
            signs = np.where(self.data.random_u64(keys[d], np.arange(self.width)) >> np.uint64(63) == 1, 1, -1)
            rows += (scale * self.small(shares >> np.uint64(16 * d) & np.uint64(0xffff)))[:, None] * signs
        return rows

    def levels(self, first, count):
        np = self.np
        bits = self.draws(self.data.random_u64(self.key(LEVELS), self.numbers(first, count)))
        return (bits * np.uint64(255) >> np.uint64(16)).astype(np.float32) * np.float32(0.25)

    def targets(self, x):
        np = self.np
        noise = self.small(self.data.random_u64(self.key(TARGETS), np.arange(len(x))) & np.uint64(0xffff))
        y = 8 * x[:, 0] + 250 * (x[:, 1] > 32) - 3 * x[:, 2] + 100 * (x[:, 3] > x[:, 4]) + noise
        return (256 * y.astype(np.float32)).astype(np.int32).astype(np.float64)


# Each makes its data and returns the job, which returns the answer and settings of ours that follow from it.

def kmeans(rows, clusters):
    from sklearn.cluster import KMeans
    x = rows.whole(rows.clusters(clusters))

    def job():
        e = KMeans(clusters, init=x[:clusters], n_init=1, max_iter=10, tol=0, algorithm="lloyd").fit(x)
        return [e.inertia_], {"steps": e.n_iter_}
    return job


def minibatch(rows, clusters, batch, steps):
    from sklearn.cluster import MiniBatchKMeans
    make = rows.clusters(clusters)
    x = rows.whole(make)

    def job():
        e = MiniBatchKMeans(clusters, init=x[:clusters], n_init=1, batch_size=batch, reassignment_ratio=0)
        for _ in range(steps):
            for first in range(0, rows.rows, batch):
                e.partial_fit(x[first:first + batch])
        return [sum((c @ c) ** 0.5 * (1 + i) for i, c in enumerate(e.cluster_centers_.astype(float)))], {}
    return job


def knn(rows, queries, neighbours):
    from sklearn.neighbors import NearestNeighbors
    x = rows.whole(rows.noise)
    q = rows.whole(lambda first, count: rows.noise(first, count, NOISE_OTHER), queries)

    def job():
        distances, _ = NearestNeighbors(n_neighbors=neighbours, algorithm="brute").fit(x).kneighbors(q)
        squares = rows.np.rint(distances.astype(float) ** 2)
        return [(squares * (1 + rows.np.arange(neighbours))).sum()], {}
    return job


def pca(rows, components, solver):
    from sklearn.decomposition import PCA
    x = rows.whole(rows.directions)
    power = 4 if solver == "randomized" else "auto"

    def job():
        return PCA(components, svd_solver=solver, iterated_power=power, random_state=1).fit(x).singular_values_[:1], {}
    return job


def incremental(rows, components, batch):
    from sklearn.decomposition import IncrementalPCA
    x = rows.whole(rows.directions)

    def job():
        e = IncrementalPCA(components)
        for first in range(0, rows.rows, batch):
            part = x[first:first + batch]
            if len(part) >= components:
                e.partial_fit(part)
        return e.singular_values_[:1], {}
    return job


def boost(rows, trees, depth):
    from sklearn.ensemble import HistGradientBoostingRegressor
    x = rows.whole(rows.levels)
    y = rows.targets(x)

    def job():
        e = HistGradientBoostingRegressor(max_iter=trees, max_depth=depth, max_leaf_nodes=None, early_stopping=False).fit(x, y)
        return (e, x, y), {}
    return job


def boost_answer(trained):
    estimator, x, y = trained
    return [((y - estimator.predict(x)) ** 2).sum()]


# By our workload: the peer, its arguments beside the rows, ours, and which answer is compared to which accuracy.
METHODS = {
    "kmeans_blocks": (kmeans, {"clusters": 96}, {}, 0, 1e-4),
    "kmeans_minibatch": (minibatch, {"clusters": 96, "batch": 1024, "steps": 2}, {"steps": 2, "batch": 1024}, 1, 1e-3),
    "knn_blocks": (knn, {"neighbours": 10}, {"working": "1M"}, 0, 1e-6),
    "pca_svd": (pca, {"components": 4, "solver": "full"}, {}, 0, 1e-3),
    "pca_randomized": (pca, {"components": 4, "solver": "randomized"}, {"steps": 4}, 0, 1e-3),
    "pca_incremental": (incremental, {"components": 4, "batch": 1000}, {"batch": 1000}, 0, 1e-3),
    "boost_histogram": (boost, {"trees": 20, "depth": 5}, {"trees": 20, "depth": 5}, 0, 1e-2),
}


STREAMS = ("kmeans_minibatch", "pca_incremental")


def shape(method, data):
    """Rows, width and queries, as the suite derives them."""
    if method.startswith("kmeans"):
        return data // (4 * (32 + 96)), 32, {}
    if method.startswith("knn"):
        queries = int((data // 4 / 64) ** 0.5)
        return data // 4 // queries, 32, {"queries": queries}
    if method.startswith("pca"):
        return data // (3 * 4 * 32), 32, {}
    return data // (12 * 32), 32, {}


def peer(method, data):
    """Runs in a process of its own, and prints what it measured."""
    make, arguments, _, _, _ = METHODS[method]
    rows, width, more = shape(method, data)
    import sklearn  # pylint: disable=unused-import
    small_rows, _, small_more = shape(method, 4 * MIB)
    make(Rows(small_rows, width), **arguments, **small_more)()  # imports everything
    python = held()
    job = make(Rows(rows, width), **arguments, **more)
    before = time.process_time()
    answer, settings = job()
    spent = time.process_time() - before
    peak = status("VmHWM")
    if isinstance(answer, tuple):
        answer = boost_answer(answer)
    print(json.dumps({"seconds": spent, "peak": peak - (4 * rows * width if method in STREAMS else python), "python": python, "answer": float(answer[0]),
                      "settings": {k: int(v) for k, v in settings.items()}}))


def theirs(method, data):
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "PYTHONWARNINGS": "ignore"}
    done = subprocess.run([PYTHON, __file__, "--peer", method, str(data)], stdout=subprocess.PIPE, text=True, check=True,
                          env=environment)
    return json.loads(done.stdout)


def run(worker, workload, *settings):
    """CPU time, peak and answers."""
    out = subprocess.run([worker, "run", workload, *settings], stdout=subprocess.PIPE, text=True, check=True).stdout
    user, system, peak = re.search(r"^run .* user +([\d.]+) ms +system +([\d.]+) ms +peak RSS (\d+) KiB", out, re.M).groups()
    answers = [float(x) for x in out.split("answer")[1].split()]
    return (float(user) + float(system)) / 1000, int(peak) * 1024, answers


def ours(worker, method, data, settings):
    empty = ("self/null",) if method.startswith("boost") else ("classical/knn_blocks", "data=64K", "working=1K")
    _, before, _ = run(worker, *empty)
    seconds, peak, answers = run(worker, f"classical/{method}", f"data={data}", f"seed={SEED}",
                                 *(f"{k}={v}" for k, v in settings.items()))
    return {"seconds": seconds, "peak": peak - (0 if method in STREAMS else before), "answers": answers}


def compare(worker, method, data):
    _, _, settings, which, accuracy = METHODS[method]
    best = {"ours": None, "theirs": None}
    agree = True
    for _ in range(TURNS):
        their = theirs(method, data)
        our = ours(worker, method, data, {**settings, **their["settings"]})
        for name, found in (("ours", our), ("theirs", their)):
            best[name] = found if best[name] is None or found["seconds"] < best[name]["seconds"] else best[name]
        agree &= abs(our["answers"][which] - their["answer"]) <= accuracy * abs(their["answer"])
    ratio = best["ours"]["seconds"] / best["theirs"]["seconds"]
    good = agree and ratio <= 1.5 and best["ours"]["peak"] < best["theirs"]["peak"]
    print(f"{'ok' if good else '!!':3}{method:18}{best['ours']['seconds']:9.3f} s{best['theirs']['seconds']:9.3f} s{ratio:8.2f} ×"
          f"{best['ours']['peak'] / MIB:9.1f}{best['theirs']['peak'] / MIB:9.1f}{best['theirs']['python'] / MIB:9.1f}"
          f"{'' if agree else '  other answers'}", flush=True)
    return good


def main(worker, data="256", *methods):
    print(f"{'':21}{'ours':>11}{'sklearn':>11}{'ratio':>10}{'MiB':>9}{'sklearn':>9}{'Python':>9}")
    results = [compare(worker, method, int(data) * MIB) for method in methods or METHODS]
    return 0 if all(results) else 1


if __name__ == "__main__":
    if sys.argv[1:2] == ["--peer"]:
        peer(sys.argv[2], int(sys.argv[3]))
        sys.exit(0)
    if len(sys.argv) < 2 or any(m not in METHODS for m in sys.argv[3:]):
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
