#!/usr/bin/env python3
"""trackers.py mlflow|wandb|comet FILE: hands FILE to a tracker by its real client, without a network, and compares what
its client or its files say with the records. By hand, with a Python that has the client:

    python3 -m venv v && v/bin/pip install ./integrations/python mlflow
    MLMEMBENCH_PROGRAM=build/release/mlmembench v/bin/python tests/python/trackers.py mlflow FILE

It works in a new folder and, as root, in a network namespace of its own, where even 127.0.0.1 is down."""

import json
import os
import struct
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from mlmembench.track import rows


def points_of(row):
    """Of each column of the timeline: its values, step by step."""
    columns = {}
    for step, (_, values) in enumerate(row.steps()):
        for key, value in values.items():
            columns.setdefault(key, {})[step] = value
    return columns


def check_mlflow(found):
    import mlflow

    mlflow.set_tracking_uri("sqlite:///mlflow.db")
    client = mlflow.MlflowClient()
    experiment = client.get_experiment_by_name("mlmembench")
    runs = {run.info.run_name: run for run in client.search_runs([experiment.experiment_id], max_results=10000)}
    for row in found:
        run = runs.pop(row.name)
        assert run.data.params == {key: str(value) for key, value in row.params.items()}
        own = {key: value for key, value in run.data.metrics.items() if not key.startswith("timeline/")}
        assert own == row.metrics, (own, row.metrics)
        assert row.tags.items() <= run.data.tags.items()
        for key, points in points_of(row).items():
            history = client.get_metric_history(run.info.run_id, key)
            assert {point.step: point.value for point in history} == points
        yield row, len(own) + len(run.data.params)
    (whole,) = runs.values()
    assert {file.path for file in client.list_artifacts(whole.info.run_id)} == {"report.html", "records.jsonl"}


def wandb_records(path):
    """The messages in a file of W&B: blocks of 32 KiB, where a message may be cut into parts."""
    from wandb.proto import wandb_internal_pb2

    data, at, message = path.read_bytes(), 7, b""
    while at + 7 <= len(data):
        if (left := 32768 - at % 32768) < 7:
            at += left
            continue
        size, kind = struct.unpack_from("<HB", data, at + 4)
        message += data[at + 7 : at + 7 + size]
        at += 7 + size
        if kind in (1, 4):
            record = wandb_internal_pb2.Record()
            record.ParseFromString(message)
            yield record
            message = b""


def check_wandb(found):
    for row in found:
        (path,) = Path("wandb").glob(f"offline-run-*-{row.key}/run-{row.key}.wandb")
        config, summary, points, name = {}, {}, {}, None
        for record in wandb_records(path):
            name = record.run.display_name or name
            for update in (*record.run.config.update, *record.config.update):
                config[update.key or update.nested_key[0]] = json.loads(update.value_json)
            for update in record.summary.update:
                summary[update.key or ".".join(update.nested_key)] = json.loads(update.value_json)
            step = record.history.step.num
            for item in record.history.item:
                key = item.key or "/".join(item.nested_key)
                points.setdefault(key, {})[step] = json.loads(item.value_json)
        assert name == row.name
        assert (row.params | row.tags).items() <= config.items()
        assert row.metrics.items() <= summary.items(), row.metrics.items() - summary.items()
        for key, column in points_of(row).items():
            assert points[key] == column
        yield row, len(config) + len(summary)
    whole = [path for path in Path("wandb").glob("offline-run-*") if not any(row.key in path.name for row in found)]
    assert len(whole) == 1


def check_comet(found):
    for row in found:
        with zipfile.ZipFile(f"comet/{row.key}.zip") as archive:
            messages = [json.loads(line) for line in archive.read("messages.json").splitlines()]
        params, metrics, others, points = {}, {}, {}, {}
        for message in messages:
            content = message["payload"]
            if message["type"] == "parameter_msg":
                params[content["param"]["paramName"]] = content["param"]["paramValue"]
            elif message["type"] == "metric_msg":
                metric = content["metric"]
                metrics[metric["metricName"]] = metric["metricValue"]
                points.setdefault(metric["metricName"], {})[metric["step"]] = metric["metricValue"]
            elif message["type"] == "log_other":
                others[content["key"]] = content["value"]
        assert {key: str(value) for key, value in row.params.items()}.items() <= {
            k: str(v) for k, v in params.items()
        }.items()
        assert {key: float(metrics[key]) for key in row.metrics} == row.metrics
        assert row.tags.items() <= others.items()
        for key, column in points_of(row).items():
            assert {step: float(value) for step, value in points[key].items()} == column
        yield row, len(params) + len(row.metrics)
    assert len(list(Path("comet").glob("*.zip"))) == len(found) + 1


def track(tracker, path):
    words = [sys.executable, "-m", "mlmembench.track", tracker, path]
    alone = ["unshare", "--net"] if os.geteuid() == 0 else []
    return subprocess.run([*alone, *words], capture_output=True, text=True, check=True).stdout.splitlines()[-1]


def main(tracker, path):
    path = str(Path(path).resolve())
    os.environ["MLMEMBENCH_PROGRAM"] = str(Path(os.environ["MLMEMBENCH_PROGRAM"]).resolve())
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        found = rows.read(Path(path))
        print(track(tracker, path))
        values = points = 0
        for row, count in globals()[f"check_{tracker}"](found):
            values += count
            points += len(list(row.steps()))
        assert points
        print(
            f"{tracker}: {len(found)} rows with {values} values and {points} points of timelines are as in the records"
        )
        print(track(tracker, path))


main(*sys.argv[1:])
