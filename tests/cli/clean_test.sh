#!/bin/sh
# clean: datasets go, what else lies there stays.
. "$(dirname "$0")/common.sh"
begin

status 0 "$mlm" clean --dry-run
expect "nothing there" grep -qx "no datasets in $MLMEMBENCH_CACHE" log/out
expect "and nothing made" test "$(files)" = "."

mkdir -p cache/folder.npy
head -c 1048576 /dev/zero >cache/a.npy
echo 1,2 >cache/b.csv
echo half >cache/c.npy.partial
echo kept >cache/notes.txt
echo kept >elsewhere.npy
ln -s ../elsewhere.npy cache/link.npy
before=$(files)
status 0 "$mlm" clean --dry-run
expect "three are named" grep -qE "^3 datasets in $MLMEMBENCH_CACHE, 1.0[0-9] MiB: would be removed$" log/out
expect "a dry run removes none" test "$(files)" = "$before"
status 0 "$mlm" clean
expect "three are removed" grep -qE "^3 datasets in $MLMEMBENCH_CACHE, 1.0[0-9] MiB: removed$" log/out
expect "what is no dataset stays" test "$(files | xargs)" = \
    ". ./cache ./cache/folder.npy ./cache/link.npy ./cache/notes.txt ./elsewhere.npy"
status 0 "$mlm" clean
expect "twice is once" grep -qx "no datasets in $MLMEMBENCH_CACHE" log/out
expect "plain" no_escapes log/out

# Where datasets lie.
unset MLMEMBENCH_CACHE
export XDG_CACHE_HOME="$PWD/xdg" HOME="$PWD/home"
status 0 "$mlm" clean --dry-run
expect "XDG_CACHE_HOME" grep -qx "no datasets in $PWD/xdg/mlmembench" log/out
unset XDG_CACHE_HOME
status 0 "$mlm" clean --dry-run
expect "HOME" grep -qx "no datasets in $PWD/home/.cache/mlmembench" log/out
finish
