# Sourced by the tests here: they run real trials under real caps. Each begins with `begin`, checks with
# `expect …` and ends with `finish`.
set -u

tree=$MLM_BIN/tests/tree
mlm=$tree/mlmembench
export MLMEMBENCH_CACHE="$PWD/cache"
export LC_ALL=C.UTF-8
failures=0
# On a small machine, sizes are divided by this.
scale=${MLM_SCALE:-1}

# The differences between cgroup versions. `own_line` is a sed -E pattern for the begin of the line in /proc/PID/cgroup
# that names the group; swap_counts_memory: the file limits memory and swap together.
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
    # No test comes near it; but a run that starts in a group with a limit makes its cages there, and not elsewhere.
    nest_limit=$((1 << 40))
    make_nest=nest_v2
}

# skip WHY: the test cannot run here; this is no failure.
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

# Sets the dialect, the mount point of its tree, the part of a group's path above that, and our own group.
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

# Each test runs in its own cgroup, the nest, so that its leftovers are not confused with those of other programs.
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

# A group with the memory controller can be made where the group above delegates it. An ordinary user has that only in a
# scope of the user's own systemd, which then is the nest.
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
    swap_end
    [ -n "$home" ] || return
    echo $$ >"$home/cgroup.procs"
    wait_until rmdir "$nest"
}

# The machine's own swap, or a file; fails where there is none and nobody but root could add some.
swap_begin()
{
    [ "$(awk '/^SwapFree/ {print $2}' /proc/meminfo)" -ge $((128 << 10)) ] && return
    [ "$(id -u)" = 0 ] || return
    swap=$PWD/swapfile
    fallocate -l 512M "$swap" && chmod 600 "$swap" && mkswap -q "$swap" && swapon "$swap" || fail "no swap file"
}

swap_end()
{
    [ -n "${swap:-}" ] || return 0
    swapoff "$swap" 2>/dev/null
    rm -f "$swap"
    swap=
}

# limit_nest BYTES: limits memory, and forbids swap; lift_nest removes the limit.
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

# expect WHAT COMMAND…: the command must succeed.
expect()
{
    what=$1
    shift
    if "$@"; then
        echo "ok: $what"
        return
    fi
    fail "$what: $*"
    # The file that was looked at says what was there instead.
    for looked_at in "$@"; do :; done
    [ ! -f "$looked_at" ] || head -c 2000 "$looked_at"
}

# status WANTED COMMAND…: the command must have this exit status; output goes to log/out and log/err.
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

# records FILE EXPRESSION: a Python expression over `r`, the list of trial records, must be true.
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
try:
    holds = eval(sys.argv[2])
except TypeError as error:  # a figure is missing
    print(error)
    holds = False
if not holds:
    for x in r[:3] + r[-1:]:
        print({k: v for k, v in x.items() if k in ("params", "marks") or isinstance(v, (str, int, float))})
    sys.exit(1)
PYTHON
}

# Waits until a command succeeds, at most two minutes.
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
