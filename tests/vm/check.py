#!/usr/bin/env python3
"""check.py RESULTS CHECK WHO: judges the files that a run in the virtual machine left. Prints a line for each finding;
exit status 1 when one is a failure. WHO is a folder in RESULTS that guest/runs.sh filled ('root', 'user/session')."""

import json
import pathlib
import re
import statistics
import sys

MIB = 1 << 20


class Findings:
    """Prints findings as they come. A check that examined nothing has failed."""

    def __init__(self):
        self.passed = 0
        self.failed = 0

    def expect(self, what, truth, shown=""):
        self.passed += bool(truth)
        self.failed += not truth
        print(f"{'ok' if truth else 'FAILED'}: {what}" + (f": {shown}" if shown != "" else ""))

    def status(self):
        if self.passed + self.failed == 0:
            print("FAILED: nothing was checked")
        return 0 if self.passed and not self.failed else 1


def size(text):
    return int(text[:-1]) << {"K": 10, "M": 20, "G": 30}[text[-1]]


def text(path):
    return path.read_text(errors="replace").strip() if path.exists() else ""


def trials(folder, findings):
    """The records of a run, which must have ended with 0 in one store without a broken line."""
    findings.expect(f"{folder.name}: exit status 0", text(folder / "status") == "0", text(folder / "status"))
    if text(folder / "status") != "0":
        print(text(folder / "output"))
    stores = list(folder.rglob("*.jsonl"))
    findings.expect(f"{folder.name}: one store", len(stores) == 1, len(stores))
    lines = [json.loads(line) for store in stores for line in store.read_text().splitlines()]
    return [line for line in lines if line["kind"] == "trial"]


def page_bytes(records):
    """The page size of the machine that they were measured on."""
    return max((record["machine"]["page_bytes"] for record in records), default=0)


def capped(records, workload, size_text=None, cap=None):
    """The records of a workload under a cap, without the uncapped references."""
    return [
        record
        for record in records
        if record["workload"].split("/")[-1] == workload
        and record["cap_bytes"] is not None
        and (size_text is None or record["params"]["size"] == size_text)
        and (cap is None or record["cap_bytes"] == size(cap))
    ]


def check_peaks(folder, findings):
    """All 20 of 20 figures must be within their bounds. A mapping ends with a page, and begins with one."""
    records = trials(folder / "peaks", findings)
    nulls = [record["peak_rss_bytes"] for record in capped(records, "null")]
    findings.expect("null ran", len(nulls) >= 3, len(nulls))
    null = statistics.median(nulls)
    findings.expect("null: peak RSS at most 2.5 MiB", max(nulls) <= 2.5 * MIB, f"{max(nulls) / MIB:.2f} MiB")
    for text_of_size in ("16M", "32M", "64M"):
        n = size(text_of_size)
        touches = capped(records, "touch", text_of_size)
        findings.expect(f"touch {text_of_size}: as often as null", len(touches) == len(nulls), len(touches))
        findings.expect(f"touch {text_of_size}: ok", all(t["outcome"] == "ok" for t in touches))
        rss = max((abs(t["peak_rss_bytes"] - null - n) for t in touches), default=n)
        bound = max(n * 0.001 + MIB / 2, 2 * page_bytes(touches))
        findings.expect(f"touch {text_of_size}: peak RSS within 0.1 % + 0.5 MiB, or two pages", rss <= bound,
                        f"off by at most {rss / MIB:.3f} MiB")
        cage = max((abs(t["cage_peak_bytes"] - n) for t in touches), default=n)
        findings.expect(f"touch {text_of_size}: cage peak within 0.5 % + 2 MiB", cage <= n * 0.005 + 2 * MIB,
                        f"off by at most {cage / MIB:.3f} MiB")
        findings.expect(f"touch {text_of_size}: swapped nothing", all(not t["swap_peak_bytes"] for t in touches))


