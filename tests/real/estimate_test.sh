#!/bin/bash
# estimate --check: the most similar workload of our own runs under a cap that it fits in, and needs what was estimated.
. "$(dirname "$0")/common.sh"
begin

# checked WORKLOAD CAP WORD…: expects this workload under this cap for the request, and a correct estimate.
checked()
{
    workload=$1 cap=$2
    shift 2
    status 0 "$mlm" estimate --check --format json "$@"
    expect "$*: $workload, as reckoned" "$MLM_PYTHON" -c '
import json, sys
m = json.load(open("log/out"))["measured"]
print(m)
off = abs(m["estimate_bytes"] - m["needs_bytes"])
sys.exit(m["workload"] != sys.argv[1] or m["cap_bytes"] != int(sys.argv[2]) << 20 or m["outcome"] != "ok"
         or off > 0.05 * m["needs_bytes"] + (2 << 20))' "$workload" "$cap"
}

checked storage/dense 512 --rows 50K --columns 500
checked storage/dense 512 --rows 50K --columns 500 --value i8 --runtime c
checked storage/csr 512 --rows 100K --columns 1000 --density 0.05 --storage csr
checked storage/csc 512 --rows 100K --columns 1000 --density 0.05 --storage csc --value f32
checked storage/coo 512 --rows 100K --columns 1000 --density 0.05 --storage coo --runtime c
checked batch/train 512 --rows 60K --model mlp --widths 784,512,512,10 --batch 512 --optimizer momentum
checked loading/full 1024 --rows 700K --columns 200 --model none --value f32
checked loading/split 512 --rows 100K --columns 200 --model none --value f32 --split
checked loading/generator 512 --rows 100K --columns 1000 --model none --stream --batch 4096
checked loading/prefetch 512 --rows 100K --columns 1000 --model none --runtime c --value f32 --stream --batch 4096 --workers 1

status 0 "$mlm" estimate --check --rows 50K --columns 500
expect "it is said in words" grep -q '^Measured: storage/dense under --cap 512M ended ok' log/out
status 3 "$mlm" estimate --check --rows 5M --columns 5K --runtime c
expect "what is too large is not tried" grep -q 'would need .* and .* are available here; check with fewer --rows' log/err

# --measure runs the library that is installed, small, and hands over to predict.
measured="--measure --python $MLM_PYTHON --rows 2M --columns 20 --runtime numpy --model logistic"
# shellcheck disable=SC2086  # words
status 0 "$mlm" estimate $measured --format json
expect "320 MB of data, and four temporaries of 16 MB" "$MLM_PYTHON" -c '
import json, sys
said = json.load(open("log/out"))
needs = said["prediction"]["needs_bytes"] / 2**20
print(said["state"], needs)
sys.exit(said["kind"] != "predict" or said["full_size"] != {"rows": 2000000} or not 340 < needs < 460)'
# shellcheck disable=SC2086
status 0 "$mlm" estimate $measured
expect "first what the formulas say" grep -q '^  the program needs ' log/out
expect "then the command that was run" grep -q 'predict --param=rows=[0-9,]* --to=rows=2000000 --name=logistic -- ' log/out
rm -r results
finish
