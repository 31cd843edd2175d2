#!/bin/bash
# Memory that is no page cache and yet not plainly needed: files in tmpfs, which outlive their trial; memory that was
# freed lazily; huge pages.
. "$(dirname "$0")/common.sh"
begin
mib=$((200 / scale))
file=/dev/shm/mlm-test-$$.bin
[ -w /dev/shm ] && grep -q ' /dev/shm [^-]* - tmpfs ' /proc/self/mountinfo || skip "/dev/shm is no tmpfs that can be written"
run() { "$mlm" exec --swap none --out "out/$1.jsonl" "${@:2}"; }
fit() { "$mlm" fit --out "out/$1.jsonl" "${@:2}"; }

# A job that holds 5 MiB and writes a file that it leaves.
cat >leaves.py <<'PYTHON'
import sys
held = bytearray(b"x" * (5 << 20))
with open(sys.argv[1], "wb") as file:
    for _ in range(int(sys.argv[2])):
        file.write(b"x" * (1 << 20))
PYTHON
leaves() { "$@" -- "$MLM_PYTHON" leaves.py "$file" "$mib"; }
stops="^mlmembench: the last trial left ${mib}[.0-9]* MiB in $file; the next one would use it without being charged for it. Remove it with --prepare, or give each trial its own /dev/shm with --private-tmp$"

status 0 leaves run single
expect "one trial: what it left is noted" grep -q "it left ${mib}[.0-9]* MiB in $file, which stays in memory" log/err
expect "and recorded, and no page cache" records out/single.jsonl \
    "r[0]['left_tmpfs'] == [{'path': '$file', 'bytes': $mib << 20}] and abs(r[0]['left_tmpfs_bytes'] - ($mib << 20)) < 1 << 20 and r[0]['shmem_peak_bytes'] > ($mib - 1) << 20 and r[0]['file_peak_bytes'] < 10 << 20"
rm "$file"
status 3 leaves run stops --repetitions 3
expect "repetitions stop, and the path is named" grep -Eq "$stops" log/err
expect "with the first trial's record" records out/stops.jsonl 'len(r) == 1 and r[0]["outcome"] == "ok"'
rm "$file"
status 3 leaves run caps --cap 1G,none
expect "so do other caps" grep -Eq "$stops" log/err
rm "$file"
status 3 leaves run warm --warmup 1
expect "so does a trial after a warm-up" grep -Eq "$stops" log/err
rm "$file"
status 3 leaves fit fit_stops
expect "so does fit" grep -Eq "$stops" log/err
rm "$file"

status 0 leaves run prepared --repetitions 3 --prepare "rm -f $file"
expect "with --prepare each repetition needs the same" records out/prepared.jsonl \
    "len(r) == 3 and all(abs(x['needs_peak_bytes'] - r[0]['needs_peak_bytes']) < 5 << 20 and x['needs_peak_bytes'] > $mib << 20 for x in r)"
status 0 leaves fit fit_prepared --prepare "rm -f $file"
expect "and fit finds all of it" records out/fit_prepared.jsonl \
    "$((mib + 5)) << 20 <= min(x['cap_bytes'] for x in r if x['outcome'] == 'ok' and x['cap_bytes']) <= $(((mib + 14) * 102 / 100)) << 20"
expect "and calls none of it file cache" bash -c '! grep -q "file cache" log/out'
rm "$file"
if "$mlm" exec --quiet --private-tmp --out out/probe.jsonl -- true 2>/dev/null; then
    status 0 leaves fit fit_private --private-tmp
    expect "with --private-tmp, too" records out/fit_private.jsonl \
        "$((mib + 5)) << 20 <= min(x['cap_bytes'] for x in r if x['outcome'] == 'ok' and x['cap_bytes']) <= $(((mib + 14) * 102 / 100)) << 20"
    expect "and nothing is left" [ ! -e "$file" ]
else
    skip_part "--private-tmp" "no mount namespace can be made here"
fi
(while sleep 0.1; do head -c 3M /dev/zero >"$file.other"; done) &
other=$!
status 0 leaves run beside --repetitions 2 --prepare "rm -f $file"
kill "$other"
wait "$other" 2>/dev/null
rm -f "$file.other"
expect "a file that another program writes meanwhile is not the job's" records out/beside.jsonl \
    "len(r) == 2 and all(x['left_tmpfs'][0]['path'] == '$file' and all(f['bytes'] <= 1 << 20 for f in x['left_tmpfs'][1:]) for x in r)"
