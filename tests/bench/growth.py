#!/usr/bin/env python3
"""Checks that time grows no faster than the number of trials.

    growth.py MLMEMBENCH

Starts a run of 1,000, 4,000 and 8,000 trials and ends it when the first has ended; gives `advise` stores of as many
records that differ in one member. Prints the wall time and the processor time, each the best of three. Required: 8,000
trials start in 1 s, `advise` on 8,000 machines takes 3 s, and in each case 8,000 take at most 12 times the processor
time of 1,000.
"""

import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time

COUNTS = (1000, 4000, 8000)
ROUNDS = 3
MIB = 1 << 20
METRICS = """core_bytes predicted_peak_bytes peak_rss_bytes needs_peak_bytes cage_peak_bytes swap_peak_bytes run_ns
run_cpu_user_ns run_cpu_system_ns waiting_ns read_bytes items""".split()


def record(**other):
    one = {"kind": "trial", "schema": 1, "run_id": "m1-20260301T101500Z", "time": "2026-03-01T10:15:00Z",
           "suite": "storage", "workload": "storage/csr", "params": {}, "equal_work": "all", "answer_tolerance": 0.0,
           "cap_bytes": 2048 * MIB, "cap_binds": True, "swap_limit_bytes": None, "background_bytes": 0,
           "background_mode": None, "data_bytes": 2560 * MIB, "dataset": None, "seed": 1, "threads": 1,
           "timeout_ns": 60 * 10**9, "repetition": 0, "outcome": "ok", "reason": None, "phase": "done", "progress": 1.0,
           "data_checksum": None, "answer": [1.0], "marks": [], "command": ["run"],
           "machine": {"id": "m1", "host": "laptop", "cores": 2, "memory_bytes": 8192 * MIB, "swap": []}}
    for key in ("prepare_peak_rss_bytes run_peak_rss_bytes anon_peak_bytes file_peak_bytes prepare_ns prepare_cpu_ns "
                "major_faults minor_faults refaults swapped_in_pages swapped_out_pages stall_some_ns stall_full_ns "
                "written_bytes").split():
        one[key] = None
    one.update({key: 10**8 for key in METRICS}, swap_peak_bytes=0)
    machine = one.pop("machine")
    one.update(other)
    one.setdefault("machine", machine)
    return one


KINDS = {
    "machines": lambda i: {"machine": {"id": f"m{i}", "host": f"h{i}", "memory_bytes": 8192 * MIB, "swap": []}},
    "jobs": lambda i: {"equal_work": f"g{i}", "params": {"p": str(i)}},
    "techniques": lambda i: {"params": {"p": str(i)}},
    "techniques that lack": lambda i: {"params": {"p": str(i)}, "cap_bytes": (16 + i % 8) * 64 * MIB,
                                       "outcome": "oom" if i % 3 == 0 else "ok", "run_ns": 10**8 + i},
    "caps": lambda i: {"cap_bytes": 16 * MIB + 4096 * i},
    "suites": lambda i: {"suite": f"s{i}", "workload": f"s{i}/csr"},
    "seeds": lambda i: {"seed": i},
    "commands": lambda i: {"command": ["run", "--filter", f"x{i}"], "params": {"p": str(i)}},
}


def cpu_s():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def best(what):
    rounds = []
    for _ in range(ROUNDS):
        wall, cpu = time.monotonic(), cpu_s()
        end = what()
        rounds.append(((end or time.monotonic()) - wall, cpu_s() - cpu))
    return min(wall for wall, _ in rounds), min(cpu for _, cpu in rounds)


def start(program, count, folder):
    """Time until the first trial has ended; ending the run is not part of it."""
    path = os.path.join(folder, "run.jsonl")
    child = subprocess.Popen([program, "run", "--suite", "self", "--filter", "null", "--cap", "none", "--repetitions",
                              str(count), "--out", path], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    for line in child.stderr:
        if line.startswith(b"[1/"):
            break
    end = time.monotonic()
    child.send_signal(signal.SIGTERM)
    rest = child.stderr.read()
    if child.wait() != 130:
        sys.exit(f"a run could not be started: {rest.decode()}")
    os.remove(path)
    return end


def main():
    program, failed = os.path.abspath(sys.argv[1]), False
    with tempfile.TemporaryDirectory() as folder:
        print(f"{'':28}" + "".join(f"{count:>20}" for count in COUNTS) + "   8,000 against 1,000")

        def row(name, function, wall_limit):
            nonlocal failed
            figures = [best(lambda count=count: function(count)) for count in COUNTS]
            ratio = figures[-1][1] / max(figures[0][1], 0.01)
            good = ratio <= 12 and (not wall_limit or figures[-1][0] <= wall_limit)
            failed |= not good
            print(f"{name:28}" + "".join(f"{wall:9.2f} s {cpu:5.2f} cpu" for wall, cpu in figures) +
                  f"   {ratio:.1f} ×{'' if good else '  TOO MUCH'}", flush=True)

        row("start of a run", lambda count: start(program, count, folder), 1)
        for kind, change in KINDS.items():
            stores = {}
            for count in COUNTS:
                stores[count] = os.path.join(folder, f"{count}.jsonl")
                with open(stores[count], "w", encoding="utf-8") as file:
                    file.writelines(json.dumps(record(**change(i))) + "\n" for i in range(count))

            def advise(count, stores=stores):
                subprocess.run([program, "advise", stores[count]], stdout=subprocess.DEVNULL, check=True)

            row(f"advise, {kind}", advise, 3 if kind == "machines" else None)
    sys.exit(failed)


if __name__ == "__main__":
    main()
