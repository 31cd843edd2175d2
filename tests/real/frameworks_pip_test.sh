#!/bin/bash
# Real programs that no distribution has, in the environment that ./bootstrap frameworks --pip makes: every default row
# runs, and reaches the answer of the others. TensorFlow is tried by hand, because it is large.
. "$(dirname "$0")/common.sh"
venv=$MLM_SOURCE/build/venv
[ -x "$venv/bin/python3" ] || skip "there is no $venv; ./bootstrap frameworks --pip makes it where a package index answers"
begin

few='/(numpy|pandas|dask|lightgbm|litert|onnx|llama)_'
mkdir tmp
status 0 env TMPDIR="$PWD/tmp" "$mlm" run --suite frameworks --python "$venv" --filter "$few" --cap none --data 32M --repetitions 1 \
    --timeout 300s --quiet --out out/all.jsonl
expect "nothing is wrong, and nothing crashed" records out/all.jsonl \
    'len(r) >= 25 and all(x["outcome"] in ("ok", "skipped") for x in r)'
for row in dask_array dask_group lightgbm_file litert_mlp onnx_mlp llama_decode; do
    expect "$row ran" records out/all.jsonl \
        'len(p := by["frameworks/'$row'"]) >= 2 and all(x["outcome"] == "ok" and x["run_ns"] > 0 and x["items"] > 0 and x["answer"] for x in p)'
done
expect "no scratch space of Dask is left" [ -z "$(ls tmp)" ]
expect "rows that do the same work are compared: a group for each job" records out/all.jsonl \
    'all(len({x["equal_work"] for x in r if x["workload"].split("/")[1] in names}) == 1 for names in (("numpy_whole", "dask_array"), ("pandas_group", "dask_group"), ("lightgbm_hist", "lightgbm_file"), ("numpy_mlp", "litert_mlp", "onnx_mlp"), ("llama_decode",)))'
expect "weights that are read are needed, and mapped ones are not" records out/all.jsonl \
    '(n := {(x["params"]["weights"], x["params"]["load"]): x["needs_peak_bytes"] for x in by["frameworks/llama_decode"]})["f16", "read"] > n["f16", "mmap"] + (20 << 20)'
expect "processes of Dask are told apart" records out/all.jsonl \
    'all(len(x["processes"]) > 4 for x in by["frameworks/dask_group"] if x["params"]["workers"] == "4")'

# A file that a script made is made again if it is damaged.
file=$(find "$MLMEMBENCH_CACHE" -name '*.tflite' | head -n 1)
printf '?' | dd of="$file" bs=1 seek=1000 conv=notrunc status=none
again=(run --suite frameworks --python "$venv" --filter litert --cap none --data 32M --repetitions 1)
status 0 "$mlm" "${again[@]}" --out out/again.jsonl
expect "it says so" grep -q "building dataset $(basename "$file") again" log/err
expect "and the row ran" records out/again.jsonl 'all(x["outcome"] == "ok" for x in r)'
finish
