"""Plain Python: rows in lists, in one array of the module `array`, or in NumPy's; the collector on, off or frozen.

Every holder gets the same rows, a piece at a time, and is then summed up. The values are whole, so that sums are exact
in any order."""
import array
import gc

import numpy as np

import mlm_data

PIECE_ROWS = 1000


class Lists:
    """A list of lists of floats, as a reader of CSV makes it: each number is an object of its own."""

    def __init__(self, _rows):
        self.rows = []

    def add(self, _first, x):
        self.rows += x.tolist()

    def sums(self):
        total = squares = 0.0
        for row in self.rows:
            total += sum(row)
            squares += sum([value * value for value in row])
        return total, squares


class Array:
    """The numbers alone, one after the other; each is made an object when it is looked at."""

    def __init__(self, _rows):
        self.values = array.array("f")

    def add(self, _first, x):
        self.values.frombytes(x.tobytes())

    def sums(self):
        total = squares = 0.0
        for value in self.values:
            total += value
            squares += value * value
        return total, squares


class NumPy:
    """The same numbers, looked at without making objects."""

    def __init__(self, rows):
        self.values = np.empty((rows.rows, rows.width), np.float32)

    def add(self, first, x):
        self.values[first:first + len(x)] = x

    def sums(self):
        total = squares = 0.0
        for first in range(0, len(self.values), PIECE_ROWS):
            piece = self.values[first:first + PIECE_ROWS].astype(np.float64).reshape(-1)
            total += piece.sum()
            squares += piece @ piece
        return total, squares


def gather(job):
    rows = mlm_data.rows_of(job, density=1.0)
    holder = {"lists": Lists, "array": Array, "numpy": NumPy}[job.holding](rows)

    def run():
        if job.collector == "off":
            gc.disable()
        first = 0
        for x, _ in rows.batches(PIECE_ROWS, np.float32):
            holder.add(first, x)
            first += len(x)
            job.items(len(x), (job.epochs + 1) * rows.rows)
        if job.collector == "frozen":
            gc.freeze()
        for _ in range(job.epochs):
            answer = holder.sums()
            job.items(rows.rows, (job.epochs + 1) * rows.rows)
        return answer
    return run


NEEDS = [("numpy", "python3-numpy", "numpy")]
WORKLOADS = {"plain_rows": gather}
