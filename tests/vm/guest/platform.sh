#!/bin/sh
# Checks that this machine is as the other checks expect. Run as the ordinary user.
failed=0

expect()
{
    what=$1
    shift
    if "$@" >/dev/null 2>&1; then
        echo "ok: $what"
    else
        echo "FAILED: $what"
        failed=1
    fi
}

own=/sys/fs/cgroup$(cut -d: -f3 /proc/self/cgroup)
manager=/sys/fs/cgroup/user.slice/user-1000.slice/user@1000.service

expect "an ordinary user" [ "$(id -u)" = 1000 ]
expect "cgroup v2 alone" [ -e /sys/fs/cgroup/cgroup.controllers ]
expect "the login session is not writable" [ ! -w "$own/cgroup.procs" ]
expect "memory is delegated to the user manager" grep -qw memory "$manager/cgroup.controllers"
expect "the kernel keeps a peak" [ -r "$own/memory.peak" ]
expect "the kernel keeps pressure" grep -q total= "$own/memory.pressure"
expect "cgroup.kill" [ -e "$own/cgroup.kill" ]
expect "swap" grep -q /dev/vdd /proc/swaps
# shellcheck disable=SC2016  # expanded inside the scope
expect "a delegated scope with the memory controller" systemd-run --user --scope --quiet -p Delegate=yes \
    sh -c 'grep -qw memory /sys/fs/cgroup$(cut -d: -f3 /proc/self/cgroup)/cgroup.controllers'
exit $failed
