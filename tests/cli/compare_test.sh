#!/bin/sh
# compare: rows that changed, rows that did not, rows that cannot be told; and gates that fail on changes.
. "$(dirname "$0")/common.sh"
begin
needs python:scipy
records=$MLM_SOURCE/tests/fixtures/record

# run_again OUT NAME=VALUE…: makes another run of the same rows.
run_again()
{
    "$MLM_PYTHON" "$here/compare_data.py" "$records/quick.jsonl" "$@"
}

on_terminal()
{
    columns=$1
    shift
    "$MLM_PYTHON" "$here/terminal.py" "$columns" env TERM=dumb "$mlm" "$@"
}

run_again old.jsonl
run_again new.jsonl seed=2
run_again slow.jsonl seed=1 scale=storage/csr:1.2

# Compared with itself: no difference. Compared with a copy in which one workload is slower: exactly that one.
golden compare_self "$mlm" compare old.jsonl old.jsonl
status 0 "$mlm" compare old.jsonl old.jsonl --fail-above 0%
expect "all ratios are 1" sh -c '! grep " × " log/out | grep -v "^ratios:" | grep -v "1\.00 ×"'
expect_not "and none is significant" grep -qE "slower|faster$|more$|less$" log/out
golden compare_slow "$mlm" compare old.jsonl slow.jsonl
status 1 "$mlm" compare old.jsonl slow.jsonl --fail-above 10%
sed '1,/^regression: /d' log/out >log/named
expect "exactly the slower rows are named" diff log/named - <<'NAMED'
  storage/csr density=0.01 at 2G: time 1.20 × (1.19 to 1.21)
  storage/csr density=0.1 at 2G: time 1.20 × (1.19 to 1.21)
NAMED
expect "and no other is slower" test "$(grep -c 'slower$' log/out)" = 2
status 0 "$mlm" compare old.jsonl slow.jsonl --fail-above 20%
expect "it is said that none is" grep -qx "no regression: no row is more than 20 % above in time or needs, or ends worse" log/out
status 0 "$mlm" compare old.jsonl slow.jsonl --fail-above 10% --fail-on needs
status 1 "$mlm" compare old.jsonl slow.jsonl --fail-above=10% --fail-on=time
status 0 "$mlm" compare slow.jsonl old.jsonl --fail-above 10%
status 0 "$mlm" compare old.jsonl new.jsonl --fail-above 10%
run_again large.jsonl grow=batch/mlp:1.5
status 1 "$mlm" compare old.jsonl large.jsonl --fail-above 10%
expect "what needs more" grep -q "^  batch/mlp batch=1 at 2G: needs 1.50 ×" log/out
status 0 "$mlm" compare old.jsonl large.jsonl --fail-above 10% --fail-on time

# The figures are those that scipy computes.
run_again old8.jsonl repetitions=8 drop=pooling/refcount
run_again new8.jsonl repetitions=8 seed=3 scale=storage/csr:1.02 scale=batch/mlp:1.03 scale=storage/csc:1.012 \
    scale=pooling/arena:1.018 scale=loading/mmap:0.985 grow=storage/coo:1.0001
status 0 "$mlm" compare old8.jsonl new8.jsonl
cp log/out log/table
status 0 "$MLM_PYTHON" "$here/compare_check.py" old8.jsonl new8.jsonl log/table

# Three repetitions are too few for a rank test, so another is used; a gate then uses every one of them.
run_again old3.jsonl repetitions=3
run_again new3.jsonl repetitions=3 seed=2 scale=storage/csr:1.2
status 1 "$mlm" compare old3.jsonl new3.jsonl --fail-above 10%
expect "three are too few for a rank test, and it is said" grep -q "Welch's t test of the logarithms (too few repetitions for a rank test)" log/out
expect "the gate names them" test "$(grep -c 'storage/csr .*(every repetition)' log/out)" = 2
expect "and no other" test "$(sed '1,/^regression: /d' log/out | wc -l)" = 2
golden compare_few on_terminal 80 compare old3.jsonl new3.jsonl --fail-above 10%
run_again old5.jsonl repetitions=5
status 0 "$mlm" compare old5.jsonl old5.jsonl
expect "five are too few for a rank test of so many rows; needs that are all but equal are no tests" grep -q "Welch's t test of the logarithms (too few repetitions for a rank test), corrected by Holm for 15 tests; 15 figures are not tested, because the values are all but equal" log/out
run_again old1.jsonl repetitions=1
status 0 "$mlm" compare old1.jsonl old1.jsonl
expect "one tells nothing" grep -q "^too few repetitions: with one repetition on each side no difference can be told from chance" log/out

