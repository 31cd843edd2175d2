"""Polars on the table of pandas_job.py: read at once, or planned before it is read, at once or as a stream."""
import os

import mlm_table


def group(job):
    # Polars reads this when it is imported, and else uses every processor.
    os.environ["POLARS_MAX_THREADS"] = str(job.threads)
    import polars

    def grouped(table):
        sums = [polars.col("amount").sum(), polars.col("pieces").cast(polars.Int64).sum(), polars.len().alias("rows")]
        return table.group_by("city").agg(sums).sort("city")

    def run():
        if job.plan == "eager":
            sums = grouped(polars.read_csv(job.dataset))
        else:
            engine = "streaming" if job.plan == "streaming" else "in-memory"
            sums = grouped(polars.scan_csv(job.dataset)).collect(engine=engine)
        job.items(sums["rows"].sum())
        return mlm_table.answer(sums["amount"].to_numpy(), sums["pieces"].to_numpy())
    return run


NEEDS = [("polars", None, "polars")]
WORKLOADS = {"polars_group": group}
