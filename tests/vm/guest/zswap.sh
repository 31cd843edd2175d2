#!/bin/sh
# Task of the machine whose kernel knows zswap, in a session of root: jobs that need more than their cap, with pages
# that compress badly, hardly take any room, and are zero, without zswap and with it.
[ -n "${1:-}" ] || exec su - root -c "sh /opt/guest/zswap.sh session"

results=/var/results/root
# What a pipe's reader holds depends on how fast its writer is, so these jobs hold what they hold.
printf 'import os, sys, time\nheld = eval(sys.argv[1])\ntime.sleep(2)\n' >$results.py
enabled=/sys/module/zswap/parameters/enabled
huge=/sys/kernel/mm/transparent_hugepage/enabled

# hold EXPRESSION
hold()
{
    mlmembench exec --quiet --out "$results/$zswap" --cap 32M --swap max --repetitions 1 "python3 $results.py '$1'" \
        >>"$results/$zswap/output" 2>&1 || status=$?
}

for zswap in N Y; do
    status=0
    mkdir -p "$results/$zswap"
    echo $zswap >$enabled
    cat $enabled >"$results/$zswap/enabled"
    hold 'os.urandom(48 << 20)'
    hold 'b"zswap!" * (8 << 20)'
    # Linux 6.12 and later give zero pages of a huge page back when they split it, so that a job needs less.
    was=$(sed 's/.*\[\(.*\)\].*/\1/' $huge)
    echo never >$huge
    hold 'bytes(1) * (48 << 20)'
    echo "$was" >$huge
    echo $status >"$results/$zswap/status"
done
