#!/bin/sh
# Opens the report in a browser and checks it with page_test.py.
. "$MLM_SOURCE/tests/cli/common.sh"
begin
needs chromium chromium-browser google-chrome
records=$MLM_SOURCE/tests/fixtures/record

"$MLM_PYTHON" "$MLM_SOURCE/tests/browser/hostile.py" <"$records/quick.jsonl" >hostile.jsonl
status 0 "$mlm" report "$records/quick.jsonl" --out one.html
expect "nothing on standard error" test ! -s log/err
sed 's/"id":"4f1c2a90b7","host":"thinkpad"/"id":"0ther","host":"netbook"/; s/"memory_bytes":[0-9]\+/"memory_bytes":4294967296/' \
    "$records/quick.jsonl" >netbook.jsonl
status 0 "$mlm" report "$records/quick.jsonl" netbook.jsonl --out several.html
status 0 "$mlm" report "$records/quick.jsonl" netbook.jsonl "$records/swap.jsonl" --out mixed.html
status 0 "$mlm" report hostile.jsonl --out hostile.html
# Many rows: the same ones with 40 sizes of data.
for data in $(seq 40); do
    sed "s/\"data_bytes\":[0-9]*/\"data_bytes\":${data}000000/" "$records/quick.jsonl"
done >long.jsonl
status 0 "$mlm" report long.jsonl --out long.html
"$MLM_PYTHON" "$MLM_SOURCE/tests/cli/fleet_data.py" "$records/quick.jsonl" 20 >fleet.jsonl
status 0 "$mlm" report fleet.jsonl --out fleet.html
for page in one several mixed hostile long fleet; do
    expect "$page.html is well-formed and stands alone" "$MLM_PYTHON" "$here/page_check.py" $page.html
done
expect "in Chromium" "$MLM_PYTHON" "$MLM_SOURCE/tests/browser/page_test.py" \
    one.html several.html mixed.html hostile.html long.html fleet.html
finish
