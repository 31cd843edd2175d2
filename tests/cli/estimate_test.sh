#!/bin/sh
# estimate: the sum for people and the JSON for programs, for each runtime; impossible requests are refused with the
# remedy.
. "$(dirname "$0")/common.sh"
. "$(dirname "$0")/estimate_each.sh"
begin
needs python:jsonschema

cat >small.csv <<'CSV'
1,0,3
4,5,0
CSV

cat >table.csv <<'CSV'
name,city,pieces,price
"Lovelace, A.",London,3,1.5
Hopper,New York,,2
CSV

# name: words of a request, one job for each runtime and each kind.
jobs()
{
    cat <<'JOBS'
logistic --library 1.4 --rows 1M --columns 100
kmeans_sparse --library 1.2 --rows 1M --columns 1000 --density 0.01 --model kmeans
mlp --library 1.13 --rows 60K --model mlp --widths 784,512,10 --batch 4096 --checkpoint --workers 2
boosting --library 1.7 --rows 1M --columns 50 --value f32 --model boosting-hist --background 0 --system 256M
forest --library 1.4 --rows 200K --columns 20 --model forest-regression --leaf-rows 2
unknown --library 9.9 --rows 1M --columns 100 --model pca
transformer --library 2.6 --model transformer --shape Llama-3.2-1B --batch 4 --sequence 512
csv --library 2.2 --rows 5M --integers 3 --floats 4 --texts 2 --distinct 2000
csv_file --library 1.5 --file table.csv --runtime pandas --texts-as category
own --rows 100K --columns 1000 --density 0.05 --storage csr --runtime c --sources
file --library 1.24 --file small.csv --model pca --components 2 --runtime numpy
JOBS
}

jobs >log/jobs
estimate_each estimate <log/jobs
golden estimate_json "$mlm" estimate --library 1.4 --rows 1M --columns 100 --format json

# A program that adds up the lines and evaluates the formulas must get the same results.
cat >log/sums.py <<'PYTHON'
import json, sys

failed = 0
for path in sys.argv[1:]:
    e = json.load(open(path, encoding="utf-8"))
    names = {name: symbol["value"] for name, symbol in e["symbols"].items()}
    names |= {"min": min}
    for phase in e["phases"]:
        total = sum(line["bytes"] for line in phase["lines"])
        if abs(total - phase["bytes"]) > len(phase["lines"]):
            failed = print(f"{path}: {phase['name']}: the lines make {total}, not {phase['bytes']}") or 1
        for line in phase["lines"]:
            text = line["formula"]
            if text is None or text == "sum/512":
                continue
            text = text.replace("·", "*").replace("−", "-").replace("^", "**")
            value = eval(text, {"__builtins__": {}}, names)
            if abs(value - line["bytes"]) > 1:
                failed = print(f"{path}: {line['name']}: {line['formula']} is {value}, not {line['bytes']}") or 1
    peak = max(phase["bytes"] for phase in e["phases"])
    if peak != e["needs_bytes"]:
        failed = print(f"{path}: the worst phase has {peak}, not {e['needs_bytes']}") or 1
    for change in e["changes"]:
        if abs(change["saves_bytes"] + change["needs_bytes"] - e["needs_bytes"]) > 1:
            failed = print(f"{path}: {change['option']} does not add up") or 1
