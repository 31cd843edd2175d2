#!/bin/bash
# What a job sees with --laptop, --cpus and --private-tmp, and that nothing of it remains on the machine.
. "$(dirname "$0")/common.sh"
begin
run() { "$mlm" exec --out "out/$1.jsonl" "${@:2}"; }
# Without those that come and go with the sessions of other users.
# In the virtual machine, the other user's test of a full disk mounts one.
mounts() { cut -d ' ' -f 4- /proc/self/mountinfo | grep -v ' /run/user/\|/disk/'; }
# Only names of ours, and only our own: other programs and users have folders there, too.
folders() { find /tmp /dev/shm -maxdepth 1 -user "$(id -u)" -name 'mlm*' -newer log/begin ! -name 'mlm-*' 2>/dev/null; }
touch log/begin
mounts >log/mounts
if ! "$mlm" exec --quiet --private-tmp --out out/first.jsonl -- true 2>log/err; then
    expect "where mounts are not allowed, the error says what to do" grep -Eq 'only the job sees, but .*(run mlmembench|sysctl)' log/err
    skip "no mount namespace can be made here"
fi

# see.py MIB: writes /proc/meminfo in MiB, takes so much memory, and waits until it shows.
cat >see.py <<'PYTHON'
import json, os, sys, time
def look():
    with open("/proc/meminfo") as file:
        lines = [line.split() for line in file]
    assert all(words[2:] in ([], ["kB"]) for words in lines), lines
    return {words[0][:-1]: int(words[1]) >> 10 for words in lines}
before = look()
held = b"x" * (int(sys.argv[1]) << 20)
while True:
    after = look()
    if before["MemAvailable"] - after["MemAvailable"] > int(sys.argv[1]) * 3 // 4:
        break
    time.sleep(0.02)
print(json.dumps({"before": before, "after": after, "cpus": os.cpu_count(), "allowed": len(os.sched_getaffinity(0))}))
PYTHON
# seen EXPRESSION: a Python expression over what see.py wrote.
seen() { "$MLM_PYTHON" -c 'import json, sys; s = json.load(open("log/out")); b, a = s["before"], s["after"]; ok = eval(sys.argv[1]); ok or print(s); sys.exit(not ok)' "$1"; }
# The background of a laptop has to fit into the machine that the test runs on.
ram=$((4096 / scale))
total=$((ram - 64 - ram / 64)) # without what firmware and kernel keep
used=$((160 / scale))
status 0 run laptop --quiet --laptop ${ram}M --swap none --timeout 300s -- "$MLM_PYTHON" see.py $used
expect "MemTotal is the laptop's" seen "abs(b['MemTotal'] - $total) <= 2 and a['MemTotal'] == b['MemTotal']"
desktop=$("$mlm" run --dry-run --suite self --laptop ${ram}M | sed -n '1s/.*--background \([0-9]*\)M:active/\1/p')
expect "the desktop holds its part from the begin on" seen "b['MemAvailable'] < b['MemTotal'] - $desktop * 9 // 10"
expect "what the job takes is missing" seen "$used * 3 // 4 < b['MemAvailable'] - a['MemAvailable'] < $used * 2 + 32"
expect "free memory is part of what is available" seen "0 < a['MemFree'] <= a['MemAvailable'] + 1"
expect "no swap was allowed, none is seen" seen "b['SwapTotal'] == b['SwapFree'] == 0"
expect "the record says it" records out/laptop.jsonl "r[0]['laptop_bytes'] == $ram << 20 and r[0]['background_mode'] == 'active' and r[0]['processors'] == 0"
expect "needs are those of the job, without the desktop" sh -c '"$1" show out/laptop.jsonl --columns needs >log/needs && tail -n +5 log/needs | grep -Eq "^see.py .* [0-9.]+ MiB$"' sh "$mlm"
status 0 run bare --quiet --laptop ${ram}M --desktop none --swap none -- "$MLM_PYTHON" see.py $used
expect "no desktop, no background" records out/bare.jsonl "r[0]['laptop_bytes'] == $ram << 20 and r[0]['background_bytes'] == 0"
expect "and more is free" seen "b['MemAvailable'] > b['MemTotal'] - $desktop"
status 0 run tabs --quiet --laptop ${ram}M --desktop $((desktop / 4))M -- true
expect "a desktop of that size" records out/tabs.jsonl "r[0]['background_bytes'] == ($desktop // 4) << 20"

