#!/usr/bin/env python3
"""Compares published figures with those of our own runs; each has a bound within which both count as the same:

    tests/bench/published_facts.py build/mlmembench [FOLDER [FACT…]]

FACT is one of: csr_bytes, csr_time, pruned, root, exact, adam, kmeans, loader, counts, arenas, threshold, llm; none: all of
them. Runs that are stored in FOLDER (default: ./facts) are not run again. All but csr_…, pruned, root, counts, arenas, and llm,
which only calculates, need `./bootstrap frameworks`, 2 GiB of memory and some ten minutes; csr_time needs a quiet machine
and kernels_bench beside it. Exit status 1 where a figure is not the published one."""
import json
import math
import os
import re
import statistics
import subprocess
import sys

MIB = 1 << 20


class Runs:
    def __init__(self, program, folder):
        self.program, self.folder = program, folder
        os.makedirs(folder, exist_ok=True)

    def trials(self, name, suite, workloads, *options, repetitions=1, **params):
        """The trials of a run without a cap; `workloads`: a regular expression on names."""
        path = os.path.join(self.folder, name + ".jsonl")
        if not os.path.exists(path):
            command = [self.program, "run", "--all", "--suite", suite, "--cap", "none", "--swap", "none", "--timeout",
                       "20min", "--quiet", "--repetitions", str(repetitions), "--filter", f"^{suite}/({workloads})/",
                       "--out", path, *options]
            for key, value in params.items():
                command += ["--param", f"{key}={value}"]
            done = subprocess.run(command, stdout=subprocess.DEVNULL, check=False)
            if done.returncode not in (0, 1):
                sys.exit(f"failed: {' '.join(command)}")
        with open(path, encoding="utf-8") as lines:
            trials = [r for r in map(json.loads, lines) if r["kind"] == "trial"]
        for r in trials:
            if r["outcome"] != "ok":
                sys.exit(f"{r['workload']} {r['params']}: {r['outcome']}: {r['reason']}")
        return trials

    def needs(self, name, *command):
        """Needs of a command without a cap."""
        path = os.path.join(self.folder, name + ".jsonl")
        if not os.path.exists(path):
            subprocess.run([self.program, "exec", "--cap", "none", "--quiet", "--out", path, "--", *command],
                           stdout=subprocess.DEVNULL, check=True)
        with open(path, encoding="utf-8") as lines:
            return next(r["needs_peak_bytes"] for r in map(json.loads, lines) if r["kind"] == "trial")


def by(trials, *keys):
    """Median needs and least CPU time, which a busy machine disturbs least, by the workload's name and these
    parameters."""
    groups = {}
    for r in trials:
        key = (r["workload"].split("/")[1],) + tuple(r["params"].get(k) for k in keys)
        groups.setdefault(key, []).append(r)
    return {key: (statistics.median(r["needs_peak_bytes"] for r in rs),
                  min(r["run_cpu_user_ns"] + r["run_cpu_system_ns"] for r in rs)) for key, rs in groups.items()}


def crossing(points):
    """The x at which a growing ratio passes 1, by straight lines between the points; None: nowhere."""
    for (x0, y0), (x1, y1) in zip(points, points[1:]):
        if y0 < 1 <= y1:
            return x0 + (x1 - x0) * (1 - y0) / (y1 - y0)
    return None


class Table:
    def __init__(self):
        self.failed = 0
        print(f"{'':3}{'published':>14}{'own':>12}  fact")

    def row(self, published, own, low, high, unit, fact):
        good = own is not None and low <= own <= high
        self.failed += not good
        shown = "nowhere" if own is None else f"{own:.3g} {unit}"
        print(f"{'ok' if good else '!!':3}{published:>14}{shown:>12}  {fact}")

    @staticmethod
    def detail(text):
        print(f"{'':31}{text}")


def csr_trials(runs, name, value, densities, *options, **more):
    return runs.trials(f"csr-{name}-{value}", "storage", "dense|csr", *options, value=value, index=32,
                       density=",".join(map(str, densities)), **more)


