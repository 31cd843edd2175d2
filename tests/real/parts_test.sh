#!/bin/bash
# Where the time of a job went: computing, waiting for a processor, for memory, for storage.
. "$(dirname "$0")/common.sh"
begin

hogs=
delays=/proc/sys/kernel/task_delayacct
delays_before=$(cat $delays)

cleanup()
{
    [ -z "$hogs" ] || kill $hogs
    [ "$(cat $delays)" = "$delays_before" ] || echo "$delays_before" >$delays
    leave
}
trap cleanup EXIT

hogs_begin()
{
    for _ in $(seq "$(nproc)"); do
        (while :; do :; done) &
        hogs="$hogs $!"
    done
}

hogs_end()
{
    kill $hogs
    wait $hogs 2>/dev/null
    hogs=
}

# Beside as many hogs as processors, how long a job waits is the scheduler's choice. (Where they also kept the harness
# from its work for long, a trial has no time.)
hogs_begin
status 0 "$mlm" run --suite self --filter spin --all --cap 64M --repetitions 3 --out out/spin.jsonl
expect "user, system and waiting for a processor are all of a busy job's time" records out/spin.jsonl \
    'all(-(x["stolen_ns"] or 0) < x["run_cpu_user_ns"] + x["run_cpu_system_ns"] + x["run_queue_ns"] - 0.98 * x["run_ns"] < 0.04 * x["run_ns"] for x in r if x["run_ns"]) and any(x["run_ns"] for x in r)'
expect "it waited for a processor" records out/spin.jsonl 'all(x["run_queue_ns"] > 0.05 * x["run_ns"] for x in r if x["run_ns"])'
expect "which is no part of its own time" records out/spin.jsonl \
    'all(x["own_ns"] == x["run_ns"] - x["run_queue_ns"] for x in r if x["run_ns"])'
# A job of some milliseconds, which computes all the time: what the harness or the worker waited before and after it is no part.
status 0 "$mlm" run --suite storage --filter 'storage/(csr|csc)' --data $((200 / scale))M --cap 256M --repetitions 20 --out out/short.jsonl
# (One of them may be blocked now and then, because the harness looks at its memory.)
expect "own time is CPU time, however short the job is" records out/short.jsonl \
    '(lambda of: len(of) > 20 and sum(of) > 0.9 * len(of))([abs(x["own_ns"] - x["run_cpu_user_ns"] - x["run_cpu_system_ns"]) < 0.15 * x["own_ns"] + 5e5 + (x["stolen_ns"] or 0) for x in r if x["own_ns"]])'
# Own time is unknown, and the trial marked, where the readings of a busy machine contradict each other.
# Computes for 1.5 s, however fast the processor is: what a process uses after the last look at it is not seen.
count='read -r a _ </proc/uptime; a=${a%.*}${a#*.}; b=$a; while [ $((b - a)) -lt 150 ]; do read -r b _ </proc/uptime; b=${b%.*}${b#*.}; done'
status 0 "$mlm" exec --cap 64M --repetitions 3 --out out/count.jsonl -- sh -c "$count"
expect "so it is for a command" records out/count.jsonl \
    'any(x["own_ns"] for x in r) and all(x["own_ns"] or {"disturbed", "paused"} & set(x["marks"]) for x in r) and all(x["busy_threads"] == 1 and x["run_queue_ns"] > 0.05 * x["run_ns"] and x["own_ns"] == x["run_ns"] - x["run_queue_ns"] for x in r if x["own_ns"])'
status 0 "$mlm" exec --cap 64M --repetitions 3 --out out/child.jsonl -- sh -c "sh -c '$count'; sh -c '$count'; exit 0"
expect "and for one whose children compute in turn" records out/child.jsonl \
    'any(x["own_ns"] for x in r) and all(x["own_ns"] or {"disturbed", "paused"} & set(x["marks"]) for x in r) and all(x["busy_threads"] == 1 and x["own_ns"] < 0.95 * x["run_ns"] for x in r if x["own_ns"])'
hogs_end

status 0 "$mlm" exec --cap 64M --out out/two.jsonl -- sh -c "sh -c '$count; $count' & sh -c '$count; $count'; wait"
expect "times of threads that compute at once overlap, so there is no own time" records out/two.jsonl \
    'r[0]["busy_threads"] == 2 and r[0]["own_ns"] is None and r[0]["blocked_ns"] is None'

# On cgroup v1 nothing but delay accounting can split what a job waits for.
# Time that the host of a virtual machine gives to others looks like blocked time of the guest.
split=1
if [ "$filesystem" = cgroup ]; then
    "$mlm" doctor >log/doctor
    [ "$delays_before" != 0 ] || expect "doctor says how waits could be told apart" grep -q 'sysctl kernel.task_delayacct=1' log/doctor
    status 0 "$mlm" exec --cap 64M --out out/whole.jsonl -- sleep 0.5
    expect "without it, blocked is one figure" records out/whole.jsonl \
        'r[0]["blocked_ns"] > 4e8 and r[0]["blocked_memory_ns"] is None and r[0]["blocked_storage_ns"] is None'
    expect "and a run does not switch it on" test "$(cat $delays)" = "$delays_before"
    echo 1 2>/dev/null >$delays || split=
fi
if [ -n "$split" ]; then
    status 0 "$mlm" exec --cap 64M --out out/sleep.jsonl -- sleep 0.5
    expect "sleep is blocked, by neither memory nor storage" records out/sleep.jsonl \
        'r[0]["blocked_rest_ns"] > 4e8 and r[0]["blocked_memory_ns"] + r[0]["blocked_storage_ns"] < 1e8'
    status 0 "$mlm" run --suite loading --filter generator --cap none --data $((256 / scale))M --repetitions 1 --out out/cold.jsonl
    expect "a cold file is waited for on storage" records out/cold.jsonl \
        'all(x["blocked_storage_ns"] + (x["stolen_ns"] or 0) > 0.8 * x["blocked_ns"] > 0 for x in r)'
    if swap_begin; then
        # The matrix needs twice the cap.
        status 0 "$mlm" run --suite storage --filter storage/csr/ --data 1400M --cap 16M --repetitions 1 --timeout 600s --out out/swapped.jsonl
        expect "pages in swap are waited for as memory" records out/swapped.jsonl \
            'all(x["outcome"] == "ok" and x["blocked_memory_ns"] + (x["stolen_ns"] or 0) > 0.7 * x["blocked_ns"] > 0.2 * (x["run_ns"] - x["run_queue_ns"]) and x["blocked_storage_ns"] < 0.1 * x["blocked_ns"] for x in r if x["cap_bytes"])'
    else
        skip_part "waiting for memory" "the machine has no swap, and root alone can add some"
    fi
else
    skip_part "memory and storage" "only root can switch delay accounting on"
fi
finish
