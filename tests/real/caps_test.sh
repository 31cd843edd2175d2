#!/bin/bash
# Caps: read back, above the machine, below a limit above us, with and without swap.
. "$(dirname "$0")/common.sh"
begin

total=$(awk '/^MemTotal/ {print $2}' /proc/meminfo)
status 0 "$mlm" run --suite self --filter 'touch/size:16M' --param size=16M --cap $((total / 1024 + 1024))M --repetitions 1 --out out/above.jsonl
expect "a cap above the machine's RAM runs, and is marked" records out/above.jsonl \
    'r[0]["outcome"] == "ok" and r[0]["cap_binds"] is False and "machine_binds_first" in r[0]["marks"]'

limit_nest $((128 << 20))
status 0 "$mlm" run --suite self --filter 'touch' --param size=16M,160M --cap 256M --repetitions 1 --out out/nested.jsonl
lift_nest
expect "a tighter limit above us is noticed" records out/nested.jsonl \
    'all(x["cap_binds"] is False and "ancestor_binds_first" in x["marks"] for x in r)'
expect "and said" grep -q 'warning:.*tighter' log/err
expect "and an oom by it is an oom" records out/nested.jsonl \
    'sorted(x["outcome"] for x in r) == ["ok", "oom"]'

status 0 "$mlm" run --suite self --filter touch --param size=96M --cap 64M --swap none --repetitions 1 --out out/none.jsonl
expect "without swap, what does not fit is killed" records out/none.jsonl \
    'r[0]["outcome"] == "oom" and r[0]["swap_peak_bytes"] < 1 << 20 and 0.5 < r[0]["progress"] < 0.75'

with_swap()
{
    status 0 "$mlm" run --suite self --filter touch --param size=96M --cap 64M --repetitions 1 --out out/swap.jsonl
    # Where the kernel keeps no peak of the swap, samples may miss the last of it. With a slow disk the kernel may
    # swap more than it has to, and let the cage hold less than its cap for a while.
    expect "with swap it ends, and the swap is seen" records out/swap.jsonl \
        'r[0]["outcome"] == "ok" and (24 if "swap_peak_sampled" in r[0]["marks"] else 31) << 20 < r[0]["swap_peak_bytes"] < 97 << 20'
    expect "needs are memory and swap together" records out/swap.jsonl \
        'abs(r[0]["needs_peak_bytes"] - (96 << 20)) < 2 << 20'
    status 0 "$mlm" run --suite self --filter touch --param size=96M --cap 64M --swap none --repetitions 1 --out out/denied.jsonl
    expect "--swap none denies it" records out/denied.jsonl 'r[0]["outcome"] == "oom" and r[0]["swap_peak_bytes"] < 1 << 20'
    status 0 "$mlm" run --suite self --filter touch --param size=72M,96M --cap 64M --swap 16M --repetitions 1 --out out/some.jsonl
    expect "--swap SIZE limits it" records out/some.jsonl \
        'sorted((x["params"]["size"], x["outcome"]) for x in r) == [("72M", "ok"), ("96M", "oom")]'
}

if swap_begin; then
    with_swap
else
    skip_part "caps with swap" "the machine has none, and root alone can add some"
fi
swap_end

status 0 "$mlm" run --suite faulty --filter shy --param size=40M --background 44M --cap 64M --swap none --repetitions 1 --out out/background.jsonl
expect "a background whose death frees the memory is still an oom" records out/background.jsonl \
    'r[0]["outcome"] == "oom" and "background_died" in r[0]["marks"]'
status 0 "$mlm" run --suite self --filter touch --param size=16M --background 32M:active --cap 64M --swap none --repetitions 1 --out out/beside.jsonl
expect "a background counts in the cage and not in the worker" records out/beside.jsonl \
    'r[0]["outcome"] == "ok" and r[0]["cage_peak_bytes"] > 48 << 20 and r[0]["peak_rss_bytes"] < 19 << 20 and r[0]["background_bytes"] == 32 << 20'
status 0 "$mlm" run --suite self --filter null --cap 900G --swap none --repetitions 1 --out out/beyond.jsonl
expect "a cap beyond the machine's memory is said before anything runs" \
    grep -q 'warning: this machine has .* available, less than the cap of 900G' log/err
status 0 "$mlm" exec --cap 900G --swap none --out out/beyond.jsonl -- true
expect "exec says it, too, also of a single trial" grep -q 'warning: this machine has .* available, less than the cap of 900G' log/err
expect "and has no line for that trial" [ -z "$(grep "^\[[0-9]" log/err)" ]
status 0 "$mlm" exec --quiet --cap 900G --swap none --out out/beyond.jsonl -- true
expect "with --quiet it does not" [ ! -s log/err ]
finish
