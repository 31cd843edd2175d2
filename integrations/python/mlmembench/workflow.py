"""A step of a workflow that runs under a memory cap. A scheduler that retries it gives it the next larger cap."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .records import Trial
from .running import Word, run


class StepError(RuntimeError):
    """The command did not end well. `trial` says how it ended. It can be sent to another process, as schedulers do."""

    def __init__(self, trial: Trial) -> None:
        super().__init__(trial)
        self.trial = trial

    def __str__(self) -> str:
        return str(self.trial)


class OutOfMemoryError(StepError):
    """The command ran out of memory: a retry under a larger cap may help."""


def step(command: Sequence[Word], caps: Sequence[str], attempt: int = 0, **how: Any) -> Trial:
    """Runs the command under caps[attempt], or under the last cap if there are no more.

    `how` is what run() takes; with `out`, the record of each attempt is appended to a file. Raises OutOfMemoryError
    after an oom, and StepError if the command failed for another reason, so that a scheduler need not retry it."""
    trial = run(command, cap=caps[min(attempt, len(caps) - 1)], **how)
    if trial.outcome == "oom":
        raise OutOfMemoryError(trial)
    if not trial.ok:
        raise StepError(trial)
    return trial
