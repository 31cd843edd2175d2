#!/bin/bash
# Limits of the group above the cages: of memory, and of swap; those that change while a trial goes on; v1's soft limit.
. "$(dirname "$0")/common.sh"
begin
# What the record says of limits above: (file, path, bytes) of the nest.
named() { records "$1" "any((x['file'], x['bytes']) == ('$2', $3 << 20) and x['path'].endswith('${nest##*/}') for x in r[-1]['limits_above'] or [])"; }
touch_size() { "$mlm" run --suite self --filter touch --repetitions 1 --out "out/$1.jsonl" "${@:2}"; }

# Below a limit of memory alone, the job would swap. Newer kernels do not count how often v1's limit of both is reached.
if [ "$(awk '/^SwapTotal/ {print $2}' /proc/meminfo)" = 0 ]; then
    echo $((72 << 20)) >"$nest/$limit_file"
else
    limit_nest $((72 << 20))
fi
status 0 touch_size memory --cap 96M --swap none --param size=16M,80M
expect "beyond a limit above, a job is killed below its cap" records out/memory.jsonl \
    '{x["params"]["size"]: (x["outcome"], "killed_for_another_limit" in x["marks"]) for x in r} == {"16M": ("ok", False), "80M": ("oom", True)}'
expect "the limit is named with its file, group and figure" named out/memory.jsonl "$limit_file" 72
expect "in the table, too" grep -q "killed at the limit of 72M of .*${nest##*/}" log/out
status 0 "$mlm" doctor
expect "doctor names it" grep -q "${nest##*/}" log/out
status 3 "$mlm" fit --workload self/touch --param size=80M --repetitions 1 --out out/fit.jsonl
expect "fit names it" grep -q "72M of .*${nest##*/}" log/err
lift_nest

# A job that waits in the middle of its work.
cat >grows.py <<'PYTHON'
import os, time
held = [bytearray(os.urandom(1 << 20)) for _ in range(20)]
open("gate.reached", "w").close()
while not os.path.exists("gate"):
    time.sleep(0.05)
held += [bytearray(os.urandom(1 << 20)) for _ in range(60)]
PYTHON
grow()
{
    rm -f gate gate.reached
    "$mlm" exec --out "out/$1.jsonl" --cap 128M --swap none -- "$MLM_PYTHON" grows.py >log/out 2>log/err &
    harness=$!
    expect "a trial waits" wait_until test -e gate.reached
}
end_with()
{
    : >gate
    wait "$harness"
    expect "exit status $1" [ $? = "$1" ]
}
grow set
limit_nest $((72 << 20))
end_with 137
lift_nest
expect "a limit that was set while the trial went on is named" named out/set.jsonl "$limit_file" 72
expect "as the reason of the oom" records out/set.jsonl 'r[0]["outcome"] == "oom" and "killed_for_another_limit" in r[0]["marks"]'
limit_nest $((72 << 20))
grow lifted
lift_nest
end_with 0
expect "and one that was there at first" named out/lifted.jsonl "$limit_file" 72
expect "though the job could end" records out/lifted.jsonl 'r[0]["outcome"] == "ok" and "ancestor_binds_first" in r[0]["marks"]'

if [ -e "$nest/memory.soft_limit_in_bytes" ]; then
    echo $((16 << 20)) >"$nest/memory.soft_limit_in_bytes"
    status 0 touch_size soft --cap 96M --swap none --param size=64M
    echo -1 >"$nest/memory.soft_limit_in_bytes"
    expect "v1's soft limit takes nothing from a job while the machine has memory, and leaves no mark" records out/soft.jsonl \
        'r[0]["outcome"] == "ok" and abs(r[0]["needs_peak_bytes"] - (64 << 20)) < 2 << 20 and not r[0]["limits_above"]'
fi

if swap_begin; then
    echo $((72 << 20)) >"$nest/$limit_file"
    echo $(((72 << 20) * swap_counts_memory + (16 << 20))) >"$nest/$swap_limit_file"
    swap_mib=$((72 * swap_counts_memory + 16))
    status 0 touch_size swap --cap 64M --swap 128M --param size=120M
    lift_nest
    expect "less swap above than the trial allows: an oom, and marked" records out/swap.jsonl \
            'r[0]["outcome"] == "oom" and any({"ancestor_limits_swap", reason} <= set(r[0]["marks"]) for reason in ("swap_ran_out", "killed_for_another_limit"))'
    expect "said in a sentence" grep -Eq "less swap than the trial allows|killed at the limit of ${swap_mib}M of" log/out
    expect "and named" named out/swap.jsonl "$swap_limit_file" $swap_mib
    swap_end
else
    skip_part "swap" "the machine has none, and only root can add some"
fi
finish
