"""compare_check.py OLD NEW TABLE: checks p-values, ratios and overall figures of a table against scipy."""

import json
import re
import sys

import numpy
from scipy import stats


def rows(path):
    found = {}
    for line in open(path, encoding="utf-8"):
        trial = json.loads(line)
        key = trial["workload"].split("/")[1], tuple(trial["params"].values())
        found.setdefault(key, []).append(trial)
    return {key: trials for key, trials in found.items() if all(t["outcome"] == "ok" for t in trials)}


def p_value(a, b):
    if len(set(a + b)) == len(a + b):
        return stats.mannwhitneyu(a, b, method="exact").pvalue
    # scipy's exact method does not support ties: count the share of all deals that are as far from the mean.
    ranks = stats.rankdata(a + b)
    mean = len(a) * (len(ranks) + 1) / 2

    def away(x, axis):
        return numpy.abs(numpy.sum(x, axis=axis) - mean)

    return stats.permutation_test((ranks[:len(a)], ranks[len(a):]), lambda x, _, axis: away(x, axis), vectorized=True,
                                  n_resamples=numpy.inf, alternative="greater").pvalue


def least_p(pool, count):
    """The smallest p over all divisions of these values into count and the rest."""
    pool = sorted(pool)
    return min(p_value(pool[:n], pool[n:]) if len(set(pool)) > 1 else 1 for n in (count, len(pool) - count))


def rounded(pool):
    """Needs within 0.4 % of the smallest are equal."""
    levels = []
    for value in sorted(pool):
        levels.append(value if not levels or value > levels[-1] * 1.004 else levels[-1])
    return levels


def could_show(a, b, figure, most):
    """Whether a test of these values counts among `most` tests."""
    pool, untied = a + b, least_p(range(len(a) + len(b)), len(a))
    rough = least_p(rounded(pool) if figure == "needs_peak_bytes" else pool, len(a))
    return least_p(pool, len(a)) * most <= 0.05 or rough <= max(untied, 0.05)


def holm(p):
    order, adjusted, least = numpy.argsort(p), numpy.empty(len(p)), 0
    for rank, i in enumerate(order):
        least = adjusted[i] = max(least, min(1, (len(p) - rank) * p[i]))
    return adjusted


def p_text(p):
    return "-" if numpy.isnan(p) else "< 0.001" if p < 0.001 else f"{p:.3f}" if p < 0.1 else f"{p:.2f}"


old, new = rows(sys.argv[1]), rows(sys.argv[2])
keys = sorted(old.keys() & new.keys())
p, ratios = [], {"run_ns": [], "needs_peak_bytes": []}
for key in keys:
    for figure in ratios:
        a, b = ([t[figure] for t in side[key]] for side in (old, new))
        p.append(p_value(a, b) if could_show(a, b, figure, 2 * len(keys)) else numpy.nan)
        ratios[figure].append(numpy.median(b) / numpy.median(a))
p = numpy.array(p)
tested = ~numpy.isnan(p)
adjusted = numpy.full(len(p), numpy.nan)
adjusted[tested] = holm(p[tested])
assert 0 < sum(~tested) < len(p) / 2, "no figure, or none of needs, is left out"
wanted = sorted((key[0], p_text(adjusted[2 * i]), p_text(adjusted[2 * i + 1]), f"{ratios['run_ns'][i]:.2f} ×",
                 f"{ratios['needs_peak_bytes'][i]:.2f} ×") for i, key in enumerate(keys))

table, columns, got = open(sys.argv[3], encoding="utf-8").read(), [], []
for line in table.split("\n"):
    cells = re.split(r"  +", line)
    if cells[0] == "workload":
        columns = cells
    elif len(cells) == len(columns) and cells[columns.index("outcome")] == "ok":
        row = dict(zip(columns, cells))
        got.append((row["workload"], row["time p"], row["needs p"], row["time"], row["needs"]))
print(*wanted, sep="\n")
assert len(set(p_text(x) for x in adjusted)) >= 7, "p-values that do not tell much"
assert sorted(got) == wanted, sorted(got)
for figure, name in ("run_ns", "time"), ("needs_peak_bytes", "needs"):
    assert f"\n{name}: {stats.gmean(ratios[figure]):.2f} × overall" in table, name
