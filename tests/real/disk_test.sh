#!/bin/bash
# Disks that are full or cannot be written.
. "$(dirname "$0")/common.sh"
begin

mkdir -p small full readonly
unmount()
{
    for folder in small full readonly; do
        mountpoint -q "$folder" && umount "$folder"
    done
    rmdir small full readonly
    leave
}
trap unmount EXIT
mount -t tmpfs -o size=64k tmpfs small
mount -t tmpfs -o size=256k tmpfs full
mount -t tmpfs -o ro tmpfs readonly

status 3 "$mlm" run --suite faulty --filter 'sum/' --cap 64M --repetitions 100 --out small/r.jsonl
expect "a full results folder: one line that names the file" bash -c '[ "$(grep -c ^mlmembench: log/err)" = 1 ] && grep -q "small/r.jsonl" log/err'
expect "every trial finished before is whole" records small/r.jsonl 'len(r) > 5 and all(x["outcome"] == "ok" for x in r)'
nothing_left

status 3 "$mlm" run --suite faulty --filter 'sum/' --cap 64M --out readonly
expect "a read-only one is refused before anything runs" bash -c 'grep -q "^mlmembench: .*readonly" log/err && ! grep -q "\[1/" log/err'

status 1 "$mlm" run --suite faulty --filter fill_disk --param folder="$PWD/full" --cap 64M --repetitions 1 --out out/fill.jsonl
expect "a worker that fills the disk is a crash that says so" records out/fill.jsonl \
    'outcomes("faulty/fill_disk") == ["crash"] and "No space" in r[0]["reason"]'

status 3 env MLMEMBENCH_CACHE="$PWD/small/cache" "$mlm" run --suite loading --data 64M --cap 64M --out out/loading.jsonl
expect "a dataset that does not fit is refused before anything is written" bash -c 'grep -q "^mlmembench: the datasets need" log/err && [ ! -e out/loading.jsonl ]'
finish
