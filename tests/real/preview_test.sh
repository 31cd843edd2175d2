#!/bin/bash
# The first minutes of a newcomer: a preview, what it says of itself, rows that are shown as they end, and a bar that is
# there before the first trial.
. "$(dirname "$0")/common.sh"
begin
export MLMEMBENCH_PROGRAM=./bootstrap
small="--suite self --filter touch --param size=8M --swap none"

rm -rf results
status 0 "$mlm" run --preview $small
preview=$(ls results/preview/*.jsonl)
expect "a preview lies apart from runs" [ "$(ls results)" = preview ]
expect "each row runs once, under a small cap, on little data" records "$preview" \
    'all(x["cap_bytes"] == 512 << 20 and x["data_bytes"] == 128 << 20 and x["repetition"] == 0 for x in r) and len(r) == 1'
expect "it is marked in the records" records "$preview" 'all("preview" in x["marks"] for x in r)'
expect "and below the table" grep -q ' a preview: one trial' log/out
expect "no interval is given" bash -c '! grep -q "±" log/out'
expect "no time is compared" bash -c '! grep -Eq "fastest|slowed|the time of" log/out'
expect "then it says how to measure, in which time" grep -q 'This measures, in about [0-9].*:$' log/out
expect "by the command that was typed" \
    grep -Fxq "    ./bootstrap run --suite self --filter touch --param 'size=8M' --swap none --cap 2G" <(sed "s/ size=8M/ 'size=8M'/" log/out)
status 0 env -u MLMEMBENCH_PROGRAM "$mlm" show "$preview"
expect "it stays a preview when it is shown again" grep -q ' a preview: one trial' log/out
status 0 env -u MLMEMBENCH_PROGRAM "$mlm" run --preview $small --cap 64M --data 32M --out=out/own.jsonl
expect "own sizes are kept" records out/own.jsonl '[(x["cap_bytes"], x["data_bytes"]) for x in r] == [(64 << 20, 32 << 20)]'
expect "also in the command; its file is its own" grep -Eq "^    mlmembench run --suite self --filter touch --param '?size=8M'? --swap none --cap 64M --data 32M\$" log/out
status 2 "$mlm" run --preview --repetitions 3 $small
expect "repetitions contradict it" grep -q -- '--preview runs each row once; leave out --repetitions' log/err

# Rows as they end.
status 0 "$mlm" run $small --cap 24M,64M --repetitions 2 --out out/rows.jsonl
expect "every trial has a line with its number" [ "$(grep -Ec '^\[[1-4]/4\] +[12] of 2 +ok ' log/err)" = 4 ]
expect "with its figures, and the cap" grep -Eq '^\[1/4\] +1 of 2 +ok +[0-9.]+ [mu]?s +[0-9.]+ MiB +(24|64)M  self/touch$' log/err
"$mlm" run --dry-run $small --cap 24M,64M --repetitions 2 | sed -n 's/.*cap:\([0-9]*M\).*/\1/p' >log/planned
sed -n 's/^\[.* \([0-9]*M\)  self.*/\1/p' log/err >log/lived
expect "in the order of the plan" diff log/planned log/lived
status 0 "$mlm" run --suite self --filter hog --cap 24M --swap none --repetitions 1 --all --out out/hog.jsonl
expect "one that is killed needs more than it reached" grep -Eq '^\[1/1\] +1 of 1 +oom +- +> [0-9.]+ MiB +24M  self/hog' log/err
status 0 "$mlm" run $small --cap 24M --quiet --repetitions 1 --out out/quiet.jsonl
expect "--quiet shows the table alone" [ ! -s log/err ]

status 0 "$mlm" run $small --cap 24M --budget 1ms --out out/budget.jsonl
expect "after one trial nothing is known of its time" grep -q '1 time is known less well than ± 5 %; a larger --budget' log/err

# On a terminal.
terminal() { status 0 "$MLM_PYTHON" "$MLM_SOURCE/tests/cli/terminal.py" "$1" env TERM=xterm NO_COLOR=1 "${@:2}"; }
terminal 80 "$mlm" run --suite loading --filter 'generator' --data 16M --cap 64M --repetitions 2 --out out/terminal.jsonl
tr '\r' '\n' <log/out | sed "s/$(printf '\033')\[K//g" >log/lines
before() { [ "$(grep -n -m 1 -- "$1" log/lines | cut -d: -f 1)" -lt "$(grep -n -m 1 -- "$2" log/lines | cut -d: -f 1)" ]; }
expect "the bar is there before any trial, and says what is done" before '^[━─]* trying the memory of this machine' '^[━─]* 0/2 '
expect "also while a dataset is made" before '^[━─]* checking the datasets' '^[━─]* 0/2 '
expect "a row has its line after the first round" [ "$(grep -c '^1 of 2 .* loading/generator' log/lines)" = 1 ]
expect "later rounds have only the bar" [ "$(grep -c '^2 of 2 ' log/lines)" = 0 ]
expect "no line is too wide" "$MLM_PYTHON" -c '
import sys
wide = [line for line in open("log/lines", encoding="utf-8").read().split("\n") if len(line) > 80 and line[0] in "12━─[t"]
print(*wide, sep="\n")
sys.exit(bool(wide))'
finish
