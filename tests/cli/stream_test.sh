#!/bin/sh
# Records from standard input: every verb that reads a file reads it from there too, and says the same.
. "$(dirname "$0")/common.sh"
begin
needs gnuplot
cp "$MLM_SOURCE/tests/fixtures/record/quick.jsonl" records.jsonl
cp "$MLM_SOURCE/tests/fixtures/record/swap.jsonl" other.jsonl

# same VERB ARGUMENT…: the verb says of standard input what it says of the file.
same()
{
    "$mlm" "$@" records.jsonl >log/file 2>log/file.err
    expected=$?
    # A pipe cannot be read twice.
    cat records.jsonl | "$mlm" "$@" - >log/stream 2>log/stream.err
    got=$?
    expect "$1: the same exit status" test "$expected" = "$got"
    sed -i 's/records\.jsonl/-/g' log/file log/file.err
    expect "$1: the same on standard output" cmp log/file log/stream
    expect "$1: the same on standard error" cmp log/file.err log/stream.err
}
same show
same show --columns all
same advise
same export --format csv
same export --format json
same report --out -
same compare other.jsonl

status 0 sh -c 'cat records.jsonl | "$1" report -' sh "$mlm"
expect "a page of what has no name" grep -qx 'Report: ./records.html' log/out
status 0 sh -c 'cat records.jsonl | "$1" plot - --out pictures' sh "$mlm"
expect "pictures that need the course of a trial" sh -c 'ls pictures/records-*-timeline.svg'
status 0 sh -c 'cat records.jsonl | "$1" show - -' sh "$mlm"
expect "standard input can be named twice" test -s log/out

status 3 sh -c 'echo nonsense | "$1" show -' sh "$mlm"
expect "a line that is no record" grep -q 'no trial is recorded in standard input (standard input:1: ' log/err
status 3 sh -c '"$1" show - <&-' sh "$mlm"
expect "it is closed" grep -q 'cannot read standard input: Bad file descriptor' log/err
status 2 "$mlm" run --resume -
expect "nothing can be added to it" grep -q -- '--resume: nothing can be added to standard input; name the file' log/err

for wrong in 3 0/4 5/4 1/ /2 1/2/3 -1/2 1/2x ' 1/2'; do
    status 2 "$mlm" run --dry-run --shard "$wrong"
    expect "--shard '$wrong'" grep -q "is no part of a plan; give K/N, for example 2/8" log/err
done
"$mlm" run --dry-run --cap 1G | sed -n 's/^ *[0-9]* .* \([^ ]*cap:[^ ]*\)/\1/p' | sort >log/whole
for part in 1 2 3; do
    "$mlm" run --dry-run --cap 1G --shard "$part/3" | sed -n 's/^ *[0-9]* .* \([^ ]*cap:[^ ]*\)/\1/p'
done | sort >log/parts
expect "all parts of a plan are the plan" cmp log/whole log/parts
finish
