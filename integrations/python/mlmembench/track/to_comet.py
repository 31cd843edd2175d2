"""Comet: to its server if an API key is known, otherwise into archives in the folder comet/, for `comet upload`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import comet_ml

from .rows import Row

FOLDER = Path("comet")
# Nothing of this machine is sent that is not in the records.
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
        self.project = project
        self.online = comet_ml.config.get_config("comet.api_key") is not None
        self.where = project if self.online else f"{FOLDER}/, to be sent by: comet upload {FOLDER}/*.zip"

    def has(self, row: Row) -> bool:
        return not self.online and any(FOLDER.glob(f"*{row.key}*"))

    def _open(self, key: str) -> Any:
        if self.online:
            return comet_ml.Experiment(project_name=self.project, experiment_key=key, **QUIET)
        return comet_ml.OfflineExperiment(
            project_name=self.project, experiment_key=key, offline_directory=str(FOLDER), **QUIET
        )

    def add(self, row: Row, report: Path | None) -> None:
        experiment = self._open(row.key)
        experiment.set_name(row.name)
        experiment.log_parameters(row.params)
        experiment.log_others(row.tags)
        experiment.log_metrics(row.metrics)
        for step, (_, values) in enumerate(row.steps()):
            experiment.log_metrics(values, step=step)
        if report:
            experiment.log_asset(str(report), file_name=report.name)
        experiment.end()


def open_tracker(project: str) -> CometTracker:
    return CometTracker(project)
