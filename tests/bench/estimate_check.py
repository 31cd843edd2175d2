#!/usr/bin/env python3
"""Judges `mlmembench estimate` against measurement:

    tests/bench/estimate_check.py build/mlmembench [WORD…]

Own workloads are run by `estimate --check`, the frameworks' jobs (estimate_jobs.py) by `exec`, so far as the frameworks are
installed: python3-sklearn, python3-xgboost and python3-torch of Debian 12, whose versions the formulas were read from.
Wants 2 GiB of free memory and about ten minutes; WORDs leave only the rows that hold one of them.

`held` rows took no part in writing the formulas: they were chosen before, and measured afterwards. Bounds: own workloads
within 5 % + 2 MiB, all others within 15 %. Exit status 1 where one does not hold."""
import importlib.util
import json
import os
import pathlib
import subprocess
import sys
import tempfile

MIB = 1 << 20
JOBS = pathlib.Path(__file__).with_name("estimate_jobs.py")
MODULES = {"sklearn": "sklearn", "xgboost": "xgboost", "pytorch": "torch", "numpy": "numpy"}


def row(runtime, model, rows, columns, held=False, **more):
    return held, {"runtime": runtime, "model": model, "rows": rows, "columns": columns, **more}


def mlp(widths, batch, held=False, rows=20000, **more):
    return row("pytorch", "mlp", rows, widths[0], held, value="f32", widths=widths, batch=batch, **more)


OWN = [
    row("c", "logistic", 100000, 1000, value="f64"),
    row("c", "logistic", 200000, 1000, value="f32"),
    row("c", "logistic", 200000, 1000, value="f16", held=True),
    row("c", "logistic", 200000, 1000, value="f32", storage="csr", density=0.05),
    row("c", "logistic", 200000, 1000, value="f64", storage="csr", density=0.1, held=True),
    row("c", "logistic", 200000, 1000, value="f32", storage="csc", density=0.05),
    row("c", "logistic", 100000, 2000, value="f64", storage="coo", density=0.02, held=True),
    row("c", "mlp", 4096, 128, widths=[128] * 33, batch=4096, optimizer="sgd"),
    row("c", "mlp", 4096, 1024, widths=[1024] * 7, batch=256, optimizer="adam"),
    row("c", "mlp", 4096, 128, widths=[128] * 101, batch=1024, optimizer="momentum", held=True),
    row("c", "none", 200000, 200, value="f32"),
    row("c", "none", 200000, 200, value="f32", split=True),
    row("c", "none", 200000, 1000, value="f32", stream=True, batch=4096, held=True),
]

FRAMEWORKS = [
    row("sklearn", "logistic", 200000, 100),
    row("sklearn", "logistic", 400000, 100, value="f32"),
    row("sklearn", "logistic", 150000, 300, value="f32", held=True),
    row("sklearn", "logistic", 200000, 1000, storage="csr", density=0.05),
    row("sklearn", "logistic", 200000, 500, value="f32", stream=True, batch=10000),
    row("sklearn", "logistic", 200000, 100, split=True),
    row("sklearn", "linear", 200000, 100),
    row("sklearn", "linear", 300000, 100, value="f32", held=True),
    row("sklearn", "kmeans", 200000, 100),
    row("sklearn", "kmeans", 300000, 80, value="f32", clusters=50, held=True),
    row("sklearn", "kmeans", 200000, 1000, storage="csr", density=0.05),
    row("sklearn", "kmeans", 200000, 500, stream=True, batch=20000),
    row("sklearn", "pca", 150000, 100),
    row("sklearn", "pca", 200000, 150, value="f32", components=20, held=True),
    row("sklearn", "pca", 200000, 300, stream=True, batch=20000),
    row("sklearn", "pca-randomized", 150000, 200),
    row("sklearn", "pca-randomized", 200000, 200, value="f32", components=20, held=True),
    row("sklearn", "knn", 200000, 100, value="f32", batch=2000),
    row("sklearn", "knn", 150000, 150, batch=4000, held=True),
    row("sklearn", "forest", 100000, 50, value="f32", trees=20, depth=10),
    row("sklearn", "forest", 50000, 50, trees=20),
    row("sklearn", "forest", 60000, 30, value="f32", trees=15, held=True),
    row("sklearn", "boosting-hist", 200000, 100, trees=5),
    row("sklearn", "boosting-hist", 200000, 100, value="f32", trees=5),
    row("sklearn", "boosting-hist", 150000, 200, value="f32", trees=5, held=True),
    row("sklearn", "knn", 200000, 1000, storage="csr", density=0.02, batch=1000),
    row("sklearn", "linear", 200000, 1000, storage="csr", density=0.05),
    row("sklearn", "forest", 50000, 500, storage="csr", density=0.05, trees=5, depth=6),
    row("sklearn", "logistic", 100000, 1000, storage="coo", density=0.05),
    row("sklearn", "kmeans", 200000, 100, value="i8"),
    row("sklearn", "pca", 150000, 100, value="f16"),
    row("sklearn", "boosting-hist", 400000, 50, trees=3),
    row("xgboost", "boosting-hist", 100000, 1000, storage="coo", density=0.05, trees=3),
    row("xgboost", "boosting-hist", 200000, 100, value="i8", trees=3),
    row("xgboost", "boosting-hist", 200000, 100, value="f16", trees=3),
    row("xgboost", "boosting-exact", 100000, 1000, value="f32", storage="csr", density=0.05, trees=2),
    row("xgboost", "boosting-hist", 200000, 100, value="f32", trees=5),
    row("xgboost", "boosting-hist", 200000, 100, trees=5),
    row("xgboost", "boosting-hist", 100000, 250, value="f32", trees=5, bins=64, held=True),
    row("xgboost", "boosting-hist", 200000, 100, value="f32", trees=5, quantile=True),
    row("xgboost", "boosting-hist", 150000, 150, trees=5, quantile=True, held=True),
    row("xgboost", "boosting-hist", 400000, 100, value="f32", trees=5, stream=True, batch=20000),
    row("xgboost", "boosting-hist", 200000, 1000, value="f32", storage="csr", density=0.05, trees=5),
    row("xgboost", "boosting-exact", 200000, 50, value="f32", trees=2),
    row("xgboost", "boosting-exact", 100000, 150, value="f32", trees=2, held=True),
    mlp([512] * 33 + [10], 4096, optimizer="sgd"),
    mlp([784, 2048, 2048, 10], 64, optimizer="adam"),
    mlp([512] + [1024] * 4 + [10], 2048, rows=50000, optimizer="momentum", held=True),
    mlp([512] * 33 + [10], 4096, optimizer="sgd", checkpoint=True),
    mlp([300] + [800] * 16 + [5], 4096, optimizer="adam", held=True),
    mlp([200, 256, 10], 256, rows=200000, workers=2),
    mlp([200, 256, 10], 256, rows=40000, workers=2, copied=True),
    mlp([200, 256, 10], 256, rows=30000, workers=4, copied=True, held=True),
    mlp([200, 256, 10], 256, rows=40000, workers=0, copied=True),
    mlp([1000, 256, 10], 4096, rows=200000, workers=2, stream=True),
    mlp([1000, 256, 10], 4096, rows=100000, stream=True),
    row("numpy", "linear", 200000, 100),
    row("numpy", "linear", 300000, 100, value="f32"),
    row("numpy", "linear", 150000, 120, value="f32", held=True),
    row("numpy", "logistic", 300000, 100, value="f32"),
    row("numpy", "pca", 150000, 100),
    row("numpy", "pca", 200000, 80, value="f32", held=True),
]


