# Sourced by the tests here: they run real trials under real caps. Each begins with `begin NAME`, checks with
# `expect …` and ends with `finish`.
set -u

tree=$MLM_BIN/tests/tree
mlm=$tree/mlmembench
export MLMEMBENCH_CACHE="$PWD/cache"
export LC_ALL=C.UTF-8
failures=0

# Each test runs in a cgroup of its own, so that what it leaves is told from what others do meanwhile.
begin()
{
    rm -rf out cache log
    mkdir -p out log
    memory=$(awk '$(NF-2) == "cgroup" && $NF ~ /(^|,)memory(,|$)/ {print $5; exit}' /proc/self/mountinfo)
    home=$memory$(sed -n 's/^[0-9]*:memory://p' /proc/self/cgroup)
    nest=$home/mlmtest-$$
    mkdir "$nest" || exit 1
    echo $$ >"$nest/cgroup.procs"
    trap 'leave' EXIT
}

leave()
{
    echo $$ >"$home/cgroup.procs"
    wait_until rmdir "$nest"
}

fail()
{
    echo "FAILED: $*"
    failures=$((failures + 1))
}

# expect WHAT COMMAND…: the command succeeds.
expect()
{
    what=$1
    shift
    if "$@"; then echo "ok: $what"; else fail "$what: $*"; fi
}

# status WANTED COMMAND…: its exit status; output goes to log/out and log/err.
status()
{
    wanted=$1
    shift
    "$@" >log/out 2>log/err
    got=$?
    if [ "$got" = "$wanted" ]; then
        echo "ok: exit status $got"
    else
        fail "exit status $got, not $wanted: $*"
        tail -n 20 log/err
    fi
}

cages()
{
    find "$nest" -mindepth 1 -type d
}

workers()
{
    pgrep -f "^$tree/mlmembench-worker" || true
}

# records FILE EXPRESSION: a Python expression over `r`, the list of trial records, is true.
records()
{
    "$MLM_PYTHON" - "$1" "$2" <<'PYTHON'
import json, sys
from collections import Counter
lines = [json.loads(line) for line in open(sys.argv[1], encoding="utf-8")]
r = [line for line in lines if line["kind"] == "trial"]
by = {}
for x in r:
    by.setdefault(x["workload"], []).append(x)
def outcomes(name):
    return [x["outcome"] for x in by.get(name, [])]
if not eval(sys.argv[2]):
    for x in r:
        print({k: x[k] for k in ("workload", "params", "cap_bytes", "repetition", "outcome", "reason", "phase",
            "progress", "peak_rss_bytes", "needs_peak_bytes", "cage_peak_bytes", "swap_peak_bytes", "marks")})
    sys.exit(1)
PYTHON
}

# Until a command succeeds, or 20 s have passed.
wait_until()
{
    for _ in $(seq 200); do
        "$@" && return 0
        sleep 0.1
    done
    return 1
}

# The guardian of a killed harness needs a moment.
wait_until_none()
{
    wait_until eval "[ -z \"\$($1)\" ]"
}

nothing_left()
{
    expect "no worker is left" wait_until_none workers
    expect "no cage is left" wait_until_none cages
}

finish()
{
    nothing_left
    rm -rf cache
    [ "$failures" = 0 ] || { echo "$failures failed"; exit 1; }
    exit 0
}
