#!/bin/bash
# --cage inherit: figures of a job that stays in the cgroup that mlmembench was started in; where no cage can be made,
# below a limit of somebody else's, and where no cgroup can be read.
. "$(dirname "$0")/common.sh"
begin

# Somebody who can make no cage: another user, without a systemd of their own. What they run lies where they may go.
somebody=65534
theirs=$(mktemp -d "${TMPDIR:-/tmp}/mlmtest.XXXXXX")
leave_theirs()
{
    rm -rf "$theirs"
    leave
}
trap leave_theirs EXIT
if [ "$(id -u)" = 0 ]; then
    mkdir -p "$theirs/bin/suites"
    cp -L "$tree/mlmembench" "$tree/mlmembench-worker" "$theirs/bin"
    cp -L "$tree/suites/self.so" "$theirs/bin/suites"
    mkdir "$theirs/out"
    chmod -R a+rX "$theirs"
    chown -R $somebody "$theirs/out"
fi
as_somebody()
{
    (cd "$theirs" && exec setpriv --reuid $somebody --regid $somebody --clear-groups env HOME="$theirs/out" \
        MLMEMBENCH_CACHE="$theirs/out/cache" "$theirs/bin/mlmembench" "$@")
}

# touches NAME FOLDER COMMAND…: touch of 37, then 211, then 37 MiB, each in a run of its own that writes into FOLDER;
# COMMAND takes the rest.
touches()
{
    name=$1 written=$2
    shift 2
    for one in 1:37 2:211 3:37; do
        status 0 "$@" run --suite self --filter touch --param "size=${one#*:}M" --repetitions 1 --quiet --out "$written/$name-${one%:*}.jsonl"
        cat "$written/$name-${one%:*}.jsonl" >>"out/$name.jsonl"
    done
}

# What holds for each of the three: exact where the kernel kept a peak of the trial's own, else marked, and within 5 %.
cat >right.py <<'PYTHON'
def right(x, mib, held=0):
    n, sampled = mib << 20, "cage_peak_sampled" in x["marks"]
    return (x["outcome"] == "ok" and x["inherited_cage"] and "inherited_cage" in x["marks"]
            and (x["held_before_bytes"] or 0) >= held
            and abs(x["needs_peak_bytes"] - n) <= (n / 20 if sampled else n / 200 + (2 << 20)))
PYTHON
right='(exec(open("right.py").read(), globals()) or right)'
all_right="len(r) == 3 and all(map($right, r, (37, 211, 37)))"
sampled='["cage_peak_sampled" in x["marks"] for x in r]'

inherited() { "$mlm" "$1" --cage inherit "${@:2}"; }
rm -f held begun
mkdir out/runs
touches own out/runs inherited
expect "figures are those of the job" records out/own.jsonl "$all_right"
# v2 allows a reset from Linux 6.12 on.
peak_file=memory.peak resets=
[ "$filesystem" = cgroup2 ] || peak_file=memory.max_usage_in_bytes
if echo 0 2>/dev/null >"$nest/$peak_file"; then
    resets=1
    expect "the kernel's peak is reset, and nothing is sampled" records out/own.jsonl "$sampled == [False] * 3"
else
    expect "a larger trial's peak is never that of a smaller one" records out/own.jsonl "${sampled}[2]"
fi
cap=$nest_limit
[ "$filesystem" = cgroup2 ] || cap=None
expect "the limit of the group is the cap" records out/own.jsonl "all(x['cap_bytes'] == $cap for x in r)"

# What others hold is no need of the job.
"$MLM_PYTHON" -c 'import time; held = b"x" * (64 << 20); open("held", "w").close(); time.sleep(600)' &
holder=$!
wait_until test -e held
status 0 inherited run --suite self --filter touch --param size=37M --repetitions 1 --quiet --out out/beside.jsonl
expect "what the group held before is subtracted, and said" records out/beside.jsonl "$right(r[0], 37, 64 << 20)"
kill $holder
wait $holder 2>/dev/null

# Page cache that the group held is given back for the job, and must not make it look smaller.
limit_nest $((160 << 20))
head -c 96M /dev/urandom >cached
sync cached
cat cached >/dev/null
status 0 inherited run --suite self --filter touch --param size=120M --repetitions 1 --quiet --out out/cached.jsonl
expect "page cache that had to go is not subtracted" records out/cached.jsonl \
    "$right(r[0], 120, 48 << 20) and r[0]['cap_bytes'] == 160 << 20"
rm -f cached

status 0 inherited run --suite self --filter touch --param size=37M,211M --repetitions 1 --quiet --out out/limited.jsonl
expect "a limit of somebody else's is the cap, and an oom by it is an oom" records out/limited.jsonl \
    'sorted((x["params"]["size"], x["outcome"]) for x in r) == [("211M", "oom"), ("37M", "ok")] and all(x["cap_bytes"] == 160 << 20 and x["cap_binds"] for x in r)'
status 137 inherited exec --out out/killed.jsonl -- "$MLM_PYTHON" -c 'x = b"x" * (300 << 20)'
expect "so it is for a command" records out/killed.jsonl 'r[0]["outcome"] == "oom" and r[0]["cap_bytes"] == 160 << 20'
expect "the limit is said" grep -q 'is limited to 160 MiB' log/err
lift_nest

