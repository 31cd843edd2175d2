#!/bin/bash
# Memory in files: where a job ends, and from where it runs at speed, are two edges. The three programs are those of a
# language model: its weights lie in a file, which is mapped or read.
. "$(dirname "$0")/common.sh"
begin
# A language model has more weights, and uses them more often. That takes longer, and shows the same.
mib=${MLM_WEIGHTS_MIB:-100}
passes=${MLM_PASSES:-6}
head -c "${mib}M" /dev/zero >weights.bin
sync weights.bin
# weights.py map|read OWN_MIB PASSES: searches the weights as often as PASSES says, with so much memory of its own. It
# reads a mapped file ahead itself, because the kernel does so by another amount on each machine. Where it reads 8 MiB
# ahead into a page cache of 3 MiB, a trial takes minutes.
cat >weights.py <<'PYTHON'
import mmap, sys
how, own_mib, passes = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
own = bytearray(own_mib << 20)
for at in range(0, len(own), 4096):
    own[at] = 1
with open("weights.bin", "rb", buffering=0) as file:
    if how == "map":
        weights = mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ)
        weights.madvise(mmap.MADV_RANDOM)
    else:
        weights = bytearray(file.seek(0, 2))
        file.seek(0)
        view = memoryview(weights)
        while view:
            view = view[file.readinto(view[:1 << 20]):]
ahead = 128 << 10
for at in list(range(0, len(weights), ahead)) * passes:
    if how == "map":
        weights.madvise(mmap.MADV_WILLNEED, at, min(ahead, len(weights) - at))
    assert weights.find(b"x", at, at + ahead) < 0
PYTHON
# edges NAME LOW HIGH SPEED_LOW SPEED_HIGH ARGUMENTS…: finds both edges, and compares them with these bounds, in MiB. Where
# other work disturbs many trials, it takes more of them. Just above its first edge a job may be killed at times.
edges()
{
    name=$1 low=$2 high=$3 speed_low=$4 speed_high=$5
    shift 5
    # shellcheck disable=SC2086  # words
    status 0 "$mlm" fit $more --max-trials 400 --timeout 30min --out "out/$name.jsonl" -- "$MLM_PYTHON" weights.py "$@"
    cp log/out "log/$name"
    expect "$name: it ends from $low to $high MiB" in_range "$low" "$high" '(?:fits into|, between) ([0-9]+)([KM])'
    expect "$name: at speed from $speed_low to $speed_high MiB" in_range "$speed_low" "$speed_high" \
        'slower than without a cap (?:it needs|already:) ([0-9]+)([KM])'
}
in_range()
{
    "$MLM_PYTHON" -c '
import re, sys
low, high, sentence = float(sys.argv[1]), float(sys.argv[2]), sys.argv[3]
text = open("log/out").read() + open("log/err").read()
found = re.search(sentence, text)
if not found or not low <= int(found[1]) / {"K": 1024, "M": 1}[found[2]] <= high:
    sys.exit(text[:600])' "$@"
}
more=
edges mapped 16 19 $((mib * 9 / 10)) $((mib * 11 / 10)) map 0 "$passes"
expect "how each trial began is said" grep -q "^weights.bin (${mib}[.0-9]* MiB) was dropped from the page cache before each trial" log/out
expect "what it needs at speed is never less" records out/mapped.jsonl "all(x['at_speed_bytes'] is None or x['at_speed_bytes'] >= $mib << 20 for x in r)"
cat weights.bin >/dev/null
edges warm 41 64 $(((mib + 40) * 9 / 10)) $(((mib + 40) * 11 / 10)) map 40 "$passes"
expect "a warm start is told, and mended" grep -Eq "[0-9.]+ MiB of the job.s files were in the page cache already, so this trial does not count" log/err
# To read a file in less memory than twice its size takes longer, so this job has to search more often until that is little.
more="--within 10%"
edges read $((mib + 40)) $(((mib + 44) * 11 / 10)) $((mib + 40)) $(((mib + 40) * 12 / 10)) read 40 $((passes * 8))

cat weights.bin >/dev/null
status 0 "$mlm" exec --cap 64M,none --out out/exec.jsonl -- "$MLM_PYTHON" weights.py map 0 60
expect "exec says that it fits from a warm start only" grep -q 'It fits in 64M from a warm start' log/err
expect "and what it needs to run at speed" in_range "$mib" $((mib + 10)) \
    'a warm start. It needs [0-9.]+ [MK]iB to finish, and at most ([0-9]+) ([KM])iB to run at speed; .mlmembench fit -- …. finds both caps'

# Of a mapped file only the part counts that a job touches: here a tenth, and what the kernel reads ahead.
status 0 "$mlm" exec --evict weights.bin --out out/part.jsonl -- "$MLM_PYTHON" -c '
import mmap, sys, time
with open("weights.bin", "rb") as file:
    weights = mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ)
weights.madvise(mmap.MADV_RANDOM)
print(weights.find(b"x", 0, len(weights) // 10))
time.sleep(0.2)'
expect "what a job does not touch it does not need" records out/part.jsonl \
    "all($mib << 20 <= x['mapped_bytes'] and $mib << 20 > 5 * (x['at_speed_bytes'] - x['needs_peak_bytes']) > $mib << 18 for x in r)"
finish
