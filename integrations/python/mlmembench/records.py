"""Records as typed objects. Which keys there are, and what they mean, is read from the schema in results/."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib import resources
from typing import Any, ClassVar, Generic, TypeVar, overload

T = TypeVar("T")
L = TypeVar("L", bound="Line")


def schema(name: str) -> dict[str, Any]:
    """One of the schemas of results/, which lie in this package as links or copies."""
    loaded: dict[str, Any] = json.loads(resources.files(__package__).joinpath(name).read_text(encoding="utf-8"))
    return loaded


KINDS: dict[str, Any] = schema("schema.json")["$defs"]


class Key(Generic[T]):
    """A key of a record as a typed attribute of the same name. The schema must have it, and tells its meaning."""

    def __set_name__(self, owner: type[Line], name: str) -> None:
        self.name = name
        self.__doc__ = KINDS[owner.kind]["properties"][name].get("description")

    @overload
    def __get__(self, line: None, owner: type[Line]) -> Key[T]: ...

    @overload
    def __get__(self, line: Line, owner: type[Line]) -> T: ...

    def __get__(self, line: Line | None, owner: type[Line]) -> Key[T] | T:
        if line is None:
            return self
        value: T = line.record.get(self.name)  # type: ignore[assignment]  # a key that an older record lacks is None
        return value


@dataclass(frozen=True, eq=False)
class Line:
    """A line of a results file. `record` has all its keys; results/README.md explains them."""

    kind: ClassVar[str]
    record: Mapping[str, Any]

    def to_json(self) -> str:
        return json.dumps(self.record, ensure_ascii=False, separators=(",", ":")) + "\n"


class Timeline(Line):
    """Memory over the time of a trial: columns of equal length."""

    kind = "timeline"
    at_ns = Key[Sequence[int]]()
    memory_bytes = Key[Sequence[int | None]]()
    swap_bytes = Key[Sequence[int | None]]()
    stall_full_ns = Key[Sequence[int | None]]()

    def columns(self) -> dict[str, Sequence[int | None]]:
        """All columns, by their keys: those lists of the record that the schema has."""
        properties = KINDS[self.kind]["properties"]
        return {name: self.record[name] for name in properties if properties[name].get("type") == "array"}


@dataclass(frozen=True, eq=False)
class Trial(Line):
    """One run of a command in a fresh process under a cap: how it ended, and what was read.

    A reading that could not be had is None, never 0. Where the outcome is not ok, peaks are lower bounds."""

    kind = "trial"
    timeline: Timeline | None = None
    output: str = ""
    """What the command wrote to standard output, if it was captured."""
    messages: str = ""
    """What came on standard error, if it was captured."""

    workload = Key[str]()
    params = Key[Mapping[str, str]]()
    cap_bytes = Key[int | None]()
    outcome = Key[str]()
    reason = Key[str | None]()
    needs_peak_bytes = Key[int | None]()
    peak_rss_bytes = Key[int | None]()
    cage_peak_bytes = Key[int | None]()
    swap_peak_bytes = Key[int | None]()
    at_speed_bytes = Key[int | None]()
    run_ns = Key[int | None]()
    peak_processes = Key[Sequence[Mapping[str, Any]] | None]()
    marks = Key[Sequence[str]]()

    @property
    def ok(self) -> bool:
        return self.outcome == "ok"

    def to_jsonl(self) -> str:
        """The lines of a results file; every verb of mlmembench that reads such a file can read them."""
        return self.to_json() + (self.timeline.to_json() if self.timeline else "")

    def __str__(self) -> str:
        least = "" if self.ok else "more than "
        parts = [self.workload.removeprefix("exec/"), f"{self.outcome}: {self.reason}" if self.reason else self.outcome]
        if self.needs_peak_bytes is not None:
            parts.append(f"needs {least}{size_text(self.needs_peak_bytes)}")
        if self.run_ns is not None:
            parts.append(f"{self.run_ns / 1e9:.3g} s")
        parts.append("no cap" if self.cap_bytes is None else f"cap {size_text(self.cap_bytes)}")
        return ", ".join(parts)

    __repr__ = __str__


def size_text(size_bytes: float) -> str:
    """For people, as mlmembench's tables show it: 41.2 MiB, 1.25 GiB."""
    if size_bytes < 1024:
        return f"{size_bytes:.0f} B"
    value, unit = size_bytes / 1024, "KiB"
    for larger in ("MiB", "GiB", "TiB"):
        if value < 999.5:
            break
        value, unit = value / 1024, larger
    decimals = 2 if value < 9.995 else 1 if value < 99.95 else 0
    return f"{value:.{decimals}f} {unit}"


def largest_processes(trial: Trial) -> list[str]:
    """What the processes of a command held when it held most, the largest first, in words."""
    lines = []
    for process in trial.peak_processes or ():
        own = sum(process[part] or 0 for part in ("anon_bytes", "shmem_bytes", "swap_bytes"))
        files = process["file_bytes"] or 0
        lines.append(f"{process['name']}: {size_text(own)} of its own, {size_text(files)} of files")
    return lines


def _parse(line: str) -> dict[str, Any] | None:
    """A line that is cut off, of a newer schema or of an unknown kind is no record, as for mlmembench itself."""
    try:
        record = json.loads(line)
    except ValueError:
        return None
    if not isinstance(record, dict) or record.get("kind") not in ("trial", "timeline"):
        return None
    newest: int = KINDS[record["kind"]]["properties"]["schema"]["maximum"]
    version = record.get("schema")
    return record if isinstance(version, int) and 1 <= version <= newest else None


def _belongs(timeline: Mapping[str, Any], trial: Mapping[str, Any]) -> bool:
    return all(timeline.get(key) == trial.get(key) for key in ("run_id", "time", "workload", "repetition"))


def read(lines: Iterable[str]) -> list[Trial]:
    """The trials of a results file, each with its timeline. Lines that are no records are skipped."""
    trials: list[Trial] = []
    for line in lines:
        record = _parse(line)
        if record is None:
            continue
        if record["kind"] == "trial":
            trials.append(Trial(record))
        elif trials and _belongs(record, trials[-1].record):
            trials[-1] = replace(trials[-1], timeline=Timeline(record))
    return trials
