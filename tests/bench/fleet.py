#!/usr/bin/env python3
"""Checks that a fleet's report comes at once.

    fleet.py MLMEMBENCH

Forges 20 machines with 25 rows and 5 repetitions each, and prints the processor time of `compare` and of `report`
without pictures beside that of `show`, which reads the same records; each the best of five turns. Required: `compare`
takes at most 2 times, `report` at most 3 times as long.
"""

import os
import pathlib
import resource
import subprocess
import sys
import tempfile

TURNS = 5
BOUNDS = {"show": 1, "compare": 2, "report": 3}


def cpu_s():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def main():
    program, tests = os.path.abspath(sys.argv[1]), pathlib.Path(__file__).parent.parent
    with tempfile.TemporaryDirectory() as folder:
        store = os.path.join(folder, "fleet.jsonl")
        with open(store, "w", encoding="utf-8") as out:
            subprocess.run([sys.executable, tests / "cli/fleet_data.py", tests / "fixtures/record/quick.jsonl", "20"],
                           stdout=out, check=True)
        # Without a path there is no gnuplot.
        best = dict.fromkeys(BOUNDS, float("inf"))
        for _ in range(TURNS):
            for verb in BOUNDS:
                options = ["--out", os.path.join(folder, "fleet.html")] if verb == "report" else []
                before = cpu_s()
                subprocess.run([program, verb, store, *options], env={"PATH": "/nowhere", "LC_ALL": "C.UTF-8"}, check=True,
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                best[verb] = min(best[verb], cpu_s() - before)
    late = False
    for verb, bound in BOUNDS.items():
        ratio = best[verb] / best["show"]
        late |= ratio > bound
        print(f"{verb:8} {1000 * best[verb]:6.0f} ms  {ratio:4.2f} × show, at most {bound} ×")
    sys.exit(late)


main()