# Changed outcomes, differing facts of the machines, and rows of only one side.
run_again worse.jsonl seed=2 outcome=storage/csc:oom outcome=storage/coo:timeout:2 outcome=pooling/arena:skipped \
    drop=loading/mmap machine=m2:netbook fact='swap:[{"kind":"zram","size_bytes":2147483648}]' fact='thp:"always"'
for columns in 80 120; do
    golden compare_worse_$columns on_terminal $columns compare old.jsonl worse.jsonl --fail-above 10%
    expect "$columns columns" "$MLM_PYTHON" -c '
import sys
wide = [line for line in open("log/out", encoding="utf-8").read().split("\n") if len(line) > int(sys.argv[1])]
print(*wide, sep="\n")
sys.exit(bool(wide))' $columns
done
status 1 "$mlm" compare old.jsonl worse.jsonl --fail-above 1000%
expect "what ends worse trips any gate" grep -q "^  storage/csc .*: ok → oom at 50 % of run" log/out
expect "also in part" grep -q "^  storage/coo .*: ok → ok 8 of 10, timeout" log/out
expect_not "what was not run has not become worse" grep -q "^  pooling/arena" log/out
expect "what is missing has ended worse" grep -qx "  loading/mmap at 2G: ok → missing" log/out
run_again fewer.jsonl seed=2 drop=loading/mmap
status 1 "$mlm" compare old.jsonl fewer.jsonl --fail-above 1000%
expect "also alone" grep -q "^regression: 1 row more than 1000 % above in time or needs, or ending worse" log/out
status 0 "$mlm" compare old.jsonl fewer.jsonl --fail-above 1000% --allow-missing
expect "unless that is meant" grep -q "^no regression: " log/out
expect "it is said all the same" grep -q "^1 in old alone: loading/mmap" log/out
status 0 "$mlm" compare fewer.jsonl old.jsonl --fail-above 10%
expect "what is new is none" grep -q "^1 in new alone: loading/mmap" log/out
run_again never.jsonl outcome=loading/mmap:oom
status 0 "$mlm" compare never.jsonl fewer.jsonl --fail-above 10%
expect "nor is what was not ok" grep -q "^no regression: " log/out
status 0 "$mlm" compare worse.jsonl old.jsonl --fail-above 1000%
expect "the other way round it is better" grep -q "oom → ok .* better$" log/out

# Several machines give a matrix against the first, from several files or from one.
run_again other.jsonl seed=3 machine=m3:desktop scale=batch/mlp:0.5 fact=cores:8
golden compare_matrix on_terminal 100 compare old.jsonl worse.jsonl other.jsonl
cat old.jsonl worse.jsonl other.jsonl >all.jsonl
status 0 "$mlm" compare all.jsonl
expect "out of one file" grep -q "^time overall: B 1.00 ×, C " log/out
# Files of several machines are compared machine by machine.
run_again slow_other.jsonl seed=3 machine=m3:desktop scale=batch/mlp:1.5 fact=cores:8
cat slow_other.jsonl old.jsonl >two.jsonl
status 1 "$mlm" compare all.jsonl two.jsonl --fail-above 10%
expect "the machines are named" grep -q "^old all.jsonl: 3 machines: thinkpad, netbook, desktop" log/out
expect "one of them is slower" test "$(grep -c '^  desktop: batch/mlp .*: time 3.00 ×' log/out)" = 4
expect "and no other" test "$(sed '1,/^regression: /d' log/out | wc -l)" = 4
expect "one is not there" grep -q "^23 in old alone: netbook: " log/out
expect "each has its tables" test "$(grep -c '^thinkpad, \|^desktop, ' log/out)" = 2
refused 3 "nothing to compare: .*the same machine .for one holds several., workload" compare worse.jsonl two.jsonl

