"""The answer that every library must find in the table of dataset.c, after grouping it by city."""
import numpy as np


def answer(amounts, pieces):
    """The number of cities, the sums over all, and sums that depend on the order of the cities and on their pairs."""
    amounts, pieces = np.asarray(amounts, np.float64), np.asarray(pieces, np.float64)
    place = np.arange(1, len(amounts) + 1)
    return [len(amounts), amounts.sum(), pieces.sum(), amounts @ place, amounts @ pieces]
