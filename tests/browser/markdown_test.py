#!/usr/bin/env python3
"""markdown_test.py PAGE.html…: in a column of 830 pixels, every table shows its outcome, time and needs without
scrolling. Tables in folds are opened. Prints each check; exits 1 if one fails."""

import sys

from chromium import Chromium

WIDTH = 830
# For each table: title of a column → where its cells end, beside the table's own begin; the widest cell counts.
ENDS = """Array.from(document.querySelectorAll('table'), table => Object.fromEntries(
    Array.from(table.tHead.rows[0].cells, (th, i) => [th.innerText.trim(), Math.max(...Array.from(table.rows,
        row => row.cells[i].getBoundingClientRect().right - table.getBoundingClientRect().left))])))"""

failures = tables = 0
with Chromium() as browser:
    for path in sys.argv[1:]:
        page = browser.open(path, width=WIDTH)
        page.evaluate("document.querySelectorAll('details').forEach(details => { details.open = true })")
        for number, ends in enumerate(page.evaluate(ENDS)):
            tables += 1
            for title in "outcome", "time", "needs":
                right = ends.get(title, WIDTH + 1)
                failures += right > WIDTH
                print(f"{'ok' if right <= WIDTH else 'FAILED'}: {path}: table {number}: {title} ends at {right:.0f}")
        page.screenshot(path.replace(".html", ".png"))
print(tables, "tables")
sys.exit(bool(failures) or tables < 10)
