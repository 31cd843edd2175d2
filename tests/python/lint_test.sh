#!/bin/bash
# The Python of integrations/ is formatted and free of what a linter finds, and its types are right.
. "$(dirname "$0")/common.sh"
begin
cd "$MLM_SOURCE/integrations" || exit 1
settings="python/pyproject.toml"
expect "ruff finds nothing" ruff check --no-cache --config $settings python workflows notebook "$MLM_SOURCE/tests/python"
expect "it is formatted" ruff format --no-cache --check --diff --config $settings python workflows "$MLM_SOURCE/tests/python"
expect "its types are right" mypy --config-file $settings --cache-dir "$OLDPWD/mypy" python/mlmembench
cd "$OLDPWD" || exit 1
# A check that cannot fail is none.
printf 'import mlmembench\ntrial = mlmembench.run(["true"], cap="1G")\ntrial.needs_peak_bytes + 1\ntrial.no_such_key\n' >wrong.py
status 1 mypy --strict --cache-dir mypy wrong.py
expect "a missing reading is seen" grep -q 'wrong.py:3: error: Unsupported operand types for + ("None" and "int")' log/out
expect "a key that no record has is seen" grep -q 'wrong.py:4: error: "Trial" has no attribute "no_such_key"' log/out
finish
