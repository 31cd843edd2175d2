#!/bin/sh
# compare --format: what matters first in each format, and the same in all of them; readers of the formats agree.
. "$(dirname "$0")/common.sh"
begin
needs python:jsonschema
needs cmark-gfm
records=$MLM_SOURCE/tests/fixtures/record
formats=$("$mlm" compare --help | sed -n '/^Formats:/,/^$/s/^  \([a-z][a-z-]*\)  *.*/\1/p' | xargs)
expect "the formats" test "$formats" = "text markdown json junit github"

# run_again OUT NAME=VALUE…: makes another run of the same rows.
run_again()
{
    "$MLM_PYTHON" "$here/compare_data.py" "$records/quick.jsonl" "$@"
}

pretty()
{
    "$mlm" compare "$@" | "$MLM_PYTHON" -m json.tool --no-ensure-ascii
}

# A person reads the golden files, so these runs are small.
few="drop=batch/mlp drop=pooling/arena drop=pooling/malloc drop=pooling/leak drop=pooling/refcount drop=storage/dense_f64 drop=loading/full"
# shellcheck disable=SC2086  # words
run_again old.jsonl $few
# shellcheck disable=SC2086
run_again new.jsonl $few seed=2 grow=storage/csr:1.2 scale=storage/coo:0.5 outcome=storage/csc:oom drop=loading/mmap
for format in markdown junit github; do
    golden "compare_as_$format" "$mlm" compare old.jsonl new.jsonl --fail-above 10% --format $format
    status 1 "$mlm" compare old.jsonl new.jsonl --fail-above 10% --format $format
    expect "$format: nothing on standard error" test ! -s log/err
done
golden compare_as_json pretty old.jsonl new.jsonl --fail-above 10% --format json
"$mlm" compare old.jsonl new.jsonl --fail-above 10% >log/plain
status 1 "$mlm" compare old.jsonl new.jsonl --fail-above 10% --format text
expect "text is what is printed without --format" cmp -s log/plain log/out

# Markdown: what fails and changed comes before the first fold; everything else is folded.
"$mlm" compare old.jsonl new.jsonl --fail-above 10% --format markdown >log/markdown
sed '/<details>/,$d' log/markdown >log/open
expect "the gate's verdict comes first" grep -qx '\*\*regression: 5 rows more than 10 % above in time or needs, or ending worse\*\*' log/open
expect "the rows that fail follow" test "$(grep -c '^- ' log/open)" = 5
expect "the answer is there, too" grep -q '^new is .* as fast as old\|^On the 4 rows' log/open
expect "rows that changed are in the first table" test "$(grep -c '^| storage' log/open)" = 6
expect_not "rows that did not are not" grep -q 'prefetch' log/open
expect "they are folded" grep -q 'prefetch' log/markdown
expect "needs come before time, and both before what is less important" \
    grep -qx '| row | outcome | needs | time | verdict |' log/open
cmark-gfm --unsafe -e table log/markdown >log/page
expect "folds are closed" test "$(grep -c '<details>' log/page)" = 2 -a "$(grep -c '</details>' log/page)" = 2
expect "two tables" test "$(grep -c '^<table>' log/page)" = 2
status 0 "$mlm" compare old.jsonl old.jsonl --fail-above 10% --format markdown
expect "without a change, it says so" grep -qx 'None of the 12 rows that both sides have changed.' log/out

# GitHub: an error for each row that fails, in the log; the summary in the file that the runner names.
echo "# a step before" >summary.md
status 1 env GITHUB_STEP_SUMMARY=summary.md "$mlm" compare old.jsonl new.jsonl --fail-above 10% --format github
(echo "# a step before" && cat log/markdown) >log/wanted
expect "the summary is appended" cmp -s log/wanted summary.md
expect "errors" test "$(grep -c '^::error title=mlmembench::' log/out)" = 5
expect "every line is a command" test "$(grep -vc '^::\(error\|notice\) title=mlmembench::' log/out)" = 0
expect "a per cent sign is escaped" grep -q 'ok → oom at 50 %25 of run' log/out
status 0 "$mlm" compare old.jsonl old.jsonl --fail-above 10% --format github
expect "a notice where nothing fails" grep -q '^::notice title=mlmembench::no regression: ' log/out
expect_not "and no error" grep -q '^::error' log/out
run_again all.jsonl
run_again bad.jsonl scale=batch/mlp:2 scale=storage/csr:2 scale=storage/coo:2 scale=storage/csc:2 scale=loading/generator:2 \
    scale=loading/prefetch:2 scale=loading/mmap:2
status 1 "$mlm" compare all.jsonl bad.jsonl --fail-above 10% --format github
expect "ten errors at most, because the runner shows no more" test "$(grep -c '^::error' log/out)" = 10
expect "the last one counts the others" grep -q '^::error title=mlmembench::and 4 more; the job.s summary has all' log/out
status 3 env GITHUB_STEP_SUMMARY=no/such/folder/file "$mlm" compare old.jsonl new.jsonl --format github
expect "a summary that cannot be written is named" grep -q 'GITHUB_STEP_SUMMARY: .*no/such/folder' log/err

