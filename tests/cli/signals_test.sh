#!/bin/sh
# A wish to stop is obeyed while pictures are drawn; gnuplot ends with us, and nothing is left.
. "$(dirname "$0")/common.sh"
begin

records=$MLM_SOURCE/tests/fixtures/record/quick.jsonl
cp "$records" run.jsonl
mkdir tools tmp
export TMPDIR="$PWD/tmp"
# A gnuplot that never ends and starts a child.
cat >tools/gnuplot <<'SH'
#!/bin/sh
sleep 1000 &
echo "$$ $!" >"$0.pids.new"
mv "$0.pids.new" "$0.pids"
wait
SH
chmod +x tools/gnuplot
PATH=$PWD/tools:$PATH

# wait_until COMMAND…: waits until the command succeeds.
wait_until()
{
    for _ in $(seq 300); do
        "$@" && return 0
        sleep 0.1
    done
    return 1
}

# Both are gone, or are zombies that wait for the process that reaps orphans here.
gone()
{
    for pid; do
        case $(cut -d ' ' -f 3 "/proc/$pid/stat" 2>/dev/null) in
        '' | Z | X) ;;
        *) return 1 ;;
        esac
    done
}

# ended SIGNAL WANTED WORD…: starts mlmembench WORD…, sends the signal while it draws, and expects that exit status.
ended()
{
    signal=$1 wanted=$2
    shift 2
    rm -f tools/gnuplot.pids
    before=$(files)
    "$mlm" "$@" >log/out 2>log/err </dev/null &
    harness=$!
    expect "$1 draws" wait_until [ -s tools/gnuplot.pids ]
    kill "-$signal" "$harness"
    wait "$harness"
    got=$?
    expect "$1 ends at $signal with status $wanted" [ "$got" = "$wanted" ]
    [ "$got" = "$wanted" ] || echo "its status: $got"
    # shellcheck disable=SC2046  # two words
    set -- "$1" $(cat tools/gnuplot.pids)
    expect "$1: gnuplot is gone" wait_until gone "$2"
    # After its end, its pid may belong to another process.
    case $signal in
    KILL) kill "$3" ;;
    *) expect "$1: what it started as well" wait_until gone "$3" ;;
    esac
    rm -f tools/gnuplot.pids
    expect "$1: nothing is left" [ "$(files)" = "$before" ]
}

for signal in INT TERM HUP; do
    ended $signal 130 plot run.jsonl
    expect "one line says so" grep -qx 'mlmembench: interrupted while a picture was drawn' log/err
done
ended TERM 130 report run.jsonl
expect "one line says so" grep -q '^mlmembench: interrupted' log/err
ended KILL 137 plot run.jsonl
ended KILL 137 plot run.jsonl --format png,pdf

# A pipe in the place of a picture: opening it would wait, and no signal would end the wait.
rm tools/gnuplot
mkfifo run-storage-needs.svg
needs gnuplot
status 3 "$mlm" plot run.jsonl
expect "a pipe in a picture's place is named" grep -q 'cannot write ./run-storage-needs.svg: it is no regular file' log/err
finish