def check_caps(folder, findings):
    records = trials(folder / "caps", findings)
    for cap in ("48M", "96M", "128M"):
        for workload, size_text, expected in (("touch", "16M", "ok"), ("touch", "64M", "oom" if cap == "48M" else "ok"),
                                              ("hog", None, "oom")):
            outcomes = [r["outcome"] for r in capped(records, workload, size_text, cap)]
            findings.expect(f"{workload} {size_text or ''} at {cap}: {expected}", outcomes == [expected], outcomes)
    under = [r for r in records if r["cap_bytes"] is not None]
    findings.expect("caps bind", all(r["cap_binds"] for r in under))
    findings.expect("no cage peak above its cap", all(r["cage_peak_bytes"] <= r["cap_bytes"] for r in under))
    findings.expect("what was killed has a peak that is marked as a lower bound",
                    all("peak_rss_lower_bound" in r["marks"] and r["peak_rss_bytes"] for r in under
                        if r["outcome"] == "oom"))
    findings.expect("an oom says how far it came",
                    all(0.5 < r["progress"] < 0.8 for r in capped(under, "touch") if r["outcome"] == "oom"))
    findings.expect("a hog came as far as the cap",
                    all(r["cage_peak_bytes"] > 0.97 * r["cap_bytes"] for r in capped(under, "hog")))


def check_pressure(folder, findings):
    """Only where the kernel has PSI for each cgroup: v2."""
    for name in ("peaks", "caps", "swap"):
        records = trials(folder / name, findings)
        findings.expect(f"{name}: PSI is there",
                        records and all(r["stall_some_ns"] is not None and r["stall_full_ns"] is not None
                                        for r in records if r["cap_bytes"] is not None))
    stalled = sum(r["stall_some_ns"] for r in records if r["cap_bytes"] is not None)
    findings.expect("swapping stalls", stalled > 0, f"{stalled / 1e6:.1f} ms")


def check_commands(folder, findings):
    """Checks exec on trees of processes, and fit."""
    records = trials(folder / "tree", findings)
    for record in records:
        cap, tail = record["cap_bytes"] >> 20, record["workload"].startswith("exec/head")
        expected = "oom" if tail and cap == 32 else "ok"
        findings.expect(f"{record['workload']} at {cap}M: {expected}", record["outcome"] == expected, record["outcome"])
        if tail and cap == 128:
            needs = record["needs_peak_bytes"]
            findings.expect("needs: what tail holds", needs and 48 * MIB <= needs <= 64 * MIB, f"{(needs or 0) / MIB:.1f} MiB")
        if not tail:
            findings.expect("a child left behind is told", "children_left" in record["marks"], record["marks"])
    findings.expect("four of them", len(records) == 4, len(records))
    (folder / "deaf" / "status").write_text("0" if text(folder / "deaf" / "status") == "137" else "not 137")
    findings.expect("what hears no SIGTERM is ended all the same",
                    [r["outcome"] for r in trials(folder / "deaf", findings)] == ["timeout"])
    findings.expect("none of them is left", (folder / "sleeping").exists() and text(folder / "sleeping") == "")
    by_cap = {}
    for record in trials(folder / "fit", findings):
        by_cap.setdefault(record["cap_bytes"], []).append(record["outcome"])
    enough = min((cap for cap, outcomes in by_cap.items() if cap and outcomes == ["ok"] * 3), default=0)
    lack = max((cap for cap, outcomes in by_cap.items() if cap and "oom" in outcomes), default=0)
    findings.expect("fit of touch 64M: that and a worker", 64 * MIB <= enough <= 69 * MIB, f"{enough / MIB:.2f} MiB")
    findings.expect("within 2 %", 0 < lack < enough <= 1.02 * lack, f"{lack / MIB:.2f} MiB was not enough")
    findings.expect("in a dozen trials", sum(map(len, by_cap.values())) <= 12, sum(map(len, by_cap.values())))
    print(text(folder / "fit" / "output"))


