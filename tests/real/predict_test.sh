#!/bin/bash
# A command is run at small sizes, and what it needs at its full size is predicted: real trials of a small program.
. "$(dirname "$0")/common.sh"
begin
cat >train.py <<'PYTHON'
import os, sys
kind, n = sys.argv[1], int(sys.argv[2].lower().replace("k", "000"))
p = int(sys.argv[3]) if len(sys.argv) > 3 else 1
if kind == "crashes" and n == 20000 or kind == "fails":
    sys.exit(9)
held = b"x" * {
    "linear": 1000 * n,
    "crashes": 1000 * n,
    "square": n * n // 50,
    "constant": 30 << 20,
    "jumps": n * (1000 if n < 60000 else 4000),
    "table": 100 * n * p,
    "file": 1000 * n,
    "batches": 1000 * n + (100 << 20) * (n == 40000 and "MALLOC_MMAP_THRESHOLD_" in os.environ),
}[kind]
if kind == "file":
    import mmap, time
    with open("data", "rb") as file:
        mapped = mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ)
        touched = sum(mapped[i] for i in range(0, len(mapped), 4096))
        time.sleep(0.5)
PYTHON
predict() { "$mlm" predict --out "out/$1.jsonl" "${@:2}"; }
run() { predict "$1" "${@:2}" --to n=800k -- "$MLM_PYTHON" train.py "$1" '{n}'; }
said() { tr '\n' ' ' <log/out | grep -Eqe "$1"; }
# json EXPRESSION: a Python expression over `p`, the prediction, must be true.
json() { "$MLM_PYTHON" -c 'import json, sys; p = json.load(open("log/out")); sys.exit(0 if eval(sys.argv[1]) else print(p) or 1)' "$1"; }
valid() { "$MLM_PYTHON" "$MLM_SOURCE/tests/schema_check.py" --schema "$MLM_SOURCE/results/predict.schema.json" log/out; }

status 0 run linear --param n=20k,40000,80000,160000
expect "linear needs: about 763 MiB, 5 times further" said '^train.py needs about 7[4-8][0-9] MiB at n=800000, between [67][0-9]{2} MiB and [78][0-9]{2} MiB\.'
expect "by a linear model" said 'Its needs follow [0-9.]+ [MK]iB \+ [0-9.]+ (bytes|KiB) × n\.'
expect "which the largest size proves" said 'The smaller sizes predicted between .* at n=160000; 1[56][0-9] MiB were measured'
expect "and which laptop is enough" said 'That fits a laptop with (2|4) GB of RAM'
expect "of all that are sold" [ "$(grep -c '^ *[0-9]* GB .* \(yes\|no\|perhaps\)$' log/out)" = 6 ]
expect "the records are trials of exec" records out/linear.jsonl \
    '[(x["workload"], x["params"]["n"], x["outcome"], x["cap_bytes"]) for x in r[:4]] == [("exec/train.py", n, "ok", None) for n in ("20k", "40000", "80000", "160000")]'
expect "all sizes are run again, because that takes little time" records out/linear.jsonl \
    '[x["params"]["n"] for x in r] == ["20k", "40000", "80000", "160000"] * (1 + r[-1]["repetition"]) and len(r) > 4'
status 0 "$mlm" show out/linear.jsonl
expect "that show reads" [ "$(grep -c 'train.py *n=' log/out)" = 4 ]
status 0 "$mlm" report --out out/report.html out/linear.jsonl
expect "and a report, with the command to repeat it" grep -q 'predict --out out/linear.jsonl --param n=20k,40000' out/report.html
status 0 "$mlm" export --format csv out/linear.jsonl
expect "and an export" [ "$(grep -c train.py log/out)" = "$(grep -c '"trial"' out/linear.jsonl)" ]
if command -v gnuplot >/dev/null; then
    expect "a picture" [ -s out/linear-exec-predict.svg -a -s out/linear-exec-predict.png ]
fi

status 0 run square --format json --param n=5000,10000,20000,40000,80000
expect "JSON as its schema says" valid
expect "needs that grow with the square" json \
    'p["models"][0]["terms"][0]["grows"] == {"n": "n^2"} and abs(p["prediction"]["needs_bytes"] / (800000 ** 2 / 50) - 1) < 0.1'
expect "the interval holds what it would be" json 'p["prediction"]["low_bytes"] < 800000 ** 2 / 50 + (9 << 20) < p["prediction"]["high_bytes"]'
expect "small runs get a threshold that is lower by as much, in rows of their own" json 'p["malloc"] == "growth"'
expect "which have it as a parameter" records out/square.jsonl \
    '{(x["params"]["n"] == "80000", x["params"]["malloc"]) for x in r if "malloc" in x["params"]} - {(True, "327K")} == {(False, "128K")}'
