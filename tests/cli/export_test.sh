#!/bin/sh
# export: formats for other tools. Golden files show each format; real readers check that it agrees with the records.
. "$(dirname "$0")/common.sh"
begin
needs python:jsonschema
needs python:pandas
needs python:prometheus_client
needs cmark-gfm
records=$MLM_SOURCE/tests/fixtures/record
formats=$(formats_shown)
expect "there are formats" test "$(echo "$formats" | wc -w)" -ge 10

for name in quick swap hostile; do
    for format in $formats; do
        status 0 "$mlm" export "$records/$name.jsonl" --format "$format" --out "log/$name.$format"
        expect "nothing on standard output" test ! -s log/out
        expect "no escape codes" no_escapes "log/$name.$format"
    done
    status 0 "$mlm" export "$records/$name.jsonl" --format csv --rows --out "log/$name.rows"
    # shellcheck disable=SC2086  # words
    status 0 "$MLM_PYTHON" "$here/export_check.py" "$records/$name.jsonl" "log/$name" rows $formats
done
# A person reads the golden files, so they hold two rows, one of which failed, and JSON is printed prettily. The checks
# above look at everything else.
"$MLM_PYTHON" - "$records/swap.jsonl" >log/few.jsonl <<'PYTHON'
import json, sys
for line in open(sys.argv[1]):
    record = json.loads(line)
    if record["workload"] in ("storage/csr", "storage/dense_f32") and record.get("cap_bytes", 0) != 1 << 30:
        print(line, end="")
PYTHON
pretty()
{
    case $1 in
    json | google-benchmark | github-action-benchmark | bencher) "$mlm" export log/few.jsonl --format "$1" | "$MLM_PYTHON" -m json.tool --no-ensure-ascii ;;
    *) "$mlm" export log/few.jsonl --format "$1" ;;
    esac
}
for format in $formats; do
    golden "export_$format" pretty "$format"
    status 0 "$mlm" export "$records/swap.jsonl" --format "$format"
    expect "--out is what standard output gets" diff log/out "log/swap.$format"
done
for format in markdown html junit; do
    golden "export_hostile_$format" "$mlm" export "$records/hostile.jsonl" --format "$format"
done
expect_not "names make no file" test -e x

# Exports with a schema must be valid, and the schemas must refuse wrong ones.
check=$MLM_SOURCE/tests/schema_check.py
status 0 "$MLM_PYTHON" "$check" --schema "$MLM_SOURCE/results/export.schema.json" log/*.json
for format in google-benchmark github-action-benchmark bencher; do
    status 0 "$MLM_PYTHON" "$check" --schema "$MLM_SOURCE/tests/schemas/$format.json" log/*."$format"
done
# bad FORMAT SCHEMA SED-EXPRESSION
bad()
{
    sed "$3" "log/swap.$1" >log/bad
    expect_not "$3 changes the file" cmp -s "log/swap.$1" log/bad
    status 1 "$MLM_PYTHON" "$check" --schema "$MLM_SOURCE/$2" log/bad
}
bad json results/export.schema.json 's/"lower_bounds": false/"lower_bounds": true/'
bad json results/export.schema.json 's/"cage_peak_bytes"/"cage_peaks_bytes"/'
bad bencher tests/schemas/bencher.json 's/"value": [0-9]*/"value": null/'
bad bencher tests/schemas/bencher.json 's/"peak-memory"/"Peak memory"/'
bad github-action-benchmark tests/schemas/github-action-benchmark.json 's/"value": \([0-9.]*\)/"value": "\1"/'
bad google-benchmark tests/schemas/google-benchmark.json 's/"real_time": [0-9.]*/"real_time": 0/'
bad google-benchmark tests/schemas/google-benchmark.json 's/"time_unit": "ms", //'

# The user is told which rows a format has no place for.
status 0 "$mlm" export "$records/quick.jsonl" --format google-benchmark
expect "how many were left out" grep -qx "mlmembench: [0-9]* left out: google-benchmark has no place for rows of which .*" log/err
status 0 "$mlm" export "$records/quick.jsonl" --format csv
expect "csv leaves nothing out" test ! -s log/err

# Google Benchmark's own compare.py, with oom rows in both files: exactly one workload is twice as slow.
"$MLM_PYTHON" - "$records/quick.jsonl" >log/slow.jsonl <<'PYTHON'
import json
import sys
for line in open(sys.argv[1], encoding="utf-8"):
    record = json.loads(line)
    if record["workload"] == "storage/csr" and record.get("run_ns"):
        record["run_ns"] *= 2
    print(json.dumps(record, separators=(",", ":")))
PYTHON
expect "some trials are oom" grep -q '"outcome":"oom"' log/slow.jsonl
status 0 "$mlm" export log/slow.jsonl --format google-benchmark --out log/slow.json
compare=$(ls /usr/share/benchmark/compare.py /usr/local/share/benchmark/compare.py 2>/dev/null | head -n 1)
status 0 "$MLM_PYTHON" "$compare" --no-color benchmarks log/quick.google-benchmark log/slow.json
expect "nothing but the comparison" test ! -s log/err
expect "twice as slow" grep -qE '^storage/csr/density:0.01/index:32/data:2560M/cap:2G_median +\+1\.0000 ' log/out
expect "the others as they were" grep -qE '^storage/coo/density:0.01/index:32/data:2560M/cap:2G_median +\+0\.0000 ' log/out
expect_not "no oom row" grep -q 'dense_f64.*cap:2G' log/out
expect "the geometric mean is one" grep -qE '^OVERALL_GEOMEAN +\+0\.[0-9]*[1-9][0-9]* ' log/out

# An export must not overwrite records, under any name.
cp "$records/swap.jsonl" log/run.jsonl
ln log/run.jsonl log/link.csv
ln -s run.jsonl log/symbolic.csv
for target in log/link.csv log/symbolic.csv ./log/run.jsonl log/other.jsonl; do
    refused 2 "^mlmembench: --out: $target " export "$records/quick.jsonl" log/run.jsonl --format csv --out "$target"
done
expect "the records are there" cmp log/run.jsonl "$records/swap.jsonl"
expect_not "and no others" test -e log/other.jsonl

# A file appears completely or not at all.
echo before >log/kept
printf '{"kind":"trial"}\n' >log/broken.jsonl
status 3 "$mlm" export log/broken.jsonl --format csv --out log/kept
expect "an export that fails leaves what was there" grep -qx before log/kept
status 0 "$mlm" export "$records/swap.jsonl" --format csv --out /dev/stdout
expect "standard output has a name, too" diff log/swap.csv log/out
status 3 "$mlm" export "$records/swap.jsonl" --format csv --out /dev/full
expect "a full disk is said" grep -qx 'mlmembench: cannot write /dev/full: No space left on device' log/err
"$mlm" export "$records/swap.jsonl" --format json >/dev/full 2>log/err
expect "on standard output as well" test $? = 3
finish