def csr_bytes(runs, table):
    """Dense needs s·n·p bytes, CSR z·(s + i): both are equal at the density s/(s+i)."""
    densities = [0.3, 0.45, 0.55, 0.65, 0.75]
    for value, published, share in (("f32", "50 %", 1 / 2), ("f64", "67 %", 2 / 3)):
        rows = by(csr_trials(runs, "bytes", value, densities, "--data", "64M"), "density")
        found = crossing([(d, rows["csr", str(d)][0] / rows["dense", str(d)][0]) for d in densities])
        table.row(published, found and 100 * found, 100 * share - 2, 100 * share + 2, "%",
                  f"density above which CSR takes more bytes than dense, {value} and 32-bit indices")


def csr_time(runs, table):
    """The density at which CSR takes as long as dense. The published figure is about the CSR of libraries, so a library is
    measured; our own kernel, which is faster and crosses later, and our whole job are shown beside it. No cache holds
    the matrices. Dense reads the same bytes at every density, so its best time of all counts. It waits for memory,
    which other programs share: beside a busy one the crossing is later."""
    bench = os.path.join(os.path.dirname(runs.program), "tests", "bench", "kernels_bench")
    if not os.path.exists(bench):
        sys.exit(f"there is no {bench}: configure with -DMLM_BENCH=ON, and build it")
    done = subprocess.run([bench, "crossing"], stdout=subprocess.PIPE, text=True, check=True)
    crossings = {name: int(percent) for name, percent in re.findall(
        r"(GraphBLAS|librsb|ours) (\d+) %", [line for line in done.stdout.splitlines() if "cross at" in line][-1])}
    for name in ("GraphBLAS", "librsb"):
        table.row("20-30 %", crossings.get(name), 20, 30, "%", f"density above which the CSR of {name} takes more time than dense, Xw, f32")
    table.detail(f"our own kernel: {crossings.get('ours', 'no')} %")
    densities = [0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5]
    for value in ("f32", "f64"):
        trials = csr_trials(runs, "time", value, densities, "--data", "256M", repetitions=5)
        rows = by(trials, "density")
        dense = min(time for (name, _), (_, time) in rows.items() if name == "dense")
        ratios = [(d, rows["csr", str(d)][1] / dense) for d in densities]
        found = crossing(ratios)
        table.detail(f"storage/csr, two products an epoch, {value}: " + (f"{100 * found:.3g} %" if found else "at none of these"))
        table.detail(", ".join(f"{100 * d:.0f} %: {y:.2f} ×" for d, y in ratios))
        noisy = sum("noisy" in r["marks"] for r in trials)
        if noisy:
            table.detail(f"{noisy} of {len(trials)} trials had company: run `csr_time` again on a quiet machine")


def pruned(runs, table):
    """A weight of CSR takes s + i bytes, a dense one s: the same at a share of zeros of i/(s+i)."""
    zeros = [0.35, 0.45, 0.55, 0.65]
    rows = by(runs.trials("pruned", "compression", "pruned", "--data", "64M", zeros=",".join(map(str, zeros)), kept="dense,csr"),
              "kept", "zeros")
    found = crossing([(z, rows["pruned", "dense", str(z)][0] / rows["pruned", "csr", str(z)][0]) for z in zeros])
    table.row("50 %", found and 100 * found, 48, 52, "%", "zeros from which CSR of a pruned layer takes fewer bytes than dense, f32")


