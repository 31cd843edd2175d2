#!/bin/sh
# Many machines: which run everything, with how little RAM, and what stands out. On a terminal and on a page.
. "$(dirname "$0")/common.sh"
begin
fleet()
{
    "$MLM_PYTHON" "$here/fleet_data.py" "$MLM_SOURCE/tests/fixtures/record/quick.jsonl" "$1"
}
fleet 6 >few.jsonl
fleet 20 >many.jsonl
expect "20 machines, 25 jobs, 5 repetitions" test "$(wc -l <many.jsonl)" = 2500

golden compare_fleet "$MLM_PYTHON" "$here/terminal.py" 100 "$mlm" compare few.jsonl
status 0 "$MLM_PYTHON" "$here/terminal.py" 80 "$mlm" compare many.jsonl
expect "a terminal of 80 columns is wide enough" narrow log/out
grep -oE '^job   .*' log/out | sed 's/^job//' | xargs -n 1 >log/columns
seq 20 >log/expected
expect "every machine has a column, in blocks beside each other" cmp log/expected log/columns
expect "and a line" test "$(grep -cE '^ *[0-9]+  [a-z0-9]+ .* of 25 ' log/out)" = 20
for file in few many; do
    "$mlm" compare $file.jsonl >log/out
    expect "$file: one machine is slow" grep -q '^elitebook (7.75 GiB) is slower than the others: its jobs take ' log/out
    expect "$file: one job takes long on a machine" grep -q '^aspire (3.75 GiB): loading/mmap at 2G, data 2.50 GiB takes ' log/out
    expect "$file: one job ends oom without need" grep -q '^tower (63.8 GiB): storage/csc .* ended oom, but is ok on netbook ' log/out
done
expect "of three machines each is compared with the first" sh -c 'grep -E "\"host\":\"(netbook|aspire|tower)\"" few.jsonl |
    "$1" compare - | grep -q "^C tower: \|^C tower, "' sh "$mlm"

status 0 "$mlm" report many.jsonl
expect "the page is well-formed and has the fleet" "$MLM_PYTHON" "$here/page_check.py" many.html \
    '20 machines, 25 jobs.' 'What stands out' 'Machine by machine' 'elitebook (7.75 GiB) is slower than the others'
"$MLM_PYTHON" - many.html >log/matrix <<'PYTHON'
import sys, xml.etree.ElementTree as tree
root = tree.fromstring(open(sys.argv[1], encoding="utf-8").read().replace("<!DOCTYPE html>", ""))
table = next(t for t in root.iter("table") if t.get("class") == "fleet")
rows = table.find("tbody").findall("tr")
print(len(table.find("thead").find("tr").findall("th")) - 1, len(rows), *{len(row.findall("td")) for row in rows})
print(sum("odd" in cell.get("class", "").split() for row in rows for cell in row.findall("td")))
PYTHON
expect "a matrix of 25 jobs and 20 machines" grep -qx '20 25 20' log/matrix
expect "three jobs stand out in four cells" test "$(sed -n 2p log/matrix)" = 4
finish
