#!/bin/bash
# The smallest cap that is enough: for programs with known needs, and for programs that fail under every cap.
. "$(dirname "$0")/common.sh"
begin
fit() { "$mlm" fit --out "out/$1.jsonl" "${@:2}"; }
# found FILE LOW HIGH TRIALS: the smallest cap that was enough three times is in this range of MiB, a cap less than 3 %
# below it was not enough, and at most so many trials were needed.
found()
{
    records "out/$1.jsonl" "(lambda of: (lambda enough: $2 << 20 <= enough <= $3 << 20 and any(
        c >= enough / 1.03 and 'oom' in of[c] for c in of if c < enough))(min(c for c in of if of[c] == ['ok'] * 3)))({
        c: [x['outcome'] for x in r if x['cap_bytes'] == c] for c in {x['cap_bytes'] for x in r if x['cap_bytes']}
    }) and len(r) <= $4"
}

# A worker itself needs less than 4 MiB, including page tables for its data.
status 0 "$mlm" run --suite self --filter null --cap none --repetitions 5 --quiet --out out/null.jsonl
expect "a worker by itself takes less than 2 MiB" records out/null.jsonl \
    '(lambda known: known and max(known) < 2 << 20)([x["needs_peak_bytes"] for x in r if x["needs_peak_bytes"]])'
for size in 64 $((300 / scale)) $((1500 / scale)); do
    status 0 fit "touch$size" --workload self/touch --param size=${size}M
    expect "self/touch of $size MiB: that and a worker, within 2 %, in a dozen trials" \
        found "touch$size" "$size" $(((size + 2 + size / 500) * 102 / 100)) 12
    expect "and said in a sentence" grep -Eq "^self/touch fits into [0-9]+M without swap: it ended well under [0-9]+M \(3 of 3\) and not under" log/out
done
if command -v gnuplot >/dev/null; then
    expect "the picture is there, and named" test -s "$(sed -n 's/^Picture: \(.*svg\),.*/\1/p' log/out)"
    expect "with its cliff" grep -q 'cliff [0-9]*M–[0-9]*M' "$(sed -n 's/^Picture: \(.*svg\),.*/\1/p' log/out)"
else
    skip_part "the picture" "there is no gnuplot"
fi
status 0 "$mlm" show out/touch64.jsonl
expect "its trials are records like any others" grep -q 'self, cap 64M' log/out

# Reads a file of 100 MiB beside 60 MiB of its own.
head -c 100M /dev/zero >out/file
cat >reader.py <<'PYTHON'
import mmap, sys
held = b"x" * (60 << 20)
with open(sys.argv[1], "rb") as file:
    data = mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ)
    print(sum(data[i] for _ in range(2) for i in range(0, len(data), 4096)))
PYTHON
# Reading it repeatedly may take long on a slow disk, which must not count as a failure here.
status 0 fit reader --evict out/file --tolerance 20% --timeout 30min -- "$MLM_PYTHON" reader.py out/file
expect "file cache is no need" records out/reader.jsonl \
    'max(x["cage_peak_bytes"] for x in r) > 150 << 20 and min(c for c in (x["cap_bytes"] for x in r if x["outcome"] == "ok") if c) < 110 << 20'
expect "and it is said" grep -q 'file cache, mostly' log/out
cat >limit.sh <<SHELL
group=\$(sed -En 's/^$own_line//p' /proc/self/cgroup)
limit=\$(cat "$mount\${group#"$hidden"}/$limit_file")
[ "\$limit" = max ] || [ "\$limit" -lt $((1 << 50)) ] || limit=max
SHELL
# A job that holds 60 MiB for a third of a second. Under any cap below 80 MiB it holds 40 and takes more than five times as
# long as without a cap. (dd holds its block at once.)
cat >slow.sh <<SHELL
read -r begin _ </proc/uptime
. ./limit.sh
hold() { dd if=/dev/zero of=/dev/null bs=\$1 count=1 2>/dev/null || exit; }
if [ "\$limit" != max ] && [ "\$limit" -lt $((80 << 20)) ]; then
    hold 40M
    exec sleep "\$(cat out/took)"
fi
hold 60M
sleep 0.3
[ -e out/took ] || awk "{print 2 + 8 * (\\\$1 - \$begin)}" /proc/uptime >out/took
SHELL
# However slow the machine is, the time limit must not end a trial.
status 0 fit within --within 400% --tolerance 20% --repetitions 1 --timeout 30min -- sh slow.sh
expect "it ends from 40 MiB on" grep -Eq '^slow.sh fits into 4[0-9]M ' log/out
expect "and is fast from 80 on" grep -Eq '^To be at most 400 % slower than without a cap it needs (8[0-9]|9[0-6])M ' log/out
# The file is locked in memory, because a small machine may need the page cache for other things.
head -c 4M /dev/zero >out/warm
"$MLM_PYTHON" -c '
import ctypes, mmap, time
with open("out/warm", "r+b") as file:
    data = mmap.mmap(file.fileno(), 0)
if ctypes.CDLL(None, use_errno=True).mlock(ctypes.byref(ctypes.c_char.from_buffer(data)), ctypes.c_size_t(len(data))):
    raise OSError(ctypes.get_errno(), "mlock")
