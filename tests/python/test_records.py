"""Records and rows are read as mlmembench reads them."""

import json
import os
import statistics
import subprocess
from pathlib import Path

import pytest
from mlmembench import records
from mlmembench.track import rows

FIXTURES = Path(__file__).parent.parent / "fixtures" / "record"


def lines_of(name):
    return (FIXTURES / name).read_text().splitlines()


def test_all_trials_are_read_each_with_its_own_timeline():
    lines = lines_of("quick.jsonl")
    trials = records.read(lines)
    kinds = [json.loads(line)["kind"] for line in lines]
    assert len(trials) == kinds.count("trial")
    assert sum(trial.timeline is not None for trial in trials) == kinds.count("timeline")
    assert all(trial.timeline.record["time"] == trial.record["time"] for trial in trials if trial.timeline)
    assert "".join(trial.to_jsonl() for trial in trials) == "\n".join(lines) + "\n"


def test_lines_that_are_no_records_are_skipped():
    good = next(line for line in lines_of("quick.jsonl") if '"kind":"trial"' in line)
    newer = json.dumps(json.loads(good) | {"schema": 2})
    assert len(records.read([good[:100], "[]", "7", newer, '{"kind":"other"}', good])) == 1


def test_a_key_that_no_schema_has_is_no_attribute():
    with pytest.raises((KeyError, RuntimeError)):

        class Wrong(records.Line):
            kind = "trial"
            no_such_key = records.Key[int]()


def test_attributes_say_what_they_mean():
    assert "what a bigger machine would have to hold" in records.Trial.needs_peak_bytes.__doc__


@pytest.mark.parametrize(
    ("size_bytes", "text"),
    [
        (0, "0 B"),
        (1023, "1023 B"),
        (1024, "1.00 KiB"),
        (1023 << 10, "1.00 MiB"),
        (41.2 * (1 << 20), "41.2 MiB"),
        (5 << 30, "5.00 GiB"),
    ],
)
def test_sizes_are_shown_as_in_the_tables(size_bytes, text):
    assert records.size_text(size_bytes) == text


def exported(*names):
    words = [os.environ["MLMEMBENCH_PROGRAM"], "export", *(FIXTURES / name for name in names), "--format", "json"]
    return json.loads(subprocess.run(words, capture_output=True, check=True).stdout)


@pytest.mark.parametrize("name", ["quick.jsonl", "swap.jsonl", "hostile.jsonl"])
def test_each_row_finds_its_trials(name):
    trials = records.read(lines_of(name))
    for row in exported(name):
        own = [trial for trial in trials if rows._is_trial_of(trial, row)]
        assert len(own) == row["trials"], row["name"]


def test_a_row_for_a_tracker_has_what_the_records_say():
    found = {row.name: row for row in rows.read(FIXTURES / "quick.jsonl")}
    assert len(found) == len(exported("quick.jsonl"))
    row = found["storage/csr/density:0.1/index:32/data:2560M/cap:2G"]
    own = [
        trial.record
        for trial in records.read(lines_of("quick.jsonl"))
        if trial.workload == "storage/csr" and trial.params == row_params(row) and trial.cap_bytes == 2 << 30
    ]
    assert row.params["cap"] == "2G"
    assert row.params["machine_id"] == own[0]["machine"]["id"]
    assert row.tags["outcome"] == "ok"
    for key in ("run_ns", "needs_peak_bytes", "peak_rss_bytes"):
        values = [record[key] for record in own]
        assert row.metrics[key] == statistics.median(values)
        assert (row.metrics[f"{key}_min"], row.metrics[f"{key}_max"]) == (min(values), max(values))
    assert "refaults" not in row.metrics, "a missing value is missing, and not 0"
    points = list(row.steps())
    assert len(points) == len(row.timeline.at_ns) > 1
    assert points[-1][1]["timeline/memory_bytes"] == row.timeline.memory_bytes[-1]


def row_params(row):
    return {key.removeprefix("param_"): value for key, value in row.params.items() if key.startswith("param_")}


def test_the_key_of_a_row_is_its_own_and_stays():
    keys = [row.key for row in rows.read(FIXTURES / "quick.jsonl")]
    assert len(set(keys)) == len(keys)
    assert keys == [row.key for row in rows.read(FIXTURES / "quick.jsonl")]
    assert all(len(key) == 32 and key.isalnum() for key in keys)
