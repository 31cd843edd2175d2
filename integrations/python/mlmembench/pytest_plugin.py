"""The pytest plugin: `@pytest.mark.max_needs("500M")` runs a test in a fresh process under `mlmembench exec`.

That process is a pytest of its own, which runs this one test with its fixtures and writes its reports to a file. Here
they take the place of the test's own reports, and one fails if the process needed more memory than its budget. The
figure is that of the whole process: Python, pytest, what the test imports, its fixtures, and all processes that it
starts."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import pytest
from _pytest.runner import runtestprotocol

from . import records, running, view
from .program import NotMeasuredError

# Names the folder of the child's order and reports, for the child alone.
CHILD = "MLMEMBENCH_PYTEST_CHILD"
ORDER, REPORTS = "order.json", "reports.jsonl"
# The options of pytest itself that a test can notice; all others concern the whole run, which is ours.
INHERITED = ("fulltrace", "pythonwarnings", "showlocals", "tbstyle", "verbose")

known_options = pytest.StashKey[frozenset[str]]()
child_reports = pytest.StashKey[list[pytest.TestReport]]()


def max_needs(
    size: str, cap: str | None = None, swap: str | None = None, timeout: str | None = None
) -> tuple[str, Callable[..., records.Trial]]:
    """The arguments of the marker: the budget, and run() with the limits."""
    return size, partial(running.run, cap=cap, swap=swap, timeout=timeout)


class ChildReports:
    """In the child: writes each report as the parent can read it."""

    def __init__(self, config: pytest.Config, folder: Path) -> None:
        self.config, self.path = config, folder / REPORTS

    def _write(self, report: pytest.TestReport | pytest.CollectReport) -> None:
        data = self.config.hook.pytest_report_to_serializable(config=self.config, report=report)
        with open(self.path, "a", encoding="utf-8") as file:
            file.write(json.dumps(data, default=str) + "\n")

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._write(report)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self._write(report)


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """No conftest is loaded yet: options that come later are the project's own, and the child needs them."""
    early_config.stash[known_options] = frozenset(vars(early_config.known_args_namespace))


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> None:
    # Removed, so that a pytest that the test itself starts is not taken for the child.
    folder = os.environ.pop(CHILD, None)
    if folder is None:
        return
    order = json.loads((Path(folder) / ORDER).read_text(encoding="utf-8"))
    vars(config.option).update(order)
    config.pluginmanager.register(ChildReports(config, Path(folder)), "mlmembench-child")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers",
        "max_needs(size, cap=None, swap=None, timeout=None): run the test in a fresh process, and fail if it needs "
        "more memory than size; cap, swap and timeout are those of mlmembench exec",
    )


def _order(config: pytest.Config) -> str:
    """The options that the child takes over, as JSON."""
    known = config.stash.get(known_options, frozenset())
    options = vars(config.option)
    wanted = {name: value for name, value in options.items() if name in INHERITED or name not in known}
    return json.dumps({name: value for name, value in wanted.items() if _is_plain(value)})


def _is_plain(value: object) -> bool:
    try:
        return bool(json.loads(json.dumps(value)) == value)
    except (TypeError, ValueError):
        return False


def _command(item: pytest.Item, folder: str) -> list[str]:
    """The child's command line. What the project adds to every command line is in the options already."""
    option = item.config.option
    test = item.nodeid.partition("::")[2]
    words = ["env", "-u", "PYTEST_ADDOPTS", f"{CHILD}={folder}", sys.executable, "-m", "pytest"]
    words += ["-o", "addopts=", *(word for override in option.override_ini or () for word in ("-o", override))]
    words += [word for plugin in option.plugins or () for word in ("-p", plugin)]
    words += ["-p", "no:terminal", f"--capture={option.capture}", f"--import-mode={option.importmode}"]
    words += ["--rootdir", str(item.config.rootpath)]
    if item.config.inipath:
        words += ["-c", str(item.config.inipath)]
    return [*words, f"{item.path}::{test}" if test else str(item.path)]


