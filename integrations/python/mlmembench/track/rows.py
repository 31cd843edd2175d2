"""The rows that trackers get: each is what `mlmembench export --format json` says of it, and a timeline of its trials.

Which keys a row has is read from the schema. Keys before `outcome` say what was asked, and become parameters; from
`outcome` on they say what came of it, and become metrics if they are numbers, otherwise tags. A missing value is
missing there, too."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from .. import program, records

Scalar = str | int | float | bool

ROW_KEYS = list(records.schema("export.schema.json")["$defs"]["row"]["properties"])
TRIAL_KEYS = list(records.KINDS["trial"]["properties"])


def _asked(keys: Sequence[str]) -> list[str]:
    return list(keys[: keys.index("outcome")])


# These keys name a row: trials that agree in them are its repetitions.
NAMING_KEYS = [key for key in _asked(ROW_KEYS) if key in _asked(TRIAL_KEYS)]


@dataclass
class Whole:
    """What belongs to all rows together: it has a run of its own."""

    name: str
    key: str
    artifacts: Sequence[Path]
    """The report, and the records."""


@dataclass
class Row:
    name: str
    key: str
    """The same for the same trials, and 32 hexadecimal digits long: handing a file on twice makes no second run."""
    started: datetime
    params: dict[str, Scalar] = field(default_factory=dict)
    metrics: dict[str, float] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    timeline: records.Timeline | None = None

    def steps(self) -> Iterator[tuple[int, dict[str, float]]]:
        """The points of the timeline: nanoseconds since the start, and what was read then."""
        columns = self.timeline.columns() if self.timeline else {}
        for values in zip(*columns.values(), strict=True):
            point = dict(zip(columns, values, strict=True))
            yield point["at_ns"] or 0, {f"timeline/{key}": value for key, value in point.items() if value is not None}


def key_of(identity: object) -> str:
    return hashlib.sha256(json.dumps(identity).encode()).hexdigest()[:32]


def _params(row: Mapping[str, Any]) -> dict[str, Scalar]:
    groups = {"param_": row["params"], "machine_": row["machine"]}
    params = {key: row[key] for key in _asked(ROW_KEYS) if key not in ("name", "params")}
    params |= {prefix + key: value for prefix, group in groups.items() for key, value in group.items()}
    return {key: value for key, value in params.items() if value is not None}


def _put_reading(row: Row, key: str, value: Any) -> None:
    if isinstance(value, bool | str):
        row.tags[key] = str(value)
    elif isinstance(value, int | float):
        row.metrics[key] = value
    elif isinstance(value, list) and value:
        row.tags[key] = ", ".join(map(str, value))
    elif isinstance(value, dict) and "median" not in value:
        row.metrics |= {f"{key}_{name}": count for name, count in value.items()}
    elif isinstance(value, dict) and value["count"]:
        row.metrics[key] = value["median"]
        if value["count"] > 1:
            row.metrics |= {f"{key}_min": value["min"], f"{key}_max": value["max"]}


def _is_trial_of(trial: records.Trial, row: Mapping[str, Any]) -> bool:
    """An older record may lack a key."""
    record, machine = trial.record, trial.record["machine"]
    software = ", ".join(f"{name} {version}" for name, version in (machine.get("software") or {}).items())
    return (
        all(record.get(key, row[key]) == row[key] for key in NAMING_KEYS)
        and machine["id"] == row["machine"]["id"]
        and software == (row["machine"]["software"] or "")
    )


def _typical_timeline(trials: Iterable[records.Trial], row: Mapping[str, Any]) -> records.Timeline | None:
    """Of the trial that ended as the row did, and whose time is nearest to the median, as in the pictures."""
    median = row["run_ns"]["median"] or 0
    usable = [trial for trial in trials if trial.timeline and trial.outcome == row["outcome"]]
    nearest = min(usable, key=lambda trial: abs((trial.run_ns or 0) - median), default=None)
    return nearest.timeline if nearest else None


def _row(exported: Mapping[str, Any], trials: Sequence[records.Trial]) -> Row:
    own = [trial for trial in trials if _is_trial_of(trial, exported)]
    moments = sorted(trial.record["time"] for trial in own)
    identity = [exported["name"], exported["machine"]["id"], moments]
    row = Row(
        name=exported["name"],
        key=key_of(identity),
        started=datetime.fromisoformat(moments[0].replace("Z", "+00:00")),
        params=_params(exported),
        timeline=_typical_timeline(own, exported),
    )
    for key in ROW_KEYS[ROW_KEYS.index("outcome") :]:
        if key != "machine":
            _put_reading(row, key, exported[key])
    return row


def read(path: Path) -> list[Row]:
    """All rows of a results file, as mlmembench sums them up, uncapped references among them."""
    answer = program.call("export", str(path), "--format", "json")
    print(answer.messages, end="", file=sys.stderr)
    trials = records.read(path.read_text(encoding="utf-8", errors="replace").splitlines())
    return [_row(row, trials) for row in json.loads(answer.text)]
