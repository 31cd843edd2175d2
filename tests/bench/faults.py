#!/usr/bin/env python3
"""faults.py BUILD [--trials 10000] [--seed 1] [--only KIND]: trials of `run` and `exec` while faults happen at random
moments. After each run it looks for errors that must never happen: a process, a cage, a mount or a temporary file is
left, a record is lost, doubled or cut off, an outcome is wrong. Exit status 1 if there was any.

It needs root and a cgroup tree in which cages can be made directly. Each episode has a store, a TMPDIR and a cgroup of
its own. The seed of an episode is printed with the errors that it found; --only KIND --seed SEED --trials 1 repeats
it."""

import argparse
import collections
import hashlib
import json
import os
import pathlib
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time

# The outcome of each workload of the suite `faulty` when nothing disturbs it from outside.
EXPECTED = {"faulty/sum": "ok", "faulty/sum_again": "ok", "faulty/crash": "crash", "faulty/abort": "crash",
            "faulty/exit": "crash", "faulty/signal": "killed", "faulty/unverified": "wrong", "faulty/missing": "skipped",
            "faulty/refused_memory": "oom", "faulty/hang": "timeout"}
QUICK = ["sum", "sum_again", "crash", "abort", "exit", "signal", "unverified", "missing", "refused_memory"]
PATIENCE_S = 120


class Group:
    """A cgroup for one episode, so that processes it leaves are not confused with those of other programs."""

    def __init__(self, name):
        lines = [line.split(":", 2) for line in pathlib.Path("/proc/self/cgroup").read_text().splitlines()]
        v1 = [path for _, controllers, path in lines if "memory" in controllers.split(",")]
        kind, own = ("cgroup", v1[0]) if v1 else ("cgroup2", [path for _, c, path in lines if not c][0])
        root = None
        for line in pathlib.Path("/proc/self/mountinfo").read_text().splitlines():
            before, after = line.split(" - ")
            fields, (filesystem, _, options) = before.split(), after.split(" ", 2)
            if filesystem == kind and (kind == "cgroup2" or "memory" in options.split(",")):
                root = pathlib.Path(fields[4] + own.removeprefix(fields[3].rstrip("/")))
                break
        if not root or not (root / "cgroup.procs").exists():
            sys.exit("faults.py: no cgroup tree with the memory controller is mounted here")
        if kind == "cgroup2":
            while "memory" not in (root / "cgroup.subtree_control").read_text().split():
                root = root.parent
        self.path = root / name
        self.path.mkdir()

    def enter(self):
        (self.path / "cgroup.procs").write_text("0")

    def processes(self):
        """All processes of the tree."""
        return self.own() + self.caged()

    def caged(self):
        """The processes in cages, from the cages' files alone: a process can come and go between two files."""
        found = []
        for procs in self.path.rglob("*/cgroup.procs"):
            try:
                found += [int(pid) for pid in procs.read_text().split()]
            except OSError:
                pass
        return found

    def own(self):
        return [int(pid) for pid in (self.path / "cgroup.procs").read_text().split()]

    def cages(self):
        return [path for path in self.path.iterdir() if path.is_dir()]

    def close(self):
        """Ends the processes that are left, after they were counted."""
        for pid in self.processes():
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        for path in sorted(self.path.rglob("*"), key=lambda path: -len(path.parts)):
            if path.is_dir():
                wait_until(lambda path=path: not rmdir_fails(path))
        wait_until(lambda: not rmdir_fails(self.path))


def rmdir_fails(path):
    try:
        path.rmdir()
    except FileNotFoundError:
        return False
    except OSError:
        return True
    return False


def wait_until(truth, seconds=PATIENCE_S):
    end = time.monotonic() + seconds
    while not truth():
        if time.monotonic() > end:
            return False
        time.sleep(0.005)
    return True


