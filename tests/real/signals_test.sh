#!/bin/bash
# A wish to stop is obeyed wherever a run waits. However a run was started, it works, and passes on what belongs to the
# user.
. "$(dirname "$0")/common.sh"
begin
run() { "$mlm" exec --out "out/$1.jsonl" "${@:2}"; }

# ended SIGNAL WANTED EVENT COMMAND…: starts the command and sends the signal once EVENT (a command) succeeds.
ended()
{
    local signal=$1 wanted=$2 event=$3
    shift 3
    "$@" >log/out 2>log/err </dev/null &
    harness=$!
    expect "it has come so far: $event" wait_until eval "$event"
    kill "-$signal" $harness
    wait $harness
    got=$?
    expect "status $wanted at $signal: ${*:2}" [ $got = "$wanted" ]
    [ $got = "$wanted" ] || { echo "status $got"; tail -n 3 log/err; }
}

# Processes that --prepare and --cleanup start end with them, as a whole.
for signal in INT TERM HUP; do
    rm -f out/begun
    ended $signal 130 '[ -e out/begun ]' "$mlm" exec --out out/prepare.jsonl --prepare 'sleep 1111 & echo $! >out/pid; : >out/begun; sleep 2222; :' -- true
    expect "it says what was interrupted" grep -q 'interrupted; what had ended is in out/prepare.jsonl' log/err
    expect "nothing of it goes on" wait_until_none "pgrep -f '^sleep (1111|2222)'"
done
rm -f out/begun
ended TERM 130 '[ -e out/begun ]' "$mlm" exec --out out/deaf.jsonl --prepare 'trap "" TERM; : >out/begun; while :; do sleep 0.1; done # deaf' -- true
expect "one that heeds nothing is ended all the same" wait_until_none "pgrep -f 'sleep 0.1; done # deaf'"
rm -f out/begun
ended TERM 130 '[ -e out/begun ]' "$mlm" exec --out out/cleanup.jsonl --cleanup ': >out/begun; sleep 3333; :' -- true
expect "nor does --cleanup go on" wait_until_none "pgrep -f '^sleep 3333'"
ended TERM 130 '[ -s out/running.jsonl ]' "$mlm" exec --out out/running.jsonl --warmup 0 --repetitions 2 --cleanup 'echo cleaned >out/cleaned' 'sleep 0.1; [ -e out/again ] && sleep 4444; : >out/again'
expect "after a run that was interrupted it runs" [ "$(cat out/cleaned)" = cleaned ]
rm -f out/begun
"$mlm" exec --out out/killed.jsonl --prepare ': >out/begun; exec sleep 5555' -- true >log/out 2>&1 &
harness=$!
expect "--prepare runs" wait_until [ -e out/begun ]
kill -KILL $harness
wait $harness 2>/dev/null
expect "it dies with us" wait_until_none "pgrep -f '^sleep 5555'"

# A run waits for the reader of a pipe until the user wants to stop; a pipe with a reader is written.
mkfifo out/pipe
ended TERM 130 '[ -s out/piped.jsonl ] || [ -e out/piped.jsonl ]' "$mlm" exec --out out/piped.jsonl --output out/pipe -- echo through
cat out/pipe >out/read &
status 0 run read --quiet --output out/pipe -- echo through
wait $!
expect "what the command prints goes through" [ "$(cat out/read)" = through ]
status 2 run evict --evict out/pipe -- true
expect "a pipe is nothing to evict" grep -q -- '--evict: out/pipe is no file' log/err
status 3 run made --prepare 'rm -f out/later; mkfifo out/later' --evict out/later -- true
expect "nor is one that comes later waited for" grep -q 'out/later is no file' log/err

# ---- Pictures ----
mkdir out/tools
cat >out/tools/gnuplot <<'SH'
#!/bin/sh
: >out/drawing
exec sleep 6666
SH
chmod +x out/tools/gnuplot
for verb in run fit; do
    rm -f out/drawing
    case $verb in
    run) set -- run --suite self --filter null --cap 64M --repetitions 1 ;;
    fit) set -- fit --tolerance 50% --repetitions 1 -- "$MLM_PYTHON" -c 'x = bytearray(80 << 20)' ;;
    esac
    ended TERM 130 '[ -e out/drawing ]' env "PATH=$PWD/out/tools:$PATH" "$mlm" "$1" --out out/picture-$verb.jsonl "${@:2}"
    expect "the line tells how to have them" grep -q "^mlmembench: interrupted while pictures were drawn; .mlmembench plot out/picture-$verb.jsonl. draws them" log/err
    expect "gnuplot is gone" wait_until_none "pgrep -f '^sleep 6666'"
    expect "no half a picture is left" [ "$(find out -name "picture-$verb*" | wc -l)" = 1 ]
