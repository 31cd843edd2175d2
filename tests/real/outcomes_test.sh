#!/bin/bash
# Every way in which a worker can end has its outcome, and nothing of it remains.
. "$(dirname "$0")/common.sh"
begin

status 1 "$mlm" run --suite faulty --cap 64M --swap none --repetitions 1 --out out/all.jsonl \
    --filter '-fill_disk|hang|shy|sum|wait'
f=out/all.jsonl
expect "a crash is a crash, with how far it came" records $f \
    'outcomes("faulty/crash") == ["crash"] and "SEGV" in by["faulty/crash"][0]["reason"] and by["faulty/crash"][0]["phase"] == "run" and by["faulty/crash"][0]["progress"] == 0.25'
expect "an abort brings its last words" records $f \
    'outcomes("faulty/abort") == ["crash"] and "the heap is broken" in by["faulty/abort"][0]["reason"]'
expect "an exit without a word is a crash" records $f \
    'outcomes("faulty/exit") == ["crash"] and "7" in by["faulty/exit"][0]["reason"] and "giving up" in by["faulty/exit"][0]["reason"]'
expect "children left behind do not change the outcome" records $f 'outcomes("faulty/fork") == ["ok"]'
expect "their memory counts" records $f 'by["faulty/fork"][0]["cage_peak_bytes"] > 12 << 20'
expect "a killed child makes an oom" records $f 'outcomes("faulty/child_grows") == ["oom"]'
expect "a missing library is named with its package" records $f \
    'outcomes("faulty/missing") == ["skipped"] and "libnowhere9" in by["faulty/missing"][0]["reason"]'
expect "memory that the machine refuses is an oom" records $f 'outcomes("faulty/refused_memory") == ["oom"]'
expect "somebody's SIGTERM is killed, not crash" records $f 'outcomes("faulty/signal") == ["killed"]'
expect "work that does not check out is wrong" records $f 'outcomes("faulty/unverified") == ["wrong"]'
expect "a killed worker has no time, never 0" records $f 'by["faulty/crash"][0]["run_ns"] is None'
nothing_left

status 0 "$mlm" run --suite faulty --cap 64M --repetitions 1 --timeout 1s --out out/hang.jsonl --filter hang
expect "what hangs is a timeout" records out/hang.jsonl 'outcomes("faulty/hang") == ["timeout"]'
nothing_left

status 1 "$mlm" run --suite faulty --cap 64M --repetitions 2 --out out/sum.jsonl --filter sum
expect "the table calls the broken one wrong" grep -q 'sum_broken.*wrong' log/out
expect "and the others not" bash -c '! grep "faulty/sum[ _a]" log/out | grep -q wrong'

status 0 "$mlm" run --suite self --cap 64M --swap none --all --filter hog --repetitions 3 --out out/hog.jsonl
expect "a hog is an oom, three times, with a lower bound of its peak" records out/hog.jsonl \
    'outcomes("self/hog") == ["oom"] * 3 and all("peak_rss_lower_bound" in x["marks"] for x in r)'
expect "and how far it came, in pages" records out/hog.jsonl 'all(14000 < x["items"] < 16385 for x in r)'
expect "the cage peak is the cap" records out/hog.jsonl \
    'all(abs(x["cage_peak_bytes"] - (64 << 20)) < 1 << 20 for x in r)'

status 3 "$mlm" run --suite storage --data 1 --quiet --out out/skipped.jsonl
expect "a run in which nothing can be run has failed" grep -q 'nothing could be run' log/err
expect "and says why" grep -q 'data of 1 B is too small for two rows' log/out
finish
