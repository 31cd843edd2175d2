"""What ReFrame keeps of a run: figures from the rows that `mlmembench export --format json` writes."""

import json
import re

MIB = 1 << 20
NS_PER_MS = 1_000_000

# These outcomes are results; a row is skipped where a library is not installed. The others say that something is wrong.
RESULTS = ("ok", "oom", "timeout", "skipped")


def read(path):
    """The rows of a file, without the uncapped references that a run adds by itself."""
    with open(path, encoding="utf-8") as file:
        return [row for row in json.load(file) if not row["is_reference"]]


def complaints(rows):
    """A line for each outcome that is no result."""
    if not any(row["outcome"] != "skipped" for row in rows):
        return ["no trial was run"]
    return [
        f"{row['name']}: {outcome} {count} of {row['trials']}: {row['reason'] or 'no reason is known'}"
        for row in rows
        for outcome, count in row["outcomes"].items()
        if count and outcome not in RESULTS
    ]


def figures(rows):
    """Name, value and unit of each figure. Only rows whose trials are all ok have any; `rows_ok` counts these rows."""
    fitting = [row for row in rows if row["outcomes"]["ok"] == row["trials"]]
    yield "rows_ok", len(fitting), "rows"
    for row in fitting:
        # The cap is a parameter of the test; and a command has no data, seed or threads that mlmembench knows.
        name = re.sub(r"\W+", "_", re.sub(r"/(cap:[^/]*|(data|seed|threads):0)(?=/|$)", "", row["name"]))
        time_ns = row["own_ns" if row["time_kind"] == "own" else "run_ns"]["median"]
        needs_bytes = row["needs_peak_bytes"]["median"]
        if needs_bytes is not None:
            yield f"{name}_needs", needs_bytes / MIB, "MiB"
        if time_ns is not None:
            yield f"{name}_time", time_ns / NS_PER_MS, "ms"


def size_mib(size):
    """The MiB of a size as a cap spells it: 512M, 1.5G."""
    said = re.fullmatch(r"(\d+(?:\.\d+)?)([KMGT])(?:i?B)?", size)
    if not said:
        raise ValueError(f"'{size}' is no size; write 512M or 2G")
    return float(said[1]) * 1024 ** ("KMGT".index(said[2]) - 1)
