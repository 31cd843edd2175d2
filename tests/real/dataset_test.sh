#!/bin/bash
# Files that changed: a user's file, replaced between trials; a file of the cache, damaged between runs.
. "$(dirname "$0")/common.sh"
begin

sparse_file() # VALUES: of row 70; as many in all
{
    awk -v wide="$1" 'BEGIN {
        for (row = 1; row <= 100; row++) {
            count = row == 70 ? wide : row == 71 ? 402 - wide : 2
            line = row % 2
            for (i = 1; i <= count; i++) line = line " " i ":1"
            print line
        }
    }'
}
sparse_file 201 >own.svm
sparse_file 400 >other.svm
touch -r own.svm other.svm
"$mlm" run --suite loading --all --filter shuffle --dataset own.svm --cap 64M --repetitions 200 --out out/own.jsonl >log/out 2>log/err &
run=$!
expect "a trial has ended" wait_until test -s out/own.jsonl
mv other.svm own.svm
wait $run
expect "a run with trials that are wrong has exit status 1" test $? = 1
expect "a trial is ok on the file that was inspected, and wrong on any other, and says so" records out/own.jsonl \
    'r[0]["outcome"] == "ok" and r[-1]["outcome"] == "wrong" and all(x["outcome"] == "ok" or (x["outcome"] == "wrong" and "own.svm has changed since it was inspected" in x["reason"] and x["reason"].endswith("run again")) for x in r)'
expect "none is ok after one that was wrong" records out/own.jsonl \
    '[x["outcome"] for x in r] == sorted(x["outcome"] for x in r)'
nothing_left

sparse_file 5 >own.svm
status 1 "$mlm" run --suite faulty --filter cut_file --dataset own.svm --cap 64M --repetitions 1 --out out/cut.jsonl
expect "a file that is cut while it is mapped is no crash of the program, and the trials after it say so" records out/cut.jsonl \
    'all(x["outcome"] == "wrong" and "own.svm has changed since it was inspected" in x["reason"] for x in r) and "SIGBUS" in r[0]["reason"]'

# What a row holds of the user's file is its needs; the page cache of the file is not.
"$MLM_PYTHON" - <<'PYTHON'
import array, itertools, random, struct
random.seed(3)
rows, columns = 100000, 80
header = "{'descr': '<f4', 'fortran_order': False, 'shape': (%d, %d), }" % (rows, columns)
with open("large.npy", "wb") as f:
    f.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", 118) + header.ljust(117).encode() + b"\n")
    array.array("f", random.choices(range(16), k=rows * columns)).tofile(f)
lines = [",".join(random.choices(("0", "0", "1", "-3", "12"), k=100)) + "\n" for _ in range(1000)]
with open("large.csv", "w") as f:
    f.writelines(itertools.islice(itertools.cycle(lines), 150000))
lines = ["%d %s\n" % (i % 2, " ".join("%d:1" % k for k in sorted(random.sample(range(1, 4001), 100)))) for i in range(1000)]
with open("large.svm", "w") as f:
    f.writelines(itertools.islice(itertools.cycle(lines), 60000))
PYTHON
for file in large.npy large.csv large.svm; do
    expect "$file has at least 30 MiB" test "$(stat -c %s $file)" -ge $((30 << 20))
    status 0 "$mlm" run --suite storage --filter 'storage/(csr|csc|dense)' --dataset $file --cap 2G --repetitions 1 --out out/$file.jsonl
    expect "$file: its size is the amount of data" records out/$file.jsonl \
        "all(x['data_bytes'] == $(stat -c %s $file) for x in r)" && expect "$file: the plan says how large it is" \
        grep -Eq "; dataset of [0-9.]+ [KM]iB$" log/err
    expect "$file: needs are those of the formula, within 5 % + 2 MiB" records out/$file.jsonl \
        'len(r) >= 4 and all(abs(x["needs_peak_bytes"] - x["predicted_peak_bytes"]) <= 0.05 * x["predicted_peak_bytes"] + (2 << 20) and x["needs_peak_bytes"] >= x["core_bytes"] for x in r if x["outcome"] == "ok") and sum(x["outcome"] == "ok" for x in r) >= 4'
    rm $file
done

once='run --suite loading --filter full --data 1M --cap 64M --repetitions 1'
status 0 "$mlm" $once --out out/first.jsonl
status 0 "$mlm" $once --out out/same.jsonl
expect "a sound dataset is used again" bash -c '! grep -q "building dataset" log/err'
for damage in "truncate -s 4096" "truncate -s 0" "dd if=/dev/zero bs=4096 seek=10 count=10 conv=notrunc status=none of="; do
    file=$(echo cache/loading-*.npy cache/*/loading-*.npy | tr ' ' '\n' | grep -v '\*')
    case $damage in dd*) $damage"$file" ;; *) $damage "$file" ;; esac
    status 0 "$mlm" $once --out out/again.jsonl
    expect "a damaged one is built again: $damage" grep -q "^building dataset loading-.* again (at most .*): " log/err
done
cat out/first.jsonl out/again.jsonl >out/both.jsonl
expect "and is then the same" records out/both.jsonl \
    'all(x["outcome"] == "ok" for x in r) and len({x["data_checksum"] for x in r if x["workload"] == "loading/full"}) == 1'
expect "nothing half-built is left" bash -c '[ -z "$(find cache -name "*.partial")" ]'

printf "\x93NUMPY\x01\x00\x76\x00%-117s\n" "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2500000000), }" >wide.npy
truncate -s $((128 + 4 * 2500000000)) wide.npy
status 2 "$mlm" run --dataset wide.npy --cap 64M --out out/wide.jsonl
expect "a row that cannot be held is refused" grep -q "^mlmembench: --dataset: .*wide.npy: .* a row of more than 16777216 cannot be held" log/err
rm -f wide.npy
finish
