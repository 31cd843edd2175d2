"""Comet: to its server if an API key is known, otherwise into archives in the folder comet/, for `comet upload`."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import comet_ml

from .rows import Row, Whole

FOLDER = Path("comet")
# Nothing of this machine is kept that is not in the records.
QUIET: dict[str, Any] = {
    "log_code": False,
    "log_graph": False,
    "auto_param_logging": False,
    "auto_metric_logging": False,
    "auto_output_logging": False,
    "parse_args": False,
    "log_env_details": False,
    "log_git_metadata": False,
    "log_git_patch": False,
    "display_summary_level": 0,
}


class CometTracker:
    def __init__(self, project: str) -> None:
        logging.getLogger("comet_ml").setLevel(logging.WARNING)  # it says of each experiment how to send it
        self.project = project
        self.online = comet_ml.get_config("comet.api_key") is not None
        self.where = project if self.online else f"{FOLDER}/; to send it: comet upload {FOLDER}/*.zip"
        self.tags: list[str] = []

    def has(self, key: str) -> bool:
        """A server refuses a second experiment of the same key."""
        return not self.online and (FOLDER / f"{key}.zip").exists()

    def _open(self, name: str, key: str) -> Any:
        how = {"project_name": self.project, "experiment_key": key, **QUIET}
        if self.online:
            experiment = comet_ml.Experiment(**how)
        else:
            experiment = comet_ml.OfflineExperiment(offline_directory=str(FOLDER), **how)
        experiment.set_name(name)
        experiment.add_tags(self.tags)
        return experiment

    def add_whole(self, whole: Whole) -> None:
        self.tags = [whole.name]
        experiment = self._open(whole.name, whole.key)
        for path in whole.artifacts:
            experiment.log_asset(str(path), file_name=path.name)
        experiment.end()

    def add_row(self, row: Row) -> None:
        experiment = self._open(row.name, row.key)
        experiment.log_parameters(row.params)
        experiment.log_others(row.tags)
        experiment.log_metrics(row.metrics)
        for step, (_, values) in enumerate(row.steps()):
            experiment.log_metrics(values, step=step)
        experiment.end()


def open_tracker(project: str) -> CometTracker:
    return CometTracker(project)