# JSON and JUnit say what the others say; also with several machines, and where nothing is judged.
run_again other.jsonl seed=3 machine=m3:desktop scale=batch/mlp:1.5 'fact=cpu:"AMD Ryzen 5 5600G"'
cat old.jsonl other.jsonl >both.jsonl
run_again single.jsonl repetitions=1
"$MLM_PYTHON" "$here/fleet_data.py" "$records/quick.jsonl" 6 >fleet.jsonl
set -- fleet.jsonl "all.jsonl other.jsonl --fail-above 10%" "all.jsonl other.jsonl old.jsonl" "both.jsonl" "single.jsonl single.jsonl" \
    "$records/hostile.jsonl $records/hostile.jsonl" "all.jsonl bad.jsonl --fail-above 10%"
for arguments; do
    for format in $formats; do
        # shellcheck disable=SC2086
        "$mlm" compare $arguments --format "$format" >"log/out.$format" 2>log/err
        expect "$arguments: $format: plain" no_escapes "log/out.$format"
    done
    status 0 "$MLM_PYTHON" "$MLM_SOURCE/tests/schema_check.py" --schema "$MLM_SOURCE/results/compare.schema.json" log/out.json
    status 0 "$MLM_PYTHON" "$here/formats_check.py" log/out
done
golden compare_fleet_as_markdown "$mlm" compare fleet.jsonl --format markdown
status 0 "$mlm" compare fleet.jsonl --format json
expect "four machines or more are a fleet in every format" grep -q '"fleet": {"verdict": "6 machines, 25 jobs' log/out
run_again one.jsonl repetitions=1 scale=storage/csr:2
refused 3 "nothing can be judged, because one repetition on each side tells nothing; use --repetitions 5" \
    compare single.jsonl one.jsonl --fail-above 10%
run_again dead.jsonl repetitions=1 outcome=storage/csr:oom
status 1 "$mlm" compare single.jsonl dead.jsonl --fail-above 10%
expect "what ends worse is judged all the same" grep -q "^regression: 2 rows" log/out
expect "the others are said not to be" grep -q "^26 figures are not judged, because one repetition on each side tells nothing" log/out

# Machines that differ: needs are judged, and time only if asked for.
status 0 "$mlm" compare all.jsonl other.jsonl --fail-above 10%
tr '\n' ' ' <log/out >log/line
expect "it is said" grep -q "time is not judged, because the machines differ: processor Intel.* → AMD Ryzen 5 5600G[.] --fail-on both judges it all the same[.]" log/line
expect "needs are" grep -q "^no regression: no row is more than 10 % above in needs, or ends worse" log/out
status 1 "$mlm" compare all.jsonl other.jsonl --fail-above 10% --fail-on both
expect "time is where it is asked for" grep -q "^regression: 4 rows more than 10 % above in time or needs" log/out
expect_not "then nothing is left out" grep -q "is not judged" log/out
run_again grown.jsonl seed=4 machine=m3:desktop grow=storage/csr:1.2
status 1 "$mlm" compare all.jsonl grown.jsonl --fail-above 10%
expect "more needs fail on another machine" grep -q "^  storage/csr density=0.01 at 2G: needs 1.20 ×" log/out
run_again kernel.jsonl seed=5 'fact=kernel:"6.12.0"' scale=storage/csr:1.2
status 1 "$mlm" compare all.jsonl kernel.jsonl --fail-above 10%
expect "another kernel on the same machine is judged by time" grep -q "^  storage/csr density=0.01 at 2G: time 1.20 ×" log/out

# The same figure is never called both: a regression, and too few repetitions or noise.
run_again two.jsonl repetitions=2
run_again two_slow.jsonl repetitions=2 seed=9 scale=storage/csr:1.3
for pair in "two.jsonl two_slow.jsonl" "single.jsonl two_slow.jsonl" "all.jsonl bad.jsonl"; do
    # shellcheck disable=SC2086
    "$mlm" compare $pair --fail-above 10% --format json >log/out.json 2>log/err
    expect "$pair: what fails is proved" "$MLM_PYTHON" -c '
import json
for side in json.load(open("log/out.json"))["comparisons"]:
    for row in side["rows"]:
        for figure in "time_ns", "needs_bytes":
            fails = row["fails"] and figure.split("_")[0] in row["fails"]
            assert not fails or row[figure]["verdict"] == "more", row'
done

refused 2 "there is no format 'markdwn'; did you mean markdown" compare old.jsonl new.jsonl --format markdwn
refused 2 "there is no format 'csv'; .mlmembench compare --help. shows them" compare old.jsonl new.jsonl --format csv
mkdir history
refused 2 "--format does not go with --history, which prints for a terminal alone" compare --history history old.jsonl --format json
finish
