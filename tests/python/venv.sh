#!/bin/sh
# venv.sh FOLDER: makes a virtual environment with what requirements.txt pins, and installs integrations/python there as
# a user would. The packages are fetched once; the package itself is installed anew each time.
set -eu
venv=$1
source=$(cd "$(dirname "$0")" && pwd)
pinned=$source/requirements.txt
if ! cmp -s "$pinned" "$venv/requirements.txt"; then
    "$MLM_PYTHON" -m venv --clear "$venv"
    "$venv/bin/pip" --disable-pip-version-check --quiet --retries 1 install --only-binary :all: --requirement "$pinned"
    cp "$pinned" "$venv/requirements.txt"
fi
# A build leaves files beside what it builds, so it is made from a copy. The schemas are links to results/.
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
cp -RL "$source/../../integrations/python" "$copy/package"
"$venv/bin/pip" --disable-pip-version-check --quiet install --no-index --no-deps --no-build-isolation --force-reinstall \
    "$copy/package"
