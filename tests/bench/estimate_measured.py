"""What estimate_check.py and calibrate.py share: jobs as options of `estimate`, estimates, and measurements."""
import functools
import json
import os
import pathlib
import subprocess
import sys
import tempfile

MIB = 1 << 20
JOB = pathlib.Path(__file__).parents[2] / "suites/frameworks/mlm_estimate.py"
PYTHON = "/usr/bin/python3"
MODULES = {"sklearn": "sklearn", "xgboost": "xgboost", "pytorch": "torch", "torch": "torch", "numpy": "numpy",
           "pandas": "pandas"}
# Options of the job alone, which `estimate` does not have.
OF_JOB = {"steps", "clear"}


@functools.lru_cache
def has(python, runtime):
    """Returns True if this Python has the library."""
    code = f"import importlib.util, sys; sys.exit(importlib.util.find_spec('{MODULES[runtime]}') is None)"
    return subprocess.run([python, "-c", code], check=False).returncode == 0


def options_of(job):
    """The options of `estimate`."""
    words = []
    for key, value in job.items():
        if value is False or key in OF_JOB or key == "copied":
            continue
        if key == "workers":
            value = f"{value}:{'copied' if job.get('copied') else 'shared'}"
        if key == "widths":
            value = ",".join(map(str, value))
        option = "--" + key.replace("_", "-")
        words += [option] if value is True else [option, str(value)]
    return words


def estimate(program, job, *more):
    words = [os.path.abspath(program), "estimate", "--format", "json", *options_of(job), *more]
    with tempfile.TemporaryDirectory() as folder:  # for records of --measure
        done = subprocess.run(words, capture_output=True, text=True, check=False, cwd=folder)
    if done.returncode not in (0, 3):
        sys.exit(f"{' '.join(words)}: {done.stderr}")
    try:
        return json.loads(done.stdout)
    except json.JSONDecodeError:
        sys.exit(f"{' '.join(words)}: {done.stderr}")


def words_of_job(job):
    """The words of mlm_estimate.py."""
    def text(key, value):
        if key == "widths":
            return ",".join(map(str, value))
        return str(int(value)) if isinstance(value, bool) else str(value)
    named = ("runtime", "model")
    return [job["runtime"], job["model"], *(f"{k}={text(k, v)}" for k, v in job.items() if k not in named and v is not False)]


def record_of(program, words):
    """Runs a verb that leaves one record, and returns it."""
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    with tempfile.TemporaryDirectory() as folder:
        records = pathlib.Path(folder, "records.jsonl")
        verb, *rest = words
        done = subprocess.run([program, verb, "--quiet", "--swap", "none", "--out", str(records), *rest], env=environment,
                              capture_output=True, text=True, check=False)
        if done.returncode or not records.exists():
            sys.exit(f"{' '.join(map(str, words))}: {done.stderr[-600:]}")
        return json.loads(records.read_text(encoding="utf-8").splitlines()[0])


def needs_of(program, python, job):
    """The needs of one run, in bytes."""
    return record_of(program, ["exec", "--", python, str(JOB), *words_of_job(job)])["needs_peak_bytes"]


def load(program, python, runtime):
    """Reads the library outside of what is measured, so that no figure has its files."""
    model = {"pytorch": "mlp", "xgboost": "boosting-hist", "pandas": "none"}.get(runtime, "linear")
    job = {"runtime": runtime, "model": model, "rows": 200}
    needs_of(program, python, job | ({"floats": 2} if runtime == "pandas" else {"columns": 5}))
