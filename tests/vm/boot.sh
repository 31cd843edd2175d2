#!/bin/sh
# boot.sh BUILD TASK RESULTS: installs the tree of a build with the shared libraries that it needs, and does TASK
# with it in the virtual machine. Tests judge RESULTS afterwards.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
build=$1 task=$2 results=$3
tree=$(mktemp -d "${TMPDIR:-/tmp}/mlm-tree.XXXXXX")
trap 'rm -rf "$tree"' EXIT

DESTDIR=$tree cmake --install "$build" --prefix /usr/local --strip >/dev/null
# The C library is the guest's own, of the same release.
mkdir -p "$tree/usr/local/lib"
ldd "$tree/usr/local/bin/mlmembench" "$tree/usr/local/libexec/mlmembench/mlmembench-worker" |
    awk '$2 == "=>" && $3 ~ "^/" { print $3 }' | sort -u |
    grep -Ev '/(libc|libm|libpthread|libdl|librt|ld-linux[^/]*)\.so' |
    xargs -r cp -Lt "$tree/usr/local/lib"

# What the scripts of tests/real need of the repository, and of a build with tests.
carried=$tree/opt/mlmembench
if [ -d "$build/tests/tree" ]; then
    mkdir -p "$carried/tests" "$carried/results" "$carried/build/tests"
    cp -R "$here/../real" "$here/../schema_check.py" "$carried/tests"
    cp "$here/../../results/schema.json" "$carried/results"
    cp -RL "$build/tests/tree" "$carried/build/tests"
fi

"$here/vm.sh" run "$task" "$tree" "$results"
