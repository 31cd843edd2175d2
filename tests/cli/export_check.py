#!/usr/bin/env python3
"""export_check.py RECORDS EXPORTS FORMAT…: checks exports: read by the programs that they are made for, they must
agree with the records.

EXPORTS.FORMAT are the files. This script computes the figures again, from the records alone. Readers: pandas,
prometheus_client, cmark-gfm, and Python's own readers of JSON, XML and HTML."""

import collections
import html.parser
import json
import statistics
import subprocess
import sys
import xml.etree.ElementTree

IDENTITY = ("workload", "cap_bytes", "swap_limit_bytes", "background_bytes", "data_bytes", "dataset", "seed",
            "threads", "timeout_ns")
WRONG = [1.5, 41.0]  # the judge finds this answer wrong, because all other trials have 42
UNITS = {20: "M", 30: "G"}


def spelled(size):
    """A size in the spelling of options."""
    if size is None:
        return "none"
    for shift, unit in sorted(UNITS.items(), reverse=True):
        if size and size % (1 << shift) == 0:
            return f"{size >> shift}{unit}"
    return str(size)


def tame(text):
    """A text without characters that could break a line or control a terminal."""
    return "".join("?" if ord(c) < 32 or 0x7f <= ord(c) < 0xa0 or 0x200b <= ord(c) <= 0x200f
                   or 0x2028 <= ord(c) <= 0x202e else c for c in text)


class Row:
    """Repetitions of one specification."""

    def __init__(self, trials):
        self.trials = trials
        first = trials[0]
        self.workload, self.suite, self.params = first["workload"], first["suite"], first["params"]
        self.capped = first["cap_bytes"] is not None
        params = "".join(f"/{name}:{value}" for name, value in self.params.items())
        swap = "" if first["swap_limit_bytes"] is None else f"/swap:{spelled(first['swap_limit_bytes'])}"
        self.name = tame(f"{self.workload}{params}/data:{spelled(first['data_bytes'])}{swap}"
                         f"/cap:{spelled(first['cap_bytes'])}")
        self.outcomes = collections.Counter(t["outcome"] for t in trials)
        self.all_ok = self.outcomes["ok"] == len(trials)
        self.any_ok = self.outcomes["ok"] > 0
        self.outcome = "ok" if self.any_ok else self.outcomes.most_common(1)[0][0]

    def of(self, key, outcome="ok"):
        return [t[key] for t in self.trials if t["outcome"] == outcome and t[key] is not None]


def records_read(path):
    trials = []
    with open(path, encoding="utf-8") as file:
        for line in file:
            record = json.loads(line)
            if record["kind"] == "trial":
                if record["answer"] == WRONG:
                    record["outcome"] = "wrong"
                trials.append(record)
    rows = {}
    for trial in trials:
        key = tuple(trial[k] for k in IDENTITY) + (json.dumps(trial["params"]), trial["machine"]["id"])
        rows.setdefault(key, []).append(trial)
    return trials, [Row(r) for r in rows.values()]


def close(a, b):
    return abs(a - b) <= 1e-12 * max(abs(a), abs(b))


def one(items):
    items = list(items)
    assert len(items) == 1, f"{len(items)} in place of one"
    return items[0]


# Each format's check receives the path, the trials and the rows.


def untexted(text):
    """Removes the ' that marks a text."""
    return text[1:] if text.startswith("'") else text


def sheet_read(path, separator):
    import pandas
    frame = pandas.read_csv(path, sep=separator, float_precision="round_trip")
    assert len(set(frame.columns)) == len(frame.columns)
    return frame


