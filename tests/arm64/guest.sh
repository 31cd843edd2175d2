#!/bin/sh
# guest.sh RESULTS [KERNEL]: boots an arm64 machine of Debian 13 with the build of build.sh. It runs the unit tests that
# qemu-user cannot run (in_guest), then null and touch under a cap, and judges both. KERNEL 16k: pages of 16 KiB;
# without it, 4 KiB.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
source=$(cd "$here/../.." && pwd)
results=$1 kernel=${2:-}
build=${MLM_BUILD:-$source/build/arm64/release}
build=$(cd "$build" && pwd)
export MLM_VM_ARCH=arm64 MLM_VM_RELEASE=trixie MLM_VM_KERNEL="$kernel"

# Tests, fixtures and the worker lie at the paths that they were built with. Libraries of heaps and BLAS are opened at
# run time.
more=$(mktemp -d "${TMPDIR:-/tmp}/mlm-more.XXXXXX")
trap 'rm -rf "$more"' EXIT
mkdir -p "$more/opt/programs" "$more/usr/local/lib" "$more$source/tests" "$more$build"
cp -R "$source/tests/fixtures" "$more$source/tests"
ln -s /usr/local/libexec/mlmembench/mlmembench-worker "$more$build/worker.sh"
ln -s /usr/local/libexec/mlmembench/suites "$more$build/suites"
root=$(sed -n 's/^MLM_ROOT:[^=]*=//p' "$build/CMakeCache.txt")
for library in libgc.so.1 libmimalloc.so.2 libjemalloc.so.2 libopenblas.so.0 libgfortran.so.5; do
    cp -L "$root/usr/lib/aarch64-linux-gnu/$library" "$more/usr/local/lib"
done
# The loader that the programs name (toolchain.cmake).
mkdir -p "$more$root/lib"
ln -s /lib/ld-linux-aarch64.so.1 "$more$root/lib"
sed -n 's/^+\{0,1\}\([a-z_]*_test\) .*/\1/p' "$here/in_guest" | while read -r name; do
    cp "$build/tests/$name" "$more/opt/programs"
done

"$source/tests/vm/boot.sh" "$build" arm64.sh "$results" "$more"
status=0
for check in units pages peaks; do
    "$source/tests/vm/check.py" "$results" $check root || status=1
done
exit $status