open("out/locked", "w").close()
time.sleep(3607)' &
holder=$!
expect "a file is in the page cache" wait_until test -e out/locked
status 3 fit warm --max-trials 1 -- "$MLM_PYTHON" -c '
import mmap, time
with open("out/warm", "rb") as file:
    data = mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ)
time.sleep(3)'
kill "$holder"
wait "$holder"
expect "a file that was in the page cache is not taken for one that costs nothing" \
    grep -q 'of the job.s files were in the page cache already, so this trial does not count' log/err

status 1 fit fails -- sh -c 'exit 9'
expect "what always fails is tried once" records out/fails.jsonl 'outcomes("exec/sh") == ["crash"]'
expect "and told" grep -q 'does not end well without a cap either (0 of 1, crash)' log/out
# However large the cap is, it costs 5 s.
cat >never.sh <<SHELL
. ./limit.sh
[ "\$limit" = max ] || sleep 5
SHELL
status 3 fit never --within 10% --repetitions 1 -- sh never.sh
expect "what is fast under no cap has no such cap" grep -q '^Under no cap was it at most 10 % slower' log/out
status 0 fit small -- true
expect "what fits into the least cap fits into it" grep -q '^true fits into 16M (3 of 3) without swap' log/out
status 3 fit few --max-trials 2 -- "$MLM_PYTHON" -c 'x = b"x" * (90 << 20)'
expect "trials that were too few" records out/few.jsonl 'len(r) == 2'
expect "leave what is known" grep -q 'not found yet after 2 trials.*More --max-trials would tell' log/out

# Every second run needs more.
cat >varies.py <<'PYTHON'
with open("out/varies", "a+") as runs:
    runs.write("x")
    held = b"x" * ((100, 60)[runs.tell() % 2] << 20)
PYTHON
status 0 fit varies --name varies --tolerance 5% --repetitions 5 -- "$MLM_PYTHON" varies.py
expect "a need that varies: what is enough each time" records out/varies.jsonl \
    '(lambda of: 100 << 20 < min(c for c in of if of[c] == ["ok"] * 5) < 125 << 20)({c: [x["outcome"] for x in r if x["cap_bytes"] == c] for c in {x["cap_bytes"] for x in r if x["cap_bytes"]}})'
expect "and said to vary" grep -q '^What varies needs varies from run to run, between [0-9]*M and 1[0-9]*M without swap' log/out

status 0 fit hooks --prepare 'echo p >>out/prepared' --cleanup 'echo c >>out/cleaned' --output out/said -- echo said
expect "--prepare before each trial" [ "$(wc -l <out/prepared)" = "$(grep -c '"kind": *"trial"' out/hooks.jsonl)" ]
expect "--cleanup once" [ "$(wc -l <out/cleaned)" = 1 ]
expect "--output has what each of them said" [ "$(grep -c '^said$' out/said)" = "$(wc -l <out/prepared)" ]

: >out/runs
"$mlm" fit --out out/stopped.jsonl --timeout 1h -- sh -c "'$MLM_PYTHON' -c 'x = b\"x\" * (80 << 20)'; echo x >>out/runs; [ \"\$(wc -l <out/runs)\" -lt 2 ] || exec sleep 3607" >log/out 2>log/err &
harness=$!
expect "it runs under a cap" wait_until eval '[ "$(wc -l <out/runs)" = 2 ]'
kill -INT "$harness"
wait "$harness"
expect "Ctrl-C: exit status 130" [ $? = 130 ]
expect "what is known by then is shown" grep -q 'not found yet after 1 trial' log/out
expect "and where the records are" grep -q 'interrupted; what had ended is in out/stopped.jsonl' log/err

status 3 fit moved -- sh -c "mkdir '$nest/elsewhere' && echo \$\$ >'$nest/elsewhere/cgroup.procs' && sleep 1"
wait_until rmdir "$nest/elsewhere"
expect "what moves out of its cage has no answer" grep -q 'moved out of its cage, where no cap holds it' log/err
status 1 fit lines "$(printf 'exit 9\n: \033[31m')"
expect "a command of several lines is one in a sentence" grep -q '^exit 9?: ?\[31m does not end well' log/out
status 2 fit usage --output out/few.jsonl -- true
expect "with records as a target" grep -q -- '--output: out/few.jsonl is the name' log/err

status 2 fit usage
expect "without a command" grep -q 'fit needs a command or a workload' log/err
status 2 fit usage --workload self/touch -- true
expect "with both" grep -q 'a command or --workload, not both' log/err
status 2 fit usage --workload nowhere
expect "with half a workload" grep -q "SUITE/NAME, not 'nowhere'" log/err
status 2 fit usage --workload self/touch --param size=1M,2M
expect "with two values" grep -q 'one value here' log/err
status 2 fit usage --workload storage/nothing
expect "with none of ours" grep -q 'storage/nothing' log/err
status 2 fit usage --tolerance 0% -- true
expect "with no tolerance" grep -q -- '--tolerance is between' log/err
status 2 fit usage --data 1G -- true
expect "with data for a command" grep -q 'is for --workload' log/err
status 2 fit usage --name x --workload self/touch
expect "with a command's name for a workload" grep -q -- '--name and --output are for a command' log/err
finish