def _read_reports(config: pytest.Config, path: Path) -> tuple[list[pytest.TestReport], list[str]]:
    """The child's reports of the test, and why it could not be collected."""
    reports: list[pytest.TestReport] = []
    troubles: list[str] = []
    for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else ():
        report = config.hook.pytest_report_from_serializable(config=config, data=json.loads(line))
        if isinstance(report, pytest.TestReport):
            reports.append(report)
        else:
            troubles.append(report.longreprtext)
    return reports, troubles


def _needs_text(trial: records.Trial, budget: str, is_whole: bool) -> str:
    """Figure, budget and the largest processes. Without `is_whole` the process was cut off."""
    if trial.needs_peak_bytes is None:
        return f"what it needed is not known; the budget is {budget}"
    needed = "needed" if is_whole else "needed at least"
    lines = [f"it {needed} {records.size_text(trial.needs_peak_bytes)}; the budget is {budget}"]
    processes = records.largest_processes(trial)
    if processes:
        lines += ["the largest processes when it held most:", *(f"  {line}" for line in processes)]
    return "\n".join(lines)


def _failed(item: pytest.Item, trial: records.Trial) -> pytest.TestReport:
    """For a test whose process did not come to report the call."""
    return pytest.TestReport(
        nodeid=item.nodeid,
        location=item.location,
        keywords=dict.fromkeys(item.keywords, 1),
        outcome="failed",
        longrepr=None,
        when="call",
        duration=(trial.run_ns or 0) / 1e9,
    )


def _judge(
    item: pytest.Item, budget: str, trial: records.Trial, reports: list[pytest.TestReport], troubles: Sequence[str]
) -> list[pytest.TestReport]:
    """The reports to show: the child's own, and a failure if the budget does not hold."""
    for report in reports:
        report.user_properties.append(("needs_peak_bytes", trial.needs_peak_bytes))
    is_within = view.is_within(trial, budget)
    failed = [report for report in reports if report.failed]
    if failed and trial.outcome == "crash":  # pytest's exit status says that a test failed
        failed[0].sections.append(("mlmembench", _needs_text(trial, budget, is_whole=True)))
        return reports
    if is_within:
        return reports
    ended = "" if trial.ok else f"{trial.outcome}: "
    text = "\n".join([f"{ended}{_needs_text(trial, budget, trial.ok)}", *troubles])
    if trial.outcome == "crash":
        text += f"\n{trial.reason}\n{trial.messages}"
    call = next((report for report in reports if report.when == "call"), None)
    if call is None:
        call = _failed(item, trial)
        reports = [*(report for report in reports if report.when == "setup"), call]
    call.outcome, call.longrepr = "failed", text
    return reports


def _run_in_child(item: pytest.Item, mark: pytest.Mark) -> None:
    """Takes the place of the test's own code. Its result is what the child reports."""
    captures = item.config.option.capture != "no"
    try:
        budget, run = max_needs(*mark.args, **mark.kwargs)
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / ORDER).write_text(_order(item.config), encoding="utf-8")
            trial = run(_command(item, folder), name=item.nodeid, capture=captures)
            reports, troubles = _read_reports(item.config, Path(folder) / REPORTS)
        item.stash[child_reports] = _judge(item, budget, trial, reports, troubles)
    except (NotMeasuredError, TypeError) as error:
        raise pytest.fail.Exception(f"max_needs: {error}", pytrace=False) from None


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
    mark = item.get_closest_marker("max_needs")
    if mark is None or item.config.pluginmanager.has_plugin("mlmembench-child"):
        return None
    # The fixtures belong to the child. All else of the protocol, such as skip and the end of a module, is as usual.
    item.setup = lambda: None  # type: ignore[method-assign]
    item.runtest = lambda: _run_in_child(item, mark)  # type: ignore[method-assign]
    item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    own = runtestprotocol(item, nextitem=nextitem, log=False)
    for report in item.stash.get(child_reports, own):
        item.ihook.pytest_runtest_logreport(report=report)
    item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
    return True
