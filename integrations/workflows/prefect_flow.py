"""A Prefect flow whose task runs under a memory cap, and again under the next larger one if it ran out of memory.

    pip install ./integrations/python 'prefect>=3'
    python3 integrations/workflows/prefect_flow.py 300

The task holds 300 MiB. So its first two runs end in oom, Prefect retries it, and the third is ok. results/flow.jsonl
has the records of all three: mlmembench show results/flow.jsonl"""

import sys
from typing import Any

import mlmembench
from prefect import flow, task
from prefect.runtime import task_run

CAPS = ["128M", "256M", "512M"]


def ran_out_of_memory(_task: Any, _run: Any, state: Any) -> bool:
    return isinstance(state.result(raise_on_failure=False), mlmembench.OutOfMemoryError)


@task(retries=len(CAPS) - 1, retry_condition_fn=ran_out_of_memory)
def train(mib: int) -> int | None:
    """Stands in for a command of yours."""
    command = [sys.executable, "-c", f"data = bytearray({mib} << 20)"]
    attempt = task_run.run_count - 1
    trial = mlmembench.step(command, CAPS, attempt, name="train", swap="none", out="results/flow.jsonl")
    return trial.needs_peak_bytes


@flow(log_prints=True)
def nightly(mib: int = 300) -> None:
    print(f"needs {train(mib)} bytes")


if __name__ == "__main__":
    nightly(*map(int, sys.argv[1:]))
