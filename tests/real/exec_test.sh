#!/bin/bash
# Any command in a cage: its output and status are its own, its whole tree is measured, and nothing of it remains.
. "$(dirname "$0")/common.sh"
begin
# hold.py MIB SECONDS [FILE…]: makes held.MIB when it holds that much, waits until the other files exist, then waits
# SECONDS and 1200 times the cost of a look at its PSS, because the harness spends one per cent of the time on these
# looks. It ends without releasing anything; otherwise the last look would depend on chance.
hold=$PWD/hold.py
cat >hold.py <<'PYTHON'
import os, sys, time
held = bytearray(int(sys.argv[1]) << 20)
open("held." + sys.argv[1], "w").close()
while not all(map(os.path.exists, sys.argv[3:])):
    time.sleep(0.01)
begin = time.thread_time()
open("/proc/self/smaps_rollup").read()
time.sleep(float(sys.argv[2]) + 1200 * (time.thread_time() - begin))
os._exit(0)
PYTHON
run() { "$mlm" exec --out "out/$1.jsonl" "${@:2}"; }

status 7 run status -- sh -c 'echo out; echo err >&2; exit 7'
expect "standard output is the command's" [ "$(cat log/out)" = out ]
expect "standard error has it, too" grep -qx err log/err
expect "an error of its own is a crash with its status" records out/status.jsonl \
    'outcomes("exec/sh") == ["crash"] and r[0]["reason"] == "exit status 7"'
status 0 run quiet --quiet -- true
expect "--quiet says nothing" [ ! -s log/out ] && expect "nothing at all" [ ! -s log/err ]
echo through >log/in
status 0 bash -c "'$mlm' exec --quiet --out out/in.jsonl -- tr a-z A-Z <log/in"
expect "standard input is the command's" [ "$(cat log/out)" = THROUGH ]
status 0 run output --quiet --output out/said -- echo said
expect "--output takes it to a file" [ "$(cat out/said)" = said ] && expect "and nowhere else" [ ! -s log/out ]
cp out/status.jsonl out/kept.jsonl
status 2 run status --output out/kept.jsonl -- true
expect "but to no file of records" cmp -s out/status.jsonl out/kept.jsonl && expect "and says why" grep -q -- '--output: out/kept.jsonl is the name of a file of records' log/err
status 0 run asks --quiet --prepare 'cat >out/eaten' -- cat <log/in
expect "what --prepare reads is not the command's input" [ "$(cat log/out)" = through ]
status 0 bash -c "'$mlm' exec --quiet --out out/descriptor.jsonl -- cat <(echo substituted)"
expect "descriptors that we were started with are the command's, too" [ "$(cat log/out)" = substituted ]
printf '#!/bin/sh\necho "$0"\n' >out/script && chmod +x out/script && ln -s script out/alias
status 0 run alias --quiet -- out/alias
expect "a script is called as it was" [ "$(cat log/out)" = out/alias ]
status 0 run term2 --quiet -- true
status 0 run term2 -- sh -c :
expect "the table is of this run, not of all that the file holds" [ "$(grep -c '^true ' log/err)" = 0 ]
status 3 run never --cap 64M --swap none --background 200M -- true
expect "one that never ran gives no status of its own" records out/never.jsonl 'outcomes("exec/true") == ["oom"]'
status 0 bash -c "trap '' HUP; '$mlm' exec --quiet --out out/nohup.jsonl -- sh -c 'kill -HUP \$PPID \$\$; sleep 0.2; echo alive'"
expect "nohup is for the command as well" [ "$(cat log/out)" = alive ]
status 130 run ctrlc --prepare 'kill -INT $$' -- true
status 143 run term -- sh -c 'kill -TERM $$'
status 3 run nowhere -- no-such-program-anywhere
expect "a missing program is named" grep -q 'no program no-such-program-anywhere' log/err

dd_mib=$((300 / scale))
status 0 run dd --cap 512M --swap none -- dd if=/dev/zero of=/dev/null bs=${dd_mib}M count=1
expect "dd: its buffer of ${dd_mib}M and a little" records out/dd.jsonl \
    'outcomes("exec/dd") == ["ok"] and 0 < r[0]["needs_peak_bytes"] - ('$dd_mib' << 20) < 10 << 20'
status 137 run oom --cap 64M --swap none -- "$MLM_PYTHON" "$hold" 200 0
expect "above its cap: oom" records out/oom.jsonl 'r[0]["outcome"] == "oom" and r[0]["cage_peak_bytes"] > 62 << 20'

