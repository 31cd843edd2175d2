#!/usr/bin/env python3
"""winner.py BUILD same|faster FOLDER [--pairs N] [--pause SECONDS]: does `compare` name the right side as the faster one?

same    makes N pairs (default: 10) of runs of one build, each run PAUSE seconds (default: 300) after the one before it.
        The second run of every other pair goes on beside `stress-ng --cpu N --cpu-load 60`. No pair may name a winner.
faster  takes the quiet runs of `same` from FOLDER. Twenty times it draws a run for each side, and five of its rounds with
        replacement; all times of the new side are divided by 1.3. At least 19 must name the new side.

FOLDER keeps the records; runs that are there are not made again. Exit status 1 where a bound is exceeded."""

import argparse
import contextlib
import json
import os
import pathlib
import random
import subprocess
import sys
import time

ROWS = ["--suite", "storage", "--filter", "csr|csc|coo|dense.*value:f32", "--data", "64M", "--cap", "512M", "--repetitions", "5"]
SPEED, DRAWS, NAMED_LEAST = 1.3, 20, 19
TIMES = "run_ns", "own_ns"


@contextlib.contextmanager
def other_work():
    with subprocess.Popen(["stress-ng", "--quiet", "--cpu", str(os.cpu_count()), "--cpu-load", "60"]) as process:
        try:
            yield
        finally:
            process.terminate()


def run(options, name, beside):
    path = options.folder / f"{name}.jsonl"
    if path.exists():
        return path
    time.sleep(options.pause)
    with other_work() if beside else contextlib.nullcontext():
        part = path.with_name(f"part-{path.name}")
        subprocess.run([options.program, "run", "--quiet", "--out", part, *ROWS], check=True, stdout=subprocess.DEVNULL)
    part.rename(path)
    return path


def verdict(options, old, new):
    text = subprocess.run([options.program, "compare", old, new, "--format", "json"], check=True, capture_output=True,
                          text=True).stdout
    [comparison] = json.loads(text)["comparisons"]
    speed = comparison["speed"]
    return speed["verdict"], "{times_as_fast:.2f} × ({low:.2f} to {high:.2f}) on {rows} rows".format(**speed)


def same(options):
    named = 0
    for pair in range(options.pairs):
        old = run(options, f"pair{pair}-a", False)
        new = run(options, f"pair{pair}-b", pair % 2 == 1)
        word, figures = verdict(options, old, new)
        named += word in ("faster", "slower")
        print(f"pair {pair}, {'beside other work' if pair % 2 else 'quiet'}: {word}, {figures}", flush=True)
    print(f"{named} of {options.pairs} pairs name a winner; none may")
    return named == 0


def drawn(source, out, divisor, chance):
    """Writes a run whose rounds are drawn from those of another one."""
    trials = [trial for trial in map(json.loads, open(source, encoding="utf-8"))
              if trial["kind"] == "trial" and trial["cap_bytes"]]
    rounds = sorted({trial["repetition"] for trial in trials})
    with open(out, "w", encoding="utf-8") as file:
        for number, drawn_round in enumerate(chance.choices(rounds, k=len(rounds))):
            for trial in trials:
                if trial["repetition"] != drawn_round:
                    continue
                times = {key: int(trial[key] / divisor) for key in TIMES if trial.get(key)}
                file.write(json.dumps({**trial, **times, "repetition": number}) + "\n")


def faster(options):
    quiet = sorted(path for path in options.folder.glob("pair*-*.jsonl")
                   if path.stem.endswith("a") or int(path.stem[4:-2]) % 2 == 0)
    if len(quiet) < 2:
        sys.exit(f"{options.folder} has too few runs; make them with: winner.py {options.build} same {options.folder}")
    chance, named = random.Random(1), 0
    for draw in range(DRAWS):
        old, new = options.folder / "drawn-old.jsonl", options.folder / "drawn-new.jsonl"
        for out, source, divisor in zip((old, new), chance.sample(quiet, 2), (1, SPEED)):
            drawn(source, out, divisor, chance)
        word, figures = verdict(options, old, new)
        named += word == "faster"
        print(f"draw {draw}: {word}, {figures}")
    print(f"{named} of {DRAWS} draws name the side that is {SPEED} × as fast; at least {NAMED_LEAST} must")
    return named >= NAMED_LEAST


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build")
    parser.add_argument("mode", choices=["same", "faster"])
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--pairs", type=int, default=10)
    parser.add_argument("--pause", type=float, default=300)
    options = parser.parse_args()
    options.program = pathlib.Path(options.build).resolve() / "mlmembench"
    options.folder.mkdir(parents=True, exist_ok=True)
    os.environ["MLMEMBENCH_CACHE"] = str(options.folder.resolve() / "cache")
    sys.exit(not {"same": same, "faster": faster}[options.mode](options))


if __name__ == "__main__":
    main()
