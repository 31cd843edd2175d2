#!/usr/bin/env python3
"""Measures the coefficients of this release's libraries for `mlmembench estimate`:

    tests/bench/calibrate.py build/mlmembench [RUNTIME…]

It runs small jobs (suites/frameworks/mlm_estimate.py) with the distribution's Python, and writes the rows of
harness/estimate/versions.c into harness/estimate/measured_debian_N.h; build again afterwards. With RUNTIMEs, the rows of
the others stay as they are. It takes ten minutes and 2 GiB of memory. In a new system of a release:

    tests/chroot/fresh.sh --keep trixie tests/chroot/estimate.sh --calibrate

A coefficient follows from the needs of a job beyond its formula, divided by the factor beside it in the formula. Several
jobs give a mean; PyTorch's heap differs from run to run, so it has ten jobs."""
import pathlib
import platform
import re
import statistics
import subprocess
import sys

from estimate_measured import JOB, MIB, PYTHON, estimate, has, load, needs_of

FOLDER = pathlib.Path(__file__).parents[2] / "harness/estimate"
HEAD = "/* Rows of versions.c, written by tests/bench/calibrate.py: do not edit. */\n"
OFF = "/* clang-format off */\n"
NAMES = {"numpy": "NumPy", "sklearn": "scikit-learn", "xgboost": "XGBoost", "pytorch": "PyTorch", "pandas": "pandas"}
# The models of which a library loads modules of its own; None: all need the same.
MODELS = {
    "numpy": None, "pytorch": None, "pandas": ["none"], "xgboost": ["none", "boosting-hist", "boosting-exact"],
    "sklearn": ["none", "linear", "logistic", "kmeans", "pca", "pca-full", "pca-randomized", "knn", "forest",
                "forest-regression", "boosting-hist"]}
SYMBOLS = {"boosting-hist": "HIST", "boosting-exact": "EXACT"}
SMALL = {"rows": 200, "columns": 5, "components": 2, "trees": 2, "value": "f64"}


def mlp(widths, batch, **more):
    return {"runtime": "pytorch", "model": "mlp", "value": "f32", "rows": 20000, "columns": widths[0], "widths": widths,
            "batch": batch, **more}


HEAP = [
    mlp([256] * 17 + [10], 4096, optimizer="sgd"), mlp([784, 1024, 1024, 10], 128, optimizer="adam"),
    mlp([512] + [768] * 5 + [10], 2048, optimizer="momentum"), mlp([300] + [600] * 12 + [5], 3000, optimizer="adam"),
    mlp([128] * 31 + [10], 1024, optimizer="sgd"), mlp([1024] * 7 + [10], 256, optimizer="momentum"),
    mlp([448] * 25 + [10], 2000, optimizer="adam"), mlp([512] * 21 + [10], 4096, optimizer="sgd", checkpoint=True),
    mlp([160] * 33 + [10], 4096, optimizer="adam"), mlp([1800] * 3 + [10], 512, optimizer="sgd", slices=True)]


def decoder(layers, embedding, ffn, **more):
    return {"runtime": "pytorch", "model": "transformer", "value": "f32", "layers": layers, "heads": 8,
            "embedding": embedding, "ffn": ffn, "vocabulary": 6000, **more}


LAYERS = [decoder(4, 512, 1408, sequence=256, batch=4), decoder(8, 384, 1024, sequence=256, batch=8),
          decoder(6, 640, 1792, sequence=128, batch=8, optimizer="sgd")]


class Release:
    """The program, the Python, and what estimates say of a job before it is calibrated."""

    def __init__(self, program):
        self.program = program
        self.own_bytes = {}  # of a library before it has data, beyond the estimate; coefficients begin above it
        text = pathlib.Path("/etc/os-release").read_text(encoding="utf-8")
        self.number = re.search(r'^VERSION_ID="?(\d+)', text, re.MULTILINE)[1]
        self.python = subprocess.run([PYTHON, "-c", "import platform; print(platform.python_version())"],
                                     capture_output=True, text=True, check=True).stdout.strip()

    def beyond(self, job):
        """The needs of a job beyond its estimate, and that estimate."""
        said = estimate(self.program, job, "--python", PYTHON)
        measured, = needs_of(self.program, PYTHON, job, said["needs_bytes"])
        print(f"  {measured / MIB:8.1f} measured {said['needs_bytes'] / MIB:8.1f} said before   {job}", flush=True)
        return measured - said["needs_bytes"] - self.own_bytes.get(job["runtime"], 0), said