def name_of(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/comm").read_text().strip()
    except OSError:
        return ""


class Episode:
    def __init__(self, build, seed, kind):
        self.random = random.Random(seed)
        self.seed, self.kind = seed, kind
        self.faults = []
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="mlm-faults-"))
        self.temporary = self.folder / "tmp"
        self.temporary.mkdir()
        self.group = Group(f"mlm-faults-{os.getpid()}-{seed}")
        tree = build / "tests" / "tree"
        self.program = str(tree / "mlmembench")
        self.store = self.folder / "run.jsonl"
        self.environment = {**os.environ, "TMPDIR": str(self.temporary), "MLMEMBENCH_CACHE": str(self.folder / "cache"),
                            "LC_ALL": "C.UTF-8"}
        self.mounts = pathlib.Path("/proc/self/mountinfo").read_text()
        self.trials = 0
        self.may_leave_cages = False

    def fault(self, text):
        self.faults.append(text)

    # ---- Commands that are run ----

    def start(self, *words, limits=None):
        def prepare():
            self.group.enter()
            if limits:
                resource.setrlimit(resource.RLIMIT_NOFILE, (limits, limits))

        with open(self.folder / "err", "ab") as err:
            return subprocess.Popen([self.program, *words], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=err,
                                    env=self.environment, cwd=self.folder, preexec_fn=prepare, start_new_session=True)

    def words_run(self, store=None, workloads=None, repetitions=None, plots=False):
        names = workloads or self.random.sample(QUICK, self.random.randint(2, 6))
        self.planned = {f"faulty/{name}" for name in names}
        self.repetitions = repetitions or self.random.randint(1, 6)
        words = ["run", "--suite", "faulty", "--filter", "|".join(f"faulty/{name}/" for name in names), "--cap", "32M",
                 "--swap", "none", "--repetitions", str(self.repetitions), "--timeout", "60s", "--out",
                 str(store or self.store), "--seed", str(self.random.randint(1, 1 << 30))]
        return words if plots else words + ["--quiet"]

    def words_exec(self, command, *words):
        return ["exec", "--quiet", "--out", str(self.store), *words, "--", *command]

    def finish(self, process, what="the harness"):
        try:
            return process.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            self.fault(f"{what} does not end")
            process.kill()
            return process.wait()

    def moment(self):
        """A random moment of a run: often early, at times late."""
        time.sleep(self.random.choice((0.02, 0.1, 0.5)) * self.random.random())

    # ---- Conditions that must hold ----

    def records(self, store=None):
        path = store or self.store
        found = []
        if not path.exists():
            return found
        text = path.read_bytes()
        lines = text.split(b"\n")
        if lines[-1] and not self.killed:
            self.fault("the last line is cut off although nobody was killed")
        for line in lines[:-1]:
            try:
                record = json.loads(line)
            except ValueError:
                self.fault(f"a line that is no record: {line[:80]!r}")
                continue
            if record["kind"] == "trial":
                found.append(record)
        return found

    killed = False

    def plan_length(self):
        """The trials of the plan. What a row lacks it will lack again, so a skipped row has one."""
        return sum(1 if EXPECTED[name] == "skipped" else self.repetitions for name in self.planned)

    def expect_plan(self, records, exceptions=0, whole=True):
        """Each planned trial must be there once, with its expected outcome, except a given number of kills."""
        seen = collections.Counter((r["run_id"], r["workload"], r["cap_bytes"], r["repetition"]) for r in records)
        for key, count in seen.items():
            if count > 1:
                self.fault(f"{key} is recorded {count} times")
        mine = [r for r in records if r["cap_bytes"] is not None]
        if whole and len(mine) != self.plan_length():
            self.fault(f"{len(mine)} records of {self.plan_length()}")
        odd = [(r["workload"], r["outcome"], r["reason"]) for r in records if r["outcome"] != EXPECTED[r["workload"]]]
        if len(odd) > exceptions or any(outcome != "killed" for _, outcome, _ in odd):
            self.fault(f"misstated: {odd}")
        self.trials += len(records)

    def nothing_left(self):
        if not wait_until(lambda: not self.group.processes(), 90):
            self.fault(f"processes are left: {[name_of(pid) for pid in self.group.processes()]}")
        if self.may_leave_cages and self.group.cages():
            self.finish(self.start("clean"))
            wait_until(lambda: not self.group.processes(), 30)
        if self.group.cages():
            self.fault(f"cages are left: {[path.name for path in self.group.cages()]}")
        left = [str(path.relative_to(self.folder)) for path in self.temporary.rglob("*")]
        if left:
            self.fault(f"temporary files are left: {left}")
        parts = [path.name for path in self.folder.iterdir() if ".part" in path.name or path.name.startswith(".mlm")]
        if parts:
            self.fault(f"half-written files are left: {parts}")
        if pathlib.Path("/proc/self/mountinfo").read_text() != self.mounts:
            self.fault("a mount is left")

    def resume(self):
        """An interrupted run is completed, and no trial is run twice."""
        self.killed = True
        if not self.records():
            return
        code = self.finish(self.start("run", "--quiet", "--resume", str(self.store)))
        if code not in (0, 1):
            self.fault(f"--resume ended with {code}")
        self.killed = False
        self.expect_plan(self.records())

    def close(self):
        self.group.close()
        shutil.rmtree(self.folder, ignore_errors=True)


# One function for each kind of fault.

def harness_killed(e):
    process = e.start(*e.words_run())
    e.moment()
    process.send_signal(signal.SIGKILL)
    e.finish(process)
    e.nothing_left()
    e.resume()


