#!/bin/sh
# advise: correct on sweeps that were really run, and the command that it prints for missing data works.
. "$(dirname "$0")/common.sh"
begin
sweeps=$MLM_SOURCE/tests/fixtures/advise

# Uses 80 columns, as on a terminal.
advise()
{
    "$MLM_PYTHON" "$here/terminal.py" 80 env NO_COLOR=1 TERM=xterm "$mlm" advise "$@"
}

# says REGEX FILE…: expects the recommendation, joined into one line, to match.
says()
{
    regex=$1
    shift
    status 0 "$mlm" advise "$@"
    expect "$regex" sh -c "tr '\n' ' ' <log/out | grep -qE -- '$regex'"
}

for name in swap computing one_cap; do
    golden "advise_$name" advise "$sweeps/$name.jsonl"
    status 0 advise "$sweeps/$name.jsonl"
    # A command must not be wrapped, so that it can be copied.
    grep -v '^    mlmembench ' log/out >log/text
    expect "$name: 80 columns" narrow log/text
    expect "$name: plain" no_escapes log/text
    expect "$name: nothing on standard error" test ! -s log/err
done

says "More RAM than 512M would not help these [0-9]+: the time goes into computing" "$sweeps/computing.jsonl"
expect_not "and nothing is missing" grep -q "To measure what is missing" log/out
says "Not enough data: one cap shows no step to another" "$sweeps/one_cap.jsonl"
says "Change the technique before buying RAM" "$sweeps/swap.jsonl"

# The program must accept the printed command.
"$mlm" advise "$sweeps/one_cap.jsonl" | sed -n 's/^    mlmembench //p' >commands
expect "a command" test "$(wc -l <commands)" = 1
expect "with several caps" grep -q -- '--cap 512M,1G,2G,4G ' commands
while read -r words; do
    # shellcheck disable=SC2086  # words, and none of them quoted
    status 0 "$mlm" $words --dry-run
done <commands

# The same for a command that needs quotes, or that is for a single row.
"$mlm" advise "$sweeps/swap.jsonl" | sed -n 's/^    mlmembench /"$mlm" /p' >commands
expect "a command with quotes" grep -q "'" commands
while read -r line; do
    # shellcheck disable=SC2016  # words for the inner shell
    status 0 env mlm="$mlm" sh -c "$line --dry-run"
done <commands

# A job that ran into its time limit with free memory: nothing is said about memory, and it gets more time.
sed 's/"outcome":"ok"/"outcome":"timeout"/; s/"run_ns":[0-9]*/"run_ns":null/' "$sweeps/computing.jsonl" >slow.jsonl
says "Not enough data: how they ended says nothing of memory. 3 ran into the time limit" slow.jsonl
expect_not "nothing of RAM" grep -qE 'is enough for|would not help|wants' log/out
expect "ten times as long" grep -q -- '--timeout 10min\|--timeout 600s' log/out

# A statement about all jobs names a cap under which all of them ran; with one job it speaks of one.
grep -v '"batch/infer".*"cap_bytes":536870912,' "$sweeps/computing.jsonl" >uneven.jsonl
says "More RAM than 1G would not help these 3: .* none ever reached 1G" uneven.jsonl
grep '"batch/infer"' "$sweeps/computing.jsonl" >alone.jsonl
says "would not help this: the time goes into computing \(9[0-9] % of it is CPU time\), and it never reached 512M:" \
    alone.jsonl
sed 's/"run_cpu_user_ns":[0-9]*/"run_cpu_user_ns":0/; s/"waiting_ns":[0-9]*/"waiting_ns":300000000/; s/"noisy",//' alone.jsonl >wait.jsonl
says "would not help this: the time goes into waiting for something else, and it never reached" wait.jsonl

# With as many caps as `fit` tries, those around the sufficient one are shown, and equal steps share one line.
grep '"cap_bytes":536870912,' alone.jsonl >one.jsonl
for mib in 100 110 120 130 140 150 160 170 180 190 200 210 220 230; do
    [ $mib -ge 170 ] && wanted=ok || wanted=oom
    sed "s/\"cap_bytes\":536870912/\"cap_bytes\":$((mib << 20))/; s/\"outcome\":\"ok\"/\"outcome\":\"$wanted\"/" one.jsonl