done

# Started by a parent that ignores SIGCHLD, blocks signals, or closes standard descriptors.
cat >ignoring.py <<'PYTHON'
import os, signal, sys
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT, signal.SIGTERM, signal.SIGCHLD])
os.execv(sys.argv[1], sys.argv[1:])
PYTHON
status 0 "$MLM_PYTHON" ignoring.py "$mlm" exec --out out/ignoring.jsonl --prepare true -- sh -c 'sleep 0.1 & wait $!; echo "$?"'
expect "it runs, and its children can be waited for" [ "$(cat log/out)" = 0 ]
status 0 "$MLM_PYTHON" ignoring.py "$mlm" run --suite self --filter null --cap 64M --repetitions 1 --out out/ignoring-run.jsonl
ended TERM 130 'pgrep -f "^sleep 7777"' "$MLM_PYTHON" ignoring.py "$mlm" exec --out out/blocking.jsonl -- sleep 7777

cat >descriptors.py <<'PYTHON'
import os
names = {fd: os.readlink("/proc/self/fd/%s" % fd) for fd in os.listdir("/proc/self/fd") if os.path.islink("/proc/self/fd/%s" % fd)}
with open("out/descriptors", "w") as out:
    for fd, name in names.items():
        print(fd, name, file=out)
PYTHON
for closed in '' '0<&-' '1>&-' '2>&-' '0<&- 2>&-' '0<&- 1>&- 2>&-'; do
    bash -c "'$MLM_PYTHON' descriptors.py 9</dev/zero $closed" >log/out 2>log/err
    mv out/descriptors log/without
    bash -c "'$mlm' exec --quiet --out out/closed.jsonl -- '$MLM_PYTHON' descriptors.py 9</dev/zero $closed" >log/out 2>log/err
    expect "closed ($closed): a command has what it would have without us, and nothing of ours" "$MLM_PYTHON" - <<'PYTHON'
def others(path):
    lines = [line.strip().split(" ", 1) for line in open(path)]
    return sorted(line for line in lines if int(line[0]) > 2), lines
(mine, all_mine), (wanted, _) = others("out/descriptors"), others("log/without")
assert mine == wanted and ["9", "/dev/zero"] in mine, (mine, wanted)
for fd, name in all_mine:
    assert not any(ours in name for ours in ("jsonl", "cgroup", "memfd", "signalfd", "socket")), all_mine
PYTHON
    expect "its records are whole" records out/closed.jsonl 'all(x["outcome"] == "ok" for x in r)'
done
status 0 run prepared --prepare "ls -l /proc/self/fd >out/seen 9</dev/null" -- true
expect "nor has --prepare any of ours" bash -c '! grep -E "jsonl|memfd|cgroup|signalfd|pidfd|socket" out/seen'
cp out/read.jsonl out/page.jsonl
echo garbage >>out/page.jsonl
bash -c "'$mlm' report out/page.jsonl 2>&- >&- <&-"
expect "a message for a closed standard error is in no page" bash -c 'head -c 15 out/page.html | grep -qi "^<!doctype html" && ! grep -q "^mlmembench: out/page.jsonl" out/page.html'

# A user without a home.
status 0 env -u HOME -u XDG_CACHE_HOME -u MLMEMBENCH_CACHE "$mlm" exec --quiet --out out/homeless.jsonl -- echo at home
status 0 env -u HOME -u XDG_CACHE_HOME -u MLMEMBENCH_CACHE "$mlm" run --suite self --filter null --repetitions 1 --cap 64M --out out/homeless-run.jsonl
status 3 env -u HOME -u XDG_CACHE_HOME -u MLMEMBENCH_CACHE "$mlm" fit --workload loading/mmap --out out/homeless-fit.jsonl
expect "where a place is needed, it is said how to give one" grep -q 'no place for datasets: set HOME' log/err

# What no record can hold is not run.
words() { "$MLM_PYTHON" -c 'import os, sys
os.execv(sys.argv[1], sys.argv[1:-1] + ["x" * 100000] * int(sys.argv[-1]))' "$@"; }
status 0 words "$mlm" exec --quiet --out out/many.jsonl -- sh -c 'echo $#' sh 4
expect "400 KB of words are recorded" records out/many.jsonl 'len(r[0]["command"][-1]) == 100000'
status 3 words "$mlm" exec --out out/more.jsonl -- sh -c ': >out/ran' sh 8
expect "800 KB are not run" [ ! -e out/ran ]
expect "and it says what to do" grep -q 'put the words into a file, or the command into a script' log/err
finish
