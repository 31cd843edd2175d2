#!/bin/sh
# list: every suite, and core bytes by the formulas of the documentation.
. "$(dirname "$0")/common.sh"
begin

golden list_self "$mlm" list --suite self
status 0 "$mlm" list
expect "plain" no_escapes log/out
expect "80 columns" narrow log/out
cp log/out log/list
for suite in batch classical compression frameworks inference loading parallel pooling self storage; do
    expect "$suite" grep -q "^$suite: " log/list
    status 0 "$mlm" list --suite $suite
    expect "$suite alone" test "$(grep -c '^[a-z]*: ' log/out)" = 1
    expect "$suite: as in the whole list" sh -c "grep '^  ' log/out | while read -r line; do grep -qF -- \"\$line\" log/list || exit 1; done"
done
expect "what is built is listed" test "$(grep -c '^[a-z]*: ' log/list)" = "$(find "$MLM_BIN/suites" -name '*.so' | wc -l)"
expect "hidden workloads are not listed" test "$(grep -c self/background log/list)" = 0

cat >log/formulas.py <<'PYTHON'
"""Core bytes as `list --data SIZE` shows them, and as they should be."""
import re, subprocess, sys

def shown(value):
    units = ["B", "KiB", "MiB", "GiB", "TiB"]
    unit = 0
    while value >= (1024 if unit == 0 else 999.5):
        value /= 1024
        unit += 1
    if unit == 0:
        return f"{value:.0f} B"
    return f"{value:.{2 if value < 9.995 else 1 if value < 99.95 else 0}f} {units[unit]}"

failed = 0
for mib in (64, 640, 2560):
    out = subprocess.run([sys.argv[1], "list", "--data", f"{mib}M"], capture_output=True, text=True, check=True).stdout
    rows = dict(re.findall(r"^  (\w+/\w+) +(?:quick)? +([0-9.]+ \w+)  ", out, re.M))
    data = mib << 20
    p = 4000                  # columns of storage, as dense f32 a row has 4 of them in bytes
    n = data // (4 * p)
    z = n * p // 100          # density 0.01
    w = int((data / 32) ** 0.5) // 256 * 256  # width of the eight layers of compression
    wanted = {
        "self/null": 0,
        "self/touch": 64 << 20,
        "storage/dense": n * p * 4,
        "storage/csr": z * (4 + 4) + (n + 1) * 4,
        "storage/csc": z * (4 + 4) + (p + 1) * 4,
        "storage/coo": z * (4 + 2 * 4),
        "loading/full": data // 4000 * 4000,
        "pooling/arena": data // 4,
        "compression/quantised": 8 * w * w * 4 + 2 * w * 4,
        "compression/lowrank": 8 * 64 * (w + w) * 4 + 2 * w * 4,
        "parallel/copied": 5 * (data // 5 // 256 * 256),    # four copies, and the rows of the first process
        "parallel/mapped": data // 5 // 256 * 256,
        "classical/kmeans_all": data // (4 * 128) * 4 * 128,   # 32 values and 96 distances of each row
        "classical/pca_svd": 3 * (data // (3 * 4 * 32) * 4 * 32),
        "classical/boost_presorted": data // (12 * 32) * 32 * 12,
        "classical/boost_histogram": data // (12 * 32) * 32 * 5,
    }
    for name, size in wanted.items():
        ok = rows.get(name) == shown(size)
        failed += not ok
        print("ok:" if ok else "FAILED:", name, f"--data {mib}M", rows.get(name), "" if ok else f"not {shown(size)}")
sys.exit(failed)
PYTHON
# ./bootstrap must know how to install every package that a row needs.
"$mlm" list | tr -s ' \n' ' ' | grep -oE 'needs (lib|python3-)[a-z0-9.-]+( or [a-z0-9.-]+)?' | sed 's/needs //; s/ or /\n/' | sort -u >log/packages
expect "packages are named" test "$(wc -l <log/packages)" -ge 8
while read -r package; do
    expect "./bootstrap knows $package" grep -qE "^(.*\|)?$package(\||  *(library|python) )" "$MLM_SOURCE/bootstrap"
done <log/packages
# So must --pip, where no distribution has the package.
"$mlm" list | tr -s ' \n' ' ' | sed 's/needs /\n&/g' | sed -n 's/^needs \([a-z0-9-]*\) (PyPI).*/\1/p' | sort -u >log/pypi
expect "some come from PyPI" test "$(wc -l <log/pypi)" -ge 2
while read -r package; do
    expect "./bootstrap frameworks --pip knows $package" grep -q "^$package==" "$MLM_SOURCE/suites/frameworks/requirements.txt"
done <log/pypi
expect "core bytes follow the formulas" "$MLM_PYTHON" log/formulas.py "$mlm"
finish
