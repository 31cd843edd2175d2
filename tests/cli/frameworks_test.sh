#!/bin/sh
# The scripts of suites/frameworks: they share the scoreboard with C, have data that equal the suites' bit for bit, and
# name a missing package. real/frameworks tests that they run.
. "$(dirname "$0")/common.sh"
begin
needs python:numpy
worker=$MLM_BIN/mlmembench-worker
scripts=$MLM_SOURCE/suites/frameworks
export MLM_WORKER="$worker" MLM_SCRIPTS="$scripts" ASAN_OPTIONS=detect_leaks=0

cat >log/compile.py <<'PYTHON'
import glob, os
for path in glob.glob(os.environ["MLM_SCRIPTS"] + "/*.py"):
    with open(path, encoding="utf-8") as file:
        compile(file.read(), path, "exec")
    print(os.path.basename(path))
PYTHON
status 0 "$MLM_PYTHON" -B log/compile.py
for script in mlm_job.py mlm_data.py mlm_decoder.py mlm_table.py sklearn_job.py xgboost_job.py lightgbm_job.py torch_job.py \
    plain_job.py numpy_job.py pandas_job.py polars_job.py dask_job.py tensorflow_job.py litert_job.py onnx_job.py \
    executorch_job.py llama_job.py; do
    expect "$script is Python" grep -qx "$script" log/out
done

# Python must read what C writes, field by field to the last.
cat >log/scoreboard.py <<'PYTHON'
import ctypes, mmap, os, subprocess, sys
sys.path.insert(0, os.environ["MLM_SCRIPTS"])
import mlm_job

def worker(*arguments):
    fd = os.memfd_create("scoreboard", 0)
    os.ftruncate(fd, ctypes.sizeof(mlm_job.Scoreboard))
    subprocess.run([os.environ["MLM_WORKER"], "--scoreboard", str(fd), *arguments], pass_fds=[fd])
    return mlm_job.Scoreboard.from_buffer(mmap.mmap(fd, ctypes.sizeof(mlm_job.Scoreboard)))

board = worker("run", "storage/csr", "data=1M")
assert (board.phase, board.verdict) == (mlm_job.DONE, mlm_job.OK), (board.phase, board.verdict)
assert board.data_checksum and board.items and board.answer_count == 4 and 0 < board.answer[0] < 1, board.answer[:]
assert board.progress_done == board.progress_total
for reading in board.phases[mlm_job.PREPARE:mlm_job.DONE]:
    assert reading.complete == 1 and reading.io_known == 1 and 0 < reading.begin_ns <= reading.end_ns
    assert 1 << 20 <= reading.peak_rss_bytes < 1 << 30, reading.peak_rss_bytes
board = worker("run", "storage/csr", "data=1M", "width=0")
assert board.verdict == mlm_job.FAILED and b"width" in board.message, board.message
PYTHON
status 0 "$MLM_PYTHON" -B log/scoreboard.py

# The same seed must give the same data: rows, sparse and dense, and the perceptron's weights and samples.
cat >log/data.py <<'PYTHON'
import os, re, subprocess, sys
sys.path.insert(0, os.environ["MLM_SCRIPTS"])
import numpy as np
import mlm_data

def theirs(*arguments):
    out = subprocess.run([os.environ["MLM_WORKER"], "run", *arguments], capture_output=True, text=True, check=True).stdout
    return int(re.search("data checksum ([0-9a-f]{16})", out)[1], 16)

