"""Dask: the table and the array of the other libraries, a part at a time, by processes with a limit of memory each."""
import contextlib
import logging

import numpy as np

import mlm_table
import numpy_job


@contextlib.contextmanager
def limit_told(job):
    """Dask ends a worker that goes beyond its limit, and gives up a task that did so several times."""
    from distributed.scheduler import KilledWorker
    try:
        yield
    except KilledWorker as error:
        raise MemoryError(f"workers went beyond their limit of {job.limit >> 20} MiB: {error}") from None


def on_cluster(job, compute):
    """Starts the workers, and returns the timed job: `compute` and its answer. They end after that."""
    import distributed
    cluster = distributed.LocalCluster(n_workers=job.workers, threads_per_worker=1, processes=True,
                                       memory_limit=job.limit, dashboard_address=":0", silence_logs=logging.CRITICAL)
    client = distributed.Client(cluster)

    def run():
        with limit_told(job):
            answer = compute()

        def end():
            client.close()
            cluster.close()
            return answer
        return end
    return run


def group(job):
    import dask.dataframe

    def compute():
        table = dask.dataframe.read_csv(job.dataset, blocksize=job.block)
        sums = table.groupby("city")[["amount", "pieces"]].sum().compute().sort_index()
        job.items(job.data // 256)
        return mlm_table.answer(sums["amount"].to_numpy(), sums["pieces"].to_numpy())
    return on_cluster(job, compute)


def chunk(path, first, count):
    """Some rows of the file. A worker maps it, and copies these rows alone."""
    return np.array(np.load(path, mmap_mode="r")[first:first + count])


def array(job):
    import dask.array

    def compute():
        rows, width = np.load(job.dataset, mmap_mode="r").shape
        load = dask.delayed(chunk, pure=True)
        parts = [dask.array.from_delayed(load(job.dataset, first, job.batch), (min(job.batch, rows - first), width),
                                         np.float32) for first in range(0, rows, job.batch)]
        x = dask.array.concatenate(parts)
        found = dask.compute(x.mean(axis=0, dtype=np.float64), x.std(axis=0, dtype=np.float64))
        job.items(rows)
        return numpy_job.answer(*found)
    return on_cluster(job, compute)


NEEDS = [("pandas", "python3-pandas", "pandas"), ("pyarrow", None, "pyarrow"), ("dask.dataframe", None, "dask"),
         ("distributed", None, "distributed")]
WORKLOADS = {"dask_group": group, "dask_array": array}
