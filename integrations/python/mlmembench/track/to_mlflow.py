"""MLflow: to the server of MLFLOW_TRACKING_URI (DagsHub is one), or into the file mlflow.db."""

from __future__ import annotations

import os

import mlflow
from mlflow.entities import Metric, Param, RunTag

from .rows import Row, Whole

KEY_TAG, PARENT_TAG = "mlmembench.key", "mlflow.parentRunId"
# The most that one call of log_batch() may carry.
METRICS_MOST, PARAMS_MOST = 1000, 100


class MlflowTracker:
    def __init__(self, project: str) -> None:
        self.where = os.environ.get("MLFLOW_TRACKING_URI") or "sqlite:///mlflow.db"
        mlflow.set_tracking_uri(self.where)
        self.client = mlflow.MlflowClient()
        found = self.client.get_experiment_by_name(project)
        self.experiment_id = found.experiment_id if found else self.client.create_experiment(project)
        self.parent_tags: dict[str, str] = {}

    def has(self, key: str) -> bool:
        return bool(self.client.search_runs([self.experiment_id], f"tags.`{KEY_TAG}` = '{key}'", max_results=1))

    def _end(self, run_id: str, key: str, end_ms: int | None = None) -> None:
        """The key comes last: a run that was cut off has none, and is made again."""
        self.client.set_tag(run_id, KEY_TAG, key)
        self.client.set_terminated(run_id, end_time=end_ms)

    def add_whole(self, whole: Whole) -> None:
        run_id = self.client.create_run(self.experiment_id, run_name=whole.name).info.run_id
        for artifact in whole.artifacts:
            self.client.log_artifact(run_id, str(artifact))
        self._end(run_id, whole.key)
        self.parent_tags = {PARENT_TAG: run_id}

    def add_row(self, row: Row) -> None:
        begin_ms = int(row.started.timestamp() * 1000)
        metrics = [Metric(key, value, begin_ms, 0) for key, value in row.metrics.items()]
        for step, (at_ns, values) in enumerate(row.steps()):
            metrics += [Metric(key, value, begin_ms + at_ns // 1_000_000, step) for key, value in values.items()]
        params = [Param(key, str(value)) for key, value in row.params.items()]
        run = self.client.create_run(self.experiment_id, begin_ms, tags=self.parent_tags, run_name=row.name)
        run_id = run.info.run_id
        for begin in range(0, len(metrics), METRICS_MOST):
            self.client.log_batch(run_id, metrics=metrics[begin : begin + METRICS_MOST])
        for begin in range(0, len(params), PARAMS_MOST):
            self.client.log_batch(run_id, params=params[begin : begin + PARAMS_MOST])
        self.client.log_batch(run_id, tags=[RunTag(key, value) for key, value in row.tags.items()])
        self._end(run_id, row.key, metrics[-1].timestamp)


def open_tracker(project: str) -> MlflowTracker:
    return MlflowTracker(project)
