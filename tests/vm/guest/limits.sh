#!/bin/sh
# limits.sh RESULTS WHO: runs below limits that are not ours, and in units of systemd that an oom ends, as the calling
# user. WHO is root or user, which may run at the same time; or, with nothing beside it, machine: as root; or full: as any
# user, jobs that take all memory of the machine, or all of a small swap. Records, output and exit status of a run go to
# RESULTS/NAME/.
# shellcheck disable=SC2016,SC2086  # expanded inside; words
results=$1 who=$2
systemd_run="systemd-run --quiet --collect" systemctl="systemctl"
if [ "$who" = user ]; then
    systemd_run="systemd-run --user --quiet --collect" systemctl="systemctl --user"
    XDG_RUNTIME_DIR=/run/user/$(id -u)
    export XDG_RUNTIME_DIR
fi

# noted NAME COMMAND…
noted()
{
    name=$1
    shift
    mkdir -p "$results/$name"
    timeout -k 10 240 "$@" >"$results/$name/output" 2>&1
    echo $? >"$results/$name/status"
    echo "$results/$name: $(cat "$results/$name/status") at $(cut -d ' ' -f 1 /proc/uptime) s"
}

# slice NAME PROPERTY…: a slice with these limits.
slice()
{
    name=$1
    shift
    $systemd_run --scope --slice="$name.slice" true
    $systemctl set-property --runtime "$name.slice" "$@"
}

# below SLICE NAME VERB OPTIONS…: from a shell in a scope of that slice, as in a terminal.
below()
{
    slice=$1 name=$2 verb=$3
    shift 3
    noted "$name" $systemd_run --scope --slice="$slice.slice" sh -c '"$@"; exit $?' sh \
        mlmembench "$verb" --quiet --out "$results/$name" "$@"
}

# unit NAME PROPERTIES VERB OPTIONS…: alone in a service, which has these properties.
unit()
{
    name=$1 properties=$2 verb=$3
    shift 3
    noted "$name" $systemd_run --wait --pipe $properties mlmembench "$verb" --quiet --out "$results/$name" "$@"
}

touch_sizes="--suite self --filter self/touch --repetitions 1"

if [ "$who" = full ]; then
    noted laptop mlmembench run --quiet --out "$results/laptop" --suite self --laptop 4G --swap none --filter self/null \
        --repetitions 1
    noted filled sh -c '
        # Of the swap, which may have pages of daemons in it, the first job leaves 12 MiB to the second one, which
        # wants 42. Python itself takes 10.
        { read -r _ && read -r _ _ size used _; } </proc/swaps
        hold="import os, sys, time; held = os.urandom(int(sys.argv[1]) << 20); open(sys.argv[2], \"w\"); time.sleep(int(sys.argv[3]))"
        mlmembench exec --quiet --out "$1-holder" --cap 32M --swap max --repetitions 1 -- \
            python3 -c "$hold" $(((size - used) / 1024 - 12 + 32 - 10)) "$1/held" 600 >"$1/holder" 2>&1 &
        until [ -e "$1/held" ] || ! kill -0 $!; do sleep 0.2; done
        mlmembench exec --quiet --out "$1" --cap 32M --swap max --repetitions 1 -- python3 -c "$hold" 64 /dev/null 0
        status=$?
        kill $!
        wait
        exit $status' sh "$results/filled"
    exit
fi

if [ "$who" = machine ]; then
    # Swap is taken away while a job has pages there.
    { read -r _ && read -r swap _; } </proc/swaps
    noted gone sh -c '
        mlmembench exec --quiet --out "$1" --cap 32M --swap max --repetitions 1 -- \
            python3 -c "import os, time; held = os.urandom(80 << 20); time.sleep(600)" &
        until { read -r _ && read -r _ _ _ used _; } </proc/swaps && [ "$used" -gt 20000 ]; do sleep 0.2; done
        swapoff "$2"
        wait $!' sh "$results/gone" "$swap"
    swapon "$swap"
    # A namespace hides the limit.
    slice mlmhidden MemoryMax=72M
    noted hidden systemd-run --quiet --scope --slice=mlmhidden.slice -p Delegate=yes unshare -Cm sh -c "
        umount -l /sys/fs/cgroup && mount -t cgroup2 none /sys/fs/cgroup || exit
        mlmembench run --quiet --out $results/hidden $touch_sizes --cap 96M --swap none --param size=80M"
    exit
fi

# A desktop's terminal is a service, or a scope below one. Its oom score is 200, and the first oom would end it.
score="-p OOMScoreAdjust=200"
unit terminal_run "$score" run $touch_sizes --cap 48M --swap none --param size=64M,16M
noted terminal_doctor $systemd_run --wait --pipe -p OOMScoreAdjust=200 mlmembench doctor
unit terminal_fit "$score" fit --workload self/touch --param size=32M --repetitions 1
mkdir -p "$results/terminal_report"
noted terminal_report $systemd_run --wait --pipe $score mlmembench report --out "$results/terminal_report/report.html" \
    "$results"/terminal_run/*.jsonl
noted terminal_scope $systemd_run --wait --pipe $score $systemd_run --scope mlmembench exec --quiet \
    --out "$results/terminal_scope" --cap 48M --swap none "head -c 64M /dev/zero | tail -c 64M | wc -c" true
unit unit_max "-p MemoryMax=72M" run $touch_sizes --cap 96M --swap none --param size=16M,80M

slice mlmslow MemoryHigh=40M
below mlmslow slow_swap run $touch_sizes --cap 96M --swap 96M --param size=64M
noted slow_doctor $systemd_run --scope --slice=mlmslow.slice sh -c 'mlmembench doctor; exit $?'
slice mlmswap MemorySwapMax=20M
below mlmswap swap_max run $touch_sizes --cap 48M --swap max --param size=96M
slice mlmmax MemoryMax=72M
below mlmmax max_run run $touch_sizes --cap 96M --swap none --param size=16M,80M
below mlmmax max_none run $touch_sizes --cap none --swap none --param size=96M
below mlmmax max_fit fit --workload self/touch --param size=80M --repetitions 1
below mlmmax max_higher run $touch_sizes --cap 64M --swap none --param size=80M

noted term mlmembench exec --quiet --out "$results/term" --cap 48M -- sh -c 'sh -c "kill -TERM \$\$"; exit $?'
noted short mlmembench exec --quiet --out "$results/short" --cap 48M --swap none --repetitions 30 true /bin/true
noted swapped mlmembench run --quiet --out "$results/swapped" $touch_sizes --cap 96M --swap max --param size=150M
if [ "$who" = user ]; then
    noted namespace unshare -Ur mlmembench run --quiet --out "$results/namespace" $touch_sizes --cap 48M
    # It reads all its pages again and again, most of them from swap.
    cat >"$results/holds.py" <<'END'
import os, time
held = [bytearray(os.urandom(4096)) for _ in range(5000)]
end = time.time() + 12
while time.time() < end:
    sum(page[0] for page in held)
    time.sleep(0.05)
END
    noted holds mlmembench exec --quiet --out "$results/holds" --cap 24M --swap max -- python3 "$results/holds.py"
fi
