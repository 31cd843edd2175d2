"""python3 -m mlmembench.track mlflow|wandb|comet FILE…: a run of the tracker for each row of the files."""

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

    def has(self, row: rows.Row) -> bool:
        """Whether a run of this row is there already."""

    def add(self, row: rows.Row, report: Path | None) -> None:
        """Makes a run of the row: parameters, metrics, the timeline as steps, the report as an artifact."""


# The name of a tracker, and of its client on PyPI.
TRACKERS = {"mlflow": "mlflow", "wandb": "wandb", "comet": "comet_ml"}


def _parse(words: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python3 -m mlmembench.track", description=__doc__)
    parser.add_argument("tracker", choices=TRACKERS)
    parser.add_argument("files", nargs="+", metavar="FILE", help="a results file; '-' is standard input")
    parser.add_argument("--project", default="mlmembench", help="experiment or project of the tracker (%(default)s)")
    parser.add_argument("--no-report", action="store_true", help="do not make the report, and attach none")
    return parser.parse_args(words)


def _stored(files: Sequence[str], folder: Path) -> list[str]:
    """Standard input can be read only once, and it is needed several times."""
    if "-" not in files:
        return list(files)
    copy = folder / "records.jsonl"
    copy.write_bytes(sys.stdin.buffer.read())
    return [str(copy) if file == "-" else file for file in files]


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


def _hand_on(said: argparse.Namespace, folder: Path) -> str:
    files = _stored(said.files, folder)
    found = rows.read(files)
    tracker = _open(said.tracker, said.project)
    wanted = [row for row in found if not tracker.has(row)]
    report = None if said.no_report or not wanted else folder / "report.html"
    if report:
        program.call("report", *files, "--out", str(report))
    for row in wanted:
        tracker.add(row, report)
    there = len(found) - len(wanted)
    return f"{len(wanted)} runs added{f', {there} were there' if there else ''}: {tracker.where}"


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
