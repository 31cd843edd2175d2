#!/bin/bash
# Output files: nothing of the user's is lost, and root in another user's folder writes nothing at the target of a link
# of theirs. cli/links does the same with verbs that run nothing.
. "$(dirname "$0")/common.sh"
begin
user=12345
touch="run --suite self --filter touch --param size=8M --cap 64M --repetitions 1 --swap none"

# Each verb that records must leave a file alone that is not a store.
printf 'notes\nwithout an end' >out/notes.txt
cp out/notes.txt log/notes
status 2 "$mlm" $touch --out out/notes.txt
expect "it is said" grep -q '^mlmembench: out/notes.txt holds something other than records' log/err
status 2 "$mlm" exec --out out/notes.txt -- true
status 2 "$mlm" fit --out out/notes.txt -- true
expect "the file is as it was" cmp out/notes.txt log/notes

# --resume must not take a file name from a record.
echo precious >out/precious
status 0 "$mlm" $touch --out out/run.jsonl
sed -i 's|"command":\["run"|&,"--benchmark_out=out/precious","--out","out/elsewhere.jsonl"|' out/run.jsonl
status 0 "$mlm" run --resume out/run.jsonl --repetitions 2
expect "a file named in a record is as it was" grep -qx precious out/precious
expect "and the run went on" records out/run.jsonl 'len(r) == 2'
expect "where it was" test ! -e out/elsewhere.jsonl

# Under sudo in a folder of the calling user, with links at every name that could be guessed.

plant()
{
    rm -rf out/theirs
    mkdir out/theirs
    echo precious >log/precious/file
    for name in run-self-needs.svg run-self-needs.png gb.json; do
        ln -s ../../log/precious/file out/theirs/$name
        ln -s ../../log/precious/made out/theirs/$name.part
    done
    chown -hR $user:$user out/theirs
}

# untouched WHAT: nothing was written through any link.
untouched()
{
    expect "$1: what a link led to is as it was" grep -qx precious log/precious/file
    expect "$1: nothing was made where one led to nothing" test "$(ls log/precious)" = file
}

as_sudo()
{
    mkdir log/precious
    export SUDO_UID=$user SUDO_GID=$user
    plant
    status 0 env MLMEMBENCH_CACHE="$PWD/out/theirs/cache" "$mlm" run --suite loading --filter full --data 4M --cap 64M \
        --repetitions 1 --out out/theirs/loading.jsonl
    expect "datasets are there" test -n "$(find out/theirs/cache -name '*.npy')"
    status 0 "$mlm" $touch --out out/theirs/run.jsonl --benchmark_out=out/theirs/gb.json
    untouched run
    if command -v gnuplot >/dev/null; then
        expect "the pictures are there" test -s out/theirs/run-self-needs.svg -a ! -h out/theirs/run-self-needs.svg
    else
        skip_part "pictures" "gnuplot is not installed"
    fi
    expect "Google Benchmark's file is" "$MLM_PYTHON" -c 'import json; assert json.load(open("out/theirs/gb.json"))["benchmarks"]'
    status 0 "$mlm" exec --out out/theirs/new/exec.jsonl --output out/theirs/output -- echo hello
    expect "the output is there" grep -qx hello out/theirs/output
    expect "all of it is the user's" test -z "$(find out/theirs ! -user $user)"
    for name in run.jsonl output; do
        rm out/theirs/$name
        ln -s ../../log/precious/made out/theirs/$name
    done
    chown -h $user:$user out/theirs/*
    status 3 "$mlm" $touch --out out/theirs/run.jsonl
    expect "a store that is a link is refused" grep -q 'theirs/run.jsonl: it is a link that somebody else can have made' log/err
    status 3 "$mlm" exec --out out/exec.jsonl --output out/theirs/output -- echo hello
    expect "an output that is one, too" grep -q 'theirs/output: it is a link that somebody else can have made' log/err
    ln -s ../../log/precious out/theirs/results
    chown -h $user:$user out/theirs/results
    status 3 env -C out/theirs "$mlm" exec -- true
    untouched "links of the user's"
    unset SUDO_UID SUDO_GID
}

if [ "$(id -u)" = 0 ]; then
    as_sudo
else
    skip_part "as sudo in another user's folder" "only root can"
fi

# Datasets that a run reads remain until it ends.
"$mlm" run --suite loading --filter 'full|generator' --data 4M --cap 64M --repetitions 400 --out out/long.jsonl >/dev/null 2>log/long &
harness=$!
wait_until test -s out/long.jsonl
status 0 "$mlm" clean
expect "clean says that they are used" grep -q 'kept, for a run that goes on uses them' log/out
expect "and they are there" test -n "$(find cache -name '*.npy')"
kill -INT $harness
wait $harness
expect "no trial was without them" records out/long.jsonl 'r and all(x["outcome"] == "ok" for x in r)'
status 0 "$mlm" clean
expect "they go when it has ended" test -z "$(find cache -type f)"
finish
