#!/bin/sh
# A suite whose module cannot be loaded: verbs that need it say so, all others work.
. "$(dirname "$0")/common.sh"
begin
records=$MLM_SOURCE/tests/fixtures/record/swap.jsonl

# Programs find their folders from their own place, so copy them.
mkdir -p bin/suites
cp "$MLM_BIN/mlmembench" "$MLM_BIN/mlmembench-worker" bin
ln -s "$MLM_SOURCE/plots" bin/plots
for suite in "$MLM_BIN"/suites/*.so; do
    ln -s "$suite" bin/suites
done
mlm=$PWD/bin/mlmembench
status 0 "$mlm" list
cp log/out log/whole
status 0 "$mlm" run --dry-run --data 64M --swap none
expect "nothing to say" test ! -s log/err

# One module is truncated, one is not a suite at all. The dynamic loader would crash on the truncated one.
rm bin/suites/batch.so bin/suites/frameworks.so
head -c 5000 "$MLM_BIN/suites/batch.so" >bin/suites/batch.so
: >bin/suites/frameworks.so
"$MLM_PYTHON" - bin/suites/other.so <<'PYTHON'
import glob, shutil, sys
shutil.copy(sorted(glob.glob("/lib/*/libm.so.6") + glob.glob("/usr/lib/*/libm.so.6"))[0], sys.argv[1])
PYTHON
status 3 "$mlm" list
expect "a line each, which names the file" test "$(grep -c '^mlmembench: left out: .*/suites/[a-z]*\.so' log/err)" = 3
expect "and no other" test "$(wc -l <log/err)" = 3
expect "the others are listed" test "$(grep '^[a-z]*: ' log/out)" = "$(grep '^[a-z]*: ' log/whole | grep -v '^batch: \|^frameworks: ')"
status 0 "$mlm" list --suite storage
expect "another suite has nothing to do with it" test ! -s log/err
refused 3 "batch.so cannot be read, or is cut short; build and install again" list --suite batch
refused 3 "other.so is not a suite of this version" run --suite storage,other --dry-run
status 0 "$mlm" run --suite storage --dry-run --data 64M
expect "nor with a run of another" test ! -s log/err
status 0 "$mlm" run --dry-run --data 64M --swap none
expect "a plan says what is left out" grep -q '^mlmembench: left out: .*frameworks.so cannot be read' log/err
expect "and has the others" grep -q ' storage/csr/' log/out

# Verbs that need no suite.
for verb in "show $records" "advise $records" "report $records --out page.html" "plot $records --out pictures" \
    "export $records --format csv" "clean --dry-run" "doctor"; do
    # shellcheck disable=SC2086  # words
    "$mlm" $verb >log/out 2>log/err
    expect_not "$verb needs none" grep -q 'suite' log/err
done
expect "a page" test -s page.html
expect "pictures" test -s pictures/swap-storage-needs.svg
printf '1,2\n3,4\n' >data.csv
status 0 "$mlm" estimate --file data.csv
expect "nothing on standard error" test ! -s log/err
finish
