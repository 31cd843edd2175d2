#!/usr/bin/env python3
"""predict_check.py BUILD [WORD…]: does `mlmembench predict` say what a program needs at 10 to 50 times the size?

It predicts the needs of twenty programs (predict_jobs.py) from small sizes, runs each at its full size by `exec`, and
compares. Bounds: at least 18 within 10 %; the true value inside the interval of at least 19; no interval wider than
± 20 %; three programs that jump are refused. `time` is what the small runs took, as a share of the full run; where that
takes 60 s or more, at most a quarter of it at 10 times the size, and a tenth at 50 times.

Needs ./bootstrap frameworks, 12 GiB of free memory, 1 GB of disk and half an hour. With WORDs only the programs whose names contain one
of them. Exit status 1 where a bound is exceeded."""
import json
import pathlib
import subprocess
import sys
import tempfile
import time

PYTHON = "/usr/bin/python3"  # it has the distribution's packages
JOBS = pathlib.Path(__file__).with_name("predict_jobs.py")
MIB = 1 << 20
WITHIN, WIDEST = 0.10, 0.20
MISSED_MOST, OUTSIDE_MOST = 2, 1 # of twenty
LONG_SECONDS = 60
SHARE_OF_TIME = {10: 0.25, 50: 0.1}

# The largest of four sizes, each twice the one before, and how many times that the full size is. The largest takes some
# hundred MiB more than starting the program, the full one 3 to 8 GiB.
PROGRAMS = {
    "numpy_option": (160000, 20), "numpy_spectrum": (400, 15), "numpy_readings": (320000, 30), "numpy_alignment": (4120, 10),
    "pandas_taxi": (640000, 25), "pandas_prices": (96000, 15), "pandas_logs": (120000, 20), "pandas_nearest": (3520, 10),
    "sklearn_boosting": (256000, 50), "sklearn_polynomial": (128000, 25), "sklearn_films": (120000, 30),
    "sklearn_map": (1200, 10),
    "xgboost_search": (40000, 50), "xgboost_clicks": (320000, 40), "xgboost_sales": (1200, 25),
    "xgboost_reasons": (200000, 30),
    "torch_attention": (1120, 10), "torch_anomalies": (100000, 40), "torch_ratings": (160000, 30),
    "torch_features": (64000, 25),
}
JUMPS = {"jump_isin": (2560000, 10), "jump_copy": (160000, 10), "jump_chunks": (320000, 10)}


def predict(program, folder, job, largest, times):
    sizes = ",".join(str(largest // divisor) for divisor in (8, 4, 2, 1))
    began = time.monotonic()
    done = subprocess.run([program, "predict", "--quiet", "--format", "json", "--out", folder / f"{job}.jsonl",
                           "--param", f"n={sizes}", "--to", f"n={largest * times}", "--", PYTHON, JOBS, job, "{n}"],
                          check=False, capture_output=True, text=True)
    if done.returncode not in (0, 3):  # 3: it refuses to say more than it knows
        sys.exit(done.stderr)
    return json.loads(done.stdout), time.monotonic() - began


def measure(program, folder, job, size):
    path = folder / f"{job}-full.jsonl"
    began = time.monotonic()
    subprocess.run([program, "exec", "--quiet", "--out", path, "--", PYTHON, JOBS, job, str(size)], check=True,
                   stdout=subprocess.DEVNULL)
    seconds = time.monotonic() - began
    trials = [r for r in map(json.loads, path.open(encoding="utf-8")) if r["kind"] == "trial"]
    return trials[-1]["needs_peak_bytes"], seconds


def main():
    program, words = pathlib.Path(sys.argv[1]).resolve() / "mlmembench", sys.argv[2:]

    def chosen(programs):
        return {job: sizes for job, sizes in programs.items() if not words or any(word in job for word in words)}

    within = inside = wide = slow = 0
    print(f"{'program':20} {'times':>5} {'predicted':>9} {'interval':>15} {'measured':>8} {'ratio':>6} {'time':>5} {'full':>7}")
    with tempfile.TemporaryDirectory(prefix="mlm-predict-") as name:
        folder = pathlib.Path(name)
        programs = chosen(PROGRAMS)
        for job, (largest, times) in programs.items():
            answer, spent = predict(program, folder, job, largest, times)
            true_bytes, seconds = measure(program, folder, job, largest * times)
            share = spent / seconds
            slow += seconds >= LONG_SECONDS and share > (SHARE_OF_TIME[50] if times >= 50 else SHARE_OF_TIME[10])
            state = answer["state"]
            if state == "told" and answer["prediction"]["needs_bytes"] is None:
                state = "open"
            if state != "told":
                print(f"{job:20} {times:5} {state:>9} {'':15} {true_bytes / MIB:8.0f} {'':6} {share:5.2f} {seconds:5.0f} s",
                      flush=True)
                continue
            said = answer["prediction"]
            needs, low, high = said["needs_bytes"], said["low_bytes"], said["high_bytes"]
            within += abs(needs / true_bytes - 1) <= WITHIN
            inside += low <= true_bytes <= high
            wide += max(high / needs - 1, 1 - low / needs) > WIDEST
            print(f"{job:20} {times:5} {needs / MIB:9.0f} {low / MIB:6.0f} to {high / MIB:5.0f} {true_bytes / MIB:8.0f} "
                  f"{needs / true_bytes:6.2f} {share:5.2f} {seconds:5.0f} s", flush=True)
        jumps = chosen(JUMPS)
        refused = 0
        for job, (largest, times) in jumps.items():
            answer, _ = predict(program, folder, job, largest, times)
            refused += answer["state"] != "told"
            print(f"{job:20} {times:5} {answer['state']:>9}", flush=True)
    print(f"{within} of {len(programs)} within 10 %, {inside} inside their interval, {wide} intervals wider than ± 20 %, "
          f"{refused} of {len(jumps)} jumps refused, {slow} took too long")
    bad = (len(programs) - within > MISSED_MOST or len(programs) - inside > OUTSIDE_MOST or wide or slow
           or refused < len(jumps))
    sys.exit(1 if bad else 0)


main()
