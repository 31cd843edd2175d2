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


def records_of(program, words):
    """Runs a verb, and returns the trials that it recorded."""
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    with tempfile.TemporaryDirectory() as folder:
        records = pathlib.Path(folder, "records.jsonl")
        verb, *rest = words
        done = subprocess.run([program, verb, "--quiet", "--swap", "none", "--out", str(records), *rest], env=environment,
                              capture_output=True, text=True, check=False)
        if done.returncode not in (0, 3) or not records.exists():
            sys.exit(f"{' '.join(map(str, words))}: {done.stderr[-600:]}")
        lines = [json.loads(line) for line in records.read_text(encoding="utf-8").splitlines()]
        return [line for line in lines if line["kind"] == "trial"]


def needs_of(program, python, job, said_bytes, times=1):
    """The needs of some runs, in bytes. The cap is far above what was said, because memory up to the cap is probed."""
    for cap in (f"{2 * said_bytes // MIB + 256}M", "none"):
        trials = records_of(program, ["exec", "--cap", cap, "--repetitions", str(times), "--", python, str(JOB),
                                      *words_of_job(job)])
        if all(trial["outcome"] == "ok" for trial in trials):
            return [trial["needs_peak_bytes"] for trial in trials]
    sys.exit(f"{job}: {trials[0]['outcome']}")


def load(program, python, runtime):
    """Reads the library's files before anything is measured, so that no figure contains them."""
    model = {"pytorch": "mlp", "xgboost": "boosting-hist", "pandas": "none"}.get(runtime, "linear")
    job = {"runtime": runtime, "model": model, "rows": 200}
    needs_of(program, python, job | ({"floats": 2} if runtime == "pandas" else {"columns": 5}), 256 * MIB)
