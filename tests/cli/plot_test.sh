#!/bin/sh
# plot: pictures of stored runs, and the names of their files.
. "$(dirname "$0")/common.sh"
begin
records=$MLM_SOURCE/tests/fixtures/record

refused 2 "plot needs a file" plot
refused 2 "svg, png or pdf, not 'gif'" plot --format gif "$records/swap.jsonl"
refused 2 "svg, png or pdf, not ''" plot --format svg, "$records/swap.jsonl"
refused 3 "missing.jsonl: No such file" plot missing.jsonl

# Pictures are written beside the records, or to the folder that is given; each file is named.
mkdir records
cp "$records/swap.jsonl" records/run.jsonl
status 0 "$mlm" plot records/run.jsonl
expect "beside the records" test -s records/run-storage-needs.svg
expect "quietly" test ! -s log/err
find records -name '*.svg' | sort >log/there
expect "every file is named" sh -c "sort log/out | diff log/there -"
cp records/run-storage-slowdown.svg first.svg
status 0 "$mlm" plot --out made/for/it --format svg,png,pdf records/run.jsonl
expect "the same records, the same bytes" cmp first.svg made/for/it/run-storage-slowdown.svg
expect "png" sh -c "head -c 4 made/for/it/run-storage-needs.png | grep -q PNG"
expect "pdf" sh -c "head -c 5 made/for/it/run-storage-needs.pdf | grep -q %PDF-"
status 0 "$mlm" plot --out two records/run.jsonl "$records/quick.jsonl"
expect "of two files" test -s two/run-and-1-more-storage-needs.svg

# Every SVG is valid XML, has a description, and shares no identifier with another.
status 0 "$mlm" plot --out all "$records/quick.jsonl" "$records/swap.jsonl"
status 0 "$mlm" plot --out all "$records/hostile.jsonl"
expect "well-formed, with a title and a description" "$MLM_PYTHON" - all <<'PYTHON'
import glob, sys
import xml.etree.ElementTree as xml
svg = "{http://www.w3.org/2000/svg}"
files, seen = sorted(glob.glob(sys.argv[1] + "/run*.svg") or glob.glob(sys.argv[1] + "/quick*.svg")), set()
assert len(files) >= 8, files
for file in files + glob.glob(sys.argv[1] + "/hostile*.svg"):
    root = xml.parse(file).getroot()
    assert root.tag == svg + "svg", file
    titles = root.findall(svg + "title")
    assert len(titles) == 1 and titles[0].text.strip() and root.find(svg + "desc").text.endswith("."), file
    places = [g for g in root.iter(svg + "g") if g.get("class") == "mlm-point" and len(g)]
    assert all(g[0].tag == svg + "title" and g[0].text.strip() for g in places), file
    assert places or "timeline" in file, file
    assert not any(name.startswith("on") for e in root.iter() for name in e.keys()), file
    assert "prefers-color-scheme" in root.find(svg + "style").text, file
    ids = [e.get("id") for e in root.iter() if e.get("id")]
    assert len(ids) == len(set(ids)), file
    targets = [e.get("{http://www.w3.org/1999/xlink}href") for e in root.iter()]
    assert {t[1:] for t in targets if t} <= set(ids), file
    if "hostile" not in file:
        assert not seen & set(ids), file
        seen |= set(ids)
PYTHON
expect_not "hostile records make no file" test -e x

# Without gnuplot: one line of error, and no unfinished file.
mkdir empty
PATH=$PWD/empty "$mlm" plot --out none records/run.jsonl >log/out 2>log/err
expect "without gnuplot: exit status 3" test $? = 3
expect "and a line" grep -qx "mlmembench: no pictures: gnuplot is not installed" log/err
expect "and no file" test -z "$(find none -type f)"
finish
