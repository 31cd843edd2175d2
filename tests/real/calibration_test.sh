#!/bin/bash
# Measurements are right: peaks of a known size, and the same figures for two runs at once.
. "$(dirname "$0")/common.sh"
begin
rm -f gate gate.reached

status 0 "$mlm" run --suite self --filter 'null|touch' --param size=64M,256M --cap 2G --repetitions 5 --out out/self.jsonl
"$MLM_PYTHON" "$MLM_SOURCE/tests/bench/calibration.py" out/self.jsonl >log/calibration
expect "peak RSS and cage peak of touch, and null itself, are within their bounds" test $? = 0
cat log/calibration

# Two runs at once; a third one waits from before their first trial until after their last.
"$mlm" run --suite faulty --filter wait --param "path=$PWD/gate" --cap 64M --repetitions 1 --out out/waits.jsonl >/dev/null 2>log/waits &
waits=$!
expect "one run is in the middle of a trial" wait_until test -e gate.reached
same=(--suite self --filter 'spin|touch' --param size=64M --cap 256M --repetitions 4)
"$mlm" run "${same[@]}" --out out/one.jsonl >/dev/null 2>log/one &
one=$!
"$mlm" run "${same[@]}" --out out/two.jsonl >/dev/null 2>log/two &
two=$!
wait $one
expect "two runs at once: the first ends well" test $? = 0
wait $two
expect "two runs at once: the second ends well" test $? = 0
: >gate
wait $waits
expect "so does the one that waited" test $? = 0
for f in out/one.jsonl out/two.jsonl; do
    expect "$f is whole and right" records $f \
        'len(r) == 8 and all(x["outcome"] == "ok" for x in r) and all(abs(x["peak_rss_bytes"] - (64 << 20)) < 3 << 20 for x in by["self/touch"])'
    expect "$f is marked noisy" records $f 'all("noisy" in x["marks"] for x in r)'
done
expect "and so is what waited" records out/waits.jsonl '["noisy" in x["marks"] for x in r] == [True]'
finish