def check_sheet(path, separator, trials):
    frame = sheet_read(path, separator)
    assert len(frame) == len(trials), "a line a trial"
    whole = frame.convert_dtypes()
    missing = frame.isna()
    seen = 0
    for index, trial in enumerate(trials):
        for key, value in trial.items():
            if key in ("kind", "schema", "machine", "params", "answer", "marks", "command"):
                continue
            cell = whole[key][index]
            if key == "reason" and trial["outcome"] == "wrong":
                assert "answers" in cell  # the reason that the judge gives
                continue
            if value is None or value == "":
                assert missing[key][index], f"{key} is {cell}, and was not had"
                continue
            assert not missing[key][index], f"{key} is missing, and was {value}"
            if isinstance(value, str):
                cell, value = untexted(cell), tame(value)
            elif not isinstance(value, bool):
                seen += isinstance(value, int)
            assert cell == value, f"{key}: {cell} is not {value}"
        for name, value in trial["params"].items():
            cell = frame[f"param_{name}"][index]
            try:
                assert float(value) == float(cell)
            except ValueError:
                assert untexted(cell) == tame(value), f"{cell} is not {value}"
        marks = [] if missing["marks"][index] else frame["marks"][index].split(";")
        assert sorted(marks) == sorted(trial["marks"])
        answer = [] if missing["answer"][index] else str(frame["answer"][index]).split(";")
        assert [json.loads(number) for number in answer] == trial["answer"]
        assert frame["machine_id"][index] == trial["machine"]["id"]
        assert frame["machine_memory_bytes"][index] == trial["machine"]["memory_bytes"]
        assert frame["cap"][index] == spelled(trial["cap_bytes"])
    assert seen, "no number was compared"
    # Types that pandas infers: whole numbers without gaps, flags; with missing values, after one conversion.
    assert str(frame["repetition"].dtype) == "int64" and str(frame["core_bytes"].dtype) == "int64"
    assert str(frame["cap_binds"].dtype) == "bool"
    assert str(whole["run_ns"].dtype) == "Int64" and str(whole["needs_peak_bytes"].dtype) == "Int64"


def check_csv(path, trials, _rows):
    check_sheet(path, ",", trials)


def check_tsv(path, trials, _rows):
    check_sheet(path, "\t", trials)


def check_rows(path, _trials, rows):
    frame = sheet_read(path, ",")
    lines = {line["name"]: line for _, line in frame.iterrows()}
    assert len(lines) == len(rows)
    for row in rows:
        line = lines[row.name]
        assert line["trials"] == len(row.trials) and line["outcome"] == row.outcome
        assert all(line[f"outcomes_{o}"] == row.outcomes[o] for o in ("ok", "oom", "timeout", "wrong", "skipped"))
        times = row.of("run_ns")
        if not row.any_ok and row.outcome != "wrong":
            assert line["run_ns_median"] != line["run_ns_median"], "a time of a job that was cut off"
        elif row.any_ok:
            assert line["run_ns_median"] == statistics.median(times) and line["run_ns_min"] == min(times)


def check_json(path, _trials, rows):
    objects = {o["name"]: o for o in json.load(open(path, encoding="utf-8"))}
    assert len(objects) == len(rows)
    for row in rows:
        entry = objects[row.name]
        assert entry["params"] == row.params and entry["workload"] == row.workload
        assert entry["outcomes"] == {o: row.outcomes[o] for o in entry["outcomes"]}
        for metric in ("run_ns", "needs_peak_bytes", "swap_peak_bytes", "stall_full_ns", "major_faults"):
            values = row.of(metric, row.outcome)
            if metric == "run_ns" and entry["lower_bounds"]:
                values = []
            assert entry[metric]["count"] == len(values)
            if values:
                assert entry[metric]["median"] == statistics.median(values)
                assert (entry[metric]["min"], entry[metric]["max"]) == (min(values), max(values))


def check_google(path, _trials, rows):
    document = json.load(open(path, encoding="utf-8"))
    runs = collections.defaultdict(list)
    for entry in document["benchmarks"]:
        runs[entry["run_name"]].append(entry)
    told = {row.name for row in rows if row.all_ok}
    assert set(runs) == told and told
    left_out = {text.rsplit(": ", 1)[0] for text in document["context"]["mlmembench_left_out"]}
    assert left_out == {row.name for row in rows} - told
    for row in rows:
        if row.name not in told:
            continue
        entries = runs[row.name]
        times = [t["run_ns"] / 1e6 for t in row.trials]
        plain = [e for e in entries if e["run_type"] == "iteration"]
        assert sorted(e["real_time"] for e in plain) == sorted(times)
        assert [e["repetition_index"] for e in plain] == list(range(len(times)))
        for entry in plain:
            trial = row.trials[entry["repetition_index"]]
            assert close(entry["cpu_time"], (trial["run_cpu_user_ns"] + trial["run_cpu_system_ns"]) / 1e6)
            assert all(entry[k] == trial[k] for k in ("peak_rss_bytes", "needs_peak_bytes", "swap_peak_bytes"))
            assert "stall_full_ns" in entry or trial["stall_full_ns"] is None
        aggregates = {e["aggregate_name"]: e["real_time"] for e in entries if e["run_type"] == "aggregate"}
        if len(times) == 1:
            assert not aggregates
            continue
        assert close(aggregates["mean"], statistics.mean(times))
        assert close(aggregates["median"], statistics.median(times))
        assert abs(aggregates["stddev"] - statistics.stdev(times)) < 1e-9 * statistics.mean(times)
        assert abs(aggregates["cv"] - statistics.stdev(times) / statistics.mean(times)) < 1e-9


