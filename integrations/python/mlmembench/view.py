"""Tables and pictures of trials. mlmembench makes them; it reads the trials' records from its standard input."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Sequence
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


def over_budget(trials: Sequence[Trial], max_needs: str) -> str | None:
    """What mlmembench says of trials that need more than a budget, or that did not end well; None if all is well."""
    broken = 4
    answer = program.call("show", "-", "--max-needs", max_needs, records=_jsonl(trials), allowed=(0, broken))
    said = [line for line in answer.messages.splitlines() if line.startswith("Budget: ")]
    return " ".join(said) if answer.status == broken else None
