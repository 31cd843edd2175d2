# Sourced by the tests here. They run trials in cages, so they begin and end like those of real/; `python` is that of the
# virtual environment which venv.sh makes.
# shellcheck shell=bash
. "$MLM_SOURCE/tests/real/common.sh"
python=$MLM_BIN/python-venv/bin/python
export MLMEMBENCH_PROGRAM="$mlm" PYTHONDONTWRITEBYTECODE=1
PATH=${python%/*}:$PATH
