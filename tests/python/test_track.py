"""python3 -m mlmembench.track: what it says where it cannot work. tests/python/trackers.py tries the real clients."""

import subprocess
import sys
from pathlib import Path

import pytest

RECORDS = Path(__file__).parent.parent / "fixtures" / "record" / "quick.jsonl"


def track(*words, folder, records=None):
    command = [sys.executable, "-m", "mlmembench.track", *map(str, words)]
    return subprocess.run(command, cwd=folder, input=records, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(("tracker", "client"), [("mlflow", "mlflow"), ("wandb", "wandb"), ("comet", "comet_ml")])
def test_a_missing_client_is_named(tracker, client, tmp_path):
    done = track(tracker, RECORDS, folder=tmp_path)
    assert done.returncode == 3
    assert f"the client {client} is not installed: pip install" in done.stderr
    assert not list(tmp_path.iterdir())


def test_a_missing_file_is_named(tmp_path):
    done = track("mlflow", "no.jsonl", folder=tmp_path)
    assert done.returncode == 3
    assert "no.jsonl" in done.stderr


def test_standard_input_is_a_file(tmp_path):
    done = track("mlflow", "-", folder=tmp_path, records="no record\n")
    assert done.returncode == 3
    assert "no trial is recorded" in done.stderr


def test_an_unknown_tracker_is_wrong_usage(tmp_path):
    assert track("neptune", RECORDS, folder=tmp_path).returncode == 2
