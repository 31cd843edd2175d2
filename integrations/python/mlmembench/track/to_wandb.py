"""Weights & Biases: to its server if the client is logged in, otherwise into the folder wandb/, for `wandb sync`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import wandb

from .rows import Row, Whole

# Nothing of this machine is kept that is not in the records.
QUIET = {
    "console": "off",
    "disable_git": True,
    "save_code": False,
    "silent": True,
    "x_disable_meta": True,
    "x_disable_stats": True,
}


def _mode() -> str:
    """Looks into the environment and at the client's own settings, and asks nobody: no person, and no server."""
    is_logged_in = wandb.login(prompt=False, verify=False)
    return os.environ.get("WANDB_MODE") or ("online" if is_logged_in else "offline")


class WandbTracker:
    def __init__(self, project: str) -> None:
        self.project = project
        self.mode = _mode()
        self.where = "wandb/; to send it: wandb sync wandb/offline-run-*" if self.mode == "offline" else project
        self.group: str | None = None

    def has(self, key: str) -> bool:
        """A run of the same id is the same run; the server sees to that."""
        return self.mode == "offline" and any(Path("wandb").glob(f"offline-run-*-{key}"))

    def _open(self, name: str, key: str, **how: Any) -> Any:
        settings = wandb.Settings(**QUIET)
        return wandb.init(
            project=self.project, name=name, id=key, group=self.group, mode=self.mode, settings=settings, **how
        )

    def add_whole(self, whole: Whole) -> None:
        self.group = whole.name
        run = self._open(whole.name, whole.key, job_type="report")
        artifact = wandb.Artifact(f"report-{whole.key}", type="report")
        for path in whole.artifacts:
            artifact.add_file(str(path), name=path.name)
        run.log_artifact(artifact)
        run.finish()

    def add_row(self, row: Row) -> None:
        run = self._open(row.name, row.key, job_type="row", config=row.params | row.tags)
        run.define_metric("timeline/at_ns")
        run.define_metric("timeline/*", step_metric="timeline/at_ns")
        for step, (_, values) in enumerate(row.steps()):
            run.log(values, step=step)
        run.summary.update(row.metrics)
        run.finish()


def open_tracker(project: str) -> WandbTracker:
    return WandbTracker(project)
