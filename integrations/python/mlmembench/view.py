"""Tables and pictures of trials. mlmembench makes them; it reads the trials' records from its standard input."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from pathlib import Path

from . import program
from .records import Trial


def _jsonl(trials: Iterable[Trial]) -> str:
    return "".join(trial.to_jsonl() for trial in trials)


def table(trials: Iterable[Trial]) -> str:
    """The table that `mlmembench show` prints."""
    return program.call("show", "-", records=_jsonl(trials)).text


def markdown(trials: Iterable[Trial]) -> str:
    """The same table for a notebook, an issue or a README."""
    return program.call("export", "-", "--format", "markdown", records=_jsonl(trials)).text


def pictures(trials: Iterable[Trial]) -> dict[str, str]:
    """What `mlmembench plot` draws, as SVG by name: exec-needs, exec-timeline, … Needs gnuplot."""
    with tempfile.TemporaryDirectory() as folder:
        drawn = program.call("plot", "-", "--out", folder, records=_jsonl(trials)).text.splitlines()
        return {Path(path).stem.removeprefix("records-"): Path(path).read_text(encoding="utf-8") for path in drawn}


def is_within(trial: Trial, max_needs: str) -> bool:
    """Whether it ended well and needed no more than a budget, as mlmembench judges it."""
    broken = 4
    return (
        program.call("show", "-", "--max-needs", max_needs, records=trial.to_jsonl(), allowed=(0, broken)).status == 0
    )