def line_bytes(said, name):
    """The bytes of a line in the worst phase; 0: it has none."""
    phase = next(phase for phase in said["phases"] if phase["name"] == said["peak_phase"])
    return sum(line["bytes"] for line in phase["lines"] if line["name"] == name)


def private_bytes(release, runtime, model):
    """What the library holds before it has data."""
    job = {"runtime": runtime, "model": model, **SMALL}
    if runtime == "pandas":
        job = {"runtime": runtime, "model": model, "rows": 200, "floats": 2}
    if runtime == "pytorch":
        job = mlp([5, 4, 2], 32, rows=200) | {"optimizer": "sgd"}
    beyond, said = release.beyond(job)
    return beyond + line_bytes(said, f"Python with {NAMES[runtime]}")


def cached_bytes(runtime, model):
    """Pages of files that a run keeps mapped."""
    words = [runtime, model, *("rows=200 floats=2".split() if runtime == "pandas" else
                               (f"{key}={value}" for key, value in SMALL.items() if key != "value"))]
    code = ("import runpy, sys; path = sys.argv.pop(1); sys.argv[0] = path; runpy.run_path(path, run_name='__main__')\n"
            "print(next(line.split()[1] for line in open('/proc/self/status') if line.startswith('RssFile')))")
    done = subprocess.run([PYTHON, "-c", code, str(JOB), *words], capture_output=True, text=True, check=True)
    return int(done.stdout) * 1024


def heap_places(release, jobs):
    """The places for a tensor with which the squares of the relative errors of all jobs are least."""
    top = bottom = 0
    for job in jobs:
        beyond, said = release.beyond(job)
        held = said["symbols"]["Y"]["value"]
        places = 1 + (beyond + line_bytes(said, "holes that glibc's heap keeps")) / held
        share = held / (said["needs_bytes"] + beyond)
        top, bottom = top + places * share ** 2, bottom + share ** 2
        print(f"    {places:.2f} places, {share:.0%} of the needs are such tensors", flush=True)
    return max(1, top / bottom)


def worker_bytes(release, rows):
    job = mlp([50, 16, 10], 256, rows=rows, workers=2, optimizer="sgd")
    beyond, said = release.beyond(job)
    return (beyond + line_bytes(said, "workers: Python pages they write to")) / job["workers"]


def multiple(release, jobs, line, symbol):
    """A coefficient that multiplies a line of the worst phase."""
    found = []
    for job in jobs:
        beyond, said = release.beyond(job)
        bytes_of_line, now = line_bytes(said, line), said["symbols"][symbol]["value"]
        if not bytes_of_line:
            sys.exit(f"calibrate.py: '{line}' is not in the worst phase of {job}")
        found.append(now * (1 + beyond / bytes_of_line))
        print(f"    {found[-1]:.3f}", flush=True)
    return statistics.mean(found)


def nodes_a_row(clear):
    """Nodes of a tree for each row, counted."""
    code = f"""
import sys
sys.argv = ["", "-", "-"]
import numpy as np
from sklearn.ensemble import RandomForestClassifier
random = np.random.default_rng(1)
for rows, columns in ((20000, 20), (40000, 50)):
    x = random.standard_normal((rows, columns), np.float32)
    y = np.where(random.random(rows) < {clear}, x[:, :10].sum(axis=1) > 0, random.integers(0, 2, rows))
    fit = RandomForestClassifier(8, random_state=1).fit(x, y)
    print(np.mean([tree.tree_.node_count for tree in fit.estimators_]) / rows)
"""
    done = subprocess.run([PYTHON, "-c", code], capture_output=True, text=True, check=True)
    found = [float(line) for line in done.stdout.split()]
    print(f"  nodes a row, {clear:.0%} of the labels clear: {found}", flush=True)
    return statistics.mean(found)


def boosted(rows, columns, **more):
    return {"runtime": "xgboost", "model": "boosting-hist", "rows": rows, "columns": columns, "value": "f32", "trees": 3,
            **more}


def table(rows, **columns):
    return {"runtime": "pandas", "model": "none", "rows": rows, **columns}


