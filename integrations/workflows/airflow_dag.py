"""Airflow: a task that is retried under the next larger cap if it ran out of memory, and not if it failed otherwise."""

from datetime import datetime

import mlmembench
from airflow.exceptions import AirflowFailException
from airflow.sdk import dag, get_current_context, task

CAPS = ["2G", "4G", "8G"]


@dag(schedule="@daily", start_date=datetime(2026, 1, 1), catchup=False)
def train_under_caps():
    @task(retries=len(CAPS) - 1)
    def train():
        attempt = get_current_context()["ti"].try_number - 1
        try:
            return mlmembench.step(["python3", "train.py"], CAPS, attempt, out="results/train.jsonl").needs_peak_bytes
        except mlmembench.OutOfMemoryError:
            raise
        except mlmembench.StepError as error:
            raise AirflowFailException(str(error)) from error

    train()


train_under_caps()
