"""Finds the program mlmembench, and calls it. It does all the work; this package only speaks with it."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

VARIABLE = "MLMEMBENCH_PROGRAM"


class NotMeasuredError(RuntimeError):
    """mlmembench could not do what it was asked to; the text is its own message."""


@dataclass(frozen=True)
class Answer:
    """What a verb wrote, and its exit status, as `mlmembench VERB --help` explains it."""

    status: int
    text: str
    messages: str


def find() -> str:
    """The path of the program: from the environment, from PATH, or from the clone that this package lies in."""
    found = os.environ.get(VARIABLE) or shutil.which("mlmembench")
    built = Path(__file__).resolve().parents[3] / "build/release/mlmembench"
    if not found and built.is_file():
        found = str(built)
    if not found:
        raise NotMeasuredError(
            f"there is no program mlmembench; install it with ./bootstrap install, or set {VARIABLE} to its path"
        )
    return found


def message_of(messages: str) -> str:
    """The error among the lines on standard error: the last one that mlmembench itself wrote."""
    lines = [line for line in messages.splitlines() if line.strip()]
    own = [line.removeprefix("mlmembench: ") for line in lines if line.startswith("mlmembench: ")]
    return (own or lines or ["mlmembench gave no reason"])[-1]


def call(*words: str, records: str = "", allowed: Sequence[int] = (0,)) -> Answer:
    """Runs a verb, with records on its standard input. Any exit status that is not allowed is an error."""
    done = subprocess.run([find(), *words], input=records.encode(), capture_output=True, check=False)
    answer = Answer(done.returncode, done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace"))
    if answer.status not in allowed:
        raise NotMeasuredError(message_of(answer.messages))
    return answer
