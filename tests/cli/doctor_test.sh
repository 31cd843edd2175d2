#!/bin/sh
# doctor: says whether caps can be set, and is right.
. "$(dirname "$0")/common.sh"
begin

"$mlm" doctor >log/out 2>log/err
got=$?
cat log/out
expect "nothing on standard error" test ! -s log/err
expect "plain" no_escapes log/out
expect_not "each line is a finding or its remedy" grep -qvE '^(good|note|poor)  [a-z]|^ {20}[^ ]|^      → |^        [^ ]' log/out
# Commands and paths are not wrapped, so that they can be copied.
grep -vE 'sudo |^ +/[^ ]+$' log/out >log/prose
expect "80 columns" narrow log/prose
for subject in memory swap disk kernel load; do
    expect "$subject" grep -qE "^(good|note|poor)  $subject " log/out
done
tr -s ' \n' ' ' <log/out >log/line
if [ "$got" = 0 ]; then
    expect "caps can be set, and how" grep -qE '^good cap caps can be set (directly|through a systemd scope), by cgroup v[12]' log/line
else
    expect "exit status 3 says that they cannot" test "$got" = 3
    expect "and why" grep -qE '(^|[^a-z])poor cap no cap can be set: .* → ' log/line
fi
if [ "$(id -u)" = 0 ]; then
    expect "root can set caps" test "$got" = 0
fi
# On v1 the memory controller has its own mount; in a hybrid system v2 is mounted as well.
if [ -e /sys/fs/cgroup/memory/memory.limit_in_bytes ]; then
    expect "cgroup v1" grep -q 'by cgroup v1' log/line
    if grep -q ' cgroup2 ' /proc/mounts; then
        expect "hybrid" grep -qF 'by cgroup v1 (hybrid)' log/line
    fi
else
    expect "cgroup v2" grep -q 'by cgroup v2 ' log/line
fi
expect "no file is made" test "$(files)" = "."
finish
