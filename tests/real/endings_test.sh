#!/bin/bash
# A run that is interrupted, in whatever way: every finished trial is complete in the store, nothing is left behind, and
# --resume completes the same set of records.
. "$(dirname "$0")/common.sh"
begin

# Six rows, four times each. The row that waits for `gate` ends when that file exists; in each round another row comes
# before it (the seed decides the order), so that there is a record by then.
rows=(--suite faulty --filter 'wait|sum/' --param "path=$PWD/open,$PWD/gate" --cap "32M,64M" --repetitions 4 --seed 12)
: >open

# Starts a run and waits until it is in the middle of a trial.
start()
{
    rm -f gate gate.reached
    "$mlm" run "${rows[@]}" --out "$1" >log/out 2>log/err &
    harness=$!
    expect "a trial is on its way" wait_until test -e gate.reached
    expect "another has ended" test -s "$1"
}

sorted()
{
    "$MLM_PYTHON" -c 'import json,sys
for l in sorted(json.dumps([x["workload"], x["params"], x["cap_bytes"], x["repetition"], x["outcome"]]) for x in map(json.loads, open(sys.argv[1])) if x["kind"] == "trial"): print(l)' "$1"
}

# resumed FILE: with the gate open, runs what is missing.
resumed()
{
    : >gate
    status 0 "$mlm" run --resume "$1"
    sorted "$1" >log/resumed
    expect "resumed to the same set" diff log/whole log/resumed
}

: >gate
status 0 "$mlm" run "${rows[@]}" --out out/whole.jsonl
sorted out/whole.jsonl >log/whole
expect "there are 24 trials" test "$(wc -l <log/whole)" = 24

start out/killed.jsonl
kill -KILL $harness
wait $harness 2>/dev/null
nothing_left
expect "every line is whole" records out/killed.jsonl '0 < len(r) < 24'
resumed out/killed.jsonl

start out/interrupted.jsonl
kill -INT $harness
wait $harness
expect "Ctrl-C: exit status 130" test $? = 130
expect "one line that says how to go on" grep -q '^mlmembench: interrupted.*--resume' log/err
nothing_left
resumed out/interrupted.jsonl

start out/group.jsonl
rm gate.reached
pkill -KILL -P $harness -f mlmembench-worker
wait_until grep -q '"outcome":"killed"' out/group.jsonl
expect "the run goes on" wait_until test -e gate.reached
expect "a worker killed from outside is 'killed'" records out/group.jsonl '"killed" in [x["outcome"] for x in r]'
kill -TERM $harness
wait $harness
expect "SIGTERM ends it like Ctrl-C" test $? = 130

# clean removes cages that no process is left to remove, and reports them first. No process 1 with that start time
# exists.
mkdir "$nest/mlmembench-1-1-0"
status 0 "$mlm" clean --dry-run
expect "a cage left behind is told" grep -q "^1 cage left behind in $nest: would be removed$" log/out
expect "and kept" test -d "$nest/mlmembench-1-1-0"
status 0 "$mlm" clean
expect "it is removed" grep -q "^1 cage left behind in $nest: removed$" log/out
expect "and gone" test ! -d "$nest/mlmembench-1-1-0"
status 0 "$mlm" clean --dry-run
expect "nothing is left" grep -qx "no cages left behind" log/out

# A suite that cannot be loaded is left out; a message and the exit status say so, and the others run.
cp -RP "$tree" out/tree
rm out/tree/suites/batch.so
: >out/tree/suites/batch.so
status 3 out/tree/mlmembench run --filter storage/csr --data 4M --cap 64M --swap none --repetitions 1 --out out/others.jsonl
expect "it is named" grep -q '^mlmembench: left out: .*batch.so' log/err
expect "the others ran" records out/others.jsonl 'len(r) == 1 and all(x["outcome"] == "ok" for x in r)'
finish