# Two laptops: partners whatever their RAM, with the verdict first. What stands in for their desktops is no need of the job.
run_again small.jsonl repetitions=5 laptop=2048 outcome=storage/dense:oom outcome=batch/mlp:oom
run_again wide.jsonl repetitions=5 laptop=8192 seed=2
status 0 "$mlm" show small.jsonl
expect "a cap of a laptop is never named alone" sh -c "tr '\\n' ' ' <log/out | grep -Eq '(at|fits in|fit in) 1792M [(]a laptop with 2 GB[)]'"
status 0 "$mlm" compare small.jsonl wide.jsonl
tr '\n' ' ' <log/out >log/line
expect "jobs that only the larger laptop can run" grep -Eq '^On the [0-9]+ rows that both can run, both sides are equally fast, within [1-5] %[.] [0-9]+ rows ended well only on new: .* No row ended well only on old[.] For these jobs new gains by its memory, not by its processor[.]' log/line
expect "the laptops are named, and one that is sold" grep -Eq 'old stands for a laptop with 2 GB[.] new stands for a laptop with 8 GB[.] Of all rows that end well on a side, .* needs most: [^.]*[.][0-9]+ [GM]iB[.] That fits a laptop with [48] GB of RAM: beside its system, LXDE and a browser with 5 pages' log/line
status 0 "$mlm" compare small.jsonl wide.jsonl --desktop none
expect "without a desktop" sh -c "tr '\\n' ' ' <log/out | grep -Eq 'a laptop with [24] GB of RAM: beside its system, [0-9.]+ GiB are free'"
status 0 "$mlm" compare small.jsonl wide.jsonl
expect_not "needs do not differ by the background" grep -q 'needs more\|needs less' log/out
run_again quick8.jsonl repetitions=5 laptop=8192 seed=2 pace=0.6
status 0 "$mlm" compare small.jsonl quick8.jsonl
expect "a faster one is named with its interval" grep -Eq '^new is 1[.]6[0-9] × as fast as old \(1[.][56][0-9] to 1[.][67][0-9]\)' log/out
status 0 "$mlm" compare quick8.jsonl wide.jsonl
expect "also from the other side" grep -Eq '^old is 1[.]6[0-9] × as fast as new' log/out
# A laptop itself is a partner of one that was imitated, whatever was available on it.
run_again own1.jsonl repetitions=5 own=5000 seed=2
run_again own2.jsonl repetitions=5 own=4800 seed=2 day=2
cat own1.jsonl own2.jsonl >own.jsonl
status 0 "$mlm" compare small.jsonl own.jsonl
tr '\n' ' ' <log/out >log/line
expect "the laptop itself" grep -Eq 'ended well only on new: .* old stands for a laptop with 2 GB[.] new is a laptop with 7[.]71 GiB[.]' log/line
expect "all rows have a partner" test "$(grep -c 'alone' log/out)" = 0
status 0 "$mlm" show own.jsonl
expect "two days are one row" grep -q '^storage, cap 5000M, .*the laptop itself, with 7.71 GiB' log/out
expect_not "and no second one" grep -q 'cap 4800M' log/out
run_again near.jsonl repetitions=5 seed=3 pace=1.12
status 0 "$mlm" compare old5.jsonl near.jsonl
expect "one run a side is not enough for a small difference" grep -q '^Neither side is clearly faster: old is 1.1[0-9] × as fast as new' log/out
for day in 2 3; do
    run_again more.jsonl repetitions=5 seed=$day day=$day
    cat more.jsonl >>old5.jsonl
    run_again more.jsonl repetitions=5 seed=1$day day=$day pace=1.12
    cat more.jsonl >>near.jsonl
done
status 0 "$mlm" compare old5.jsonl near.jsonl
expect "several runs a side are" grep -Eq '^old is 1[.]1[0-9] × as fast as new' log/out

# Another data size is other work.
run_again half.jsonl data=1342177280
refused 3 "nothing to compare: old.jsonl and half.jsonl hold different data sizes .*--mix-data" compare old.jsonl half.jsonl
status 0 "$mlm" compare old.jsonl half.jsonl --mix-data
expect "it is said" grep -q "^every row: other work: data 2.50 GiB → 1.25 GiB" log/out

# A gate must not pass because there is nothing to compare.
refused 3 "nothing to compare: no row of old.jsonl has a partner in .*swap.jsonl" compare old.jsonl "$records/swap.jsonl" \
    --fail-above 10%
"$MLM_PYTHON" - <<'PYTHON'
import json
with open("refused.jsonl", "w") as out:
    for line in open("old.jsonl"):
        out.write(json.dumps(dict(json.loads(line), outcome="refused", run_ns=None)) + "\n")
PYTHON
refused 3 "nothing to compare: no row ran in both old.jsonl and refused.jsonl" compare old.jsonl refused.jsonl --fail-above 10%
refused 3 "missing.jsonl: No such file" compare old.jsonl missing.jsonl
refused 2 "old.jsonl holds the runs of one machine; compare needs two files: mlmembench compare OLD NEW" compare old.jsonl
refused 2 "compare needs two files: mlmembench compare OLD NEW" compare
refused 2 "--fail-above: '10' is not a percentage; write one like 10%" compare old.jsonl new.jsonl --fail-above 10
for word in % -5% nan% 1e3% 10%% ten; do
    refused 2 "--fail-above: '$word' is not a percentage" compare old.jsonl new.jsonl --fail-above="$word"