def guardian_killed(e):
    process = e.start(*e.words_run())
    e.moment()
    for pid in e.group.own():
        if name_of(pid) == "mlm-guardian":
            os.kill(pid, signal.SIGKILL)
    if e.random.random() < 0.5:
        e.finish(process)
        e.expect_plan(e.records())
        return
    # Now only the next `clean` can clean up. Processes in a cage die with their parent.
    process.send_signal(signal.SIGKILL)
    e.finish(process)
    e.may_leave_cages = True
    e.nothing_left()
    e.resume()


def worker_killed(e):
    process = e.start(*e.words_run(repetitions=4))
    e.moment()
    victims = [pid for pid in e.group.caged() if name_of(pid).startswith("mlmembench-wor")]
    for pid in victims[:1]:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
    e.finish(process)
    e.expect_plan(e.records(), exceptions=1)


def command_killed(e):
    process = e.start(*e.words_exec(["sleep", "30"]))
    wait_until(lambda: e.group.caged() or process.poll() is not None)
    victims = e.group.caged()
    if not victims:
        e.fault("the command was in no cage")
    for pid in victims:
        os.kill(pid, signal.SIGKILL)
    e.finish(process)
    outcomes = [r["outcome"] for r in e.records()]
    if outcomes != ["killed"]:
        e.fault(f"a command that was killed is {outcomes}")
    e.trials += len(outcomes)


def gnuplot_killed(e):
    process = e.start(*e.words_run(workloads=["sum", "sum_again"], repetitions=2, plots=True))
    found = []

    def plots():
        found[:] = [pid for pid in e.group.own() if name_of(pid).startswith("gnuplot")]
        return found or process.poll() is not None

    wait_until(plots)
    for pid in found:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
    if e.random.random() < 0.3:
        process.send_signal(signal.SIGKILL)
        e.killed = True
    e.finish(process)
    e.expect_plan(e.records())


def plotting_killed(e):
    process = e.start(*e.words_run(workloads=["sum", "sum_again"], repetitions=2, plots=True))
    wait_until(lambda: any(name_of(pid).startswith("gnuplot") for pid in e.group.own()) or process.poll() is not None)
    process.send_signal(e.random.choice((signal.SIGKILL, signal.SIGINT, signal.SIGTERM, signal.SIGHUP)))
    e.finish(process)
    e.expect_plan(e.records())
    if wait_until(lambda: not e.group.processes(), 30):
        shutil.rmtree(e.temporary)  # kill -9 leaves no chance to clean up, so files in TMPDIR stay
        e.temporary.mkdir()


def harness_stopped(e):
    seconds = 0.05 + 0.3 * e.random.random()
    process = e.start(*e.words_exec(["sleep", f"{seconds:.3f}"], "--repetitions", "3", "--timeout", "60s"))
    for _ in range(e.random.randint(1, 4)):
        e.moment()
        process.send_signal(signal.SIGSTOP)
        time.sleep(0.4 * e.random.random())
        process.send_signal(signal.SIGCONT)
    e.finish(process)
    records = e.records()
    for record in records:
        if record["outcome"] != "ok":
            e.fault(f"{record['outcome']} of a command that ended well")
        elif record["run_ns"] is None and "paused" not in record["marks"]:
            e.fault("no time, and no mark that says why")
        elif record["run_ns"] is not None and record["run_ns"] < seconds * 1e9:
            e.fault(f"{record['run_ns']} ns for {seconds} s")
    if len(records) != 3:
        e.fault(f"{len(records)} records of 3")
    e.trials += len(records)


def signalled(e):
    process = e.start(*e.words_run(repetitions=6))
    e.moment()
    process.send_signal(e.random.choice((signal.SIGINT, signal.SIGTERM, signal.SIGHUP)))
    e.finish(process)
    e.nothing_left()
    e.resume()


def disk_full(e):
    small = e.folder / "small"
    small.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={e.random.choice((16, 32, 64))}k", "tmpfs", small], check=True)
    try:
        store = small / "run.jsonl"
        process = e.start(*e.words_run(store=store, repetitions=30))
        code = e.finish(process)
        e.killed = False
        records = e.records(store)
        e.expect_plan(records, whole=False)
        if code == 0 and len(records) < e.plan_length():
            e.fault("a disk that is full is no success")
    finally:
        subprocess.run(["umount", small], check=True)


def descriptors_short(e):
    limit = e.random.randint(4, 60)
    code = e.finish(e.start(*e.words_run(), limits=limit))
    records = e.records()
    e.expect_plan(records, whole=code in (0, 1))