def estimate(program, job, *more):
    words = [program, "estimate", "--format", "json", *more]
    for key, value in job.items():
        if key == "workers":
            value = f"{value}:{'copied' if job.get('copied') else 'shared'}"
        if key == "widths":
            value = ",".join(map(str, value))
        if key != "copied":
            words += [f"--{key}"] if value is True else [f"--{key}", str(value)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{' '.join(words)}: {done.stderr}")
    return json.loads(done.stdout)


def measure(program, job):
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    with tempfile.TemporaryDirectory() as folder:
        records = pathlib.Path(folder, "records.jsonl")
        done = subprocess.run([program, "exec", "--quiet", "--swap", "none", "--out", str(records), "--", sys.executable,
                               str(JOBS), json.dumps(job)], env=environment, capture_output=True, text=True, check=False)
        if done.returncode:
            sys.exit(f"{job}: {done.stderr[-600:]}")
        return json.loads(records.read_text(encoding="utf-8").splitlines()[0])["needs_peak_bytes"]


def words_of(job):
    def one(key, value):
        if key == "widths":
            return f"widths={value[0]}…{value[-1]} ({len(value) - 1} layers)"
        return key if value is True else f"{key}={value}"
    return f"{job['runtime']} {job['model']} " + " ".join(
        one(key, value) for key, value in job.items() if key not in ("runtime", "model"))


def main(program, wanted):
    table = []
    for held, job in OWN + FRAMEWORKS:
        own, name = job["runtime"] == "c", words_of(job)
        if wanted and not any(word in name for word in wanted):
            continue
        if not own and importlib.util.find_spec(MODULES[job["runtime"]]) is None:
            print(f"skipped: {name}: no module {MODULES[job['runtime']]}")
            continue
        if not table:
            print("  predicted  measured  ratio        job (MiB)")
        if own:
            checked = estimate(program, job, "--check")
            predicted, measured = checked["measured"]["estimate_bytes"], checked["measured"]["needs_bytes"]
            good = abs(predicted - measured) <= 0.05 * measured + 2 * MIB
        else:
            if not any(job["runtime"] == earlier["runtime"] for _, earlier, _ in table):
                measure(program, {**job, "rows": 1000, "batch": 100, "workers": 0})  # its libraries are read by nobody's cage
            predicted, measured = estimate(program, job)["needs_bytes"], measure(program, job)
            good = abs(predicted - measured) <= 0.15 * measured
        table.append((held, job, good))
        print(f"  {predicted / MIB:9.1f} {measured / MIB:9.1f}  {predicted / measured:5.3f}  {'held' if held else '    '}  {name}"
              f"{'' if good else '  <- OUT OF BOUNDS'}", flush=True)
    held = [good for is_held, _, good in table if is_held]
    bad = sum(not good for _, _, good in table)
    print(f"{len(table)} rows, {len(table) - bad} within bounds; {sum(held)} of {len(held)} held ones")
    return 1 if bad or not table else 0


if len(sys.argv) < 2:
    sys.exit(__doc__)
sys.exit(main(sys.argv[1], sys.argv[2:]))