sys.exit(failed)
PYTHON
expect "sums and formulas" "$MLM_PYTHON" log/sums.py ./*.json

# Each change must save what it promises.
status 0 "$mlm" estimate --library 1.2 --rows 1M --columns 1000 --density 0.01 --model kmeans --storage csr --format json
expect "csr: as promised" "$MLM_PYTHON" -c '
import json, sys
promised = [c for c in json.load(open("kmeans_sparse.json"))["changes"] if c["option"] == "storage"][0]
sys.exit(promised["value"] != "csr" or promised["needs_bytes"] != json.load(open("log/out"))["needs_bytes"])'

# The shape of a file.
status 0 "$mlm" estimate --file small.csv --model none --format json
expect "a file's shape" "$MLM_PYTHON" -c '
import json, sys
r = json.load(open("log/out"))["request"]
sys.exit((r["rows"], r["columns"], r["nonzeros"]) != (2, 3, 4))'

# The Python says which version it has; nothing is imported for that.
cat >python <<'SH'
#!/bin/sh
[ "$1" = -c ] || exit 1
case $3 in
*scikit-learn*) echo 9.9.9 ;;
*xgboost*) echo 1.7.6 ;;
esac
SH
chmod +x python
status 0 "$mlm" estimate --python ./python --rows 1000 --columns 10
expect "a version that was not measured is named" grep -q '^scikit-learn 9.9.9 was not measured' log/out
expect "with the remedy" grep -q -- --measure log/out
status 0 "$mlm" estimate --python ./python --rows 1000 --columns 10 --model boosting-hist
expect "a version that was measured" grep -q 'with XGBoost 1.7.6' log/out
expect_not "nothing to do about it" grep -q 'was not measured' log/out
status 0 "$mlm" estimate --python ./python --rows 1000 --columns 10 --runtime pytorch --model mlp
expect_not "a library that is not installed is the newest known one" grep -q 'was not measured' log/out
refused 3 "--measure runs a library of Python: PyTorch is not installed in ./python" \
    estimate --python ./python --rows 1000 --columns 10 --runtime pytorch --model mlp --measure
refused 2 "3 rows are too few to run a part of them" estimate --python ./python --rows 3 --columns 10 --measure --format json
refused 2 "--python ./none: there is no such file" estimate --python ./none --rows 10 --columns 10
refused 2 "--python is about a library of Python, and the own C worker is none" \
    estimate --python ./python --rows 10 --columns 10 --value f32 --model none --runtime c
refused 2 "--python and --library both name a version" estimate --python ./python --library 1.2 --rows 10 --columns 10
refused 2 "--measure runs the installed library; leave out --library" estimate --measure --library 1.2 --rows 10 --columns 10
refused 2 "--check runs our own workload, and --measure the library" estimate --measure --check --rows 10 --columns 10
rm python

# Our own worker has few networks: the nearest one is estimated, and named.
status 0 "$mlm" estimate --rows 5K --model mlp --widths 784,512,512,10 --runtime c
expect "the nearest network is named" grep -q 'mlp, the nearest it has: 3 layers of' log/out
status 0 "$mlm" estimate --rows 5K --model mlp --widths 784,512,512,10 --runtime c --format json
expect "the nearest network" "$MLM_PYTHON" -c '
import json, sys
sys.exit(json.load(open("log/out"))["request"]["widths"] != [1024] * 4)'
rm ./*.json

refused 2 "how large is the data\? give --rows and --columns, or --file" estimate
refused 2 "how large is the data" estimate --rows 5
refused 2 "--rows: 'x' is not a whole number; write one like 500, 20K or 1M" estimate --rows x --columns 5
refused 2 "--rows: '0.5' is not a whole number" estimate --rows 0.5 --columns 5
refused 2 "--rows: '0' is too small; give at least 1" estimate --rows 0 --columns 5
refused 2 "--density is a share above 0 and up to 1, as 0.05, not '2'" estimate --rows 5 --columns 5 --density 2
refused 2 "--density is a share .* not 'nan'" estimate --rows 5 --columns 5 --density nan
refused 2 "--model: there is no 'svm'; there are none, linear, .*boosting-exact" estimate --rows 5 --columns 5 --model svm
refused 2 "--value: there is no 'f8'; there are f64, f32, f16, i8" estimate --rows 5 --columns 5 --value f8
refused 2 "--format: 'xml' is unknown; give text or json" estimate --rows 5 --columns 5 --format xml
refused 2 "--system: 'much' is not a size" estimate --rows 5 --columns 5 --system much
refused 2 "--file stands for --rows, --columns and --density; give either" estimate --rows 5 --file small.csv
refused 2 "--file: .*missing.csv: No such file" estimate --file missing.csv
refused 2 "--workers is N, N:shared or N:copied .* not '2:many'" estimate --rows 5 --columns 5 --workers 2:many
refused 2 "--widths '784': an input and an output at least" estimate --rows 5 --columns 5 --model mlp --widths 784
refused 2 "--widths '784,x': write units" estimate --rows 5 --columns 5 --model mlp --widths 784,x
refused 2 "--widths is of --model mlp, not of pca" estimate --rows 50 --columns 20 --model pca --widths 20,3
refused 2 "--widths begins with 784 inputs, but the data has 5 columns" estimate --rows 5 --columns 5 --model mlp --widths 784,10
refused 2 "sparse matrices hold f64 or f32, not i8" estimate --rows 5 --columns 5 --storage csr --value i8
refused 2 "pca with --runtime sklearn takes no --storage csr; give --storage dense; TruncatedSVD" \
    estimate --rows 50 --columns 20 --model pca --storage csr
refused 2 "no formula for --model mlp with --runtime sklearn; give --runtime pytorch" \
    estimate --rows 5 --columns 5 --model mlp --runtime sklearn
refused 2 "no formula for --model kmeans with --runtime c; the own worker has" estimate --rows 5 --columns 5 --model kmeans --runtime c
refused 2 "the own worker's data ends at 1 EiB; give fewer --rows" estimate --rows 1T --columns 1M --runtime c
refused 2 "--components 10 is more than rows or columns" estimate --rows 5 --columns 50 --model pca
refused 2 "exact boosting sorts all values; leave out --stream" estimate --rows 5 --columns 5 --model boosting-exact --stream
refused 2 "--checkpoint is about activations; it needs --model mlp or transformer" estimate --rows 5 --columns 5 --checkpoint
refused 2 "--split copies what is in memory" estimate --rows 5 --columns 5 --split --stream
refused 2 "--leaf-rows is about a forest" estimate --rows 5 --columns 5 --leaf-rows 5
refused 2 "--sequence is about a transformer that is trained; it needs --model transformer" estimate --rows 5 --columns 5 --sequence 5
refused 2 "--texts is about a CSV file; it needs --runtime pandas" estimate --rows 5 --columns 5 --texts 5 --runtime sklearn
refused 2 "no formula for --model transformer with --runtime sklearn; give --runtime pytorch" \
    estimate --model transformer --shape Llama-3.2-1B --runtime sklearn
refused 2 "which language model\? give --shape" estimate --model transformer
refused 2 "how large is the file\? give --file FILE, or --rows" estimate --runtime pandas --rows 5
refused 2 "--runtime pandas reads a file, and fits no model" estimate --runtime pandas --model pca --rows 5 --floats 5
refused 2 "--columns is not the sum of" estimate --rows 5 --floats 5 --columns 9
refused 2 "--file has its own columns" estimate --runtime pandas --file table.csv --texts 5
refused 2 "--file: missing.csv: No such file" estimate --runtime pandas --file missing.csv
refused 2 "scikit-learn reads nothing ahead" estimate --rows 5 --columns 5 --workers 2
refused 3 "--check: no own workload is near knn" estimate --rows 5 --columns 5 --model knn --check
finish