def table_rows(rows):
    """The rows without uncapped references, which are not rows of their own in these files."""
    return [row for row in rows if row.capped]


def ran(rows):
    return [row for row in table_rows(rows) if row.outcome not in ("skipped", "refused")]


MEASURES = (("time", "ms", 1e6, "run_ns", "latency"), ("peak", "MiB", 1 << 20, "needs_peak_bytes", "peak-memory"),
            ("swap", "MiB", 1 << 20, "swap_peak_bytes", "swap"))


def check_github(path, _trials, rows):
    entries = json.load(open(path, encoding="utf-8"))
    by_name = {e["name"]: e for e in entries}
    assert len(by_name) == len(entries)
    wanted = 0
    for row in ran(rows):
        for title, unit, size, key, _slug in MEASURES:
            entry = by_name.get(f"{row.name} {title}")
            values = row.of(key)
            assert (entry is None) == (not values), row.name
            if values:
                wanted += 1
                assert entry["unit"] == unit and close(entry["value"], statistics.median(values) / size)
                assert row.all_ok == (entry["extra"] == "ok")
        failed = by_name[f"{row.name} failed"]
        assert failed["value"] == len(row.trials) - row.outcomes["ok"]
        wanted += 1
    assert wanted == len(entries)


def check_bencher(path, _trials, rows):
    benchmarks = json.load(open(path, encoding="utf-8"), object_pairs_hook=lambda pairs: pairs)
    assert len(dict(benchmarks)) == len(benchmarks) == len(ran(rows))
    for row in ran(rows):
        measures = dict(dict(benchmarks)[row.name])
        for _title, _unit, _size, key, slug in MEASURES:
            values = row.of(key)
            assert (slug in measures) == bool(values)
            if values:
                metric = dict(measures[slug])
                assert close(metric["value"], statistics.median(values))
                if len(values) > 1:
                    assert (metric["lower_value"], metric["upper_value"]) == (min(values), max(values))
        assert dict(measures["failed-trials"])["value"] == len(row.trials) - row.outcomes["ok"]


def check_junit(path, _trials, rows):
    root = xml.etree.ElementTree.parse(path).getroot()
    assert root.tag == "testsuites"
    cases = {case.get("name"): case for case in root.iter("testcase")}
    assert len(cases) == len(table_rows(rows)) == int(root.get("tests"))
    failed = skipped = 0
    for row in table_rows(rows):
        case = cases[row.name]
        bad = row.outcomes["wrong"] or row.outcomes["crash"]
        assert (case.find("failure") is not None) == bool(bad), row.name
        assert (case.find("skipped") is not None) == (row.outcome in ("skipped", "refused")), row.name
        failed += case.find("failure") is not None
        skipped += case.find("skipped") is not None
        assert case.find("system-out").text.startswith(f"outcome: {row.outcome}")
        if row.any_ok:
            assert close(float(case.get("time")), statistics.median(row.of("run_ns")) / 1e9)
        elif row.outcome != "wrong":
            assert case.get("time") is None
    assert (int(root.get("failures")), int(root.get("skipped")), int(root.get("errors"))) == (failed, skipped, 0)
    for suite in root:
        assert int(suite.get("tests")) == len(suite.findall("testcase"))


