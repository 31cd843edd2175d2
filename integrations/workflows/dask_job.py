"""Dask: a job that ran out of memory goes to a worker that offers more. A worker says what it offers:
dask worker ADDRESS --resources "MiB=2048"."""

import sys

import mlmembench
from dask.distributed import Client

CAPS = {"128M": 128, "256M": 256, "512M": 512}  # each cap, and the MiB that a worker must offer for it


def run(client: Client, command: list[str]) -> mlmembench.Trial:
    for attempt, mib in enumerate(CAPS.values()):
        step = client.submit(
            mlmembench.step, command, list(CAPS), attempt, swap="none", pure=False, resources={"MiB": mib}
        )
        try:
            return step.result()
        except mlmembench.OutOfMemoryError as error:
            print(error, file=sys.stderr)
    raise RuntimeError(f"more than {list(CAPS)[-1]} is needed")