def root(runs, table):
    """Chen et al. 2016: memory of activations grows with the root of the layers, for the time of one more forward pass. A
    bench repeats steps in the same memory, as training does. The first step would hide that time, because a step with fewer
    activations touches less fresh memory."""
    bench = os.path.join(os.path.dirname(runs.program), "tests", "bench", "compression_bench")
    if not os.path.exists(bench):
        sys.exit(f"there is no {bench}: configure with -DMLM_BENCH=ON, and build it")
    held = {}
    sizes = (128 * MIB, 512 * MIB)
    activation, lasting = 4096 * 128 * 4, 129 * 128 * 8  # of a layer of compression/checkpointed
    beside = 2 * activation + 1.5 * MIB  # two deltas, the process and BLAS
    for size in sizes:
        trials = runs.trials(f"root-{size // MIB}M", "compression", "checkpointed", "--data", str(size), every="0,1")
        cores = {r["params"]["every"]: r["core_bytes"] for r in trials}
        layers = round((cores["1"] - activation) / (activation + lasting))
        for (_, every), (needs, _) in by(trials, "every").items():
            held[every, size] = layers, needs - layers * lasting - beside
    for every, published, low, high, what in (("0", "0.5", 0.42, 0.58, "every √L-th"), ("1", "1", 0.95, 1.05, "all")):
        (few, small), (many, large) = (held[every, size] for size in sizes)
        table.row(published, math.log(large / small) / math.log(many / few), low, high, "", f"power of the layers by which activations grow, {what} kept")
    done = subprocess.run([bench, "256"], stdout=subprocess.PIPE, text=True, check=True)
    found = re.search(r"every=0 .* ms +([0-9.]+) ×", done.stdout)
    table.row("30 %", found and 100 * (float(found[1]) - 1), 20, 40, "%", "more time for that")


