"""pandas on a table in a CSV file: read with different types, or in chunks, and grouped by a column of texts."""
import mlm_table

SMALL = {"id": "uint32", "city": "category", "device": "category", "amount": "float32", "pieces": "uint8"}


def grouped(table):
    """The sums of a table by city; only kinds that occur are groups."""
    return table.groupby("city", observed=True)[["amount", "pieces"]].sum()


def downcast(pandas, table):
    """What is often advised: make every column as small as its values allow, once it is there."""
    for name in ("city", "device"):
        table[name] = table[name].astype("category")
    for name in ("id", "pieces"):
        table[name] = pandas.to_numeric(table[name], downcast="unsigned")
    table["amount"] = pandas.to_numeric(table["amount"], downcast="float")
    return table


def whole(pandas, job):
    types = {"category": {"city": "category", "device": "category"},
             "arrow": {"city": "string[pyarrow]", "device": "string[pyarrow]"}, "typed": SMALL}
    table = pandas.read_csv(job.dataset, dtype=types.get(job.reading))
    if job.reading == "downcast":
        table = downcast(pandas, table)
    job.items(len(table))
    return grouped(table)


def chunks(pandas, job):
    sums = None
    with pandas.read_csv(job.dataset, chunksize=job.batch) as reader:
        for table in reader:
            some = grouped(table)
            sums = some if sums is None else sums.add(some, fill_value=0)
            job.items(len(table))
    return sums


def group(job):
    import pandas
    if job.reading == "arrow":
        job.need(*MAY_USE[0])

    def run():
        sums = (chunks if job.reading == "chunks" else whole)(pandas, job).sort_index()
        return mlm_table.answer(sums["amount"].to_numpy(), sums["pieces"].to_numpy())
    return run


NEEDS = [("pandas", "python3-pandas", "pandas")]
MAY_USE = [("pyarrow", None, "pyarrow")]
WORKLOADS = {"pandas_group": group}
