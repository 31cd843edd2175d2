#!/usr/bin/env python3
"""laptop_vm.py [--background-reclaim] BUILD [FOLDER]: is a job under a cap like a job on a smaller laptop?

Two jobs of 200 MiB run uncapped in guests whose kernel sees little memory (mem=), and in a guest of 1 GiB under caps
that are equal to the memory that those had available when the run began (MemAvailable). Three sizes: above the need,
at it, below it. For both it prints time, slowdown against the large guest without a cap, and how much the whole
machine swapped and faulted meanwhile. There are no bounds: the figures show how well a cap represents a small machine.

With --background-reclaim the capped side runs a second time, with the harness freeing memory beside the job as kswapd
does. Both are then judged against the small guest by pages swapped and by faults: their differences in per cent.

A time is the best of three, because other work of this machine can only add time; all other figures are medians. It
needs qemu, as the tests vm/* do, and about fifteen minutes. FOLDER (default: a temporary one) keeps the output of the
guests; a guest whose output is there already is not run again."""

import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
VM = HERE.parent / "vm"
MIB = 1 << 20
PAGE_BYTES = 4096
LIVE_MIB = 200
REPETITIONS = 3
# The guest's kernel and system use 70 to 80 MiB of it.
SMALL_MIB = (300, 275, 250)
JOBS = {"storage/csr": "two epochs over a CSR matrix", "pooling/arena": "twelve steps in an arena"}


def boot(build, folder, caps, mem_mib=None, options=""):
    """Runs one guest; returns {(job, cap): [Trial, …]} by the order of repetitions."""
    append = f"mlm.caps={','.join(map(str, caps))} mlm.live={LIVE_MIB} mlm.repetitions={REPETITIONS}"
    if options:
        append += f" mlm.options={options}"
    if mem_mib:
        append += f" mem={mem_mib}M"
    environment = dict(os.environ, MLM_VM_APPEND=append, MLM_VM_TIMEOUT="3000")
    environment.setdefault("MLM_VM_CACHE", str(build / "vm"))
    environment.setdefault("MLM_VM_SWAP_IOPS", "4000")  # more than an emulated processor asks for
    if not (folder / "status").exists():
        subprocess.run([VM / "boot.sh", build, "laptop.sh", folder], check=True, env=environment,
                       stdout=subprocess.DEVNULL)
    return {(job, cap): [Trial(folder / job / str(cap) / str(k + 1)) for k in range(REPETITIONS)]
            for job in JOBS for cap in caps}


def counters(path):
    """The counters of /proc/meminfo (in KiB) and of /proc/vmstat in one dictionary."""
    lines = (line.replace(":", " ").split() for line in path.read_text().splitlines())
    return {words[0]: int(words[1]) for words in lines}


class Trial:
    def __init__(self, folder):
        before, after = counters(folder / "before"), counters(folder / "after")
        with open(folder / "run.jsonl", encoding="utf-8") as file:
            records = [json.loads(line) for line in file if line.startswith('{"kind":"trial"')]
        (self.record,) = records
        self.available = before["MemAvailable"] * 1024
        self.swapped_in, self.swapped_out, self.faults = (
            after[key] - before[key] for key in ("pswpin", "pswpout", "pgmajfault"))
        # These counters show who freed the memory: kswapd beside the job, or the job itself.
        self.by_kswapd, self.by_itself = (
            after[key] - before[key] for key in ("pgsteal_kswapd", "pgsteal_direct"))

    def seconds(self):
        return self.record["run_ns"] / 1e9 if self.record["outcome"] == "ok" else None


def median(trials, of):
    values = [of(trial) for trial in trials]
    return None if None in values else statistics.median(values)


def mib(pages):
    return f"{pages * PAGE_BYTES / MIB:.0f}"


