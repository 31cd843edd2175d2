#!/bin/bash
# Records to standard output: nothing else is there, and what reads them needs no file.
. "$(dirname "$0")/common.sh"
begin
small="--suite self --filter touch --param size=8M --swap none --cap 64M --repetitions 2"
lines() { "$MLM_PYTHON" -c '
import json, sys
records = [json.loads(line) for line in open(sys.argv[1])]
kinds = [record["kind"] for record in records]
sys.exit(set(kinds) != {"trial", "timeline"} or kinds.count("trial") != int(sys.argv[2]))' "$@"; }
only() { expect "$1: records on standard output, and nothing else" lines log/out "$2"; }

rm -rf results
status 0 "$mlm" run $small --out -
only run 2
expect "the table is on standard error" grep -Eq '^touch +size=8M +ok ' log/err
"$mlm" show - <log/out >log/table
expect "and what reads the records shows the same" grep -Fxq "$(grep -E '^touch +size=8M +ok ' log/err)" log/table
status 0 "$mlm" exec --cap 64M,none --out=- -- sh -c 'echo the output; echo the rest >&2'
only exec 2
expect "what a command prints is on standard error" [ "$(grep -c '^the output$' log/err)" = 2 ]
expect "no file is named" bash -c '! grep -Eq "Records:|Picture:|/proc/" log/err'
status 7 "$mlm" exec --out - -- sh -c 'exit 7'
only exec 1
status 0 "$mlm" fit --out - --tolerance 20% -- "$MLM_PYTHON" -c 'bytearray(40 << 20)'
expect "fit: a sentence on standard error" grep -q ' fits into ' log/err
only fit "$(grep -c '"kind":"trial"' log/out)"
status 0 "$mlm" predict --out - --format json --param n=10,20,30,40 --to n=80 -- "$MLM_PYTHON" -c 'import sys; b"x" * (int(sys.argv[1]) << 20)' '{n}'
only predict "$(grep -c '"kind":"trial"' log/out)"
expect "predict: its answer names no file" grep -q '"records": null' log/err
expect "nothing was written" [ ! -e results ]
expect "a pipe is enough" bash -c '"$1" exec --quiet --out - -- true | "$1" show - | grep -q "^true "' sh "$mlm"
expect "a reader that has gone is said" bash -c '
    "$1" exec --quiet --repetitions 20 --out - -- true 2>log/gone | head -c 1 >/dev/null
    [ "${PIPESTATUS[0]}" = 3 ] && grep -q "cannot write a record to standard output: Broken pipe" log/gone' sh "$mlm"

# Two jobs share a plan, and their records are those of one.
for part in 1 2; do
    "$mlm" run --suite storage --data 8M --cap 64M --swap none --repetitions 1 --quiet --shard $part/2 --out - 2>/dev/null
done >out/parts.jsonl
status 0 "$mlm" run --suite storage --data 8M --cap 64M --swap none --repetitions 1 --quiet --out out/whole.jsonl
rows() { "$MLM_PYTHON" -c '
import json, sys
for line in open(sys.argv[1]):
    record = json.loads(line)
    if record["kind"] == "trial":
        print(record["workload"], record["params"], record["cap_bytes"], record["answer"])' "$1" | sort; }
expect "parts that are merged are the whole" diff <(rows out/parts.jsonl) <(rows out/whole.jsonl)
finish
