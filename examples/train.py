"""Stands in for your own training, so that you can try mlmembench's commands on it. Needs nothing but Python.

train.py [--rows N] [--batch N]: logistic regression by stochastic gradient descent. It holds N rows of 64 numbers,
and turns a batch of rows at a time into Python's own floats, which take four times as much memory."""

import argparse
import array
import math
import random

COLUMNS = 64

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--rows", type=int, default=100_000)
parser.add_argument("--batch", type=int, default=10_000)
said = parser.parse_args()

numbers = random.Random(1)
truth = [numbers.gauss(0, 1) for _ in range(COLUMNS)]
data = array.array("d", (numbers.random() - 0.5 for _ in range(said.rows * COLUMNS)))
weights = [0.0] * COLUMNS

for begin in range(0, said.rows, said.batch):
    batch = [data[i * COLUMNS : (i + 1) * COLUMNS].tolist() for i in range(begin, min(begin + said.batch, said.rows))]
    labels = [sum(map(float.__mul__, row, truth)) > 0 for row in batch]
    gradient = [0.0] * COLUMNS
    for row, label in zip(batch, labels):
        error = 1 / (1 + math.exp(-sum(map(float.__mul__, row, weights)))) - label
        gradient = [g + error * x for g, x in zip(gradient, row)]
    weights = [w - g / len(batch) for w, g in zip(weights, gradient)]

length = math.sqrt(sum(w * w for w in weights) * sum(t * t for t in truth))
print(f"the weights point as they should to {sum(map(float.__mul__, weights, truth)) / length:.1%}")