rm -f held.*
status 0 run pipe --swap none -- sh -c "'$MLM_PYTHON' '$hold' 60 1 held.40 | '$MLM_PYTHON' '$hold' 40 1 held.60 | cat | wc -c"
expect "a pipeline: the sum of what is held at once" records out/pipe.jsonl \
    'outcomes("exec/sh") == ["ok"] and 100 << 20 < r[0]["needs_peak_bytes"] < 135 << 20'
# PSS is read rarely, and null if RSS has changed since.
expect "each large process with its PSS" records out/pipe.jsonl \
    'sorted(p["peak_rss_bytes"] >> 20 for p in r[0]["processes"])[-1] in range(60, 80) and any(p["pss_bytes"] for p in r[0]["processes"]) and all(p["pss_bytes"] is None or 0.8 * p["rss_bytes"] < p["pss_bytes"] <= p["rss_bytes"] for p in r[0]["processes"] if p["rss_bytes"] > 20 << 20)'
# Two processes that hold memory of their own at the same time, one of them with a mapped file.
head -c $((50 / scale))M /dev/urandom >mapped.bin
cat >held.py <<'PYTHON'
import mmap, os, sys, time
if len(sys.argv) > 3:
    file = open(sys.argv[3], "rb")
    mapped = mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ)
    sum(mapped[at] for at in range(0, len(mapped), 4096))
held = b"x" * (int(sys.argv[1]) << 20)
open("done." + sys.argv[1], "w").close()
while not os.path.exists("done." + sys.argv[2]):
    time.sleep(0.01)
time.sleep(1)
os._exit(0)
PYTHON
cp held.py big.py && cp held.py small.py
big=$((100 / scale)) small=$((40 / scale))
status 0 run two --swap none -- sh -c "'$MLM_PYTHON' big.py $big $small mapped.bin & '$MLM_PYTHON' ./small.py $small $big; wait"
python=$(basename "$MLM_PYTHON")
expect "what each large process held at the peak, by the name of its script" records out/two.jsonl \
    "[p['name'] for p in r[0]['peak_processes']] == ['$python big.py', '$python small.py']"
expect "memory of its own, within what Python takes" records out/two.jsonl \
    "all(0 <= p['anon_bytes'] - (mib << 20) < 12 << 20 and p['shmem_bytes'] == 0 for p, mib in zip(r[0]['peak_processes'], ($big, $small)))"
expect "and files that it maps" records out/two.jsonl \
    "0 <= r[0]['peak_processes'][0]['file_bytes'] - $(stat -c %s mapped.bin) < 12 << 20 and r[0]['peak_processes'][1]['file_bytes'] < 12 << 20"
expect "the table names the largest" grep -Eq "^\[[a-z]\] largest at the peak: $python big\.py [0-9.]+ MiB of its own, [0-9.]+ MiB of files; $python small\.py [0-9.]+ MiB of its own" log/err
# The kernel's peak RSS of the shell is that of a child, whose file pages are not the shell's.
expect "needs are what both hold" records out/two.jsonl \
    "0 <= r[0]['needs_peak_bytes'] - sum(p['anon_bytes'] for p in r[0]['peak_processes']) < 6 << 20"
expect "in plain words" grep -q '^at the peak: of its own: anonymous memory (heap, arrays, stacks)' log/err
status 0 "$mlm" show out/two.jsonl --columns needs,peak-rss
expect "needs below peak RSS is explained" grep -q '^peak RSS: above needs where it counts pages of programs, libraries' log/out
rm -f done.* mapped.bin
expect "no child was left" records out/pipe.jsonl '"children_left" not in r[0]["marks"]'
status 0 run fork -- sh -c "'$MLM_PYTHON' '$hold' 50 3600 & until [ -e held.50 ]; do sleep 0.1; done"
expect "children left behind: ok, marked, and their memory counts" records out/fork.jsonl \
    'outcomes("exec/sh") == ["ok"] and "children_left" in r[0]["marks"] and r[0]["needs_peak_bytes"] > 50 << 20 and r[0]["run_ns"] < 600e9'
expect "they are gone" wait_until_none "pgrep -f '$hold 50'"
status 137 run deaf --timeout 1s -- sh -c 'trap "" TERM; while :; do sleep 0.1; done'
expect "what ignores SIGTERM is ended all the same" records out/deaf.jsonl 'outcomes("exec/sh") == ["timeout"]'