def coefficients(release, runtime):
    if runtime == "pytorch":
        return {"HEAP_PLACES": heap_places(release, HEAP), "LAYER_PLACES": heap_places(release, LAYERS),
                "WORKER_BYTES": worker_bytes(release, 20000), "COLLECTED_BYTES": worker_bytes(release, 120000)}
    if runtime == "xgboost":
        jobs = [boosted(180000, 90), boosted(250000, 60, bins=128), boosted(120000, 140, quantile=True)]
        return {"SKETCHES": multiple(release, jobs, "sketches of the columns", "f")}
    if runtime == "sklearn":
        return {"NODES": nodes_a_row(0), "FEWER_NODES": nodes_a_row(0.9)}
    if runtime == "pandas":
        numbers = [table(800000, floats=10), table(1000000, integers=6)]
        texts = [table(800000, texts=4, distinct=100), table(1200000, texts=3, distinct=500)]
        return {"NUMBER_COPIES": multiple(release, numbers, "numbers", "k"),
                "TEXT_COPIES": multiple(release, texts, "places of texts", "g")}
    return {}


def mib(size):
    return f"MIB({max(size, 0) / MIB:.1f})"


def initializer(pairs, indent):
    """Designators and values, a few on a line."""
    lines, line = [], ""
    for pair in pairs:
        if line and len(line) + len(pair) + 2 > 90:
            lines.append(line)
            line = ""
        line += (", " if line else "") + pair
    return "{" + (",\n" + indent).join([*lines, line]) + "}"


def row_text(release, runtime):
    """A row of versions.c for the library that is installed."""
    print(f"{NAMES[runtime]}:", flush=True)
    load(release.program, PYTHON, runtime)
    models = MODELS[runtime]
    asked = {"runtime": runtime, "rows": 1000} | ({"floats": 2} if runtime == "pandas" else {"columns": 5, "model": "none"})
    version = estimate(release.program, asked, "--python", PYTHON)["reckoned_for"].split()[-1]
    typical = {"numpy": "linear", "pytorch": "mlp", "pandas": "none", "xgboost": "boosting-hist"}.get(runtime, "logistic")
    found = {model: private_bytes(release, runtime, model) for model in models or [typical]}
    said = estimate(release.program, asked | {"model": typical} if models else asked, "--python", PYTHON)
    release.own_bytes[runtime] = found[typical] - line_bytes(said, f"Python with {NAMES[runtime]}")
    private = [f"[MLM_MODEL_{SYMBOLS.get(model, model.upper().replace('-', '_'))}] = "
               f"{mib(size)}" for model, size in found.items()]
    if not models:
        private = [f"[0 ... LAST_MODEL] = {mib(found[typical])}"]
    some = [f"[MLM_OF_{name}] = {mib(value) if name.endswith('BYTES') else f'{value:.3f}'}"
            for name, value in coefficients(release, runtime).items()]
    return (f'    {{MLM_RUNTIME_{runtime.upper()}, "{version}",\n'
            f'        "measured: Debian {release.number}, Python {release.python}, {NAMES[runtime]} {version}; private pages",\n'
            f"        {mib(cached_bytes(runtime, typical))},\n"
            f"        {initializer(private, ' ' * 12)},\n"
            f"        {initializer(some or ['0'], ' ' * 12)}}},\n")


def rows_of(path):
    """The rows of the file as it is, by runtime."""
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    rows = re.split(r"^(?=    \{MLM_RUNTIME_)", text.partition(OFF)[2], flags=re.MULTILINE)
    return {re.match(r"    \{MLM_RUNTIME_(\w+)", row)[1].lower(): row for row in rows if row.strip()}


def main(program, wanted):
    release = Release(program)
    print(f"Debian {release.number}, Python {release.python}; {platform.machine()}", flush=True)
    path = FOLDER / f"measured_debian_{release.number}.h"
    rows = rows_of(path)
    for runtime in NAMES:
        if wanted and runtime not in wanted:
            continue
        if not has(PYTHON, runtime):
            print(f"{NAMES[runtime]} is not installed: its row stays as it is")
            continue
        rows[runtime] = row_text(release, runtime)
        text = "".join(rows[name] for name in NAMES if name in rows)
        path.write_text(HEAD + OFF + text, encoding="utf-8")
    print(path)


if len(sys.argv) < 2:
    sys.exit(__doc__)
main(sys.argv[1], sys.argv[2:])
