#!/bin/bash
# The suites under caps, end to end: equal work agrees, data is the same at every cap and in every run, and streaming
# variants fit where those that hold everything do not; the same on a user's own files.
. "$(dirname "$0")/common.sh"
begin

small='--repetitions 1 --timeout 120s --swap none --suite storage,batch,loading,pooling,parallel,classical,inference,compression'
status 0 "$mlm" run --cap 256M,512M $small --out out/one.jsonl
status 0 "$mlm" run --cap 256M,512M $small --out out/two.jsonl --seed 1
cat out/one.jsonl out/two.jsonl >out/both.jsonl
expect "every trial ended in data" records out/both.jsonl 'all(x["outcome"] in ("ok", "oom", "timeout") for x in r)'
expect "no answer contradicts another" bash -c '! grep -qw wrong log/out'
expect "data_checksum is one per row, at all caps and in both runs" records out/both.jsonl \
    'all(len({x["data_checksum"] for x in both if x["data_checksum"] is not None}) <= 1 for both in ([y for y in r if (y["workload"], y["params"]) == key] for key in [(z["workload"], z["params"]) for z in r]))'
expect "what reads data has a checksum" records out/both.jsonl \
    'all(x["data_checksum"] for x in r if x["outcome"] == "ok" and x["suite"] in ("storage", "loading", "batch", "parallel", "classical", "inference", "compression"))'
for suite in storage batch loading pooling parallel classical inference compression; do
    expect "$suite has rows that fit and rows that do not at 256M" records out/one.jsonl \
        '{"ok", "oom"} <= {x["outcome"] for x in r if x["suite"] == "'$suite'" and x["cap_bytes"] == 256 << 20}'
done
# The kernel counts resident pages in batches for each processor.
expect "every row has core bytes, and needs no less than them but for mapped files" records out/one.jsonl \
    'all(x["core_bytes"] is not None and x["needs_peak_bytes"] + (1 << 20) > x["core_bytes"] for x in r if x["outcome"] == "ok" and "mmap" not in x["workload"])'
expect "all that was asked of the kernel came back" records out/one.jsonl \
    'all(x[k] is not None for x in r if x["outcome"] == "ok" for k in ("run_ns", "prepare_ns", "peak_rss_bytes", "cage_peak_bytes", "needs_peak_bytes", "swap_peak_bytes", "major_faults", "minor_faults", "refaults", "read_bytes", "items"))'
# The first process only waits for its workers; they look at 1 GiB.
expect "the time of workers is time of the job" records out/one.jsonl \
    'all(x["run_cpu_user_ns"] > 5e6 for x in by["parallel/mapped"])'
expect "a worker that writes to its pages has pages of its own, and one that reads has none" records out/one.jsonl \
    'all(x["needs_peak_bytes"] < 1.2 * x["core_bytes"] + (8 << 20) for x in r if x["suite"] == "parallel" and x["outcome"] == "ok")'
expect "loading reads from a cold cache" records out/one.jsonl \
    'all(x["read_bytes"] >= 300 << 20 for x in by["loading/generator"])'
for suite in storage batch loading pooling parallel classical inference compression; do
    expect "a picture of $suite" test -s out/one-$suite-needs.svg -a -s out/one-$suite-needs.png
done

"$MLM_PYTHON" - <<'PYTHON'
import random, struct
random.seed(7)
rows, columns = 600, 40
data = [[random.choice((0, 0, 0, 1, -3, 7, 2)) for _ in range(columns)] for _ in range(rows)]
header = "{'descr': '<f8', 'fortran_order': False, 'shape': (%d, %d), }" % (rows, columns)
header += " " * (-(len(header) + 11) % 64) + "\n"
with open("own.npy", "wb") as f:
    f.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode())
    for row in data:
        f.write(struct.pack("<%dd" % columns, *row))
with open("own.csv", "w") as f:
    f.write(",".join("c%d" % i for i in range(columns)) + "\n")
    for row in data:
        f.write(",".join(map(str, row)) + "\n")
with open("own.libsvm", "w") as f:
    for i, row in enumerate(data):
        f.write("%d %s\n" % (i % 2, " ".join("%d:%d" % (k + 1, v) for k, v in enumerate(row) if v)))
PYTHON
for file in own.npy own.csv own.libsvm; do
    status 0 "$mlm" run --dataset $file --all --cap 64M --repetitions 1 --out out/$file.jsonl
    expect "$file: every row ran, or says why not" records out/$file.jsonl \
        'len(r) > 10 and all(x["outcome"] == "ok" or (x["outcome"] == "skipped" and x["reason"]) for x in r)'
    expect "$file: no answer contradicts another" bash -c '! grep -qw wrong log/out'
done
finish