status 0 run file --swap none -- sh -c "head -c 200M /dev/zero >out/file; cat out/file | wc -c"
rm out/file
expect "page cache is no need" records out/file.jsonl \
    'r[0]["file_peak_bytes"] > 100 << 20 and r[0]["needs_peak_bytes"] < 40 << 20'
# Anonymous memory for a moment, then page cache: the needs are those of the moment, within 1 %. How much the program
# takes beside it, its buffer included, is measured without it. (2 MiB are counted in advance for the processors, whatever
# the size.)
spike_mib=$((300 / scale))
head -c $((400 / scale))M /dev/urandom >spike.bin
sync spike.bin
cat >spike.py <<'PYTHON'
import sys
file, buffer = open("spike.bin", "rb", buffering=0), bytearray(1 << 20)
file.readinto(buffer)
held = b"x" * (int(sys.argv[1]) << 20)
del held
while file.readinto(buffer):
    pass
PYTHON
cat >spike.c <<'C'
#include <stdlib.h>
#include <string.h>
#include <fcntl.h>
#include <unistd.h>
int main(int argc, char **argv)
{
    static char buffer[1 << 20];
    size_t size = (size_t)atoi(argv[argc - 1]) << 20;
    int file = open("spike.bin", O_RDONLY);
    if (read(file, buffer, sizeof buffer) < 0)
        return 1;
    char *volatile held = malloc(size);
    memset(held, 1, size);
    free(held);
    while (read(file, buffer, sizeof buffer) > 0)
        ;
    return 0;
}
C
# spikes NAME COMMAND…
spikes()
{
    name=$1
    shift
    status 0 run "$name.without" --swap none --repetitions 3 --evict spike.bin -- "$@" 0
    status 0 run "$name" --swap none --repetitions 10 --evict spike.bin -- "$@" "$spike_mib"
    cat "out/$name.without.jsonl" "out/$name.jsonl" >out/spikes.jsonl
    expect "$name: a spike counts each time, and the cache after it does not" records out/spikes.jsonl \
        "len(r) == 13 and all(abs(x['needs_peak_bytes'] - min(y['needs_peak_bytes'] for y in r[:3]) - ($spike_mib << 20)) < (max($spike_mib, 200) << 20) / 100 for x in r[3:])"
}
spikes python "$MLM_PYTHON" spike.py
if cc -o spike spike.c 2>/dev/null; then
    spikes c ./spike
else
    skip_part "a spike of a program in C" "there is no compiler"
fi
rm spike.bin
status 0 run short_ones --repetitions 5 -- true
expect "a command is too short for a sampled peak" records out/short_ones.jsonl \
    'all(x["peak_rss_bytes"] is None or x["peak_rss_bytes"] > 256 << 10 for x in r)'
# A parent that waits for ever for a worker that the kernel killed.
cat >waits.py <<'PYTHON'
import os, signal
worker = os.fork()
if worker == 0:
    held = [bytearray(b"x" * (1 << 20)) for _ in range(1 << 12)]
signal.pause()
PYTHON
status 137 run waits --cap 64M --swap none --oom-grace 2s -- "$MLM_PYTHON" waits.py
expect "the kill is told at once" grep -Eq '^mlmembench: the kernel killed (python3[^ ]* \(pid [0-9]+\)|a process) under 64M; the command goes on' log/err
expect "and what will follow" grep -q 'the command goes on, and is ended once it does nothing for 2.0* s (--oom-grace)' log/err
expect "and the trial is ended, as an oom" records out/waits.jsonl \
    'r[0]["outcome"] == "oom" and "did nothing any more" in r[0]["reason"]'
# The same with a parent that does a little all the time: it is not idle, so it is said again that it still runs.
cat >flutters.py <<'PYTHON'
import os, time
worker = os.fork()
if worker == 0:
    held = [bytearray(b"x" * (1 << 20)) for _ in range(1 << 12)]
while not os.path.exists("enough"):
    begin = time.thread_time()
    while time.thread_time() - begin < 0.02:
        pass
    time.sleep(0.05)
PYTHON
rm -f enough
"$mlm" exec --out out/flutters.jsonl --cap 64M --swap none --oom-grace 1s -- "$MLM_PYTHON" flutters.py >log/out 2>log/flutters &
flutters=$!
expect "a command that goes on is told of again" wait_until grep -Eq '^mlmembench: the kernel killed .* 3\.0* s ago, and the command still runs; this trial counts as oom in any case' log/flutters
expect "and again" wait_until grep -q ' 6.00* s ago' log/flutters
: >enough
wait $flutters
expect "its trial is an oom" records out/flutters.jsonl 'r[0]["outcome"] == "oom"'
# The same with one that would compute and gets next to no processor time: another process has it.
cat >starves.py <<'PYTHON'
import os
if os.fork() == 0:
    held = [bytearray(b"x" * (1 << 20)) for _ in range(1 << 12)]
