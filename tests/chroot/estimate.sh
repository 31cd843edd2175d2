#!/bin/sh
# estimate.sh [--calibrate] [WORD…]: judges `estimate` with the frameworks of the release that it runs in; WORDs choose
# rows of tests/bench/estimate_check.py. With --calibrate it first measures the release's own figures, and builds them
# in. In a new system of a release:
#
#   tests/chroot/fresh.sh trixie tests/chroot/estimate.sh
set -eu
cd "$(dirname "$0")/../.."
calibrate=''
if [ "${1:-}" = --calibrate ]; then
    calibrate=1
    shift
fi
./bootstrap frameworks
./bootstrap run --dry-run >/dev/null
if [ -n "$calibrate" ]; then
    tests/bench/calibrate.py build/release/mlmembench
    cat harness/estimate/measured_debian_*.h
    ./bootstrap run --dry-run >/dev/null
fi
exec tests/bench/estimate_check.py build/release/mlmembench "$@"
