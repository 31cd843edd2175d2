"""python3 -m mlmembench.track mlflow|wandb|comet FILE…: a run of the tracker for each row of the files, and one for
their report. What is there already is not added again."""

from __future__ import annotations

import argparse
import importlib
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from .. import program
from . import rows


class Tracker(Protocol):
    """What a module to_NAME.py offers, as `open_tracker(project)`."""

    where: str

    def has(self, key: str) -> bool:
        """Whether a run of this key is there already."""

    def add_whole(self, whole: rows.Whole) -> None:
        """Makes the run that has the report. The rows that are added next belong to it."""

    def add_row(self, row: rows.Row) -> None:
        """Makes a run of the row: parameters, metrics, and the timeline as steps."""


# The name of a tracker, and of its client on PyPI.
TRACKERS = {"mlflow": "mlflow", "wandb": "wandb", "comet": "comet_ml"}


def _parse(words: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python3 -m mlmembench.track", description=__doc__)
    parser.add_argument("tracker", choices=TRACKERS)
    parser.add_argument("files", nargs="+", metavar="FILE", help="a results file; '-' is standard input")
    parser.add_argument("--project", default="mlmembench", help="experiment or project of the tracker (%(default)s)")
    return parser.parse_args(words)


def _merged(files: Sequence[str], folder: Path) -> Path:
    """All records in one file. Standard input can be read only once, and it is needed several times."""
    merged = folder / "records.jsonl"
    with open(merged, "wb") as out:
        for file in files:
            lines = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
            out.write(lines if lines.endswith(b"\n") else lines + b"\n")
    return merged


def _open(name: str, project: str) -> Tracker:
    try:
        opened: Callable[[str], Tracker] = importlib.import_module(f".to_{name}", __package__).open_tracker
    except ModuleNotFoundError as error:
        if error.name != TRACKERS[name]:
            raise
        raise program.NotMeasuredError(
            f"the client {TRACKERS[name]} is not installed: pip install 'mlmembench[{name}]', or {TRACKERS[name]} alone"
        ) from None
    return opened(project)


def _whole(files: Sequence[str], merged: Path, found: Sequence[rows.Row]) -> rows.Whole:
    report = merged.with_name("report.html")
    program.call("report", str(merged), "--out", str(report))
    more = f" and {len(files) - 1} more" if len(files) > 1 else ""
    name = "standard input" if files[0] == "-" else Path(files[0]).name
    return rows.Whole(f"{name}{more}", rows.key_of([row.key for row in found]), [report, merged])


def _hand_on(said: argparse.Namespace, folder: Path) -> str:
    merged = _merged(said.files, folder)
    found = rows.read(merged)
    tracker = _open(said.tracker, said.project)
    wanted = [row for row in found if not tracker.has(row.key)]
    if wanted:
        tracker.add_whole(_whole(said.files, merged, found))
    for row in wanted:
        tracker.add_row(row)
    there = len(found) - len(wanted)
    return f"{len(wanted)} rows added{f', {there} were there' if there else ''}: {tracker.where}"


def main(words: Sequence[str]) -> int:
    said = _parse(words)
    try:
        with tempfile.TemporaryDirectory() as folder:
            print(_hand_on(said, Path(folder)))
    except (program.NotMeasuredError, OSError) as error:
        print(f"mlmembench.track: {error}", file=sys.stderr)
        return 3
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