# The laptop is this machine: the job sees it, and may have what is available.
status 0 run own --laptop own -- cat /proc/meminfo
expect "the job sees the machine" [ "$(head -n 1 log/out)" = "$(head -n 1 /proc/meminfo)" ]
expect "the cap is below what is available, and nothing stands in" records out/own.jsonl \
    "r[0]['laptop_own'] and r[0]['laptop_bytes'] == $(awk '/^MemTotal:/ {print $2}' /proc/meminfo) << 10 and r[0]['background_bytes'] == 0 and r[0]['laptop_bytes'] // 8 < r[0]['cap_bytes'] < r[0]['laptop_bytes']"
expect "that is said" grep -q '^this laptop, with .*: --cap .*, which is available now; no background$' log/err
status 0 "$mlm" run --quiet --laptop own --suite self --filter 'self/null' --repetitions 1 --data 16M --out out/half.jsonl
cap=$("$MLM_PYTHON" -c 'import json; print(json.loads(open("out/half.jsonl").readline())["cap_bytes"])')
"$MLM_PYTHON" -c 'import sys
lines = open("out/half.jsonl").readlines()
for line in lines:
    sys.stdout.write(line.replace("\"cap_bytes\":'"$cap"'", "\"cap_bytes\":'$((cap / 2097152 * 1048576))'"))' >out/resumed.jsonl
status 0 "$mlm" run --quiet --resume out/resumed.jsonl --repetitions 2
expect "a run that is resumed keeps its cap" records out/resumed.jsonl \
    "len(r) >= 2 and {x['cap_bytes'] for x in r if x['cap_bytes']} == {$((cap / 2097152 * 1048576))}"
status 0 run free --quiet --laptop ${ram}M -- free -m
expect "free shows it" awk -v total="$total" '/^Mem:/ {ok = $2 >= total - 2 && $2 <= total + 2} END {exit !ok}' log/out
status 0 run machine --quiet -- cat /proc/meminfo
expect "without it the job sees the machine" [ "$(head -n 1 log/out)" = "$(head -n 1 /proc/meminfo)" ]

status 0 run cpus --quiet --cpus 1 -- sh -c 'nproc; grep -c "^processor" /proc/cpuinfo'
expect "--cpus 1: nproc says 1" [ "$(head -n 1 log/out)" = 1 ]
[ "$(uname -m)" != x86_64 ] || expect "and so does /proc/cpuinfo" [ "$(tail -n 1 log/out)" = 1 ]
status 0 run cpu_count --quiet --cpus 1 -- "$MLM_PYTHON" -c 'import os; print(os.cpu_count(), len(os.sched_getaffinity(0)))'
expect "and Python" [ "$(cat log/out)" = "1 1" ]
expect "the record has it" records out/cpus.jsonl 'r[0]["processors"] == 1'
status 0 "$mlm" run --quiet --cpus 1 --laptop ${ram}M --swap none --private-tmp --filter 'self/null' --suite self --repetitions 1 --out out/run.jsonl
expect "run has the options, too" records out/run.jsonl \
    'all(x["outcome"] == "ok" and x["private_tmp"] and x["processors"] == 1 and x["laptop_bytes"] for x in r)'

mib=$((50 / scale))
cat >leave.sh <<SHELL
test -z "\$(ls -A /tmp)" && test -z "\$(ls -A /dev/shm)" || exit 9
head -c ${mib}M /dev/zero >/dev/shm/mlm-left && head -c ${mib}M /dev/zero >/tmp/mlm-left
mkdir -p /tmp/deep/er/\$(seq -s / 100) && chmod 500 /tmp/deep/er
SHELL
status 0 run private --repetitions 3 --private-tmp -- sh leave.sh
expect "three trials need the same" records out/private.jsonl \
    "len(r) == 3 and outcomes('exec/leave.sh') == ['ok'] * 3 and all(x['needs_peak_bytes'] >= $mib << 20 for x in r) and max(x['needs_peak_bytes'] for x in r) - min(x['needs_peak_bytes'] for x in r) < 4 << 20"
