# Sourced by the tests here: they run real trials under real caps. Each begins with `begin`, checks with
# `expect …` and ends with `finish`.
set -u

tree=$MLM_BIN/tests/tree
mlm=$tree/mlmembench
export MLMEMBENCH_CACHE="$PWD/cache"
export LC_ALL=C.UTF-8
failures=0
# Sizes that a small machine has no room for are divided by this.
scale=${MLM_SCALE:-1}

# What differs between the versions of cgroups. `own_line` is how the line of /proc/PID/cgroup begins that names the
# group, for sed -E; swap_counts_memory: the file limits memory and swap together.
dialect_v1()
{
    filesystem=cgroup
    own_line='[0-9]+:([^:]*,)?memory(,[^:]*)?:'
    limit_file=memory.limit_in_bytes
    swap_limit_file=memory.memsw.limit_in_bytes
    swap_counts_memory=1
    no_limit=-1
    nest_limit=$no_limit
    make_nest=nest_below_own
}

dialect_v2()
{
    filesystem=cgroup2
    own_line='0::'
    limit_file=memory.max
    swap_limit_file=memory.swap.max
    swap_counts_memory=0
    no_limit=max
    # No test comes near it: a run that starts in a group with a limit makes its cages there, and not elsewhere.
    nest_limit=$((1 << 40))
    make_nest=nest_v2
}

# skip WHY: the test cannot run here, which is no failure.
skip()
{
    echo "skipped: $*"
    exit 77
}

# skip_part WHAT WHY: the same for a part of it.
skip_part()
{
    echo "skipped here: $1: $2"
}

# Sets the dialect, the mount point of its tree, what of a group's path lies above that, and our own group.
find_own_group()
{
    dialect_v2
    ! grep -Eq '^[0-9]+:([^:]*,)?memory[,:]' /proc/self/cgroup || dialect_v1
    read -r hidden mount < <(awk -v type="$filesystem" '
        $(NF-2) == type && (type == "cgroup2" || $NF ~ /(^|,)memory(,|$)/) {print $4, $5; exit}' /proc/self/mountinfo)
    [ -n "${mount:-}" ] || skip "no cgroup tree with the memory controller is mounted"
    hidden=${hidden%/}
    own=$(sed -En "s/^$own_line//p" /proc/self/cgroup)
    own=$mount${own#"$hidden"}
    own=${own%/}
    [ -e "$own/cgroup.procs" ] || skip "our own cgroup is not below $mount"
}

# Each test runs in a cgroup of its own, the nest, so that what it leaves is told from what others do meanwhile.
nest_below_own()
{
    make_nest_in "$own"
}

make_nest_in()
{
    nest=$1/mlmtest-$$
    mkdir "$nest" 2>/dev/null || skip "no cgroup can be made in $1; root could"
    trap leave EXIT
    echo $$ >"$nest/cgroup.procs"
}

# A group with the memory controller can be made where the group above hands it on. An ordinary user has that in a scope
# of his own systemd alone, which is the nest then.
nest_v2()
{
    above=$own
    if [ "$(id -u)" != 0 ]; then
        nest_in_scope
        return
    fi
    until grep -qw memory "$above/cgroup.subtree_control"; do
        [ "$above" != "$mount" ] || skip "no cgroup above ours hands the memory controller on"
        above=${above%/*}
    done
    make_nest_in "$above"
}

nest_in_scope()
{
    if [ -z "${MLM_TEST_SCOPE:-}" ]; then
        export XDG_RUNTIME_DIR="${XDG_RUNTIME_DIR:-/run/user/$(id -u)}"
        [ -e "$XDG_RUNTIME_DIR/systemd/private" ] || skip "this user has no systemd of his own ($XDG_RUNTIME_DIR/systemd/private)"
        MLM_TEST_SCOPE=1 exec systemd-run --user --scope --quiet -p Delegate=yes "$0"
    fi
    grep -qw memory "$own/cgroup.controllers" || skip "this user's systemd was not given the memory controller"
    nest=$own
    home=
}

begin()
{
    find_own_group
    home=$own
    $make_nest
    unset MLM_TEST_SCOPE
    lift_nest 2>/dev/null || skip "no memory limit can be set in $nest"
    rm -rf out cache log
    mkdir -p out log
}

leave()
{
    [ -n "$home" ] || return
    echo $$ >"$home/cgroup.procs"
    wait_until rmdir "$nest"
}

# limit_nest BYTES: of memory, and no swap; lift_nest takes it back.
limit_nest()
{
    echo "$1" >"$nest/$limit_file"
    [ ! -e "$nest/$swap_limit_file" ] || echo $(($1 * swap_counts_memory)) >"$nest/$swap_limit_file"
}

lift_nest()
{
    [ ! -e "$nest/$swap_limit_file" ] || echo "$no_limit" >"$nest/$swap_limit_file"
    echo "$nest_limit" >"$nest/$limit_file"
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
    find "$nest" -name cgroup.procs -exec cat {} + | while read -r pid; do
        ! grep -q "^$tree/mlmembench-worker" "/proc/$pid/cmdline" 2>/dev/null || echo "$pid"
    done
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

# Until a command succeeds; after two minutes it never will.
wait_until()
{
    for _ in $(seq 1200); do
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
