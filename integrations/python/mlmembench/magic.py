"""The magic %%membench: runs the code of a cell in a fresh interpreter under a memory cap.

The notebook's own process is never capped: only the fresh interpreter is in the cage, and only it can run out of
memory."""

from __future__ import annotations

import argparse
import hashlib
import os
import shlex
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from IPython.core.error import UsageError
from IPython.display import display

from . import running, view
from .program import NotMeasuredError
from .records import Trial

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell


def _options(line: str) -> tuple[argparse.Namespace, list[str]]:
    """Our own options, and those that are left for `mlmembench exec`."""
    parser = argparse.ArgumentParser(prog="%%membench", add_help=False, allow_abbrev=False, exit_on_error=False)
    parser.add_argument("--out")
    parser.add_argument("--result")
    try:
        return parser.parse_known_args(shlex.split(line))
    except (argparse.ArgumentError, ValueError) as error:
        raise UsageError(f"%%membench: {error}") from None


def _name(cell: str) -> str:
    """Equal cells are repetitions of one row, and others are not."""
    return f"cell-{hashlib.sha256(cell.encode()).hexdigest()[:8]}"


def _run(cell: str, options: Sequence[str]) -> list[Trial]:
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "cell.py"
        script.write_text(cell, encoding="utf-8")
        # The cell imports what the notebook could import.
        path = os.pathsep.join(filter(None, [os.getcwd(), os.environ.get("PYTHONPATH")]))
        command: list[running.Word] = ["env", f"PYTHONPATH={path}", sys.executable, "-u", script]
        texts = running.Texts(running.write_output, running.write_messages)
        named = any(option.partition("=")[0] == "--name" for option in options)
        return running.execute([*([] if named else ["--name", _name(cell)]), *options], command, texts)


def _show(trials: Sequence[Trial]) -> None:
    display({"text/plain": view.table(trials), "text/markdown": view.markdown(trials)}, raw=True)
    try:
        drawn = view.pictures(trials)
    except NotMeasuredError as error:
        print(f"no picture: {error}", file=sys.stderr)
        return
    wanted = ["exec-needs", "exec-timeline"] if len(trials) > 1 else ["exec-timeline"]
    for name in wanted:
        if name in drawn:
            display({"text/plain": f"<picture {name}>", "image/svg+xml": drawn[name]}, raw=True)


def register(shell: InteractiveShell) -> None:
    def membench(line: str, cell: str) -> None:
        """%%membench [--out FILE] [--result NAME] [OPTION…]

        Runs the cell's Python code in a fresh interpreter under the OPTIONs of `mlmembench exec`, such as --cap 1G,
        --swap none or --laptop 4G, and shows its table and its picture. The code sees none of the notebook's
        variables, and the notebook none of the code's. Under --cap 512M,1G,none it runs once under each.

        --out FILE     append the records to FILE, which mlmembench show, report and compare read
        --result NAME  keep the list of trials in this variable"""
        ours, options = _options(line)
        try:
            trials = _run(cell, options)
        except NotMeasuredError as error:
            raise UsageError(str(error)) from None
        if ours.out:
            running.append(ours.out, trials)
        if ours.result:
            shell.user_ns[ours.result] = trials
        _show(trials)

    shell.register_magic_function(membench, "cell", "membench")
