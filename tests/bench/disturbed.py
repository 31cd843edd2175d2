#!/usr/bin/env python3
"""disturbed.py BUILD rows|same|slower [FOLDER]: are figures and sentences right beside other work?

The other work is `stress-ng --cpu N --cpu-load 60`, one process for each processor.

rows    runs the quick rows at --cap 512M --data 256M on the quiet machine, and beside the other work. Of the rows that
        read no file, at least 90 % must have a median within 10 % of the quiet one; and at least 90 % of the quiet
        medians must lie within the interval of the disturbed run. A second quiet run shows how many do without other work.
same    compares 40 pairs of identical runs of six rows beside the other work. At most 4 may claim any difference.
slower  compares 20 pairs of runs of self/spin beside the other work, of which the second does 15 % more work. At least
        18 must be called slower.

BUILD holds the program; FOLDER (default: a temporary one) keeps the records. Exit status 1 where a bound is exceeded."""
import contextlib
import json
import math
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

PAIRS_SAME, CLAIMS_MOST = 40, 4
PAIRS_SLOWER, FOUND_LEAST = 20, 18
ROWS = ["--suite", "storage", "--filter", "csr|csc|dense.*value:f32|coo", "--data", "64M", "--cap", "512M"]


class Bench:
    def __init__(self, build, folder):
        self.program = pathlib.Path(build).resolve() / "mlmembench"
        self.folder = folder
        self.environment = dict(os.environ, MLMEMBENCH_CACHE=str(folder / "cache"), LC_ALL="C.UTF-8")

    def run(self, name, *arguments):
        path = self.folder / f"{name}.jsonl"
        if not path.exists():
            subprocess.run([self.program, "run", "--quiet", "--out", path, *arguments], check=True,
                           env=self.environment, stdout=subprocess.DEVNULL)
        return path

    def compare(self, old, new):
        return subprocess.run([self.program, "compare", old, new], check=True, env=self.environment,
                              capture_output=True, text=True).stdout


@contextlib.contextmanager
def other_work():
    with subprocess.Popen(["stress-ng", "--quiet", "--cpu", str(os.cpu_count()), "--cpu-load", "60"]) as process:
        try:
            yield
        finally:
            process.terminate()


def records(path):
    with open(path, encoding="utf-8") as lines:
        return [r for r in map(json.loads, lines) if r["kind"] == "trial" and r["outcome"] == "ok"]


def times(path):
    """The own times (else wall times) of each capped row whose trials were not disturbed, in ns."""
    rows = {}
    for record in records(path):
        if record["cap_bytes"] and "disturbed" not in record["marks"]:
            key = (record["workload"], tuple(record["params"].items()))
            own = record.get("own_ns")
            rows.setdefault(key, []).append(record["run_ns"] if own is None else own)
    return rows


def interval(values):
    """The 95 % interval of the geometric mean, by Student's t."""
    t = (12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145)
    logs = [math.log(value) for value in values]
    reach = t[min(len(logs) - 2, len(t) - 1)] * statistics.stdev(logs) / math.sqrt(len(logs))
    return math.exp(statistics.mean(logs) - reach), math.exp(statistics.mean(logs) + reach)


def inside(quiet, other):
    """Of the rows of both: how many quiet medians lie in the interval of the other run, and how many rows there are."""
    both = [key for key in quiet if len(other.get(key, ())) >= 2]
    within = 0
    for key in both:
        low, high = interval(other[key])
        within += low <= statistics.median(quiet[key]) <= high
    return within, len(both)


def rows(bench):
    arguments = ["--cap", "512M", "--data", "256M"]
    quiet = times(bench.run("quiet", *arguments))
    again = times(bench.run("again", *arguments))
    with other_work():
        disturbed = times(bench.run("disturbed", *arguments))
    near = compared = 0
    for key in sorted(quiet.keys() & disturbed.keys()):
        if len(disturbed[key]) < 2:
            continue
        was, now = statistics.median(quiet[key]), statistics.median(disturbed[key])
        low, high = interval(disturbed[key])
        reads = key[0].startswith("loading/")
        compared += not reads
        near += not reads and abs(now / was - 1) <= 0.1
        print(f"{key[0]:24} {' '.join('='.join(p) for p in key[1]):40} {was / 1e6:10.2f} ms  {now / was:5.2f} × "
              f"({low / was:.2f} to {high / was:.2f}){'  reads files' if reads else ''}")
    within, count = inside(quiet, disturbed)
    within_again, count_again = inside(quiet, again)
    print(f"{near} of {compared} rows that read no file are within 10 % of the quiet median (bound {0.9 * compared:.0f}); "
          f"{within} of {count} quiet medians lie in the interval of the disturbed run (bound {0.9 * count:.0f})")
    print(f"{within_again} of {count_again} lie in the interval of a second quiet run: what two runs differ by without other work")
    return near >= 0.9 * compared and within >= 0.9 * count


def claims(text):
    return [line for line in text.splitlines() if not line.startswith("Neither side is clearly faster") and
            (" slower" in line or " faster" in line or "needs " in line and (" more" in line or " less" in line))]


def same(bench):
    found = 0
    with other_work():
        for pair in range(PAIRS_SAME):
            paths = [bench.run(f"same-{pair}-{side}", *ROWS) for side in ("old", "new")]
            said = claims(bench.compare(*paths))
            found += bool(said)
            for line in said:
                print(f"pair {pair + 1}: {line}")
    print(f"{found} of {PAIRS_SAME} pairs of identical runs claim a difference (bound {CLAIMS_MOST})")
    return found <= CLAIMS_MOST


def slower(bench):
    found = 0
    with other_work():
        for pair in range(PAIRS_SLOWER):
            paths = []
            for side, seconds in (("old", "1"), ("new", "1.15")):
                path = bench.run(f"slower-{pair}-{side}", "--suite", "self", "--filter", "spin", "--cap", "64M",
                                 "--param", f"seconds={seconds}")
                # Both are called the same job; otherwise they would not be compared.
                text = path.read_text(encoding="utf-8").replace("seconds=1.15", "seconds=1").replace('"1.15"', '"1"')
                path = path.with_suffix(".same.jsonl")
                path.write_text(text, encoding="utf-8")
                paths.append(path)
            found += "slower" in bench.compare(*paths)
    print(f"{found} of {PAIRS_SLOWER} pairs with 15 % more work are called slower (bound {FOUND_LEAST})")
    return found >= FOUND_LEAST


def main():
    kinds = {"rows": rows, "same": same, "slower": slower}
    if len(sys.argv) not in (3, 4) or sys.argv[2] not in kinds:
        print(__doc__, file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(sys.argv[3] if len(sys.argv) == 4 else temporary)
        folder.mkdir(parents=True, exist_ok=True)
        return 0 if kinds[sys.argv[2]](Bench(sys.argv[1], folder)) else 1


sys.exit(main())