def check_swap(folder, findings):
    records = capped(trials(folder / "swap", findings), "touch", "96M", "48M")
    findings.expect("touch 96M in 48M: twice", len(records) == 2, len(records))
    for record in records:
        findings.expect("outcome is ok or timeout", record["outcome"] in ("ok", "timeout"), record["outcome"])
        if record["outcome"] != "ok":
            continue
        swap, needs = record["swap_peak_bytes"], record["needs_peak_bytes"]
        findings.expect("swap peak: the part above the cap", swap is not None and 40 * MIB <= swap <= 104 * MIB,
                        f"{(swap or 0) / MIB:.1f} MiB")
        findings.expect("needs: the whole of it", needs is not None and 0.97 * 96 * MIB <= needs <= 104 * MIB,
                        f"{(needs or 0) / MIB:.1f} MiB")
        # Kernels before 6.13 do not count it for a cgroup: it must be null then, never 0.
        pages = record["swapped_out_pages"]
        findings.expect("pages swapped out: counted, or null", pages is None or pages * page_bytes([record]) >= 40 * MIB, pages)
    limited = capped(trials(folder / "swap_limit", findings), "hog")
    findings.expect("hog in 48M with 64M of swap: oom", [r["outcome"] for r in limited] == ["oom"],
                    [r["outcome"] for r in limited])
    for record in limited:
        swap = record["swap_peak_bytes"]
        findings.expect("it filled its swap and no more", swap is not None and 48 * MIB <= swap <= 64 * MIB,
                        f"{(swap or 0) / MIB:.1f} MiB")


def check_units(folder, findings):
    """Checks the unit tests that ran in the virtual machine."""
    for status in sorted((folder / "units").glob("*.status")):
        output = text(status.with_suffix(".output"))
        passed = text(status) == "0" and "SKIPPED" not in output
        findings.expect(status.stem, passed, text(status))
        if not passed:
            print(output)


def check_pages(folder, findings):
    """Records have the machine's page size, and predictions use it."""
    here = int(text(folder / "page_bytes") or 0)
    touches = capped(trials(folder / "peaks", findings), "touch", "64M")
    findings.expect("the record's page size is the machine's", page_bytes(touches) == here > 0, f"{here} bytes")
    off = max((abs(t["predicted_peak_bytes"] - t["needs_peak_bytes"]) for t in touches), default=MIB << 6)
    findings.expect("touch 64M: needs within 1 MiB of what was predicted", off <= MIB, f"off by at most {off / MIB:.3f} MiB")


def check_clean(folder, findings):
    findings.expect("runs were made", (folder / "leftovers").exists())
    findings.expect("no cage and no process is left", text(folder / "leftovers") == "", text(folder / "leftovers"))
    killed = folder / "killed"
    findings.expect("the harness was killed in the middle of a trial", text(killed / "was_running") != "")
    findings.expect("no cage and no process is left after kill -9",
                    (killed / "leftovers").exists() and text(killed / "leftovers") == "", text(killed / "leftovers"))


def check_doctor(folder, findings):
    findings.expect("doctor: exit status 0", text(folder / "doctor.status") == "0", text(folder / "doctor.status"))
    findings.expect("doctor names the cgroup version", re.search(r"v2|version 2", text(folder / "doctor")))
    how = "through a systemd scope" if "session" in folder.parts else "directly"
    findings.expect(f"doctor says how caps are set: {how}", how in text(folder / "doctor"))
    print(text(folder / "doctor"))


def check_nested(folder, findings):
    """A cgroup above us has 64M, the cap asked for is 96M."""
    (folder / "nested" / "status").write_text(text(folder / "nested.status"))
    print(text(folder / "nested.output"))
    records = trials(folder / "nested", findings)
    for size_text, expected in (("16M", "ok"), ("80M", "oom")):
        found = capped(records, "touch", size_text, "96M")
        findings.expect(f"touch {size_text}: {expected}", [r["outcome"] for r in found] == [expected],
                        [r["outcome"] for r in found])
        findings.expect(f"touch {size_text}: the cap does not bind, and is marked so",
                        found and all(not r["cap_binds"] and "ancestor_binds_first" in r["marks"] for r in found))


