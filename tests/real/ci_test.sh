#!/bin/bash
# The recipes of docs/CI.md, job by job: green where nothing changed; red for 20 % more memory; the main branch keeps what
# was accepted, and is green again. A pull request never writes the reference.
. "$(dirname "$0")/common.sh"
begin
"$MLM_PYTHON" -c 'import yaml' || fail "python3-yaml is not installed; ./bootstrap test installs it"
steps=$MLM_SOURCE/tests/real/ci_steps.py

# The project: train.py holds some memory, and has this repository as its submodule. Instead of building it once more,
# its bootstrap installs what is built.
mkdir -p project/mlmembench
cd project || exit
for name in action.yml integrations; do
    ln -sfn "$MLM_SOURCE/$name" mlmembench/$name
done
cat >mlmembench/bootstrap <<'SH'
#!/bin/sh
[ "$1 $2 $#" = "install --prefix 3" ] || exit 2
mkdir -p "$3/bin"
ln -sf "$MLM_BIN/mlmembench" "$3/bin/mlmembench"
SH
chmod +x mlmembench/bootstrap

# train MIB [SECONDS]: the program of this commit. It sleeps, so that starting it is little of its time.
train()
{
    cat >train.py <<PYTHON
import time
held = bytearray($1 << 20)
time.sleep(${2:-0.1})
PYTHON
}

# job STATUS SERVICE EVENT BRANCH NAME=VALUE…: runs one job, whose exit status must be 0 (green) or not (red).
job()
{
    wanted=$1
    what="$2, $3 to $4: $1"
    "$MLM_PYTHON" "$steps" "$2" "event=$3" "branch=$4" "${@:5}" >log 2>&1
    got=$?
    if [ "$wanted" = green ]; then expect "$what" [ "$got" = 0 ]; else expect "$what" [ "$got" != 0 ]; fi
    [ $(((got != 0) == (${#wanted} == 3))) = 1 ] || tail -n 40 log
}

says() { expect "it says: $1" grep -qE -- "$1" log; }
says_not() { expect "it does not say: $1" sh -c "! grep -qE -- '$1' log"; }
# What the service keeps, as one number.
kept() { find cache -type f -exec cksum {} + | sort | cksum; }

for service in github gitlab; do
    rm -rf cache
    case $service in
    github) request=pull_request budget=max-needs ;;
    gitlab) request=merge_request_event budget=MLM_MAX_NEEDS ;;
    esac
    train 100
    job green $service $request topic
    says 'no reference of the main branch yet'
    expect "a pull request keeps nothing" [ -z "$(find cache -type f)" ]
    job green $service push main
    says 'The result is the new reference'
    expect "the main branch keeps its result" [ "$(find cache -name reference.jsonl | wc -l)" = 1 ]
    job green $service push main
    says 'no regression: no row is more than 10 % above in needs|no regression: no row is more than 10 %25 above in needs'
    says 'time is not judged, because the machines differ'
    says 'artifact: .*junit.xml now.jsonl reference report.html'

    # 20 % more, with the interpreter: (100 + 9) * 1.2 = 122 + 9.
    before=$(kept)
    train 122
    job red $service $request topic
    says 'train( at none)?: needs 1\.(19|2[0-9]) ×'
    says_not 'The result is the new reference'
    expect "a pull request does not write the reference" [ "$(kept)" = "$before" ]
    job red $service push main
    says 'The result is the new reference'
    expect "accepted: the main branch keeps it, although it is red" [ "$(kept)" != "$before" ]
    job green $service push main
    job green $service $request topic

    # The budget, beside the comparison; it does not stop the reference from being kept.
    job red $service push main $budget=110M
    says 'Budget: train.* needs 1[0-9]{2} MiB; the budget is 110 MiB'
    says 'no regression'
    says 'The result is the new reference'
    job green $service push main $budget=200M
    says 'Budget: it holds'

    # A program that fails is no reference.
    before=$(kept)
    echo 'raise SystemExit(1)' >train.py
    job red $service push main
    says 'could not be measured, or failed \(exit status 1\)'
    expect "a program that fails is no reference" [ "$(kept)" = "$before" ]
done

# GitHub alone: annotations and a summary; and an event that runs a stranger's code with the reference of the main branch.
rm -rf cache
train 100 2
job green github push main
expect "the first summary is the table" grep -q '^| train ' summary.md
before=$(kept)
job green github pull_request_target main
expect "pull_request_target does not write the reference" [ "$(kept)" = "$before" ]
expect "the summary says that nothing changed" grep -q '^The row that both sides have did not change' summary.md
train 122
job red github pull_request topic
expect "an annotation" [ "$(grep -c '^::error title=mlmembench::exec/train.*needs 1' log)" = 1 ]
expect "the summary has the verdict" grep -q '^\*\*regression: 1 row more than 10 % above in needs' summary.md
job red github pull_request topic max-needs=110M
expect "an annotation for the budget, too" grep -q '^::error title=mlmembench::Budget: ' log

# GitLab alone: its tests.
rm -rf cache
train 100
job green gitlab push main
train 122
job red gitlab merge_request_event topic
says 'junit: True'
expect "the failed test is there" grep -q '<failure type="regression" message="needs 1' train/junit.xml
cd ..
finish
