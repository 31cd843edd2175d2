#!/bin/bash
# A user's own program: its name, one row for each value of a parameter, and budgets for its memory and time.
. "$(dirname "$0")/common.sh"
begin
cat >train.py <<'PYTHON'
import sys
sys.stdout.write("batch " + sys.argv[2] + "\n")
held = b"x" * (int(sys.argv[2]) << 20)
PYTHON
sweep() { "$mlm" exec --quiet --out "out/$1.jsonl" --param batch=8,32 "${@:2}" -- "$MLM_PYTHON" train.py --batch '{batch}'; }

status 0 sweep sweep --cap 64M,none
expect "each value is a row, and the command gets it" [ "$(sort log/out | uniq -c | tr -s ' ' | tr '\n' ,)" = " 2 batch 32, 2 batch 8," ]
expect "rows are named after the script" records out/sweep.jsonl \
    '{(x["workload"], x["params"]["batch"]) for x in r} == {("exec/train.py", "8"), ("exec/train.py", "32")} and all("{batch}" in x["params"]["command"] for x in r)'
expect "and each is measured" records out/sweep.jsonl \
    'all(int(x["params"]["batch"]) << 20 < x["needs_peak_bytes"] < int(x["params"]["batch"]) + 24 << 20 for x in r)'
status 0 sweep named --name train
expect "a row with a name does not depend on the command line" records out/named.jsonl \
    'all(x["workload"] == "exec/train" and list(x["params"]) == ["batch"] for x in r)'
cp train.py other.py
status 0 "$mlm" exec --quiet --out out/other.jsonl --param batch=8,32 --name train -- "$MLM_PYTHON" ./other.py --batch '{batch}'
status 0 "$mlm" compare out/named.jsonl out/other.jsonl
expect "nor does a comparison" grep -q 'train .*batch=32' log/out
status 0 "$mlm" exec --quiet --out out/lines.jsonl --param mib=4,8 --param x=1,2 "echo {mib} {x} {y}"
expect "all combinations, and other braces stay" [ "$(sort log/out | tr '\n' ,)" = "4 1 {y},4 2 {y},8 1 {y},8 2 {y}," ]

status 0 "$mlm" exec --param batch=8,32 --out out/laptop.jsonl -- "$MLM_PYTHON" train.py --batch '{batch}'
expect "what it means for a laptop" sh -c 'tr "\n" " " <log/err | grep -Eq "train.py at batch=32 needs [3-5][0-9.]* MiB. That fits a laptop with 2 GB of RAM: beside its system, LXDE and a browser with 5 pages, [0-9]+ MiB are free\."'

# The limits of a budget are no caps.
status 4 "$mlm" exec --quiet --max-needs 24M --out out/over.jsonl -- "$MLM_PYTHON" train.py --batch 64
expect "more memory than its budget" grep -Eq '^Budget: train.py under cap none needs [67][0-9.]* MiB; the budget is 24.0 MiB.$' log/err
status 4 "$mlm" exec --quiet --max-time 1ms --out out/late.jsonl -- "$MLM_PYTHON" train.py --batch 1
expect "more time than its budget" grep -q '^Budget: train.py under cap none takes .*; the budget is 1.00 ms.$' log/err
status 0 "$mlm" exec --quiet --max-needs 1G --max-time 1h --out out/holds.jsonl -- "$MLM_PYTHON" train.py --batch 1
expect "a budget that holds" grep -q '^Budget: all 2 figures hold.$' log/err
status 7 "$mlm" exec --quiet --max-needs 16K --out out/fails.jsonl -- sh -c 'exit 7'
expect "a command that fails keeps its status" grep -q 'did not end well: crash' log/err
status 4 "$mlm" exec --quiet --cap 24M,none --swap none --max-needs 1G --out out/oom.jsonl -- "$MLM_PYTHON" train.py --batch 64
expect "a row that was killed meets no budget" grep -q '^Budget: train.py under cap 24M did not end well: oom' log/err
cat >budgets.txt <<'BUDGETS'
# of the smaller batch, and of the larger one
train.py batch=8 max-needs=100M max-time=1h

exec/train.py batch=32 cap=64M max-needs=20M
BUDGETS
status 4 sweep rows --cap 64M,none --max-file budgets.txt
expect "a file with a budget for each row" [ "$(grep -c '^Budget: ' log/err)" = 1 ]
expect "of a name, its parameters and its cap" grep -q '^Budget: train.py at batch=32 under cap 64M needs .*; the budget is 20.0 MiB' log/err
status 4 "$mlm" show --max-file budgets.txt out/rows.jsonl
expect "stored records are judged, too" grep -q '^Budget: train.py at batch=32 under cap 64M' log/out
status 4 "$mlm" exec --quiet --cap 1G,none --max-needs 24M --out out/both.jsonl -- "$MLM_PYTHON" train.py --batch 64
expect "a row without a cap is judged, too" [ "$(grep -c '^Budget: train.py under cap .* needs' log/err)" = 2 ]
status 0 "$mlm" exec --quiet --background 64M --max-needs 60M --out out/beside.jsonl -- "$MLM_PYTHON" train.py --batch 4
expect "the background is no need of the job" grep -q '^Budget: it holds.$' log/err
status 2 "$mlm" show --max-file /dev/null out/rows.jsonl
expect "limits come from a file" grep -q -- '--max-file: /dev/null is not a regular file' log/err
echo '# nothing' >empty.txt
status 2 "$mlm" show --max-file empty.txt out/rows.jsonl
expect "that has one" grep -q -- '--max-file: empty.txt has no line with a limit' log/err
echo 'train.py batch=9 max-needs=1G' >none.txt
status 2 "$mlm" show --max-file none.txt out/rows.jsonl
expect "a line for no row is an error" grep -q "none.txt:1: no row is meant by 'train.py'" log/err
echo 'train.py max-needs=much' >broken.txt
status 2 sweep broken --max-file broken.txt
expect "and so is one that cannot be read, before anything runs" grep -q 'broken.txt:1: ' log/err
expect "nothing ran" [ ! -e out/broken.jsonl ]

status 2 "$mlm" exec --param x=1 -- true
expect "a parameter that no command has" grep -q -- '--param x: no command has {x} in it' log/err
status 2 "$mlm" exec --param x=1,1 -- echo '{x}'
expect "a value that is named twice" grep -q 'a value is named twice' log/err
status 2 "$mlm" exec --param x=1 --param x=2 -- echo '{x}'
expect "a parameter that is given twice" grep -q -- '--param x is given twice' log/err
status 2 "$mlm" exec --param command=1 -- echo '{command}'
expect "a parameter with the name of the command" grep -q -- '--param command: ' log/err
status 2 "$mlm" exec --name a --name a true 'sleep 0'
expect "one name for two commands" grep -q -- '--name a is given to two commands' log/err
status 2 "$mlm" exec --cap 2G "$MLM_PYTHON" train.py
expect "a command without --: the line to type" grep -q "write -- before the command: mlmembench exec … -- $MLM_PYTHON train.py" log/err
status 3 "$mlm" exec -- 'ls | wc'
expect "a line for the shell behind --: the line to type" grep -q "leave out the --: mlmembench exec 'ls | wc'" log/err
finish