# Processes are told apart by descent: those of the job are ended with it, others are not.
status 0 inherited exec --out out/children.jsonl -- sh -c '(sleep 307 &); sleep 0.3'
expect "a child that was left behind is told" records out/children.jsonl '"children_left" in r[0]["marks"]'
alive() { pgrep -f "^sleep $1\$"; }
expect "and ended" test -z "$(alive 307)"
sh -c 'sleep 308 & exec "$0" exec --cage inherit --quiet --out out/foreign.jsonl -- true' "$mlm"
expect "a child that we had before is not the job's" test -n "$(alive 308)"
expect "nor told" records out/foreign.jsonl '"children_left" not in r[0]["marks"]'
kill "$(alive 308)"
"$mlm" exec --cage inherit --quiet --out out/dead.jsonl -- sh -c 'sleep 309 & echo >begun; wait' &
harness=$!
wait_until test -e begun
sleep 0.2
kill -KILL $harness
wait $harness 2>/dev/null
none_of() { [ -z "$(alive "$1")" ]; }
expect "when the harness is killed, the job goes with its children" wait_until none_of 309

if [ "$(id -u)" != 0 ]; then
    skip_part "another user, and no cgroup" "they need root"
    finish
fi

# Somebody who cannot make a cage: inherited by itself, and said, unless a cap is asked for.
touches somebody "$theirs/out" as_somebody
expect "another user's figures are right" records out/somebody.jsonl "$all_right"
expect "a larger trial's peak is never that of a smaller one" records out/somebody.jsonl "${sampled}[2]"
# Root's trials before reached no more since the last reset, so the larger one is a new peak; but a reset on v2 holds for
# the descriptor through which it was made alone.
[ -z "$resets" ] || [ "$filesystem" = cgroup2 ] || expect "and a new peak is the kernel's own" records out/somebody.jsonl "not ${sampled}[1]"
status 0 as_somebody exec --out "$theirs/out/e.jsonl" -- true
expect "and it is said why the cage is inherited" grep -q 'no cage can be made here (.*), so --cage inherit: .* read in' log/err
status 3 as_somebody exec --cap 64M --out "$theirs/out/c.jsonl" -- true
expect "a cap is refused, and the remedies name --cage inherit" grep -q 'refused: .*--cage inherit' log/err
status 3 as_somebody exec --cage own --out "$theirs/out/c.jsonl" -- true
status 3 as_somebody doctor
expect "doctor names it, too" grep -q 'run and exec use --cage inherit' log/out

# A limit whose cgroup cannot be read.
current_file=memory.current
[ "$filesystem" = cgroup2 ] || current_file=memory.usage_in_bytes
limit_nest $((160 << 20))
chmod o-r "$nest/$current_file"
status 0 as_somebody run --suite self --filter touch --param size=211M --repetitions 1 --quiet --out "$theirs/out/oom.jsonl"
chmod o+r "$nest/$current_file"
lift_nest
expect "the kernel's kill is known without a cgroup, too" records "$theirs/out/oom.jsonl" \
    'r[0]["outcome"] == "oom" and r[0]["cap_bytes"] == 160 << 20 and "processes_summed" in r[0]["marks"]'

# Where no cgroup can be read, as in the root of all, the processes tell.
in_root() { sh -c 'echo $$ >"$1/cgroup.procs" && shift && exec "$@"' sh "$mount" "$mlm" "$1" --cage inherit "${@:2}"; }
if [ -e "$mount/release_agent" ] || [ ! -e "$mount/cgroup.type" ]; then
    touches root out/runs in_root
    expect "without a cgroup, the processes tell" records out/root.jsonl \
        "$all_right and $sampled == [True] * 3 and all('processes_summed' in x['marks'] for x in r)"
    # Two processes that share what they hold.
    cat >shared.py <<'PYTHON'
import os, time
held = b"x" * (100 << 20)
os.fork()
time.sleep(1)
PYTHON
    status 0 in_root exec --out out/shared.jsonl -- "$MLM_PYTHON" shared.py
    expect "shared pages count once" records out/shared.jsonl '100 << 20 < r[0]["needs_peak_bytes"] < 125 << 20'
    status 137 in_root exec --out out/shot.jsonl -- sh -c 'kill -KILL $$'
    expect "a kill that is not the kernel's is no oom" records out/shot.jsonl 'r[0]["outcome"] == "killed"'
else
    skip_part "no cgroup" "the root of all cgroups is not visible here"
fi

# As in a container: the tree is mounted read-only, and its root is our own cgroup.
if [ "$filesystem" = cgroup2 ]; then
    contained()
    {
        unshare --mount --cgroup --propagation private sh -c \
            'mount --bind "$1" "$2" && mount -o remount,bind,ro "$2" && shift 2 && exec "$@"' sh "$nest" "$mount" "$mlm" "$@"
    }
    limit_nest $((300 << 20))
    touches contained out/runs contained
    expect "in a container's read-only tree the figures are right" records out/contained.jsonl \
        "$all_right and all(x['cap_bytes'] == 300 << 20 for x in r)"
    expect "and a peak of before is nobody's" records out/contained.jsonl \
        "${sampled}[2] and all('processes_summed' not in x['marks'] for x in r)"
    status 0 contained exec --out out/contained_exec.jsonl -- true
    expect "it is said why" grep -q 'is mounted read-only.*so --cage inherit' log/err
    lift_nest
fi
finish