status 0 run batches --format json --param n=20000,40000,80000,160000
expect "where sizes follow nothing under a lower threshold, glibc's own is tried" json \
    'p["malloc"] == "own" and abs(p["prediction"]["needs_bytes"] / 800e6 - 1) < 0.1'
expect "and these runs are not marked" records out/batches.jsonl \
    'all(("heap_scaled" in x["marks"]) == (x["params"].get("malloc") != "own") for x in r)'
status 2 run linear --param malloc=1,2,3
expect "the name of that parameter is taken" grep -q -- "--param malloc: records use this name" log/err
status 0 run constant --quiet --format json --param n=50k,100k,200k,400k,500k,600k
expect "constant needs, and no progress" json 'p["models"][0]["terms"] == [] and abs(p["prediction"]["needs_bytes"] / (36 << 20) - 1) < 0.25'
expect "the fourth size was predicted, so the others were not run" json 'p["spared"] == 2 and len(p["points"]) == 4'
expect "quiet" [ ! -s log/err ]
status 0 run constant --param n=10k,20k,40k,80k --all
expect "said to be constant" said 'Its needs are constant: they do not grow with n'

head -c 64M /dev/zero >data
status 0 run file --param n=20k,40k,80k
expect "files are named, and not predicted" said 'It also maps files, or reads them more than once: up to 6[0-9.]+ MiB more than its needs'

status 3 run jumps --param n=10000,20000,40000,80000
expect "a jump: no number" said 'train.py: no prediction for n=800000, because its needs jump'
expect "but what was measured" said 'Measured: [0-9.]+ MiB at n=10000; .*at n=80000\.'
expect "and where to go on" said 'behind the jump: --param n=80000,[0-9]+'
expect "no picture of it" [ ! -e out/jumps-exec-predict.svg ]
status 3 run jumps --format json --param n=10000,20000,40000,80000
expect "JSON of it" valid
expect "has no number either" json 'p["state"] == "jumps" and p["prediction"] is None and p["laptops"] == []'

status 0 run crashes --param n=10000,20000,40000,80000,160000
expect "a size that crashes is left out" said 'n=20000 ended in crash, and is left out\.'
expect "and the others tell" said '^train.py needs (about|between) '
status 3 run fails --param n=10000,20000,40000
expect "where all crash nothing is told" said 'because only 0 sizes ended well; it takes 3'
expect "and what to do" said '--output FILE keeps what the command prints'
status 3 run fails --param n=10k,20k,40k
expect "or what may be the reason" said 'if it takes digits alone, write 10000 rather than 10k'
status 3 run linear --cap 40M --swap none --param n=10000,20000,80000,160000
expect "what the cap kills is left out" said 'n=160000 ended in oom, and is left out\.'

status 0 predict table --format json --param n=1000,2000,4000,8000 --param p=20,40,80 --to n=80000 --to p=100 \
    -- "$MLM_PYTHON" train.py table '{n}' '{p}'
expect "two sizes: JSON as its schema says" valid
expect "by their product" json 'abs(p["prediction"]["needs_bytes"] / (100 * 80000 * 100) - 1) < 0.15'
status 0 "$mlm" advise out/table.jsonl
status 0 run linear --name job --repetitions 2 --output out/said --param n=20k,40k,80k
expect "small runs give large arrays back as the full one: a share of 32 MiB" records out/linear.jsonl \
    'all("heap_scaled" in x["marks"] for x in r)'
thresholds()
{
    rm -f out/thresholds
    predict env --param n=100,200,400 --to n=3200 \
        'echo {n} "$MALLOC_MMAP_THRESHOLD_" "$MALLOC_TRIM_THRESHOLD_" >>out/thresholds; exec sleep 0.1' >log/out 2>log/err
    sort -nu out/thresholds >out/each
}
thresholds
printf '%s\n' '100 1048576 2097152' '200 2097152 4194304' '400 4194304 8388608' >out/wanted
expect "each size its own share" cmp out/each out/wanted
MALLOC_MMAP_THRESHOLD_=65536 thresholds
printf '%s\n' '100 65536 ' '200 65536 ' '400 65536 ' >out/wanted
expect "what the user sets stays" cmp out/each out/wanted
expect "each size twice, under its name" records out/linear.jsonl '[x["repetition"] for x in by["exec/job"]] == [0, 1] * 3'

: >out/runs
"$mlm" predict --out out/stopped.jsonl --param n=1,2,3 --to n=9 "echo {n} >>out/runs; exec sleep 3607" >log/out 2>log/err &
harness=$!
expect "it runs" wait_until test -s out/runs
kill -INT "$harness"
wait "$harness"
expect "Ctrl-C: exit status 130" [ $? = 130 ]
expect "and where the records are" grep -q 'interrupted; what had ended is in out/stopped.jsonl' log/err
finish