rm "$file"
status 3 leaves run emptied --repetitions 2 --prepare 'true'
expect "a --prepare that removes nothing does not help" grep -Eq "$stops" log/err
status 0 leaves run truncated --repetitions 2 --prepare ": >$file"
rm "$file"

status 0 run ours --repetitions 2 --output "$file" -- head -c "${mib}M" /dev/zero
expect "the command's output is nothing that it left" records out/ours.jsonl 'all(x["left_tmpfs"] is None for x in r)'
rm "$file"
status 0 run small --repetitions 2 -- sh -c "head -c 900K /dev/zero >$file"
expect "less than 1 MiB is left alone" records out/small.jsonl 'len(r) == 2'
rm "$file"
if unshare --map-root-user --mount mount -t tmpfs none /dev/shm 2>/dev/null; then
    status 0 leaves run private --repetitions 3 --name private -- unshare --map-root-user --mount \
        sh -c 'mount -t tmpfs none /dev/shm && exec "$@"' sh "$MLM_PYTHON" leaves.py "$file" "$mib"
    expect "what goes with its mount namespace is not left" records out/private.jsonl \
        "all(x['left_tmpfs'] is None and x['needs_peak_bytes'] > $mib << 20 for x in r)"
else
    skip_part "a mount namespace of the job's own" "it is not allowed here"
fi
# A segment that nobody removes.
cat >segment.py <<'PYTHON'
import ctypes
libc = ctypes.CDLL(None)
libc.shmat.restype = ctypes.c_void_p
size = 20 << 20
ctypes.memset(ctypes.c_void_p(libc.shmat(libc.shmget(0, ctypes.c_size_t(size), 0o1600), None, 0)), 1, size)
PYTHON
status 3 run segment --repetitions 2 -- "$MLM_PYTHON" segment.py
expect "a System V segment is named, too" grep -Eq 'left 20.0 MiB in System V shared memory segment [0-9]+; .* Remove it with ipcrm$' log/err
ipcrm -m "$(sed -n 's/.*memory segment \([0-9]*\);.*/\1/p' log/err)"

# Both hold their memory for a while, because looks at a process are not frequent.
cat >surplus.py <<'PYTHON'
import mmap, sys, time
size = int(sys.argv[2]) << 20
area = mmap.mmap(-1, size + (2 << 20), flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
area.madvise(mmap.MADV_HUGEPAGE if sys.argv[1] == "huge" else mmap.MADV_NOHUGEPAGE)
for at in range(0, size + (2 << 20), {"huge": 2 << 20}.get(sys.argv[1], 4096)):
    area[at] = 1
if sys.argv[1] == "lazy":
    area.madvise(mmap.MADV_FREE)
    held = b"x" * size
time.sleep(3)
PYTHON
# told WORDS: the output says so, however its lines are broken, and names the remedy.
told() { tr '\n' ' ' <log/err | grep -Eq "$1.*mlmembench fit -- …. finds the smallest cap that is enough"; }
status 0 run lazy --columns needs -- "$MLM_PYTHON" surplus.py lazy "$mib"
expect "memory that is freed lazily is known" records out/lazy.jsonl \
    "$((mib * 9 / 10)) << 20 < r[0]['lazy_free_peak_bytes'] < ($mib + 3) << 20 and r[0]['needs_peak_bytes'] > 2 * $mib << 20"
expect "and told, with the remedy" told "This includes .*MiB that the job had freed and the kernel had not yet taken back"
if grep -q '\[never\]' /sys/kernel/mm/transparent_hugepage/enabled 2>/dev/null || [ ! -e /sys/kernel/mm/transparent_hugepage ]; then
    skip_part "huge pages" "this kernel makes none"
else
    status 0 run huge --columns needs -- "$MLM_PYTHON" surplus.py huge "$mib"
    expect "huge pages are known" records out/huge.jsonl \
        "$((mib * 8 / 10)) << 20 < r[0]['huge_pages_peak_bytes'] <= r[0]['needs_peak_bytes']"
    expect "and told, with the remedy" told "This includes .*MiB in huge pages, of which the job may use only parts"
    status 0 run sweep --columns needs --param mib="1,$mib" --name hugely -- "$MLM_PYTHON" surplus.py huge '{mib}'
    expect "once for a command, of the row with the most" told "hugely at mib=$mib needs .*MiB in huge pages"
    expect "not for each row" [ "$(grep -o 'huge pages,' log/err | wc -l)" = 1 ]
fi
status 0 run plain --columns needs -- "$MLM_PYTHON" surplus.py plain "$mib"
expect "a job that touches all of its pages needs no such words" bash -c '! grep -q "This includes" log/err'
finish
