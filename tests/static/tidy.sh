#!/bin/sh
# tidy.sh BUILD ROOT: runs clang-tidy on all our sources that BUILD, a build by clang, has compiled.
set -eu
build=$1 root=$2
# Benches are compiled, so that they do not rot; nothing depends on them.
sed -n 's/^ *"file": "\(.*\)",\{0,1\}$/\1/p' "$build/compile_commands.json" | grep "^$root/" |
    grep -v "^$root/tests/bench/" | sort -u >"$build/tidy.list"
[ -s "$build/tidy.list" ] || {
    echo "nothing was compiled in $build"
    exit 1
}
echo "$(wc -l <"$build/tidy.list") sources"
xargs -P "$(nproc)" -n 1 clang-tidy --quiet -p "$build" <"$build/tidy.list" 2>"$build/tidy.log" || {
    grep -v 'warnings\{0,1\} generated' "$build/tidy.log"
    exit 1
}
