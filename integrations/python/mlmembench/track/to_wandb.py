"""Weights & Biases: to its server if the client is logged in, otherwise into the folder wandb/, for `wandb sync`."""

from __future__ import annotations

from pathlib import Path

import wandb

from .rows import Row


def _is_logged_in() -> bool:
    """Looks into the environment and at the client's own settings, and asks no server."""
    return bool(wandb.setup().settings.api_key or wandb.api.api_key)


class WandbTracker:
    def __init__(self, project: str) -> None:
        self.project = project
        self.mode = "online" if _is_logged_in() else "offline"
        self.where = "wandb/, to be sent by: wandb sync wandb/offline-run-*" if self.mode == "offline" else project

    def has(self, row: Row) -> bool:
        """A run of the same id is the same run, there as here; so nothing is twice."""
        return self.mode == "offline" and any(Path("wandb").glob(f"offline-run-*-{row.key}"))

    def add(self, row: Row, report: Path | None) -> None:
        # Nothing of this machine is sent that is not in the records.
        quiet = {
            "console": "off",
            "disable_git": True,
            "save_code": False,
            "x_disable_meta": True,
            "x_disable_stats": True,
        }
        run = wandb.init(
            project=self.project,
            name=row.name,
            id=row.key,
            mode=self.mode,
            config=row.params | row.tags,
            settings=wandb.Settings(**quiet),
        )
        run.define_metric("timeline/at_ns")
        run.define_metric("timeline/*", step_metric="timeline/at_ns")
        for step, (_, values) in enumerate(row.steps()):
            run.log(values, step=step)
        run.summary.update(row.metrics)
        if report:
            artifact = wandb.Artifact(f"report-{row.key}", type="report")
            artifact.add_file(str(report), name=report.name)
            run.log_artifact(artifact)
        run.finish()


def open_tracker(project: str) -> WandbTracker:
    return WandbTracker(project)
