#!/usr/bin/env python3
"""background.py MLMEMBENCH [FOLDER]: how much memory do a light desktop and a browser hold?

`mlmembench exec` runs each of these three times, under no cap: an LXDE session (lxsession, openbox, lxpanel, pcmanfm)
in Xvfb, and the same with Chromium that has 0, 1, 5 and 10 pages open. Each page is a report of mlmembench with 500
rows and its pictures. A trial ends when all processes together have computed for less than a twentieth of a second in
each of five seconds.

What they hold is the sum of two figures. The first is `needs` of the record, which leaves out the code of programs and
libraries. The second is that code, as far as it is in memory at the end: the sum of Pss_File over all processes. The
kernel can drop it, but then the desktop waits for the disk. The script prints medians, the rows of the table in
base/laptop.c, and the versions of the packages. The records are in FOLDER (default: a temporary one), and a second run
with the same FOLDER goes on there.

Xvfb stands for the X server of a laptop: its screen, and all that Chromium draws without a graphics card, is memory of
the processes. Chromium runs without its sandbox where this script runs as root.

    background.py --session TABS CODE PAGE…     is the command in the cage; TABS - : no browser; it appends to CODE"""

import collections
import datetime
import json
import os
import pathlib
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve()
REFERENCE = HERE.parents[2] / "results" / "reference" / "reference.jsonl"
MIB = 1 << 20
ROWS = 500
TABS = (0, 1, 5, 10)
REPETITIONS = 3
SCREEN = "1366x768x24"
QUIET_S = 5
LONGEST_S = 240
# Package of each program that is needed, and further packages whose versions shape the figures.
PROGRAMS = {"Xvfb": "xvfb", "startlxde": "lxde-core", "openbox": "openbox", "lxpanel": "lxpanel", "pcmanfm": "pcmanfm",
            "dbus-run-session": "dbus", "chromium": "chromium", "gnuplot": "gnuplot-nox"}
SHOWN = ("xvfb", "lxde-core", "openbox", "lxpanel", "pcmanfm", "lxsession", "libgtk-3-0", "libgtk2.0-0", "chromium")
BROWSER = ("--no-first-run", "--no-default-browser-check", "--disable-background-networking", "--disable-sync",
           "--disable-component-update", "--password-store=basic")


def others():
    """The processes of the cage but this one: those that are not in the cgroup do not count."""
    own = pathlib.Path("/proc/self/cgroup").read_text()
    for folder in pathlib.Path("/proc").iterdir():
        if not folder.name.isdigit() or int(folder.name) == os.getpid():
            continue
        try:
            if (folder / "cgroup").read_text() == own:
                yield int(folder.name), (folder / "stat").read_text().rsplit(")", 1)[1].split()
        except OSError:
            pass


def settle():
    """Waits until nothing computes any more. Fails where that does not happen."""
    ticks = os.sysconf("SC_CLK_TCK")
    used, quiet, end = None, 0, time.monotonic() + LONGEST_S
    while quiet < QUIET_S:
        time.sleep(1)
        now = {pid: int(words[11]) + int(words[12]) for pid, words in others()}
        computed = sum(spent - used.get(pid, 0) for pid, spent in now.items()) if used else ticks
        quiet = quiet + 1 if computed < ticks / 20 else 0
        used = now
        if time.monotonic() > end:
            sys.exit(f"background.py: still computing after {LONGEST_S} s")


def parts_bytes():
    """What all processes hold now, by kind: Pss_Anon, Pss_File, Pss_Shmem."""
    parts = collections.Counter()
    for pid, _ in others():
        for line in pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            words = line.split()
            if words[0].startswith("Pss_"):
                parts[words[0][:-1]] += int(words[1]) * 1024
    return parts


def session(tabs, code, pages):
    """Runs the desktop until it is quiet, and then the browser until it is, too. Ends all of it."""
    home = tempfile.mkdtemp(prefix="mlmembench-desktop-")
    environment = dict(os.environ, HOME=home, XDG_RUNTIME_DIR=home, LANG="C.UTF-8")
    environment.pop("DBUS_SESSION_BUS_ADDRESS", None)
    reader, writer = os.pipe()
    running = [subprocess.Popen(["Xvfb", "-displayfd", str(writer), "-screen", "0", SCREEN, "-nolisten", "tcp"],
                                pass_fds=[writer], stderr=subprocess.DEVNULL)]
    os.close(writer)
    display = os.read(reader, 32).decode().strip()
    if not display:
        sys.exit("background.py: Xvfb does not start")
    environment["DISPLAY"] = f":{display}"

    def start(*command):
        running.append(subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL))

    try:
        start("dbus-run-session", "--", "startlxde")
        settle()
        names = {pathlib.Path(f"/proc/{pid}/comm").read_text().strip() for pid, _ in others()}
        if not {"openbox", "lxpanel", "pcmanfm"} <= names:
            sys.exit(f"background.py: the session is not complete: {sorted(names)}")
        if tabs != "-":
            root = ["--no-sandbox"] if os.getuid() == 0 else []
            start("chromium", *BROWSER, *root, f"--user-data-dir={home}/profile",
                  *(pathlib.Path(page).as_uri() for page in pages[:int(tabs)] or []), *([] if int(tabs) else ["about:blank"]))
            settle()
            renderers = sum(b"--type=renderer" in pathlib.Path(f"/proc/{pid}/cmdline").read_bytes()
                            for pid, _ in others())
            if renderers < int(tabs):
                sys.exit("background.py: not every page was loaded")
        with open(code, "a", encoding="utf-8") as file:
            print(json.dumps(parts_bytes()), file=file)
    finally:
        for process in running:
            process.send_signal(signal.SIGTERM)
        for pid, _ in list(others()):
            try:
                os.kill(pid, signal.SIGKILL)
            except OSError:
                pass
        for process in running:
            process.wait()
        shutil.rmtree(home, ignore_errors=True)


