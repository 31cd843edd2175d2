"""mlmembench for Python: run commands, cells and tests under memory caps, and hand the records on. See README.md."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .program import NotMeasuredError
from .records import Timeline, Trial
from .running import append, run
from .view import markdown, pictures, table
from .workflow import OutOfMemoryError, StepError, step

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

__all__ = [
    "NotMeasuredError",
    "OutOfMemoryError",
    "StepError",
    "Timeline",
    "Trial",
    "append",
    "markdown",
    "pictures",
    "run",
    "step",
    "table",
]


def load_ipython_extension(shell: InteractiveShell) -> None:
    """`%load_ext mlmembench` calls this."""
    from .magic import register

    register(shell)
