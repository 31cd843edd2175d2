"""NumPy on an array in a file: read whole, mapped, or in chunks; the job is the mean and the deviation of all columns.
And a perceptron's answers, whose runtimes are compared with NumPy's products."""
import numpy as np

import mlm_data


def answer(mean, deviation):
    return [np.linalg.norm(mean), np.linalg.norm(deviation), mean.sum(), deviation.sum()]


def whole(job, mode):
    """As people write it: NumPy makes a difference to the mean for every value, all at once."""
    def run():
        x = np.load(job.dataset, mmap_mode=mode)
        mean = x.mean(axis=0, dtype=np.float64)
        deviation = x.std(axis=0, dtype=np.float64)
        job.items(len(x))
        return answer(mean, deviation)
    return run


def in_chunks(job, chunks, rows):
    """Two passes over chunks of rows: one for the mean, one for the squares of the differences."""
    total = sum(chunk.sum(axis=0, dtype=np.float64) for chunk in chunks())
    mean, squares = total / rows, 0.0
    for chunk in chunks():
        difference = chunk - mean
        squares = squares + np.einsum("ij,ij->j", difference, difference)
        job.items(len(chunk), rows)
    return answer(mean, np.sqrt(squares / rows))


def mapped_chunks(job):
    def run():
        x = np.load(job.dataset, mmap_mode="r")
        return in_chunks(job, lambda: (x[at:at + job.batch] for at in range(0, len(x), job.batch)), len(x))
    return run


def read_chunks(job):
    def run():
        header = np.load(job.dataset, mmap_mode="r")
        (rows, width), kind, offset = header.shape, header.dtype, header.offset
        del header
        held = np.empty((min(job.batch, rows), width), kind)

        def chunks():
            with open(job.dataset, "rb", buffering=0) as file:
                file.seek(offset)
                for at in range(0, rows, job.batch):
                    some = held[:min(job.batch, rows - at)]
                    # One read() gives at most 2 GiB.
                    left = memoryview(some).cast("B")
                    while left:
                        left = left[file.readinto(left):]
                    yield some
        return in_chunks(job, chunks, rows)
    return run


def mlp(job):
    perceptron = mlm_data.perceptron_of(job)
    layers = [perceptron.weights(number) for number in range(1, job.layers + 1)]
    biases = np.zeros((job.layers, job.width), np.float32)

    def ask(x):
        for number, weights in enumerate(layers):
            x = x @ weights + biases[number]
            if number + 1 < len(layers):
                np.maximum(x, 0, out=x)
        return x
    return perceptron.answered(job, ask)


NEEDS = [("numpy", "python3-numpy", "numpy")]
WORKLOADS = {
    "numpy_whole": lambda job: whole(job, None),
    "numpy_mmap": lambda job: whole(job, "r"),
    "numpy_mmap_chunks": mapped_chunks,
    "numpy_chunks": read_chunks,
    "numpy_mlp": mlp,
}