for data, width, density, seed in ((1 << 20, 4000, 0.01, 1), (1 << 20, 37, 0.5, 7), (1 << 20, 100, 1, 2**63 + 5),
                                   (1 << 18, 1, 1, 3), (1 << 22, 50000, 0.001, 4)):
    rows = mlm_data.Rows(data, width, density, seed)
    wanted = theirs("storage/csr", f"data={data}", f"width={width}", f"density={density}", f"seed={seed}")
    assert rows.checksum() == wanted, (width, density, hex(wanted))
    x, y = rows.dense(np.float32)
    s, labels = rows.csr(np.float64)
    assert s.nnz == rows.nonzeros and (s.toarray() == x).all() and (labels == y).all()
    batches = [(b.copy(), l) for b, l in rows.batches(999, np.float64)]
    assert (np.concatenate([b for b, _ in batches]) == x).all()
    assert (np.concatenate([l for _, l in batches]) == y).all()
    # The checksum covers the content of the array, by the formula of rows.h written out.
    mix = lambda n: int(mlm_data.mix64(np.array([n & mlm_data.MASK], np.uint64))[0])
    total = 0
    for r in range(8):
        key = int(mlm_data.random_key(r, 0)[0])
        total += mix(~key ^ int(np.float32(y[r]).view(np.uint32)))
        total += sum(mix(key ^ (int(c) << 32 | int(x[r, c].view(np.uint32)))) for c in np.flatnonzero(x[r]))
    rows.rows = 8
    assert rows.checksum() == total & mlm_data.MASK
for layers, data in ((2, "1M"), (3, "16M"), (7, "24M")):
    perceptron = mlm_data.Perceptron(layers, 128, 4096, 5)
    assert perceptron.checksum(perceptron.inputs()) == theirs("batch/train", f"data={data}", "seed=5"), layers
PYTHON
status 0 "$MLM_PYTHON" -B log/data.py

# The files: the array holds the rows of the generator, and every way to read it, to hold the rows, finds one answer.
cat >log/files.py <<'PYTHON'
import csv, os, re, subprocess, sys
from fractions import Fraction
sys.path.insert(0, os.environ["MLM_SCRIPTS"])
import numpy as np
import mlm_data

def worker(verb, name, *arguments):
    with open(arguments[-1], "w+b" if verb == "build" else "rb") as file:
        words = [os.environ["MLM_WORKER"], verb, "frameworks/" + name, *arguments[:-1]]
        return subprocess.run([*words, str(file.fileno())], pass_fds=[file.fileno()], capture_output=True, text=True)

def answer(name, *arguments):
    command = [os.environ["MLM_WORKER"], "--python", sys.executable, "run", "frameworks/" + name, *arguments]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return [float(word) for word in done.stdout.rsplit("answer", 1)[1].split()]

def near(a, b, tolerance=1e-9):
    return len(a) == len(b) and all(abs(x - y) <= tolerance * max(abs(x), abs(y)) for x, y in zip(a, b))

array = ["data=1M", "width=37", "seed=3"]
assert worker("build", "numpy_whole", *array, "array.npy").returncode == 0
assert worker("check", "numpy_whole", *array, "array.npy").returncode == 0
assert worker("check", "numpy_whole", "data=1M", "width=37", "seed=4", "array.npy").returncode == 1
x = np.load("array.npy")
assert (x == mlm_data.Rows(1 << 20, 37, 0.1, 3).dense(np.float32)[0]).all()
x = x.astype(np.float64)
wanted = [np.linalg.norm(x.mean(0)), np.linalg.norm(x.std(0)), x.mean(0).sum(), x.std(0).sum()]
for name, *more in (("numpy_whole",), ("numpy_mmap",), ("numpy_chunks", "batch=1000"), ("numpy_mmap_chunks", "batch=999")):
    assert near(answer(name, *array, *more, "dataset=array.npy"), wanted), name

assert worker("build", "lightgbm_file", *array, "labelled.csv").returncode == 0
assert worker("check", "lightgbm_file", *array, "labelled.csv").returncode == 0
rows = np.loadtxt("labelled.csv", delimiter=",")
assert (rows[:, 1:] == x).all() and (rows[:, 0] == mlm_data.Rows(1 << 20, 37, 0.1, 3).labels(0, len(x))).all()

# A perceptron that answers: NumPy's answer is that of `batch`.
words = [os.environ["MLM_WORKER"], "run", "batch/infer", "data=16M", "seed=5", "batch=256"]
wanted = subprocess.run(words, capture_output=True, text=True, check=True).stdout.rsplit("answer", 1)[1].split()
found = answer("numpy_mlp", "seed=5", "width=128", "layers=3", "samples=4096", "batch=200")
assert near(found, [float(word) for word in wanted], 1e-4), (found, wanted)

