#!/bin/sh
# show: the table again, from one file or several.
. "$(dirname "$0")/common.sh"
begin
records=$MLM_SOURCE/tests/fixtures/record/quick.jsonl

golden show "$mlm" show "$records"
status 0 "$mlm" show "$records"
expect "plain" no_escapes log/out
expect "nothing on standard error" test ! -s log/err
cp log/out log/table
status 0 "$mlm" show -- "$records"
expect "after --, the same" diff log/table log/out

# Several files are shown as one.
head -n 20 "$records" >first.jsonl
tail -n +21 "$records" >rest.jsonl
status 0 "$mlm" show first.jsonl rest.jsonl
expect "two halves are the whole" diff log/table log/out

# Invalid lines are named with their numbers, the first few of them, and the rest is shown.
{
    cat "$records"
    seq 1 10 | sed 's/^/{/'
} >torn.jsonl
lines=$(wc -l <"$records")
status 0 "$mlm" show torn.jsonl
expect "the rest is shown" diff log/table log/out
expect "the line is named" grep -q "^mlmembench: torn.jsonl:$((lines + 1)): " log/err
expect "few lines" test "$(wc -l <log/err)" = 4
expect "and how many more" grep -qx "mlmembench: 7 more lines are no records" log/err

# A file without any record is named too, because it must not look as if it had been shown.
: >empty.jsonl
status 0 "$mlm" show empty.jsonl "$records"
expect "the rest is shown" diff log/table log/out
expect "the file is named" test "$(cat log/err)" = "mlmembench: no trial is recorded in empty.jsonl"
refused 3 "no trial is recorded in empty.jsonl$" compare empty.jsonl "$records"

# The README shows a part of the reference run, and says so. Its text is broken into other lines.
one_line() { tr -s ' \n' ' '; }
COLUMNS=105 status 0 "$mlm" show "$MLM_SOURCE/results/reference/reference.jsonl"
one_line <log/out >log/line
block=$(sed -n '/^storage, cap 1G/,/^```$/p' "$MLM_SOURCE/README.md" | sed 's/ \[…\]$//; /^```$/d' | one_line)
expect "the README has such a block" test -n "$block"
expect "and this command shows it" grep -qF -- "${block% }" log/line

# A file from elsewhere must not control the terminal.
status 0 "$mlm" show "$MLM_SOURCE/tests/fixtures/record/hostile.jsonl"
expect "hostile records are plain" no_escapes log/out
expect "and what is said of them" no_escapes log/err
expect_not "and make no file" test -e x
finish
