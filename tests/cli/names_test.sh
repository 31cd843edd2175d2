#!/bin/sh
# Files, folders and commands may have any name: no name may control the terminal, whatever prints it.
. "$(dirname "$0")/common.sh"
begin

records=$MLM_SOURCE/tests/fixtures/record
name=$(printf 'a\033[31m\302\233m\342\200\256b')
mkdir "$name"
cp "$records/swap.jsonl" "$name/$name.jsonl"
store=$name/$name.jsonl
export MLMEMBENCH_CACHE="$PWD/$name/cache"

# Characters that control a terminal: control characters, and one that changes the writing direction.
tame()
{
    ! LC_ALL=C grep -q "$(printf '[\001-\010\013-\037]\\|\302[\200-\237]\\|\342\200\256')" "$@"
}

# says STATUS… WORD…: must end with one of these statuses, and its output must be printable.
says()
{
    wanted=$1
    shift
    "$mlm" "$@" >log/out 2>log/err </dev/null
    got=$?
    case " $wanted " in
    *" $got "*) pass "exit status $got: $1" ;;
    *) fail "exit status $got, not $wanted: $1" && head -n 3 log/err ;;
    esac
    expect "$1: what it prints is tame" tame log/out log/err
    [ -s log/out ] || [ -s log/err ] || fail "$1 says nothing"
}

for verb in $verbs; do
    case $verb in
    run)
        says 2 run --dataset "$name/missing.npy"
        says 0 run --suite self --dry-run --out "$name"
        says 2 run --suite "$name"
        says 2 run --suite self --param "$name=1"
        says 2 run --suite self --filter "$name" --dry-run
        says 3 run --resume "$name/missing.jsonl"
        says "2 3" run --benchmark_out="$name/missing/x.json"
        ;;
    exec)
        says 3 exec --out "$name/out.jsonl" -- "./$name/missing"
        says 2 exec --output "$store" -- true
        mkfifo "$name/pipe"
        says 2 exec --evict "$name/pipe" -- true
        ;;
    fit)
        says 2 fit --workload "$name" -- true
        says 2 fit --evict "$name" -- true
        ;;
    predict)
        says 2 predict --param "$name=1,2,3" --to "$name=4" -- true
        says 2 predict --param n=1,2,3 --to "$name=4" -- echo '{n}'
        says 2 predict --param "n=1,2,$name" --to n=4 -- echo '{n}'
        ;;
    show | advise) says 0 $verb "$store" && says 3 $verb "$name/missing.jsonl" ;;
    compare)
        says "0 1" compare "$store" "$store"
        mkdir "$name/history"
        cp "$store" "$name/history/$name.jsonl"
        echo garbage >"$name/history/$name-2.jsonl"
        says "0 1 3" compare --history "$name/history" "$store"
        ;;
    report) says 0 report "$store" && says 3 report "$store" --out "$name/missing/x.html" ;;
    plot) command -v gnuplot >/dev/null && says 0 plot "$store" ;;
    export) says 0 export "$store" --format csv && says 3 export "$store" --format csv --out "$name/missing/x.csv" ;;
    list) says 2 list --suite "$name" ;;
    estimate) says "2 3" estimate --file "$name/missing.npy" ;;
    doctor) says "0 3" doctor ;;
    clean) says 0 clean --dry-run ;;
    *) fail "what does $verb print of names?" ;;
    esac
done
says 2 "$name"

finish
