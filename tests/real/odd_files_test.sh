#!/bin/bash
# --dataset on files as people have them: trials read the same numbers as from a plain file, and all that scikit-learn
# brings with it runs.
. "$(dirname "$0")/common.sh"
begin
odd=$MLM_SOURCE/tests/cli/odd_files.py
rm -rf files && mkdir files
"$MLM_PYTHON" "$odd" write files

# run FILE NAME: runs three rows on the file; records go to out/NAME.jsonl.
run()
{
    status 0 "$mlm" run --dataset "$1" --all --filter '(loading/(full|mmap)|storage/csr/.*value:f32/index:32)/' --cap 64M \
        --repetitions 1 --out "out/$2.jsonl"
}

for file in $("$MLM_PYTHON" "$odd" names); do
    "$MLM_PYTHON" "$odd" plain "$file" plain.csv
    run "files/$file" odd
    tr '\n' ' ' <log/out >log/table
    run plain.csv plain
    copy=$(find cache -name 'user-plain-v1-*')
    expect "$file: its table says how large the data is" grep -Eq ", dataset files/$file of +[0-9.]+ [KMGi]*B" log/table
    expect "$file: there is one copy of it" test -f "$copy"
    expect "$file: its size is the amount of data, and a mark says that trials read it" records out/odd.jsonl \
        "all(x['data_bytes'] == $(stat -c %s "$copy") and 'plain_copy' in x['marks'] for x in r)"
    expect "$file: trials read the same numbers as from a plain file" records <(cat out/odd.jsonl out/plain.jsonl) \
        'len(r) == 6 + sum(x["reference"] for x in r) and all(x["outcome"] == "ok" for x in r) and all(len({x["data_checksum"] for x in rows}) == 1 for rows in by.values())'
    expect "$file: needs are those of the formula, within 5 % + 2 MiB" records out/odd.jsonl \
        'all(abs(x["needs_peak_bytes"] - x["predicted_peak_bytes"]) <= 0.05 * x["predicted_peak_bytes"] + (2 << 20) for x in r)'
    rm -f "$copy" out/odd.jsonl out/plain.jsonl
done
nothing_left

# A copy is used again, unless the file or the copy has changed.
cp files/texts.csv own.csv
chmod 600 own.csv
run own.csv first
expect "a copy is made" grep -q "^building dataset user-plain-v1-.*.csv (at most " log/err
expect "nobody reads it who may not read the file" test "$(stat -c %a "$(find cache -name 'user-plain-v1-*')")" = 600
run own.csv second
expect "and used again" bash -c '! grep -q "building dataset" log/err'
printf 'more,c,4\n' >>own.csv
run own.csv third
expect "of a file that changed another one is made" grep -q "^building dataset user-plain" log/err
expect "and has its new row" records out/third.jsonl 'all(x["items"] in (4, 12) for x in r)'
truncate -s 4 "$(find cache -name 'user-plain-v1-*' -newer out/second.jsonl)"
run own.csv fourth
expect "a damaged copy is made again" grep -q "^building dataset user-plain-.* again (at most .*): it ends at byte 4" log/err
status 0 "$mlm" clean
expect "clean removes copies" test -z "$(find cache -name 'user-plain-*')"

# What scikit-learn brings: each file runs, and holds what its loader gives.
"$MLM_PYTHON" - <<'PYTHON' >bundled || fail "scikit-learn is not installed; ./bootstrap test installs it"
import pathlib, sklearn.datasets
for path in sorted((pathlib.Path(sklearn.datasets.__file__).parent / "data").glob("*.csv*")):
    print(path)
PYTHON
expect "scikit-learn brings files" test "$(wc -l <bundled)" -ge 8
while read -r path; do
    name=$(basename "$path")
    status 0 "$mlm" run --dataset "$path" --cap 64M --repetitions 1 --out "out/$name.jsonl"
    expect "$name: every row ran, or says why not" records "out/$name.jsonl" \
        'len(r) >= 8 and all(x["outcome"] == "ok" or (x["outcome"] == "skipped" and "not exact in" in x["reason"]) for x in r)'
    "$tree/mlmembench-worker" copy "$path" 3 3>"files/$name.copy" >log/out || fail "$name cannot be copied"
done <bundled
expect "and holds what its loader gives" "$MLM_PYTHON" - <<'PYTHON'
import numpy, sklearn.datasets as d
def same(name, *columns):
    table = numpy.loadtxt(f"files/{name}.copy", delimiter=",", dtype="f4", ndmin=2)
    wanted = numpy.column_stack(columns).astype("f4")
    assert table.shape == wanted.shape and (table == wanted).all(), (name, table.shape, wanted.shape)
for name, load in ("iris.csv", d.load_iris), ("wine_data.csv", d.load_wine), ("breast_cancer.csv", d.load_breast_cancer), (
        "digits.csv.gz", d.load_digits):
    same(name, *load(return_X_y=True))
same("diabetes_target.csv.gz", d.load_diabetes().target)
same("diabetes_data_raw.csv.gz", d.load_diabetes(scaled=False).data)
same("linnerud_exercise.csv", d.load_linnerud().data)
same("linnerud_physiological.csv", d.load_linnerud().target)
PYTHON
finish