done
refused 2 "--fail-on: 'swap' is unknown; give time, needs or both" compare old.jsonl new.jsonl --fail-above 10% --fail-on swap
refused 2 "--allow-missing goes with --fail-above" compare old.jsonl new.jsonl --allow-missing
refused 2 "--fail-on goes with --fail-above" compare old.jsonl new.jsonl --fail-on time

# History: the usual values come from the files of a folder.
mkdir history empty
golden compare_no_history "$mlm" compare --history empty new3.jsonl
for day in 1 2 3 4 5 6; do
    run_again history/day$day.jsonl repetitions=3 seed=$day day=$day
done
run_again today.jsonl repetitions=3 seed=7 day=7 scale=storage/csr:1.2 outcome=storage/csc:oom
status 1 "$mlm" compare --history history today.jsonl
sed '1,/^regression: /d' log/out | sed 's/:.*//' >log/named
expect "exactly what is worse is named" diff log/named - <<'NAMED'
  storage/csc density=0.01 at 2G
  storage/csr density=0.01 at 2G
  storage/csc density=0.1 at 2G
  storage/csr density=0.1 at 2G
NAMED
golden compare_history on_terminal 120 compare --history history today.jsonl
run_again usual.jsonl repetitions=3 seed=7 day=7
status 0 "$mlm" compare --history history usual.jsonl
expect "no regression" grep -q "^no regression in 15 rows" log/out
status 0 "$mlm" compare --history history usual.jsonl --last 3
expect "the last three" grep -q "^history history: 3 files, from 2026-11-04 to 2026-11-06" log/out
expect "and what is older" grep -q "^left out: 3 older" log/out
status 0 "$mlm" compare --history history usual.jsonl --last 2
expect "two are too few" grep -q "^too little history: no row is in 3 earlier files yet" log/out
run_again slower.jsonl repetitions=3 seed=7 day=7 scale=storage/csr:1.2
status 1 "$mlm" compare --history history slower.jsonl
status 1 "$mlm" compare --history history slower.jsonl --fail-on time
status 0 "$mlm" compare --history history slower.jsonl --fail-on needs
status 0 "$mlm" compare --history history slower.jsonl --floor 30%

# The folder also has the run itself under two names, later runs, a broken file, and one of another machine.
cp today.jsonl history/copy.jsonl
ln -s ../today.jsonl history/link.jsonl
run_again history/later.jsonl day=9 scale=storage/csr:1.2
run_again history/other.jsonl day=2 machine=m9:runner scale=storage/csr:1.2
echo '{' >history/broken.jsonl
echo 'no store' >history/notes.txt
status 1 "$mlm" compare --history history today.jsonl
expect "these are left out" grep -q \
    "^left out: 1 of other machines (--any-machine takes them), 1 of the same run, 1 later than it, 1 that cannot be read" log/out
expect "the broken one is named" grep -q "^mlmembench: passed over: no trial is recorded in history/broken.jsonl" log/err
expect "the others count" grep -q "^history history: 6 files" log/out
status 1 "$mlm" compare --history history today.jsonl --any-machine
expect "also of other machines" grep -q "^history history: 7 files" log/out
run_again runner.jsonl day=8 machine=m8:runner
"$mlm" compare --history history runner.jsonl >log/out 2>log/err
expect "a history of other machines is none" test $? = 3
expect "which is said" grep -q "nothing to compare: .*--any-machine takes them" log/err
refused 3 "cannot read the folder missing: No such file" compare --history missing today.jsonl
refused 2 "--history needs one file" compare --history history old.jsonl new.jsonl
refused 2 "--history needs one file" compare --history history
refused 2 "all.jsonl holds the runs of several machines; --history needs one's" compare --history empty all.jsonl
refused 2 "--fail-above does not go with --history" compare --history history today.jsonl --fail-above 10%
refused 2 "--mix-data does not go with --history" compare --history history today.jsonl --mix-data
refused 2 "--last goes with --history" compare old.jsonl new.jsonl --last 3
refused 2 "--floor goes with --history" compare old.jsonl new.jsonl --floor 3%
refused 2 "--any-machine goes with --history" compare old.jsonl new.jsonl --any-machine
refused 2 "--last is at most 1000" compare --history history today.jsonl --last 1001

# Files from elsewhere must not control the terminal.
status 0 "$mlm" compare "$records/hostile.jsonl" "$records/hostile.jsonl"
expect "hostile records are plain" no_escapes log/out
cp "$records/hostile.jsonl" "$(printf 'x\033[31m.jsonl')"
status 0 "$mlm" compare "$records/hostile.jsonl" "$(printf 'x\033[31m.jsonl')"
expect "and so is a file's name" no_escapes log/out
finish