def pages_make(program, folder):
    """One report for each tab, of other data each time: so that no two tabs share a page."""
    lines = [json.loads(line) for line in REFERENCE.read_text().splitlines()]
    paths = []
    for tab in range(max(TABS)):
        path, store = folder / f"page{tab}.html", folder / f"page{tab}.jsonl"
        paths.append(path)
        if path.exists():
            continue
        rows = set()
        with store.open("w") as out:
            for seed in range(1 + 100 * tab, 100 + 100 * tab):
                kept = False
                for record in lines:
                    if record["kind"] == "trial":
                        key = (seed, record["workload"], json.dumps(record["params"]), record["cap_bytes"])
                        # A reference without a cap is no row of the page.
                        kept = key[3] is None or key in rows or len(rows) < ROWS
                        rows |= {key} if kept and key[3] else set()
                        record = dict(record, seed=seed)
                    if kept:
                        out.write(json.dumps(record) + "\n")
                if len(rows) == ROWS:
                    break
        subprocess.run([program, "report", store, "--out", path], check=True, stdout=subprocess.DEVNULL)
    return paths


def shown(values):
    low, middle, high = (f(values) / MIB for f in (min, statistics.median, max))
    return f"{middle:.0f} MiB ({low:.0f} to {high:.0f})"


def measured(path):
    """The trials of a store; all of them ended well."""
    trials = [json.loads(line) for line in path.read_text().splitlines() if line.startswith('{"kind":"trial"')]
    bad = [trial["outcome"] for trial in trials if trial["outcome"] != "ok"]
    if bad:
        sys.exit(f"background.py: {path}: {', '.join(bad)}; see {path.with_suffix('.log')}")
    return trials


def main():
    program = pathlib.Path(sys.argv[1]).resolve()
    missing = sorted({package for name, package in PROGRAMS.items() if not shutil.which(name)})
    if missing:
        sys.exit(f"background.py: some programs are missing; install them: apt-get install --no-install-recommends "
                 f"{' '.join(missing)}")
    folder = pathlib.Path(sys.argv[2] if len(sys.argv) > 2 else tempfile.mkdtemp(prefix="mlmembench-background-"))
    folder.mkdir(parents=True, exist_ok=True)
    pages = pages_make(program, folder)
    print(f"pages: {pages[0].stat().st_size / MIB:.2f} MiB each")
    found = {}
    for tabs in ("-", *TABS):
        name = "lxde" if tabs == "-" else f"lxde, {tabs} pages"
        store = folder / f"background{tabs}.jsonl"
        if not store.exists():
            with store.with_suffix(".log").open("w") as log:
                subprocess.run([program, "exec", "--out", store, "--repetitions", str(REPETITIONS), "--timeout", "30min",
                                 "--name", name, "--", sys.executable, HERE, "--session", str(tabs),
                                store.with_suffix(".code"), *pages],
                               stdout=log, stderr=log)
        needs = [trial["needs_peak_bytes"] for trial in measured(store)]
        parts = [json.loads(line) for line in store.with_suffix(".code").read_text().splitlines()]
        code = [part["Pss_File"] for part in parts]
        both = [a + b for a, b in zip(needs, code)]
        found[tabs] = statistics.median(both)
        print(f"{name:16} {shown(both)}: needs {shown(needs)}, code {shown(code)}; at the end anonymous "
              f"{shown([part['Pss_Anon'] for part in parts])}, shared {shown([part['Pss_Shmem'] for part in parts])}",
              flush=True)
    print(f"\nmeasured {datetime.date.today()} on Debian {pathlib.Path('/etc/debian_version').read_text().strip()}", flush=True)
    subprocess.run(["dpkg-query", "-W", "-f", "${Package} ${Version}\n", *SHOWN], check=False)
    print(f"\nLXDE {found['-'] / MIB:.0f} MiB; browser: " +
          ", ".join(f"{tabs} pages {(found[tabs] - found['-']) / MIB:.0f} MiB" for tabs in TABS))


if __name__ == "__main__":
    if len(sys.argv) > 2 and sys.argv[1] == "--session":
        session(sys.argv[2], sys.argv[3], sys.argv[4:])
    elif len(sys.argv) > 1:
        main()
    else:
        sys.exit(__doc__)
