"""formats_check.py NAME: checks that NAME.json, NAME.junit, NAME.markdown and NAME.github say the same."""

import json
import re
import subprocess
import sys
import xml.etree.ElementTree as xml

name = sys.argv[1]
said = json.load(open(f"{name}.json", encoding="utf-8"))
failing = [row for side in said["comparisons"] for row in side["rows"] if row["fails"]]

suites = xml.parse(f"{name}.junit").getroot()
cases = suites.findall("./testsuite/testcase")
failures = [case for case in cases if case.find("failure") is not None]
missing = [case for case in failures if case.find("failure").get("message") == "ok → missing"]
skipped = [case for case in cases if case.find("skipped") is not None]
assert int(suites.get("tests")) == len(cases) == sum(len(s["rows"]) for s in said["comparisons"]) + len(missing)
assert int(suites.get("failures")) == len(failures) == len(failing) + len(missing)
assert int(suites.get("skipped")) == len(skipped)
for suite in suites.findall("testsuite"):
    assert int(suite.get("tests")) == len(suite.findall("testcase")), suite.attrib
assert {case.get("name") for case in failures if case not in missing} == {row["name"] for row in failing}
assert (said["gate"]["fails"] if said["gate"] else 0) == len(failures)

lines = open(f"{name}.github", encoding="utf-8").read().splitlines()
errors = [line for line in lines if line.startswith("::error ")]
assert len(errors) == min(len(failures), 10), errors
assert len(lines) == len(errors) + 1 and lines[-1].startswith("::notice "), lines
for side in [said["fleet"]] if said["fleet"] else said["comparisons"]:
    assert side["verdict"].replace("%", "%25") in lines[-1], side["verdict"]

page = subprocess.run(["cmark-gfm", "--unsafe", "-e", "table", f"{name}.markdown"], capture_output=True, text=True,
                      check=True).stdout
rows = [re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row) for row in re.findall(r"<tr>\n(.*?)</tr>", page, re.DOTALL)]
fleet = said["fleet"]


def cell(on):
    """A cell of the matrix, as Markdown shows it."""
    ratio = on["ratio"]
    text = (f"{ratio:.{2 if ratio < 0.095 else 1 if ratio < 9.95 else 0}f}" if ratio is not None
            else "-" if on["outcome"] in (None, "skipped") else on["outcome"].split(" at ")[0].split(" in ")[0])
    return f"<strong>{text}</strong>" if on["oddity"] != "usual" else text


if fleet:
    machines = {row[1]: row for row in rows if len(row) == 5}
    assert [machines[machine["name"]][3].replace("\xa0", " ") for machine in fleet["machines"]] == [
        f"{machine['ok']} of {len(fleet['jobs'])}" for machine in fleet["machines"]]
    assert rows[-len(fleet["jobs"]):] == [[job["name"], *map(cell, job["on"])] for job in fleet["jobs"]], rows
    assert all(item["text"] in page for item in fleet["stands_out"])
    assert [machine["runs_all"] for machine in fleet["machines"]].count(True) == len(
        [m for m in fleet["machines"] if m["ok"] == sum(job["ok"] > 0 for job in fleet["jobs"])])
else:
    assert len(rows) > sum(len(side["rows"]) for side in said["comparisons"]), len(rows)
assert page.count("<details>") == page.count("</details>") == (2 if fleet else len(said["comparisons"]) + 1)
# Cells are not split, and no text of a record became markup.
for row in rows:
    assert len(row) in ((5, len(fleet["machines"]) + 1) if fleet else (5, 9)), row
assert not set(re.findall(r"<(\w+)", page)) - {"h2", "h3", "p", "strong", "ul", "li", "table", "thead", "tbody", "tr", "th",
                                                "td", "details", "summary"}, set(re.findall(r"<(\w+)", page))
print(len(cases), "rows,", len(failures), "fail")