def check_refused(folder, findings):
    """Nothing could be run: exit status 3, one reason, one remedy, nothing measured."""
    output = text(folder / "output")
    print(output)
    findings.expect("exit status 3", text(folder / "status") == "3", text(folder / "status"))
    findings.expect("the remedy is named", re.search(r"sudo|root|linger|log in|unified_cgroup_hierarchy", output))
    outcomes = {json.loads(line).get("outcome") for store in folder.rglob("*.jsonl")
                for line in store.read_text().splitlines()}
    findings.expect("nothing was measured", outcomes <= {"refused", None}, outcomes)


def check_platform(folder, findings):
    for line in text(folder / "platform").splitlines():
        findings.expect(line.split(": ", 1)[1], line.startswith("ok: "))


def check_hybrid(folder, findings):
    mounts = text(folder / "mounts")
    findings.expect("the memory controller is v1's", re.search(r"^cgroup /\S+ cgroup \S*\bmemory\b", mounts, re.M))
    findings.expect("v2 is mounted beside it", re.search(r"^cgroup2? /\S+ cgroup2 ", mounts, re.M))
    findings.expect("no cage is left", (folder / "leftovers").exists() and text(folder / "leftovers") == "")


def limited(folder, findings, name, status="0"):
    """The records and the output of a run of guest/limits.sh."""
    print(text(folder / name / "output"))
    findings.expect(f"{name}: exit status {status}", text(folder / name / "status") == status, text(folder / name / "status"))
    lines = [json.loads(line) for store in (folder / name).rglob("*.jsonl") for line in store.read_text().splitlines()]
    return [line for line in lines if line["kind"] == "trial"]


def names_limit(findings, what, record, file, unit, size_text):
    """The record names the limit above with its file, its unit and its figure."""
    above = [(x["file"], x["path"].rsplit("/", 1)[-1], x["bytes"]) for x in record["limits_above"] or []]
    findings.expect(f"{what}: the record names {file} of {unit}", (file, unit, size(size_text)) in above, above)


def check_terminal(folder, findings):
    """A service without Delegate, and a scope below one, whose oom score is 200, as a desktop's terminal has it."""
    outcomes = [r["outcome"] for r in capped(limited(folder, findings, "terminal_run"), "touch")]
    findings.expect("after the first oom the run goes on", sorted(outcomes) == ["ok", "oom"], outcomes)
    doctor = text(folder / "terminal_doctor" / "output")
    findings.expect("doctor: caps can be set", "good  cap" in doctor, doctor)
    records = limited(folder, findings, "terminal_fit")
    findings.expect("fit finds an edge", {"ok", "oom"} <= {r["outcome"] for r in records if r["cap_bytes"]})
    limited(folder, findings, "terminal_report")
    findings.expect("the report is written", "self/touch" in text(folder / "terminal_report" / "report.html"))
    outcomes = {r["workload"][:9]: r["outcome"] for r in limited(folder, findings, "terminal_scope") if r["cap_bytes"]}
    findings.expect("exec in a scope below the service", outcomes == {"exec/head": "oom", "exec/true": "ok"}, outcomes)


