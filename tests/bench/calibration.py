#!/usr/bin/env python3
"""Judges stored runs of the suite `self`: the measured peaks of `touch` against the bytes that it touched.

    mlmembench run --suite self --cap 2G --repetitions 20 --out self.jsonl
    tests/bench/calibration.py self.jsonl

Bounds, for every single trial: peak RSS minus the median of `null` within 0.1 % + 0.5 MiB of N, cage peak within
0.5 % + 2 MiB; peak RSS of `null` at most 2.5 MiB. Exit status 1 where a bound is exceeded."""
import json
import statistics
import sys

MIB = 1 << 20
SUFFIX = {"K": 1 << 10, "M": MIB, "G": 1 << 30}


def size(text):
    return int(text[:-1]) * SUFFIX[text[-1]] if text[-1] in SUFFIX else int(text)


def main(paths):
    trials = []
    for path in paths:
        with open(path, encoding="utf-8") as lines:
            trials += [r for r in map(json.loads, lines) if r["kind"] == "trial" and r["outcome"] == "ok"]
    null = [r["peak_rss_bytes"] for r in trials if r["workload"] == "self/null"]
    touch = [r for r in trials if r["workload"] == "self/touch"]
    if not null or not touch:
        print("no trials of self/null and self/touch that ended ok")
        return 1
    base = statistics.median(null)
    good = max(null) <= 2.5 * MIB
    print(f"null: peak RSS {base / MIB:.2f} MiB, largest {max(null) / MIB:.2f} (bound 2.50)")
    for text in sorted({r["params"]["size"] for r in touch}, key=size):
        n = size(text)
        rows = [r for r in touch if r["params"]["size"] == text]
        rss = [r["peak_rss_bytes"] - base - n for r in rows]
        cage = [r["cage_peak_bytes"] - n for r in rows]
        rss_bound, cage_bound = 0.001 * n + 0.5 * MIB, 0.005 * n + 2 * MIB
        rss_held = sum(abs(x) <= rss_bound for x in rss)
        cage_held = sum(abs(x) <= cage_bound for x in cage)
        good = good and rss_held == cage_held == len(rows)
        print(f"touch {text}: peak RSS off by {min(rss) / MIB:+.3f} to {max(rss) / MIB:+.3f} MiB "
              f"(bound {rss_bound / MIB:.2f}, {rss_held} of {len(rows)}); cage peak by {min(cage) / MIB:+.3f} to "
              f"{max(cage) / MIB:+.3f} MiB (bound {cage_bound / MIB:.2f}, {cage_held} of {len(rows)})")
    return 0 if good else 1


sys.exit(main(sys.argv[1:]))
