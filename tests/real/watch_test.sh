#!/bin/bash
# Figures of a command are the command's own: its peak, its time, and how it was spent.
. "$(dirname "$0")/common.sh"
begin
run() { "$mlm" exec --out "out/$1.jsonl" "${@:2}"; }

# A command that holds almost nothing, with arguments that make us hold more.
seq 60000 >arguments
status 0 xargs -a arguments -n 60000 "$mlm" exec --out out/many.jsonl -- true
status 0 run few -- true
expect "the peak of a small command is not ours" records out/many.jsonl \
    'r[0]["peak_rss_bytes"] is None or (r[0]["peak_rss_bytes"] < 4 << 20 and "peak_rss_sampled" in r[0]["marks"])'
expect "without arguments, too" records out/few.jsonl 'r[0]["peak_rss_bytes"] is None or r[0]["peak_rss_bytes"] < 4 << 20'
status 0 run large -- "$MLM_PYTHON" -c 'x = bytearray(100 << 20)'
expect "that of a large one is exact" records out/large.jsonl \
    '100 << 20 < r[0]["peak_rss_bytes"] < 130 << 20 and "peak_rss_sampled" not in r[0]["marks"]'

is_stopped() { grep -q '^State:.T' "/proc/$harness/status"; }
# stopped NAME OPTION… -- COMMAND…: stops mlmembench from the moment at which `started` exists until three seconds after
# the command has made `done`.
stopped()
{
    rm -f started stopped "done"
    "$mlm" exec --out "out/$1.jsonl" "${@:2}" >log/out 2>log/err &
    harness=$!
    wait_until test -e started
    kill -STOP "$harness"
    wait_until is_stopped
    touch stopped
    wait_until test -e "done"
    sleep 3
    kill -CONT "$harness"
    wait "$harness"
}
until_stopped='echo >started; until [ -e stopped ]; do sleep 0.05; done; echo >done'
stopped during --timeout 1h -- sh -c "$until_stopped"
expect "a command's end that was not seen has no time, and a mark" records out/during.jsonl \
    'r[0]["outcome"] == "ok" and r[0]["run_ns"] is None and "paused" in r[0]["marks"]'
expect "the table says so" grep -q 'mlmembench itself was stopped' log/err
stopped limit --timeout 20s -- sh -c "$until_stopped; exec sleep 20.5"
expect "a pause is not counted against the time limit" records out/limit.jsonl \
    'outcomes("exec/sh") == ["ok"] and "paused" in r[0]["marks"]'
status 0 run calm -- sleep 1
expect "and none is seen where there was none" records out/calm.jsonl \
    'r[0]["run_ns"] > 1e9 and "paused" not in r[0]["marks"]'

# The user's commands around the trials get all processors that we were started on, like the measured command.
grep Cpus_allowed_list /proc/self/status >log/own
status 0 run processors --prepare 'grep Cpus_allowed_list /proc/self/status >log/prepare' \
    --cleanup 'grep Cpus_allowed_list /proc/self/status >log/cleanup' -- grep Cpus_allowed_list /proc/self/status
for who in out prepare cleanup; do
    expect "$who has the processors that we have" cmp log/own "log/$who"
done

if [ "$(id -u)" = 0 ]; then
    status 0 run child -- sh -c "sh -c 'echo \$\$ >$nest/cgroup.procs; exec sleep 1'; true"
    expect "a child of the command that moves out of the cage is marked" records out/child.jsonl \
        '"left_cage" in r[0]["marks"]'
    status 0 run inside -- sh -c "sh -c 'exec sleep 1'; true"
    expect "one that stays is not" records out/inside.jsonl '"left_cage" not in r[0]["marks"]'

    pool=/proc/sys/vm/nr_hugepages
    before=$(cat $pool)
    give_back() { echo "$before" >$pool; }
    trap 'give_back; leave' EXIT
    echo $((before + 4)) >$pool
    if [ "$(cat $pool)" = $((before + 4)) ]; then
        cat >huge.py <<'PYTHON'
import mmap, time
held = mmap.mmap(-1, 4 << 20, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | 0x40000)
held[0] = held[2 << 20] = 1
time.sleep(1)
PYTHON
        status 0 run huge -- "$MLM_PYTHON" huge.py
        expect "pages of the machine's pool are marked" records out/huge.jsonl '"hugetlb_pages" in r[0]["marks"]'
    else
        skip_part "huge pages" "this machine has no room for a pool of them"
    fi
    give_back
    expect "and their absence is not" records out/inside.jsonl '"hugetlb_pages" not in r[0]["marks"]'
else
    skip_part "leaving the cage, and huge pages" "they need root"
fi
finish