def check_limits_above(folder, findings):
    """Limits above us that are softer, of swap, of the slice and of the unit that we were started in."""
    (slow,) = limited(folder, findings, "slow_swap")
    findings.expect("memory.high: marked, and the cap does not bind",
                    "ancestor_slows" in slow["marks"] and not slow["cap_binds"], slow["marks"])
    names_limit(findings, "memory.high", slow, "memory.high", "mlmslow.slice", "40M")
    findings.expect("the run says it", "memory.high of" in text(folder / "slow_swap" / "output"))
    findings.expect("doctor names it", re.search(r"memory.high of \S*mlmslow.slice is 40M",
                                                " ".join(text(folder / "slow_doctor" / "output").split())))
    (swap,) = capped(limited(folder, findings, "swap_max"), "touch")
    findings.expect("swap: an oom for less swap than was allowed",
                    swap["outcome"] == "oom" and {"ancestor_limits_swap", "swap_ran_out"} <= set(swap["marks"]), swap["marks"])
    names_limit(findings, "swap", swap, "memory.swap.max", "mlmswap.slice", "20M")
    for name, unit in (("max_run", "mlmmax.slice"), ("unit_max", None)):
        by_size = {r["params"]["size"]: r for r in capped(limited(folder, findings, name), "touch")}
        outcomes = {key: r["outcome"] for key, r in by_size.items()}
        findings.expect(f"{name}: 16M is ok, 80M is not", outcomes == {"16M": "ok", "80M": "oom"}, outcomes)
        killed = by_size["80M"]
        findings.expect(f"{name}: not the cap", {"ancestor_binds_first", "killed_for_another_limit"} <= set(killed["marks"])
                        and not killed["cap_binds"], killed["marks"])
        names = [x["path"] for x in killed["limits_above"]]
        if unit:
            names_limit(findings, name, killed, "memory.max", unit, "72M")
        else:
            findings.expect("the unit that we left is named", names and all(n.endswith(".service") for n in names), names)
        findings.expect(f"{name}: it is not said to be killed at its cap",
                        "was killed at 96M" not in text(folder / name / "output"))
    (free,) = limited(folder, findings, "max_none")
    findings.expect("without a cap the limit is named", "72M of" in (free["reason"] or ""), free["reason"])
    limited(folder, findings, "max_fit", "3")
    output = " ".join(text(folder / "max_fit" / "output").split())
    findings.expect("fit names the limit", "mlmmax.slice" in output and "72M" in output)
    (own,) = capped(limited(folder, findings, "max_higher"), "touch")
    findings.expect("a limit above that is higher than the cap leaves no mark",
                    own["outcome"] == "oom" and own["cap_binds"] and own["limits_above"] is None
                    and not [m for m in own["marks"] if "ancestor" in m or "another" in m], own["marks"])


def check_endings(folder, findings):
    """How trials end, and figures that must not be those of something else."""
    laptop = [r for r in limited(folder, findings, "laptop") if r["cap_bytes"]]
    findings.expect("a laptop that is larger than the machine: no time limit is blamed",
                    laptop and all(r["outcome"] == "oom" and "machine" in r["reason"] for r in laptop),
                    [(r["outcome"], r["reason"]) for r in laptop])
    (filled,) = [r for r in limited(folder, findings, "filled", "137") if r["cap_bytes"]]
    findings.expect("swap that others fill is the reason of an oom, and not the cap alone",
                    filled["outcome"] == "oom" and "swap_ran_out" in filled["marks"], (filled["outcome"], filled["marks"]))
    (term,) = limited(folder, findings, "term", "143")
    findings.expect("a child that SIGTERM ended is 'killed'", term["outcome"] == "killed", term["outcome"])
    shorts = limited(folder, findings, "short")
    peaks = [r["peak_rss_bytes"] for r in shorts if r["peak_rss_bytes"]]
    findings.expect("60 short commands: no peak is the harness's", len(shorts) == 60 and max(peaks, default=0) < 4 * MIB,
                    f"{len(peaks)} known, at most {max(peaks, default=0) / MIB:.1f} MiB")
    for record in capped(limited(folder, findings, "swapped"), "touch"):
        needs = record["needs_peak_bytes"] or 0
        findings.expect("touch 150M with swap: needs are not below", 150 * MIB <= needs <= 156 * MIB, f"{needs / MIB:.1f} MiB")
    findings.expect("it is not said to fit", "It fits" not in text(folder / "swapped" / "output"))


def check_swapped_again(folder, findings):
    (holds,) = limited(folder, findings, "holds")
    findings.expect("a program that reads swapped pages again does not grow",
                    holds["outcome"] == "ok" and holds["growth_bytes_per_s"] is None, holds["growth_bytes_per_s"])


def check_hidden_limit(folder, findings):
    """A kill for a limit that a namespace hides; root only."""
    killed = [r for r in limited(folder, findings, "hidden") if r["cap_bytes"]]
    findings.expect("an oom, and not the cap's",
                    killed and all(r["outcome"] == "oom" and "killed_for_another_limit" in r["marks"]
                                   and "cannot be told" in (r["reason"] or "") and not r["cap_binds"] for r in killed),
                    [(r["outcome"], r["marks"], r["reason"]) for r in killed])


