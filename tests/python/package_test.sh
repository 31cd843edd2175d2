#!/bin/bash
# The package as it is installed: test_*.py say what it does.
. "$(dirname "$0")/common.sh"
begin
# TMPDIR: its tests start pytests of their own.
expect "its tests pass" env TMPDIR="$PWD" "$python" -m pytest -q -p no:cacheprovider --basetemp="$PWD/tmp" -o addopts= \
    --rootdir "$MLM_SOURCE/tests/python" "$MLM_SOURCE/tests/python"
expect "its version is that of the program" grep -Eq "^mlmembench $("$python" -c '
from importlib.metadata import version
print(version("mlmembench"))')( |\$)" <("$mlm" --version)
# The core needs nothing but the standard library.
status 0 env -u MLMEMBENCH_PROGRAM PATH="${mlm%/*}:$PATH" "$MLM_PYTHON" -I -S -c '
import sys
sys.path.insert(0, sys.argv[1])
import mlmembench
import mlmembench.track.rows
trial = mlmembench.run(["true"], cap="64M")
assert trial.ok, trial
print(trial)' "$MLM_SOURCE/integrations/python"
expect "and says what was measured" grep -Eq '^true, ok, needs .* [KM]iB, .* s, cap 64.0 MiB$' log/out
finish