os.wait()
os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
while not os.path.exists("enough"):
    pass
PYTHON
rm -f enough
taskset -c "$("$MLM_PYTHON" -c 'import os; print(min(os.sched_getaffinity(0)))')" sh -c 'while :; do :; done' &
hog=$!
"$mlm" exec --out out/starves.jsonl --cap 64M --swap none --oom-grace 2s -- "$MLM_PYTHON" starves.py >log/out 2>log/starves &
starves=$!
expect "waiting for a processor is not doing nothing" wait_until grep -q ' 6.00* s ago, and the command still runs' log/starves
: >enough
kill $hog
wait $hog 2>/dev/null
wait $starves
expect "it ends by itself" records out/starves.jsonl 'r[0]["outcome"] == "oom" and "did nothing" not in (r[0]["reason"] or "")'
elsewhere=$nest/elsewhere
status 0 run moved -- sh -c "mkdir '$elsewhere' && echo \$\$ >'$elsewhere/cgroup.procs' && sleep 1"
wait_until rmdir "$elsewhere"
expect "one that moves out of its cage is marked" records out/moved.jsonl '"left_cage" in r[0]["marks"]'
expect "and others are not" records out/fork.jsonl '"left_cage" not in r[0]["marks"]'
# Grows by the clock, 4 MiB a second, because a busy machine may delay it.
cat >leak.py <<'PYTHON'
import sys, time
held, begin = [bytearray(20 << 20)], time.monotonic()
while (now := time.monotonic() - begin) < float(sys.argv[1]):
    while sys.argv[2] == "leak" and len(held) < now * 16:
        held.append(bytearray(b"x" * (256 << 10)))
    time.sleep(0.01)
PYTHON
status 0 run leak -- "$MLM_PYTHON" leak.py 12 leak
expect "what grows on and on is noticed, by how much" records out/leak.jsonl \
    '2 << 20 < r[0]["growth_low_bytes_per_s"] <= r[0]["growth_bytes_per_s"] <= r[0]["growth_high_bytes_per_s"] < 8 << 20'
expect "and said" grep -q 'possible leak: memory grew by' log/err
status 0 run steady -- "$MLM_PYTHON" leak.py 4 steady
expect "what holds still is not" records out/steady.jsonl 'r[0]["growth_bytes_per_s"] is None'
status 0 run short -- "$MLM_PYTHON" leak.py 2 leak
expect "nor is a short run, which may still be loading" records out/short.jsonl 'r[0]["growth_bytes_per_s"] is None'
status 137 run eaten --cap 48M --swap none -- "$MLM_PYTHON" leak.py 12 leak
expect "nor is a job that was killed" records out/eaten.jsonl \
    'r[0]["outcome"] == "oom" and r[0]["growth_bytes_per_s"] is None'

status 0 run several --cap 64M,none --repetitions 5 --warmup 1 --name one --name two \
    --prepare 'echo p >>out/prepared' --cleanup 'echo c >>out/cleaned' 'sleep 0.1' 'sleep 1'
expect "every command under every cap, five times" records out/several.jsonl \
    'Counter((x["workload"], x["cap_bytes"]) for x in r) == Counter({(w, c): 5 for w in ("exec/one", "exec/two") for c in (64 << 20, None)})'
expect "--prepare before each run, warm-up too" [ "$(wc -l <out/prepared)" = 24 ]
expect "--cleanup once" [ "$(wc -l <out/cleaned)" = 1 ]
expect "they are compared" grep -q 'Under cap 64M, one .* is the fastest. two takes [0-9.]*–[0-9.]* × as long' log/err
status 0 "$mlm" show out/several.jsonl
expect "show reads the records" grep -q '^two ' log/out
status 3 run prepare --prepare 'exit 4' -- true
expect "a --prepare that fails ends it" grep -q -- '--prepare ended with status 4' log/err

"$mlm" exec --out out/killed.jsonl -- sh -c "'$MLM_PYTHON' '$hold' 33 3600; :" >/dev/null 2>&1 &
harness=$!
expect "it runs" wait_until test -e held.33
kill -KILL "$harness"
expect "kill -9 of the harness takes the tree with it" wait_until_none "pgrep -f '$hold 33'"
wait "$harness" 2>/dev/null
finish