def worker_hangs(e):
    process = e.start("run", "--quiet", "--suite", "faulty", "--filter", "faulty/hang/", "--cap", "32M", "--swap", "none",
                      "--repetitions", "1", "--timeout", "300ms", "--out", str(e.store))
    e.finish(process)
    e.planned, e.repetitions = {"faulty/hang"}, 1
    e.expect_plan(e.records())


def fork_bomb(e):
    bomb = "bomb() { bomb | bomb & }; bomb; sleep 60"
    process = e.start(*e.words_exec(["bash", "-c", bomb], "--cap", "24M", "--swap", "none", "--timeout", "5s"))
    e.finish(process)
    outcomes = [r["outcome"] for r in e.records()]
    if outcomes not in (["oom"], ["timeout"]):
        e.fault(f"a fork bomb is {outcomes}")
    e.trials += len(outcomes)


def store_foreign(e):
    text = e.random.choice((b"notes of mine\nsecond line", b"\x00\x01\x02" * 50, b'{"kind": "invoice"}\n', b"[1, 2, 3]"))
    e.store.write_bytes(text)
    code = e.finish(e.start(*e.words_run()))
    if code == 0:
        e.fault("a file that is no store was taken for one")
    if e.store.read_bytes() != text:
        e.fault("a file that is no store was changed")
    e.trials += 1


def store_cut_off(e):
    e.finish(e.start(*e.words_run()))
    whole = e.store.read_bytes()
    lines = whole.count(b"\n")
    e.store.write_bytes(whole[:-e.random.randint(1, 60)])
    e.resume()
    if lines and not e.records():
        e.fault("a store without its last bytes lost its records")


def two_runs_one_store(e):
    e.planned = set()
    plans, processes = [], []
    for _ in range(2):
        processes.append(e.start(*e.words_run()))
        plans.append(e.plan_length())
    # The second run is refused and has written nothing, or it starts after the first has ended.
    plans = [plan for plan, process in zip(plans, processes) if e.finish(process) != 3]
    records = e.records()
    runs = collections.defaultdict(list)
    for record in records:
        runs[record["run_id"]].append(record)
    if len(runs) != len(plans) or not runs:
        e.fault(f"{len(runs)} runs in a store, of {len(plans)} that were not refused")
    wanted = sorted(plans)
    if sorted(map(len, runs.values())) != wanted:
        e.fault(f"{sorted(map(len, runs.values()))} records, not {wanted}")
    for record in records:
        if record["outcome"] != EXPECTED[record["workload"]]:
            e.fault(f"misstated: {record['workload']} {record['outcome']}")
    e.trials += len(records)


KINDS = {kind.__name__: kind for kind in (
    harness_killed, guardian_killed, worker_killed, command_killed, gnuplot_killed, plotting_killed, harness_stopped, signalled,
    disk_full, descriptors_short, worker_hangs, fork_bomb, store_foreign, store_cut_off, two_runs_one_store)}
# Slow kinds are tried less often.
WEIGHTS = {"gnuplot_killed": 0.3, "plotting_killed": 0.3, "fork_bomb": 0.15, "harness_stopped": 0.7}


def episode_run(build, seed, only):
    chance = random.Random(seed)
    kind = only or chance.choices(list(KINDS), [WEIGHTS.get(name, 1) for name in KINDS])[0]
    episode = Episode(build, seed, kind)
    try:
        KINDS[kind](episode)
        episode.nothing_left()
    finally:
        episode.close()
    return episode


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("build", type=pathlib.Path, help="folder of the build, as build/release")
    parser.add_argument("--trials", type=int, default=10000, help="go on until there were so many (default: 10000)")
    parser.add_argument("--seed", type=int, default=1, help="of the first episode; each next one has the next (default: 1)")
    parser.add_argument("--only", choices=KINDS, help="this kind of fault alone")
    options = parser.parse_args()
    trials, episodes, bad, seed = 0, collections.Counter(), 0, options.seed
    while trials < options.trials:
        episode = episode_run(options.build.resolve(), seed, options.only)
        trials += episode.trials
        episodes[episode.kind] += 1
        for fault in episode.faults:
            bad += 1
            print(f"FAILED: {episode.kind}, seed {seed}: {fault}", flush=True)
        seed += 1
        if sum(episodes.values()) % 50 == 0:
            print(f"{trials} trials, {sum(episodes.values())} episodes, {bad} faults found", flush=True)
    print(f"seeds {options.seed} to {seed - 1}; " + ", ".join(f"{name} {count}" for name, count in sorted(episodes.items())))
    print(f"{trials} trials, {sum(episodes.values())} episodes, {bad} faults found")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