expect "and leave nothing" [ ! -e /dev/shm/mlm-left ] && expect "nowhere" [ ! -e /tmp/mlm-left ]
expect "no folder either" [ -z "$(folders)" ]
same=$(stat -f -c %T /tmp)
status 0 run kind --quiet --private-tmp -- stat -f -c %T /tmp
expect "/tmp is on the kind of file system that it had" [ "$(cat log/out)" = "$same" ]
cp /bin/true /tmp/mlm-program-$$
status 3 run inside --private-tmp -- /tmp/mlm-program-$$
rm /tmp/mlm-program-$$
expect "a program in /tmp is named" grep -q 'with --private-tmp the job has its own empty /tmp and /dev/shm, and the program lies in the machine.s; move it elsewhere' log/err
status 0 "$mlm" fit --private-tmp --laptop ${ram}M --max-trials 40 --tolerance 20% --repetitions 1 --out out/fit.jsonl -- sh leave.sh
expect "fit has both" records out/fit.jsonl 'all(x["private_tmp"] and x["laptop_bytes"] and x["background_bytes"] for x in r)'
expect "and says what the laptop leaves" grep -q '^a laptop of [0-9.]*[GM]: --cap' log/err
status 0 "$mlm" fit --private-tmp --laptop own --desktop none --max-trials 40 --tolerance 20% --repetitions 1 --out out/fit_own.jsonl -- sh leave.sh
expect "own: like a fit without a laptop" records out/fit_own.jsonl 'all(not x["laptop_bytes"] and not x["background_bytes"] for x in r)'
expect "and the answer is compared with what is available" sh -c 'tr "\n" " " <log/out | grep -Eq "beside its system, [0-9.]+ [GM]iB are free.* On this one [0-9.]+ [GM]iB are available now, which is enough[.]"'

# A chroot whose root is no mount point, as debootstrap and schroot make it.
cat >chroot.sh <<'SHELL'
set -e
mkdir root
for folder in /*; do
    if [ -L "$folder" ]; then
        cp -P "$folder" root
    elif [ -d "$folder" ] && [ "$folder" != /tmp ]; then
        mkdir "root$folder"
        mount --rbind "$folder" "root$folder"
    fi
done
mkdir -m 1777 root/tmp
shift
exec chroot root sh -c 'cd "$1" && shift && exec "$@"' sh "$PWD" "$@"
SHELL
# Where the test itself runs in one, it has shown that already.
if [ "$(id -u)" = 0 ] && mountpoint -q /; then
    status 0 unshare --mount --propagation private sh chroot.sh -- "$mlm" exec --quiet --private-tmp --laptop ${ram}M --out out/chroot.jsonl -- sh -c 'ls -A /tmp; head -n 1 /proc/meminfo'
    expect "in a chroot, too" [ "$(awk '{print int($2 / 1024)}' log/out)" = "$total" ]
    rm -r --one-file-system root
fi

# A job that runs until its harness is killed. Sets harness.
endless()
{
    rm -f out/begun
    "$mlm" exec --private-tmp --cpus 1 --out out/killed.jsonl -- \
        sh -c "echo x >/tmp/x; echo >'$PWD/out/begun'; sleep 3600" >/dev/null 2>&1 &
    harness=$!
    expect "it runs" wait_until test -e out/begun
}

endless
kill -KILL "$harness"
wait "$harness" 2>/dev/null
expect "kill -9 of the harness leaves no folder" wait_until_none folders
expect "and no cage" wait_until_none cages
endless
guardian=$(pgrep -P "$harness" -x mlm-guardian)
kill -KILL "$guardian" "$harness"
wait "$harness" 2>/dev/null
if [ "$same" != tmpfs ]; then
    expect "without a guardian the folder remains" [ -n "$(folders)" ]
    status 0 "$mlm" clean --dry-run
    expect "clean names it" grep -qx '1 temporary folder of trials left behind: would be removed' log/out
fi
status 0 "$mlm" clean
expect "and removes it" [ -z "$(folders)" ]

if [ -e "$own/memory.reclaim" ] || [ -e "$nest/memory.reclaim" ]; then
    mib=$((200 / scale))
    status 0 run reclaim --quiet --background-reclaim --cap $((mib + 40))M -- sh -c "head -c $((2 * mib))M /dev/zero >'$PWD/big'; cat '$PWD/big' | wc -c"
    rm -f big
    expect "with background reclaim the cage stays below its cap" records out/reclaim.jsonl \
        'outcomes("exec/sh") == ["ok"] and r[0]["background_reclaim"]'
else
    status 3 run reclaim --background-reclaim -- true
    expect "without memory.reclaim the error says what to do" grep -Eq 'needs memory.reclaim, which .*; boot' log/err
fi
mounts >log/mounts_after
expect "the machine's mounts are as they were" diff log/mounts log/mounts_after
finish