def check_openmetrics(path, _trials, rows):
    from prometheus_client import parser as text_parser
    from prometheus_client.openmetrics import parser
    text = open(path, encoding="utf-8").read()
    families = {f.name: f for f in parser.text_string_to_metric_families(text)}
    older = {f.name: f for f in text_parser.text_string_to_metric_families(text)}
    assert {name: f.samples for name, f in families.items()} == {name: f.samples for name, f in older.items()}
    machines = families["mlmembench_machine_info"].samples
    assert {s.labels["machine"] for s in machines} == {row.trials[0]["machine"]["id"] for row in rows}
    for family in families.values():
        assert family.documentation and (family.name.endswith(family.unit))
    counts = collections.defaultdict(dict)
    for sample in families["mlmembench_trials"].samples:
        counts[sample.labels["row"]][sample.labels["outcome"]] = sample.value
    for row in table_rows(rows):
        assert counts[row.name] == {o: n for o, n in row.outcomes.items() if n}
        for name, key, size in (("run_seconds", "run_ns", 1e9), ("needs_peak_bytes", "needs_peak_bytes", 1)):
            samples = [s for s in families[f"mlmembench_{name}"].samples if s.labels["row"] == row.name]
            assert len(samples) == (1 if row.any_ok else 0)
            if samples:
                assert abs(samples[0].value - statistics.median(row.of(key)) / size) <= 1 / size
                assert samples[0].labels["cap"] == spelled(row.trials[0]["cap_bytes"])
                assert samples[0].labels["workload"] == tame(row.workload)
                assert samples[0].labels["machine"] == row.trials[0]["machine"]["id"]


class Page(html.parser.HTMLParser):
    """The tables of a page, as texts, and all tags that the page uses."""

    def __init__(self):
        super().__init__()
        self.tags, self.attributes, self.tables, self.cell = set(), set(), [], None

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes.update(name for name, _ in attrs)
        if tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append([])
        elif tag in ("th", "td"):
            self.cell = ""

    def handle_endtag(self, tag):
        if tag in ("th", "td"):
            self.tables[-1][-1].append(self.cell)
            self.cell = None

    def handle_data(self, data):
        if self.cell is not None:
            self.cell += data


def check_tables(text, rows, tags, attributes):
    page = Page()
    page.feed(text)
    page.close()
    assert page.tags <= tags, page.tags - tags
    assert page.attributes <= attributes, page.attributes - attributes
    sections = collections.defaultdict(list)
    for row in table_rows(rows):
        sections[(row.suite, row.trials[0]["cap_bytes"])].append(row)
    assert len(page.tables) == len(sections)
    lines = [line for table in page.tables for line in table[1:]]
    assert len(lines) == len(table_rows(rows))
    for table in page.tables:
        assert all(len(line) == len(table[0]) for line in table)
        assert len(table[0]) > 5 and table[0][0] == "workload"
    names = collections.Counter(line[0] for line in lines)
    assert names == collections.Counter(tame(row.workload.removeprefix(row.suite + "/")).strip()
                                        for row in table_rows(rows)), names
    for line, titles in ((line, table[0]) for table in page.tables for line in table[1:]):
        outcome = line[titles.index("outcome")]
        assert (line[titles.index("time")] == "-") == (not outcome.startswith(("ok", "wrong"))), line


def check_html(path, _trials, rows):
    text = open(path, encoding="utf-8").read()
    check_tables(text, rows,
                 set("html head meta title style body h1 div span table caption thead tbody tr th td p dl dt dd".split()),
                 set("lang charset name content class scope data-value data-cap tabindex".split()))


def check_markdown(path, _trials, rows):
    text = subprocess.run(["cmark-gfm", "--unsafe", "-e", "table", "-e", "strikethrough", "-e", "autolink", "-e",
                           "tasklist", path], check=True, capture_output=True, encoding="utf-8").stdout
    check_tables(text, rows, set("h2 h3 p table thead tbody tr th td strong ul li".split()), {"align"})


CHECKS = {
    "csv": check_csv, "tsv": check_tsv, "rows": check_rows, "json": check_json, "google-benchmark": check_google,
    "github-action-benchmark": check_github, "bencher": check_bencher, "junit": check_junit,
    "openmetrics": check_openmetrics, "html": check_html, "markdown": check_markdown,
}


def main():
    records, exports, *formats = sys.argv[1:]
    trials, rows = records_read(records)
    for name in formats:
        CHECKS[name](f"{exports}.{name}", trials, rows)


main()