def line(where, trials, best):
    seconds = [trial.seconds() for trial in trials]
    if None in seconds:
        cells = [", ".join(sorted({trial.record["outcome"] for trial in trials})), "-", "-"]
    else:
        cells = [f"{min(seconds):.2f} s", f"{max(seconds):.2f} s", f"{min(seconds) / best:.1f} ×"]
    swap = median(trials, lambda t: t.record["swap_peak_bytes"])
    freed = median(trials, lambda t: t.by_kswapd + t.by_itself)
    kswapd = median(trials, lambda t: t.by_kswapd)
    cells += ["-" if swap is None else f"{swap / MIB:.0f}", mib(median(trials, lambda t: t.swapped_in)),
              mib(median(trials, lambda t: t.swapped_out)), f"{median(trials, lambda t: t.faults):.0f}",
              f"{100 * kswapd / freed:.0f} %" if freed > 1000 else "-"]
    return [where, *cells]


def difference(trials, small, of):
    """By how many per cent the median differs from the small guest's; None where that is too little to compare."""
    base, value = median(small, of), median(trials, of)
    return 100 * (value - base) / base if base >= 100 else None


def judgement(where, trials, small):
    words = []
    for what, of in (("in", lambda t: t.swapped_in), ("out", lambda t: t.swapped_out), ("faults", lambda t: t.faults)):
        percent = difference(trials, small, of)
        words.append(f"{what} -" if percent is None else f"{what} {percent:+.0f} %")
    return f"  {where}: {', '.join(words)}"


def main():
    arguments = sys.argv[1:]
    reclaim = "--background-reclaim" in arguments
    if reclaim:
        arguments.remove("--background-reclaim")
    if len(arguments) not in (1, 2):
        sys.exit(__doc__.split("\n", maxsplit=1)[0])
    build = pathlib.Path(arguments[0]).resolve()
    folder = pathlib.Path(arguments[1] if len(arguments) == 2 else tempfile.mkdtemp(prefix="mlm-laptop-")).resolve()
    small = {}
    for mem_mib in SMALL_MIB:
        print(f"a guest with mem={mem_mib}M", file=sys.stderr)
        small[mem_mib] = boot(build, folder / f"mem{mem_mib}", ["none"], mem_mib)
    # A cap is in whole MiB; all jobs of a guest begin with the same memory, up to some KiB.
    caps = {mem_mib: int(median([t for trials in guest.values() for t in trials], lambda t: t.available)) // MIB * MIB
            for mem_mib, guest in small.items()}
    print("the guest of 1 GiB", file=sys.stderr)
    large = boot(build, folder / "large", ["none", *caps.values()])
    if reclaim:
        print("the guest of 1 GiB, with background reclaim", file=sys.stderr)
        freeing = boot(build, folder / "reclaim", caps.values(), options="--background-reclaim")

    header = ["", "best", "worst", "slowdown", "swap peak", "in", "out", "faults", "kswapd"]
    for job, what in JOBS.items():
        best = min(trial.seconds() for trial in large[job, "none"])
        needs = median(large[job, "none"], lambda t: t.record["needs_peak_bytes"])
        rows = [header, line("1 GiB, uncapped", large[job, "none"], best)]
        for mem_mib, cap in caps.items():
            rows.append(line(f"{cap // MIB} MiB free of a guest", small[mem_mib][job, "none"], best))
            rows.append(line(f"{cap // MIB} MiB cap in 1 GiB", large[job, cap], best))
            if reclaim:
                rows.append(line(f"{cap // MIB} MiB cap, reclaim", freeing[job, cap], best))
        widths = [max(len(row[i]) for row in rows) for i in range(len(header))]
        print(f"\n{job}: {what}, needs {needs / MIB:.0f} MiB")
        for row in rows:
            print("  ".join(cell.ljust(width) if i == 0 else cell.rjust(width)
                            for i, (cell, width) in enumerate(zip(row, widths))))
        for mem_mib, cap in caps.items() if reclaim else ():
            print(f"differences from the small guest with {cap // MIB} MiB free:")
            print(judgement("cap", large[job, cap], small[mem_mib][job, "none"]))
            print(judgement("cap, reclaim", freeing[job, cap], small[mem_mib][job, "none"]))
    print(f"\nOf {REPETITIONS} repetitions. Swap in MiB, of the whole guest; faults: major ones; kswapd: its share of the\n"
          f"pages that were freed, others being freed by who wanted memory, as all are in a cage. Records: {folder}")


main()
