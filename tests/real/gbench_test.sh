#!/bin/bash
# Google Benchmark's own compare.py must read what the library writes here.
. "$(dirname "$0")/common.sh"
begin

flags='--suite self --filter hog|null|touch|spin --all --param size=8M --param seconds=0.05 --cap 64M --swap none --repetitions 2'
for side in old new; do
    status 0 "$mlm" run $flags --out out/$side.jsonl --benchmark_out=out/$side.json --benchmark_out_format=json
done
expect "the file has the trials, the worker's times, and errors as errors" "$MLM_PYTHON" - <<'PYTHON'
import json
runs = json.load(open("out/new.json"))["benchmarks"]
trials = {}
for line in open("out/new.jsonl"):
    x = json.loads(line)
    if x["kind"] == "trial":
        trials.setdefault(x["workload"], []).append(x)
assert len(runs) == 8, len(runs)
names = [b["name"] for b in runs]
assert len(set(names)) == 4, names
for b in runs:
    mine = trials[b["run_name"].split("/")[0] + "/" + b["run_name"].split("/")[1]]
    if "hog" in b["name"]:
        assert b["error_occurred"] and "oom" in b["error_message"]
        continue
    assert b["time_unit"] == "ms" and b["iterations"] == 1
    assert any(abs(b["real_time"] * 1e6 - t["run_ns"]) < 2 + t["run_ns"] * 1e-6 for t in mine), b
    assert any(abs(b["cpu_time"] * 1e6 - t["run_cpu_user_ns"] - t["run_cpu_system_ns"]) < 2 + t["run_ns"] * 1e-6 for t in mine), b
    for counter in ("peak_rss_bytes", "cage_peak_bytes", "swap_peak_bytes"):
        assert any(b[counter] == t[counter] for t in mine), counter
    assert not any(key.startswith("mlmembench") for key in b)
PYTHON
# So the schema for exports agrees with the library's own output.
"$MLM_PYTHON" - <<'PYTHON'
import json
document = json.load(open("out/new.json"))
# An export leaves out rows of zero time, and null may take no measurable CPU time.
told = [b for b in document["benchmarks"] if "error_occurred" not in b and b["cpu_time"] > 0]
assert len(told) >= 4
document["benchmarks"] = told
json.dump(document, open("log/told.json", "w"))
PYTHON
status 0 "$MLM_PYTHON" "$MLM_SOURCE/tests/schema_check.py" --schema "$MLM_SOURCE/tests/schemas/google-benchmark.json" \
    log/told.json
compare=$(ls /usr/share/benchmark/compare.py /usr/local/share/benchmark/compare.py 2>/dev/null | head -n 1)
status 0 "$MLM_PYTHON" "$compare" --no-color benchmarks out/old.json out/new.json
expect "compare.py prints a comparison of both" bash -c 'grep -q "self/touch.*size:8M" log/out && grep -q "^Benchmark *Time *CPU" log/out'
status 0 "$mlm" run $flags --out out/csv.jsonl --benchmark_format=csv
expect "other formats go to standard output, and our table does not" bash -c 'grep -q "^name,iterations" log/out && ! grep -q "^workload" log/out'
# The first trial decides about the columns, also one that failed.
for seed in 1 2 3 4; do
    status 0 "$mlm" run --suite self --filter 'hog|null' --all --cap 64M --swap none --repetitions 1 --seed $seed \
        --out out/csv.jsonl --benchmark_format=csv
    expect "both trials are there, with an error and with counters" bash -c '
        grep -q "^\"self/hog.*true,\"oom" log/out && grep -Eq "^\"self/null.*(,[0-9.e+]+){9}" log/out'
done
expect "no word on how the library was built" bash -c '! grep -qi "debug" log/out log/err'

# The library's flags may be in the environment, where they would override the plan.
status 0 env BENCHMARK_REPETITIONS=3 BENCHMARK_OUT=log/unasked.json BENCHMARK_LIST_TESTS=true BENCHMARK_FILTER=nothing \
    BENCHMARK_FORMAT=json "$mlm" run --suite self --filter null --cap 64M --repetitions 2 --out out/environment.jsonl
expect "the plan is what runs" records out/environment.jsonl '[x["repetition"] for x in r if x["cap_bytes"]] == [0, 1]'
expect "nothing is printed or written that was not asked for" \
    bash -c 'grep -q "^null " log/out && ! grep -q benchmarks log/out && [ ! -e log/unasked.json ]'
status 0 env BENCHMARK_REPETITIONS=3 "$mlm" exec --quiet --out out/told.jsonl -- sh -c 'echo "$BENCHMARK_REPETITIONS"'
expect "a command has the environment that it was given" [ "$(cat log/out)" = 3 ]
finish
