#!/bin/sh
# Task of the machine in which the scripts of tests/real run, as root and as an ordinary user at once. Each leaves its
# output, exit status and time in /var/results/WHO/NAME. `before` and `after` list all files that a test must not touch.
# The word mlm.real=root/exec,user/fit on the kernel's command line runs only these.
own=/srv/real
source=/opt/mlmembench

names()
{
    find / -xdev \( -path /tmp -o -path /var/log -o -path /var/lib/systemd -o -path /proc -o -path /sys -o -path /run \
        -o -path /dev -o -path "$own" \) -prune -o -print | sort
}

# script WHO/NAME
script()
{
    who=${1%/*} name=${1#*/} folder=$own/$1
    mkdir -p "$folder/scratch"
    chown "$who:" "$folder/scratch"
    begin=$(cut -d . -f 1 /proc/uptime)
    su - "$who" -c "cd $folder/scratch && MLM_BIN=$source/build MLM_SOURCE=$source MLM_PYTHON=/usr/bin/python3 \
        MLM_SANITIZED=0 MLM_SCALE=5 timeout -k 20 1500 $source/tests/real/${name}_test.sh" >"$folder/output" 2>&1
    echo $? >"$folder/status"
    echo $(($(cut -d . -f 1 /proc/uptime) - begin)) >"$folder/seconds"
    rm -rf "$folder/scratch"
    echo "$1: $(cat "$folder/status") after $(cat "$folder/seconds") s"
    grep FAILED "$folder/output"
}

# scripts WHO NAME…
scripts()
{
    who=$1
    shift
    for name; do
        script "$who/$name"
    done
}

only=$(tr ' ' '\n' </proc/cmdline | sed -n 's/^mlm\.real=//p' | tr ',' ' ')
mkdir -p "$own"
names >"$own/before"
if [ -n "$only" ]; then
    for one in $only; do
        script "$one"
    done
else
    # Both users at once, because there are two processors. Scripts that need much of one run at different times.
    scripts root disk tmpfs above exec fit caps endings outcomes schema inherit &
    scripts user fit exec parts laptop above caps endings outcomes schema inherit
    wait
fi
find /sys/fs/cgroup -name 'mlm*' >"$own/leftovers"
names >"$own/after"
cp -R "$own/." /var/results
