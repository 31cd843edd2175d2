#!/bin/bash
# Real programs: every default row of the suite `frameworks` runs, and its needs are plausible. (cli/frameworks tests
# the message for a missing package.)
. "$(dirname "$0")/common.sh"
begin

status 0 "$mlm" run --suite frameworks --cap none --data 4M --repetitions 1 --timeout 300s --quiet --out out/all.jsonl
for package in sklearn xgboost torch; do
    expect "python3-$package: every row ran" records out/all.jsonl \
        'len(p := [x for x in r if x["workload"].startswith("frameworks/'$package'_")]) >= 4 and all(x["outcome"] == "ok" and x["run_ns"] > 0 and x["prepare_ns"] > 0 and x["items"] > 0 and x["data_checksum"] and x["answer"] and x["needs_peak_bytes"] > max(x["core_bytes"], 30 << 20) and x["peak_rss_bytes"] > 30 << 20 for x in p)'
done
for library in plain numpy pandas; do
    expect "$library: every row ran" records out/all.jsonl \
        'len(p := [x for x in r if x["workload"].startswith("frameworks/'$library'_") and x["params"].get("reading") != "arrow"]) >= 3 and all(x["outcome"] == "ok" and x["run_ns"] > 0 and x["items"] > 0 and x["answer"] for x in p)'
done
expect "a package that is missing is named, and nothing else is skipped" records out/all.jsonl \
    'all(x["outcome"] == "ok" or x["outcome"] == "skipped" and "is not installed; install the package " in x["reason"] for x in r)'
expect "objects cost more than numbers" records out/all.jsonl \
    'len({n["params"]["holding"]: n["needs_peak_bytes"] for n in by["frameworks/plain_rows"]}) == 3 and max(by["frameworks/plain_rows"], key=lambda x: x["needs_peak_bytes"])["params"]["holding"] == "lists"'
expect "the same data for all that ask for the same" records out/all.jsonl \
    'all(len({x["data_checksum"] for x in r if x["outcome"] == "ok" and x["workload"].split("_")[0] == f}) <= n for f, n in (("frameworks/sklearn", 1), ("frameworks/xgboost", 1), ("frameworks/torch", 2)))'
expect "no answer contradicts another" bash -c '! grep -qw wrong log/out'

# A cap that is too small for the import gives an oom.
status 0 "$mlm" run --suite frameworks --filter sklearn_sgd --cap 32M --data 4M --repetitions 1 --swap none --quiet \
    --out out/tight.jsonl
expect "32M is too little for scikit-learn" records out/tight.jsonl 'any(x["outcome"] == "oom" for x in r if x["cap_bytes"])'
expect "processes that load are told apart" records out/all.jsonl \
    'all(len(x["processes"]) > 1 for x in by["frameworks/torch_dataloader"] if x["params"]["workers"] == "4")'
# An environment of the user's: the same programs, and one that says of itself to be of another version.
rm -rf env
"$MLM_PYTHON" -m venv --system-site-packages --without-pip env
other=$(echo env/lib/python3*/site-packages)/xgboost-99.0.dist-info
mkdir "$other"
printf 'Metadata-Version: 2.1\nName: xgboost\nVersion: 99.0\n' >"$other/METADATA"
few=(run --suite frameworks --filter sklearn_kmeans --cap none --data 4M --repetitions 1 --quiet)
status 0 "$mlm" "${few[@]}" --out out/own.jsonl
status 0 "$mlm" "${few[@]}" --python env --out out/env.jsonl
status 0 env VIRTUAL_ENV="$PWD/env" "$mlm" "${few[@]}" --out out/active.jsonl
expect "the distribution's versions are recorded" records out/own.jsonl \
    'all(x["machine"]["software"].get("xgboost") not in (None, "99.0") and x["machine"]["software"]["Python"] for x in r)'
for name in env active; do
    expect "$name: those of the environment" records out/$name.jsonl 'all(x["outcome"] == "ok" and x["machine"]["software"]["xgboost"] == "99.0" for x in r)'
done
status 0 "$mlm" show out/own.jsonl out/env.jsonl out/active.jsonl
expect "a table of each, which says whose it is" [ "$(grep -c '^frameworks, cap none.*, xgboost [0-9]' log/out)" = 2 ]
status 0 "$mlm" compare out/own.jsonl out/env.jsonl
expect "a comparison says what differs" grep -q 'Python and its packages.*99\.0' log/out
ln -sf /bin/false env/bin/python3
status 2 "$mlm" "${few[@]}" --python env --out out/broken.jsonl
expect "one line for a Python that does not work" [ "$(wc -l <log/err)" = 1 ]
expect "it names the Python" grep -q "^mlmembench: the Python env/bin/python3 cannot run the suite frameworks" log/err

# The perceptron equals that of `batch`: the same loss, the same gradient.
"$tree/mlmembench-worker" run batch/train data=16M seed=5 optimizer=adam batch=256 | tail -n 1 >log/ours
"$tree/mlmembench-worker" run frameworks/torch_mlp seed=5 width=128 layers=3 optimizer=adam batch=256 | tail -n 1 >log/theirs
expect "the same data, and answers within 2e-3" "$MLM_PYTHON" - <<'PYTHON'
ours, theirs = (open("log/" + name).read().split("data checksum ")[1].split() for name in ("ours", "theirs"))
print(ours, theirs)
assert ours[0] == theirs[0] and len(ours) == len(theirs) == 6
assert all(abs(float(a) / float(b) - 1) <= 2e-3 for a, b in zip(ours[2:], theirs[2:]))
PYTHON
finish
