#!/bin/sh
# run --resume: takes only those words from a record's command that decide what is run.
. "$(dirname "$0")/common.sh"
begin

# with COMMAND…: makes records of a run that was started so; words are separated by commas.
with()
{
    sed "s|\"command\":\[[^]]*\]|\"command\":[$1]|" "$MLM_SOURCE/tests/fixtures/record/quick.jsonl" >run.jsonl
}

with '"run","--cap","64M","--suite=self","--filter","touch","--param","size=16M,20M","--repetitions","2"'
status 0 "$mlm" run --resume run.jsonl --dry-run
expect "the plan is the run's" test "$(grep -c 'self/touch.*64M' log/out)" = 4
cp log/out log/plan
status 0 "$mlm" run --resume run.jsonl --repetitions 1 --dry-run
expect "what is said now overrides it" test "$(grep -c 'self/touch.*64M' log/out)" = 2

# Output paths are not taken over: no path from a file is written to.
echo precious >precious
with '"/usr/bin/mlmembench","run","--cap","64M","--out","elsewhere.jsonl","--suite=self","--quiet","--filter","touch","--benchmark_out=precious","--param","size=16M,20M","--benchmark_out=no/such/folder/x","--benchmark_format=json","--benchmark_list_tests","--dry-run","--repetitions","2","--resume","run.jsonl"'
status 0 "$mlm" run --resume run.jsonl --dry-run
expect "the plan is the same" diff log/plan log/out
expect "and the file as it was" grep -qx precious precious
with '"run","--cap","64M","--suite=self","--benchmark_filter=touch","--param=size=16M,20M","--repetitions=2"'
status 0 "$mlm" run --resume run.jsonl --dry-run
expect "a filter by its other name is part of the plan" diff log/plan log/out

# Commands of another verb, or with words that have no meaning here.
for verb in exec fit; do
    with "\"$verb\",\"--cap\",\"64M\",\"--\",\"true\""
    refused 2 "goes on with what .mlmembench run. has begun; the records in run.jsonl are of .$verb." run --resume run.jsonl
done
with '"run","--no-such-option","1"'
refused 2 "the run in run.jsonl was started with '--no-such-option', which .run. does not know" run --resume run.jsonl
with '"run","results"'
refused 2 "was started with 'results'" run --resume run.jsonl
with '"run","--help"'
refused 2 "was started with '--help'" run --resume run.jsonl
with '"run","--cap"'
refused 2 "was started with '--cap'" run --resume run.jsonl
finish
