#!/bin/sh
# clean: removes datasets, but neither other files there nor those that a run uses.
. "$(dirname "$0")/common.sh"
begin

folder=$MLMEMBENCH_CACHE/datasets
status 0 "$mlm" clean --dry-run
expect "nothing there" grep -qx "no datasets in $folder" log/out
expect "and nothing made" test "$(files)" = "."

# Files of the user's in the folder of MLMEMBENCH_CACHE, and beside the datasets.
mkdir -p cache/datasets/loading-dense-v1-r1-c1-s1.npy
for file in train.csv a.npy b.libsvm c.npy.partial loading-dense-v1-r9-c9-s9.npy; do
    echo kept >"cache/$file"
done
for file in train.csv a.npy b.libsvm c.npy.partial notes.txt loading-dense-v2.npy; do
    echo kept >"cache/datasets/$file"
done
echo kept >elsewhere.npy
ln -s ../../elsewhere.npy cache/datasets/loading-dense-v1-r2-c2-s2.npy
kept=$(files)
head -c 1048576 /dev/zero >cache/datasets/loading-dense-v1-r65536-c4-s1.npy
echo 1,2 >cache/datasets/loading-dense-v1-r1-c2-s1.csv
echo half >cache/datasets/loading-dense-v1-r1-c2-s1.csv.0123456789abcdef.partial
before=$(files)
status 0 "$mlm" clean --dry-run
expect "three are named" grep -qE "^3 datasets in $folder, 1.0[0-9] MiB: would be removed$" log/out
expect "a dry run removes none" test "$(files)" = "$before"

# An active run uses them.
exec 9>cache/datasets/in-use.lock
flock -s 9
status 0 "$mlm" clean
expect "none is removed while a run goes on" grep -q "^3 datasets in $folder, .*: kept, for a run that goes on" log/out
expect "and they are there" test "$(files)" = "$(printf '%s\n%s\n' "$before" ./cache/datasets/in-use.lock | sort)"
exec 9>&-
status 0 "$mlm" clean
expect "three are removed" grep -qE "^3 datasets in $folder, 1.0[0-9] MiB: removed$" log/out
expect "what is no dataset stays, and nothing else" test "$(files)" = "$kept"
status 0 "$mlm" clean
expect "twice is once" grep -qx "no datasets in $folder" log/out
expect "plain" no_escapes log/out

# The place of datasets.
unset MLMEMBENCH_CACHE
export XDG_CACHE_HOME="$PWD/xdg" HOME="$PWD/home"
status 0 "$mlm" clean --dry-run
expect "XDG_CACHE_HOME" grep -qx "no datasets in $PWD/xdg/mlmembench/datasets" log/out
unset XDG_CACHE_HOME
status 0 "$mlm" clean --dry-run
expect "HOME" grep -qx "no datasets in $PWD/home/.cache/mlmembench/datasets" log/out
finish