def check_swap_gone(folder, findings):
    """A job whose swap is taken away while it has pages there; root only."""
    (gone,) = [r for r in limited(folder, findings, "gone", "137") if r["cap_bytes"]]
    findings.expect("an oom, and its record says that the swap was taken away",
                    gone["outcome"] == "oom" and {"swap_ran_out", "swap_changed"} <= set(gone["marks"]),
                    (gone["outcome"], gone["marks"], gone["reason"]))
    findings.expect("it was in swap before", (gone["swap_peak_bytes"] or 0) > MIB, gone["swap_peak_bytes"])


def check_zswap(folder, findings):
    """Needs with zswap and without are the same."""
    runs = [[r for r in limited(folder, findings, on) if r["cap_bytes"]] for on in "NY"]
    needs = [{r["workload"]: r["needs_peak_bytes"] for r in run} for run in runs]
    findings.expect("three jobs", len(needs[0]) == 3, len(needs[0]))
    for on, run in zip("NY", runs):
        findings.expect(f"zswap is {on}", text(folder / on / "enabled") == on)
        findings.expect("all swap, and end", all(r["outcome"] == "ok" and r["swap_peak_bytes"] for r in run),
                        [(r["outcome"], r["swap_peak_bytes"]) for r in run])
        findings.expect("the mark says whether zswap counts within the cap",
                        all(("zswap_is_charged" in r["marks"]) == (on == "Y") for r in run), [r["marks"] for r in run])
    for workload, without in needs[0].items():
        ratio = needs[1].get(workload, 0) / without
        findings.expect(f"{workload}: needs with zswap, as without", 0.99 <= ratio <= 1.01, f"{ratio:.3f}")


def check_namespace(folder, findings):
    limited(folder, findings, "namespace", "3")
    findings.expect("root of a user namespace is told what to do", "outside of the namespace" in
                    " ".join(text(folder / "namespace" / "output").split()))


def check_real(folder, findings):
    """A script of tests/real that ran inside. Its exit status is the judgement, its output the reason."""
    output, status = text(folder / "output"), text(folder / "status")
    print(output)
    if status == "77" and "skipped: " in output:
        sys.exit(77)
    findings.expect(f"exit status 0, after {text(folder / 'seconds')} s", status == "0", status)
    findings.expect("it checked something", re.search("^ok: ", output, re.M))
    findings.expect("nothing failed", "FAILED" not in output)


def check_nothing_written(folder, findings):
    """Compares the names of files before and after all of tests/real: none may be new, and none may be missing."""
    before, after = (text(folder / name).splitlines() for name in ("before", "after"))
    findings.expect("names were taken", len(before) > 1000, len(before))
    new, gone = (sorted(set(a) - set(b)) for a, b in ((after, before), (before, after)))
    findings.expect("no file is new", not new, " ".join(new[:20]))
    findings.expect("no file is gone", not gone, " ".join(gone[:20]))
    findings.expect("no cgroup is left", (folder / "leftovers").exists() and text(folder / "leftovers") == "",
                    text(folder / "leftovers"))


def main():
    checks = {name[len("check_"):]: check for name, check in globals().items() if name.startswith("check_")}
    if len(sys.argv) != 4 or sys.argv[2] not in checks:
        print(f"usage: check.py RESULTS {{{','.join(checks)}}} WHO", file=sys.stderr)
        return 2
    findings = Findings()
    # Kernels from 6.11 on may lack it, as Debian's do.
    if "is not set" in text(pathlib.Path(sys.argv[1]) / "memcg_v1"):
        print("skipped: this kernel has no memory controller of cgroup v1")
        return 77
    checks[sys.argv[2]](pathlib.Path(sys.argv[1]) / sys.argv[3], findings)
    return findings.status()


if __name__ == "__main__":
    sys.exit(main())