x = mlm_data.Rows(1 << 20, 37, 1.0, 3).dense(np.float32)[0].astype(np.float64)
for holding in ("lists", "array", "numpy"):
    for collector in ("on", "off", "frozen"):
        found = answer("plain_rows", *array, "holding=" + holding, "collector=" + collector)
        assert found == [x.sum(), (x * x).sum()], (holding, collector, found)

# The table: exact sums by city, with nothing but Python.
table = ["data=1M", "seed=3"]
assert worker("build", "pandas_group", *table, "table.csv").returncode == 0
assert worker("check", "polars_group", *table, "table.csv").returncode == 0
sums = {}
with open("table.csv", newline="") as file:
    for number, row in enumerate(csv.DictReader(file)):
        assert int(row["id"]) == number and 0 < int(row["pieces"]) < 100 and row["device"]
        amount, pieces = sums.get(row["city"], (0, 0))
        sums[row["city"]] = amount + Fraction(row["amount"]), pieces + int(row["pieces"])
assert number + 1 == (1 << 20) // 256 and 900 < len(sums) <= 1000
sums = [sums[city] for city in sorted(sums)]
print(len(sums), *(float(total) for total in (sum(a for a, _ in sums), sum(p for _, p in sums),
      sum(a * (i + 1) for i, (a, _) in enumerate(sums)), sum(a * p for a, p in sums))))
PYTHON
status 0 "$MLM_PYTHON" -B log/files.py
cp log/out log/wanted
# A library that is missing here is tried by real/frameworks, or by hand.
if "$MLM_PYTHON" -c 'import pandas' 2>/dev/null; then
    for reading in plain category downcast typed chunks; do
        "$worker" --python "$MLM_PYTHON" run frameworks/pandas_group data=1M seed=3 dataset=table.csv reading=$reading batch=100 >log/out 2>log/err
        expect "pandas, $reading: the same sums" "$MLM_PYTHON" -c 'import sys
found, wanted = ([float(word) for word in open(name).read().rsplit("answer", 1)[-1].split()] for name in sys.argv[1:])
assert len(found) == 5 == len(wanted) and all(abs(a - b) <= 1e-9 * abs(b) for a, b in zip(found, wanted)), (found, wanted)' log/out log/wanted
    done
fi

# The weights of the language model are those of `inference`, byte for byte, in every format. A file that a script makes
# is checked like any other.
cat >log/decoder.py <<'PYTHON'
import os, subprocess, sys
sys.path.insert(0, os.environ["MLM_SCRIPTS"])
import mlm_decoder, mlm_job

def theirs(*arguments):
    with open("model.weights", "w+b") as file:
        words = [os.environ["MLM_WORKER"], "build", "inference/decode", *arguments, str(file.fileno())]
        subprocess.run(words, pass_fds=[file.fileno()], check=True, stdout=subprocess.DEVNULL)
        file.seek(0)
        return file.read()

def write(output, data, seed, form):
    shape = mlm_decoder.shape_of(data)
    for norm in mlm_decoder.norms(shape, seed):
        output.write(norm)
    for number, (_, _, (rows, columns)) in enumerate(shape.matrices()):
        for piece in mlm_decoder.pieces(seed, number, rows, columns, form):
            output.write(piece)
    output.end()

for data, seed, form in ((4 << 20, 3, "f16"), (4 << 20, 3, "q8_0"), (4 << 20, 3, "q4_k"), (40 << 20, 1, "q4_0")):
    wanted = theirs(f"data={data}", f"seed={seed}", "weights=" + form)
    write(mlm_job.Output("ours", compare=False), data, seed, form)
    with open("ours", "rb") as file:
        assert file.read() == wanted, form
    write(mlm_job.Output("ours", compare=True), data, seed, form)
