#!/bin/sh
# Files from any source: invalid lines are named and skipped, and text from a record stays text in everything that reads
# records.
. "$(dirname "$0")/common.sh"
begin
expect "records are made" "$MLM_PYTHON" "$here/hostile.py" make "$PWD/ran"

# check FILE…: checks with hostile.py.
check()
{
    expect "plain: $*" "$MLM_PYTHON" "$here/hostile.py" check "$@"
}

# One bad line between two good ones: it is named, they are used.
status 0 "$mlm" show good.jsonl
cp log/out log/table
for file in bad-*.jsonl; do
    status 0 "$mlm" show "$file"
    expect "the good lines are used" diff log/table log/out
    expect "the bad one is named, and no other" sh -c "[ \$(wc -l <log/err) = 1 ] && grep -q '^mlmembench: $file:2: ' log/err"
    check log/err
done

# Unusual but valid files cause no complaint.
for file in odd-*.jsonl; do
    status 0 "$mlm" show "$file"
    expect "nothing to complain of" test ! -s log/err
done

# A million invalid lines cause only a few complaints.
status 0 "$mlm" show million.jsonl
expect "the good lines are used" diff log/table log/out
expect "few lines" test "$(wc -l <log/err)" = 4
expect "and how many there are" grep -q "999997 more" log/err

# The program must not wait for something that is not a file, or has no end.
mkdir folder
mkfifo fifo
refused 3 "folder: Is a directory" show folder
refused 3 "no trial is recorded in fifo" show fifo
refused 3 "/dev/zero" show /dev/zero
refused 3 "/dev/full" show /dev/full
head -c 30000000 /dev/zero | "$mlm" show /dev/stdin >log/out 2>log/err
expect "a line without end" grep -q "no trial is recorded in /dev/stdin (/dev/stdin:1: longer than any record)" log/err
status 0 sh -c "'$mlm' show /dev/stdin <good.jsonl"
expect "through a pipe, the same" sh -c "cat good.jsonl | '$mlm' show /dev/stdin | diff log/table -"
name=$(printf 'name\033[31m.jsonl')
"$mlm" show "$name" >log/out 2>log/err
check log/err

# Each verb that reads records must handle the worst ones, with harmless output.
mkdir made
for verb in $verbs; do
    case $verb in
    run | exec | fit | predict | list | estimate | doctor | clean) ;;
    show)
        for file in names other extreme; do
            status 0 "$mlm" show "$file.jsonl"
            cp log/out "made/show-$file.txt"
        done
        "$MLM_PYTHON" "$here/terminal.py" 80 env TERM=xterm "$mlm" show names.jsonl >made/show.terminal
        ;;
    advise)
        for file in names other extreme; do
            status 0 "$mlm" advise "$file.jsonl"
            cp log/out "made/advise-$file.txt"
        done
        status 0 "$mlm" advise names.jsonl other.jsonl extreme.jsonl
        cp log/out made/advise.txt
        ;;
    plot)
        status 0 "$mlm" plot --out made --format svg,png names.jsonl
        cp log/out made/plot.txt
        status 0 "$mlm" plot --out made --format svg extreme.jsonl
        ;;
    export)
        for format in $(formats_shown); do
            case $format in
            markdown) ending=md ;;
            junit) ending=xml ;;
            openmetrics) ending=prom ;;
            google-benchmark | github-action-benchmark | bencher) ending=$format.json ;;
            *) ending=$format ;;
            esac
            for file in names extreme; do
                status 0 "$mlm" export --format "$format" "$file.jsonl"
                cp log/out "made/export-$file.$ending"
            done
        done
        ;;
    compare)
        # Many machines, each compared with itself; then machines that have nothing in common.
        status 0 "$mlm" compare names.jsonl other.jsonl
        cp log/out made/compare-names.txt
        status 0 "$mlm" compare extreme.jsonl extreme.jsonl --fail-above 10%
        cp log/out made/compare-extreme.txt
        for files in names.jsonl "names.jsonl extreme.jsonl"; do
            # shellcheck disable=SC2086  # words
            "$mlm" compare $files >log/out 2>log/err
            expect "there is nothing to compare" test $? -ge 2
            check log/err
        done
        ;;
    report)
        status 0 "$mlm" report --out made/report.html names.jsonl other.jsonl
        status 0 "$mlm" report --out made/extreme.html extreme.jsonl
        ;;
    *) fail "what does $verb make of hostile records?" ;;
    esac
done
expect "there is something to look at" test "$(find made -type f -size +0 | wc -l)" -ge 20
check made/*
expect_not "nothing was executed" test -e ran
finish
