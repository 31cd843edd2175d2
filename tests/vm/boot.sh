#!/bin/sh
# boot.sh BUILD TASK RESULTS [FOLDER]: installs a build with the shared libraries that it needs and the content of
# FOLDER, and runs TASK with it in the virtual machine. Tests judge RESULTS afterwards.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
build=$1 task=$2 results=$3 more=${4:-}
# A cross build has its libraries in a folder of its own (tests/arm64), at their usual paths.
root=$(sed -n 's/^MLM_ROOT:[^=]*=//p' "$build/CMakeCache.txt")
tree=$(mktemp -d "${TMPDIR:-/tmp}/mlm-tree.XXXXXX")
trap 'rm -rf "$tree"' EXIT

DESTDIR=$tree cmake --install "$build" --prefix /usr/local --strip >/dev/null
[ -z "$more" ] || cp -R "$more/." "$tree"

# Lists the libraries of a program, one on each line. The C library is the guest's own, of the same release or a later
# one.
libraries()
{
    if [ -n "$root" ]; then
        qemu-aarch64 -E LD_TRACE_LOADED_OBJECTS=1 -E LD_LIBRARY_PATH="$root/usr/lib/aarch64-linux-gnu" "$1"
    else
        ldd "$1"
    fi | awk '$2 == "=>" && $3 ~ "^/" { print $3 }' |
        grep -Ev '/(libc|libm|libpthread|libdl|librt|ld-linux[^/]*)\.so'
}
mkdir -p "$tree/usr/local/lib"
for program in "$tree/usr/local/bin/mlmembench" "$tree/usr/local/libexec/mlmembench/mlmembench-worker" \
    "$tree"/opt/programs/*; do
    [ ! -e "$program" ] || libraries "$program" | xargs -r cp -Lt "$tree/usr/local/lib"
done

# Copies what the scripts of tests/real need of the repository and of a build with tests.
carried=$tree/opt/mlmembench
if [ -d "$build/tests/tree" ]; then
    mkdir -p "$carried/tests" "$carried/results" "$carried/build/tests"
    cp -R "$here/../real" "$here/../schema_check.py" "$carried/tests"
    cp "$here/../../results/schema.json" "$carried/results"
    cp -RL "$build/tests/tree" "$carried/build/tests"
fi

"$here/vm.sh" run "$task" "$tree" "$results"