def exact(runs, table):
    sizes = (32 * MIB, 96 * MIB)
    needs = [runs.trials(f"exact-{size // MIB}M", "frameworks", "xgboost_exact", "--data", str(size), density=1, format="dense",
                         width=50, trees=3)[0]["needs_peak_bytes"] for size in sizes]
    elements = [size // 4 for size in sizes]
    slope = (needs[1] - needs[0]) / (elements[1] - elements[0]) - 4
    table.row("16 B", slope, 14.4, 17.6, "B", "an element in exact XGBoost, beside the caller's own array of f32")


def adam(runs, table):
    """How much the needs grow from 4 layers to 12: parts that do not grow with the parameters cancel out."""
    needs = {}
    for layers in (4, 12):
        rows = by(runs.trials(f"adam-{layers}", "frameworks", "torch_mlp", width=2048, layers=layers, batch=8, samples=24,
                              optimizer="sgd,momentum,adam", malloc="fixed"), "optimizer")
        for key, (bytes_, _) in rows.items():
            needs[key[1], layers] = bytes_
    for optimizer, wanted in (("sgd", 8), ("momentum", 12), ("adam", 16)):
        slope = (needs[optimizer, 12] - needs[optimizer, 4]) / (8 * 2048 * 2049)
        table.row(f"{wanted} B", slope, 0.9 * wanted, 1.1 * wanted, "B", f"a parameter in PyTorch with {optimizer}")


def kmeans(runs, table):
    """How much the needs grow with the elements: parts that do not grow cancel out."""
    sizes = (32 * MIB, 96 * MIB)
    needs = [runs.trials(f"kmeans-{size // MIB}M", "frameworks", "sklearn_kmeans", "--data", str(size), density=1, format="dense",
                         width=50, value="f64", clusters=8, epochs=2)[0]["needs_peak_bytes"] for size in sizes]
    slope = (needs[1] - needs[0]) / ((sizes[1] - sizes[0]) / 4)
    table.row("16 B", slope, 15.2, 17.6, "B", "an element in k-means of scikit-learn, f64: the caller's own and a copy")


COUNTS = """
import array, os, sys
objects, workers, count = sys.argv[1] == "objects", int(sys.argv[2]), int(sys.argv[3])
data = [i + 0.5 for i in range(count)] if objects else array.array("d", bytes(8 * count))
ready, go = os.pipe(), os.pipe()
for _ in range(workers):
    if os.fork() == 0:
        os.close(go[1])
        total = 0.0
        for x in data:
            total += x
        os.write(ready[1], b"x")
        os.read(go[0], 1)  # stays until all are ready
        os._exit(0)
for _ in range(workers):
    os.read(ready[0], 1)
os.close(go[1])
for _ in range(workers):
    os.wait()
"""


def counts(runs, table):
    """Processes forked from one that holds numbers, and look at each of them: of Python's own objects, and of one array.
    A list has 8 bytes for a pointer beside each object of 24, and these pages stay shared."""
    count, held = 2000000, {}
    for kind in ("objects", "array"):
        for workers in (0, 1, 4):
            held[kind, workers] = runs.needs(f"counts-{kind}-{workers}", sys.executable, "-c", COUNTS, kind, str(workers),
                                             str(count))
    empty = {workers: runs.needs(f"counts-empty-{workers}", sys.executable, "-c", COUNTS, "array", str(workers), "1")
             for workers in (0, 1, 4)}
    for kind, published, low, high in (("objects", "a copy each", 0.65, 1.1), ("array", "none", -0.1, 0.1)):
        data = held[kind, 0] - empty[0]
        for workers in (1, 4):
            share = (held[kind, workers] - empty[workers] - data) / workers / data
            table.row(published, share, low, high, "×",
                      f"of the data, which each of {workers} forked CPythons copies by looking at it, {kind}")
    rows = by(runs.trials("counts-own", "parallel", "counted|forked", "--data", "320M", workers="1,2,4,8"), "workers")
    for workers in ("1", "4", "8"):
        share = (rows["counted", workers][0] - rows["forked", workers][0]) / int(workers) / (64 * MIB)
        table.row("a copy each", share, 0.97, 1.03, "×", f"the same of parallel/counted beside parallel/forked, {workers} workers")


def arenas(runs, table):
    """Programs in Ruby were found to need twice the memory with the arenas that glibc makes."""
    rows = by(runs.trials("arenas", "parallel", "allocate", "--data", "640M", workers="1,8", heap="arenas,two,pools"),
              "heap", "workers")
    held = {key[1:]: bytes_ for key, (bytes_, _) in rows.items()}
    table.row("2 ×", held["arenas", "8"] / held["two", "8"], 1.6, 4, "×",
              "8 threads with glibc's arenas as they come against two of them")
    table.row("1 ×", held["arenas", "1"] / held["two", "1"], 0.95, 1.05, "×", "the same of one thread")
    table.detail(", ".join(f"{h} {w}: {b / MIB:.0f} MiB" for (h, w), b in held.items()))


def loader(runs, table):
    """Compares the needs of the data alone: the memory of PyTorch with almost no data is subtracted. A worker's own part
    of the interpreter counts on both sides. There is more data in one tensor, so that the batches that a worker has on
    their way are little beside it."""
    nothing = by(runs.trials("loader-nothing", "frameworks", "torch_dataloader", "--data", "1M", storage="flat", workers="0,2,4",
                             width=200), "workers")
    rows = {}
    for storage, data in (("objects", "32M"), ("flat", "128M")):
        rows |= by(runs.trials(f"loader-{storage}", "frameworks", "torch_dataloader", "--data", data, storage=storage, width=200,
                               epochs=3), "storage", "workers")
    held = {(storage, workers): rows["torch_dataloader", storage, workers][0] - nothing["torch_dataloader", workers][0]
            for storage in ("objects", "flat") for workers in ("0", "2", "4")}
    for storage, what, published, low, high in (("objects", "Python objects", "grows", 1.5, 6),
                                                ("flat", "one flat tensor", "stays", 0.8, 1.3)):
        for workers in ("2", "4"):
            table.row(published, held[storage, workers] / held[storage, "0"], low, high, "×",
                      f"the data's needs with {workers} workers against none, {what}")
    table.row("grows", held["objects", "4"] / held["objects", "2"], 1.1, 3, "×",
              "the same with 4 workers against 2, Python objects")
    table.detail(", ".join(f"{s} {w}: {b / MIB:.0f} MiB" for (s, w), b in held.items()))


def threshold(runs, table):
    nothing = runs.trials("threshold-nothing", "frameworks", "torch_mlp", width=2, layers=2, batch=1, samples=1, optimizer="sgd",
                          malloc="moving")[0]["needs_peak_bytes"]
    for steps in (1, 4):
        rows = by(runs.trials(f"threshold-{steps}", "frameworks", "torch_mlp", width=512, layers=32, batch=4096, samples=4096 * steps,
                              optimizer="sgd", malloc="moving,fixed"), "malloc")
        # The input belongs to the caller and is a block of its own.
        inputs = 4096 * steps * 512 * 4
        moving, fixed = (rows["torch_mlp", kind][0] - nothing - inputs for kind in ("moving", "fixed"))
        what = f"glibc's moving mmap threshold against a fixed one, PyTorch's MLP, 32 × 512, batch 4096, {steps} steps"
        if steps == 4:
            table.row("3-4 ×", moving / fixed, 2.7, 4.4, "×", what)
        else:
            table.detail(f"{moving / fixed:.2f} × after {steps}")
        table.detail(f"{moving / MIB:.0f} MiB against {fixed / MIB:.0f} MiB, beside PyTorch and the inputs")


def estimate(runs, *options):
    done = subprocess.run([runs.program, "estimate", *options, "--format", "json"], stdout=subprocess.PIPE, check=True)
    return json.loads(done.stdout)


def line_of(job, part):
    """Bytes of all lines whose name begins with `part`."""
    lines = [line for phase in job["phases"] for line in phase["lines"]] + job["mapped"]
    return sum(line["bytes"] for line in lines if line["name"].startswith(part))


def llm(runs, table):
    """Estimates beside what publishers say: parameters of the pages on huggingface.co, sizes of the files, and what
    llama.cpp reports while it loads Meta-Llama-3-8B (llama_new_context_with_model)."""
    one, gib = "Llama-3.1-8B", 1 << 30
    for weights, published in (("f16", 14.96), ("q8_0", 7.95)):
        own = line_of(estimate(runs, "--shape", one, "--weights", weights), "mapped weights") / gib
        table.row(f"{published} GiB", own, published - 0.01, published + 0.01, "GiB", f"weights of {one} in {weights}")
    caches = {kv: line_of(estimate(runs, "--shape", one, "--kv", kv, "--context", "8192"), "KV cache") / 8192
              for kv in ("f16", "q8_0", "q4_0")}
    table.row("128 KiB", caches["f16"] / 1024, 127.9, 128.1, "KiB", f"KV cache of {one} in f16, a token")
    for kv, published in (("q8_0", 0.531), ("q4_0", 0.281)):
        table.row(f"{published} ×", caches[kv] / caches["f16"], published - 0.001, published + 0.001, "×", f"the same in {kv}")
    buffer = line_of(estimate(runs, "--shape", one, "--logits", "all", "--context", "512"), "compute buffer") / MIB
    table.row("258.5 MiB", buffer, 257, 261, "MiB", f"compute buffer of {one}, scores of 512 tokens")
    shown = subprocess.run([runs.program, "estimate", "--help"], stdout=subprocess.PIPE, text=True, check=True).stdout
    for name, parameters, bf16, q8_0 in re.findall(r"^  ([A-Z]\S+) +([\d.]+) G +([\d.]+) GB +([\d.]+) GB", shown, re.M):
        count = estimate(runs, "--shape", name)["symbols"]["P"]["value"]
        table.row(f"{parameters} G", count / 1e9, 0.995 * float(parameters) - 0.005, 1.005 * float(parameters) + 0.005, "G",
                  f"parameters of {name}")
        for weights, published in (("f16", bf16), ("q8_0", q8_0)):
            own = line_of(estimate(runs, "--shape", name, "--weights", weights), "mapped weights") / 1e9
            table.row(f"{published} GB", own, 0.99 * float(published) - 0.005, 1.01 * float(published) + 0.005, "GB",
                      f"its file in {'bf16' if weights == 'f16' else weights}")


FACTS = {"csr_bytes": csr_bytes, "csr_time": csr_time, "pruned": pruned, "root": root, "exact": exact, "adam": adam,
         "kmeans": kmeans, "loader": loader, "counts": counts, "arenas": arenas, "threshold": threshold, "llm": llm}


def main(program, folder="facts", *names):
    runs, table = Runs(program, folder), Table()
    for name in names or FACTS:
        FACTS[name](runs, table)
        sys.stdout.flush()
    return 1 if table.failed else 0


if __name__ == "__main__":
    if len(sys.argv) < 2 or any(name not in FACTS for name in sys.argv[3:]):
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