done >many.jsonl
status 0 advise many.jsonl
expect "80 columns" narrow log/out
expect "no cap that is cut off" grep -qE '^workload .*160M +170M .*enough +needs' log/out
expect "one line for all that are too small" grep -q '^  100M → 160M: infer ends at none of them' log/out
expect "one for the cliff" grep -q '^  160M → 170M: infer fits' log/out
expect "one for all above" grep -q '^  170M → 230M: infer gains nothing, because it never reached 170M' log/out

# Laptops of several sizes are compared as caps are. Their desktops are no need of a job, and caps that lie below a
# background are not proposed.
cat >laptops.py <<'PYTHON'
import json, sys
MIB = 1 << 20
for line in sys.stdin:
    record = json.loads(line)
    if record["kind"] == "trial":
        before, background = record["cap_bytes"], 1048 * MIB
        ram = {48: 2048, 96: 4096, 192: 8192}[before // MIB] if before else 4096
        cap = (ram - 128 - ram // 16) * MIB if before else None
        record["needs_peak_bytes"] += background
        record["cage_peak_bytes"] += cap - before if cap else background
        record.update(cap_bytes=cap, background_bytes=background, background_mode="active", laptop_bytes=ram * MIB)
    print(json.dumps(record, separators=(",", ":")))
PYTHON
"$MLM_PYTHON" laptops.py <"$sweeps/swap.jsonl" >laptops.jsonl
says "2 GB is enough for all 4 jobs" laptops.jsonl
expect "columns are laptops" grep -qE '^workload +parameters +2 GB +4 GB +8 GB +uncapped +enough +needs' log/out
expect "needs are those of the job" grep -qE '^dense +value=f32 .* 97\.[0-9] MiB' log/out
expect "on laptops" grep -qx 'pooling, data 96.0 MiB, on laptops, survivors=0 leak=0 steps=24' log/out
expect_not "nothing is said in caps" grep -q '1792M\|3712M\|7552M' log/out
grep -v '"cap_bytes":\(1879048192\|7918845952\)' laptops.jsonl >one_laptop.jsonl
says "one cap shows no step to another.* The most that one of them needs is 97.[0-9] MiB[.] That fits a laptop with 2 GB of RAM" \
    one_laptop.jsonl
"$mlm" advise one_laptop.jsonl | sed -n 's/^    mlmembench //p' >commands
expect "smaller and larger laptops" test "$(sed 's/.* --laptop \([0-9]*G\) .*/\1/' commands | tr '\n' ' ')" = "2G 8G "
while read -r words; do
    # shellcheck disable=SC2086  # words, and none of them quoted
    eval "status 0 '$mlm' $words --dry-run"
done <commands
"$MLM_PYTHON" -c 'import json, sys
for line in sys.stdin:
    record = json.loads(line)
    record.update(background_bytes=1000 << 20, background_mode="idle")
    print(json.dumps(record))' <"$sweeps/one_cap.jsonl" >beside.jsonl
status 0 "$mlm" advise beside.jsonl
expect "no cap below the background" grep -q -- '--cap 1G,2G,4G .*--background 1000M ' log/out
says "beside its system and a browser with 1 page, [0-9.]+ [GM]iB are free" --desktop none --tabs 1 "$sweeps/swap.jsonl"

# Two machines, or two sizes of data, get a recommendation each.
says "vm, data 1.25 GiB, no swap:.*vm, data 2.50 GiB, swap: file:" "$sweeps/computing.jsonl" "$sweeps/one_cap.jsonl"

# So does a machine that had swap in one run and not in the other.
head -n 3 "$sweeps/one_cap.jsonl" >with.jsonl
sed 's/"swap":\[[^]]*\]/"swap":[]/' "$sweeps/one_cap.jsonl" >without.jsonl
says "swap: file:.*no swap:|no swap:.*swap: file:" with.jsonl without.jsonl

for name in quick swap hostile; do
    status 0 "$mlm" advise "$MLM_SOURCE/tests/fixtures/record/$name.jsonl"
    expect "$name: plain" no_escapes log/out
done
expect_not "names make no file" test -e x
refused 2 "advise needs a file: mlmembench advise results/NAME.jsonl" advise
refused 3 "missing.jsonl: No such file" advise missing.jsonl
finish
