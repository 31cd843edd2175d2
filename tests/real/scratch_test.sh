#!/bin/bash
# Temporary files of a framework go with the trial, however it ends. Python here leaves a folder each time a trial starts
# it, as Dask does (real/frameworks_pip has Dask itself).
. "$(dirname "$0")/common.sh"
begin

rm -rf env tmp gate
mkdir tmp
"$MLM_PYTHON" -m venv --system-site-packages --without-pip env
cat >"$(echo env/lib/python3*/site-packages)/leave.py" <<PYTHON
import os, tempfile, time
with open("/proc/self/cmdline", encoding="utf-8") as file:
    trial = "run" in file.read().split("\0")
if trial:
    with open(tempfile.mkdtemp() + "/scratch", "w", encoding="utf-8") as file:
        file.write("x" * 100)
    with open("$PWD/log/where", "a", encoding="utf-8") as file:
        print(tempfile.gettempdir(), file=file)
    while os.path.exists("$PWD/gate"):
        time.sleep(0.1)
PYTHON
echo "import leave" >"$(echo env/lib/python3*/site-packages)/leave.pth"
few=(run --suite frameworks --python env --filter plain_rows --param holding=lists --data 16M --swap none --repetitions 1 --quiet)
left()
{
    find tmp -mindepth 1
}

export TMPDIR="$PWD/tmp"
status 0 "$mlm" "${few[@]}" --cap none,48M --out out/two.jsonl
expect "one trial was ok, and one was killed" records out/two.jsonl 'sorted(outcomes("frameworks/plain_rows"))[-2:] == ["ok", "oom"]'
expect "each had a folder in TMPDIR" [ "$(grep -c "^$PWD/tmp/." log/where)" = "$(wc -l <log/where)" ]
expect "each had its own" [ "$(sort -u log/where | wc -l)" -ge 2 ]
expect "nothing is left in TMPDIR" [ -z "$(left)" ]

touch gate
"$mlm" "${few[@]}" --cap none --out out/killed.jsonl >/dev/null 2>&1 &
harness=$!
expect "a trial has its folder" wait_until eval '[ -n "$(left)" ]'
kill -KILL "$harness"
wait "$harness" 2>/dev/null
expect "nothing is left if mlmembench is killed" wait_until_none left

: >log/where
"$mlm" "${few[@]}" --cap none --out out/guardian.jsonl >/dev/null 2>&1 &
harness=$!
expect "a trial has its folder again" wait_until test -s log/where
guardian=$(pgrep -P "$harness" -x mlm-guardian)
kill -KILL "$guardian" "$harness"
wait "$harness" 2>/dev/null
expect "without the guardian the folder remains" [ -n "$(left)" ]
rm gate
status 0 "$mlm" clean
expect "clean removes it" wait_until_none left
finish
