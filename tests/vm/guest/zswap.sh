#!/bin/sh
# Task of the machine whose kernel knows zswap, in a session of root: jobs that need more than their cap, with pages
# that compress badly, hardly take any room, and are zero, without zswap and with it.
[ -n "${1:-}" ] || exec su - root -c "sh /opt/guest/zswap.sh session"

results=/var/results/root
# Since Linux 6.12, a huge page that is split under pressure gives its zero pages back, so that a job needs less; and one
# that is swapped out whole may be seen in memory and in swap at once.
echo never >/sys/kernel/mm/transparent_hugepage/enabled
# What a pipe's reader holds depends on how fast its writer is, so these jobs hold what they hold.
printf 'import os, sys, time\nheld = eval(sys.argv[1])\ntime.sleep(2)\n' >$results.py
hold="python3 $results.py"
enabled=/sys/module/zswap/parameters/enabled
for zswap in N Y; do
    mkdir -p "$results/$zswap"
    echo $zswap >$enabled
    cat $enabled >"$results/$zswap/enabled"
    mlmembench exec --quiet --out "$results/$zswap" --cap 32M --swap max --repetitions 1 \
        "$hold 'os.urandom(48 << 20)'" "$hold 'bytes(1) * (48 << 20)'" "$hold 'b\"zswap!\" * (8 << 20)'" \
        >"$results/$zswap/output" 2>&1
    echo $? >"$results/$zswap/status"
done