for damage in (lambda file: file.write(b"?"), lambda file: file.truncate(os.path.getsize("ours") - 1),
               lambda file: file.seek(0, 2) and file.write(b"?")):
    write(mlm_job.Output("ours", compare=False), data, seed, form)
    with open("ours", "r+b") as file:
        damage(file)
    try:
        write(mlm_job.Output("ours", compare=True), data, seed, form)
    except mlm_job.Wrong as error:
        print(error)
    else:
        raise AssertionError("it is not what would be made")
PYTHON
status 0 "$MLM_PYTHON" -B log/decoder.py

# A missing package must be named: -S leaves out the distribution's packages.
run="$MLM_PYTHON -S -s -B $scripts/mlm_job.py run"
# shellcheck disable=SC2086  # words
status 1 env PYTHONPATH= $run frameworks/sklearn_kmeans
expect "NumPy is missed first" grep -q 'numpy is not installed; install the package python3-numpy$' log/err
"$MLM_PYTHON" -c 'import numpy, os; print(os.path.dirname(numpy.__file__))' >log/numpy
mkdir packages
ln -s "$(cat log/numpy)" packages/numpy
for name in polars_group lightgbm_hist; do
    # shellcheck disable=SC2086
    status 1 env PYTHONPATH="$PWD/packages" $run frameworks/$name
    expect "$name" grep -q "${name%%_*} is not installed; install the package ${name%%_*} into a virtual environment" log/err
done
for name in tensorflow_mlp=tensorflow-cpu litert_mlp=ai-edge-litert onnx_mlp=onnxruntime executorch_mlp=executorch \
    llama_decode=xllamacpp; do
    # shellcheck disable=SC2086
    status 1 env PYTHONPATH="$PWD/packages" $run frameworks/${name%=*}
    expect "${name%=*}" grep -q " is not installed; install the package ${name#*=} into a virtual environment" log/err
done
# shellcheck disable=SC2086
status 1 env PYTHONPATH="$PWD/packages" ${run% run} build frameworks/llama_decode dataset="$PWD/none.gguf"
expect "so must one that makes a file" grep -q 'xllamacpp is not installed; install the package xllamacpp into a virtual' log/err
expect_not "and there is none" test -e none.gguf
for name in sklearn_kmeans xgboost_hist torch_mlp; do
    # shellcheck disable=SC2086
    status 1 env PYTHONPATH="$PWD/packages" $run frameworks/$name
    expect "$name" grep -q "${name%%_*} is not installed; install the package python3-${name%%_*}\$" log/err
done
# A package that is broken must not be reported as missing.
echo 'import no_such_part' >packages/torch.py
# shellcheck disable=SC2086
status 1 env PYTHONPATH="$PWD/packages" $run frameworks/torch_mlp
expect "a broken one is told apart" grep -q "torch cannot be imported: No module named 'no_such_part'" log/err

# The versions are found without importing a framework: here torch is the broken one.
status 0 env PYTHONPATH="$PWD/packages" "$MLM_PYTHON" -B "$scripts/mlm_job.py" versions frameworks/sklearn_kmeans
expect "Python's" grep -q "^mlm_job.py: Python $("$MLM_PYTHON" -c 'import platform; print(platform.python_version())')\$" log/err
expect "NumPy's" grep -q "^numpy $("$MLM_PYTHON" -c 'import numpy; print(numpy.__version__)')\$" log/err
status 0 "$worker" --python "$MLM_PYTHON" versions frameworks/sklearn_kmeans
status 1 "$worker" --python "$PWD/none" versions frameworks/sklearn_kmeans
expect "a Python that is not there" grep -q 'none: there is no such file or folder' log/err

# Wrong calls by hand.
# shellcheck disable=SC2086
status 2 $run
# shellcheck disable=SC2086
status 1 $run frameworks/cobol_kmeans
expect "no such framework" grep -q "there is no workload 'cobol_kmeans'" log/err
status 1 "$worker" preload storage/csr
expect "only scripts have something to preload" grep -q 'storage/csr is no script' log/err
finish
