#!/usr/bin/env python3
"""Compares predicted with measured peaks, for every row of a stored run that has a formula:

    mlmembench run --all --data 256M --cap none --repetitions 1 --timeout 10min --out predicted.jsonl
    tests/bench/predicted.py predicted.jsonl

Bound, for every trial: needs within 5 % + 2 MiB of the prediction. Exit status 1 where the bound is exceeded."""
import json
import sys

MIB = 1 << 20


def main(paths):
    trials = []
    for path in paths:
        with open(path, encoding="utf-8") as lines:
            trials += [r for r in map(json.loads, lines) if r["kind"] == "trial"]
    judged = held = 0
    print(f"{'predicted':>10} {'needs':>10} {'off':>8} {'of bound':>9}  row (MiB)")
    for r in sorted(trials, key=lambda r: (r["workload"], r["params"].items().__repr__())):
        predicted, needs = r["predicted_peak_bytes"], r["needs_peak_bytes"]
        if predicted is None or r["outcome"] == "skipped":
            continue
        row = r["workload"] + "".join(f" {k}={v}" for k, v in r["params"].items())
        judged += 1
        if r["outcome"] != "ok" or needs is None:
            print(f"{predicted / MIB:10.1f} {'-':>10} {'-':>8} {'-':>9}  {row}: {r['outcome']}")
            continue
        share = abs(needs - predicted) / (0.05 * predicted + 2 * MIB)
        held += share <= 1
        print(f"{predicted / MIB:10.1f} {needs / MIB:10.1f} {(needs - predicted) / MIB:+8.2f} {100 * share:8.0f} %  {row}"
              f"{'' if share <= 1 else '  <-- beyond the bound'}")
    print(f"{held} of {judged} within 5 % + 2 MiB")
    return 0 if judged and held == judged else 1


sys.exit(main(sys.argv[1:]))
