#!/bin/sh
# --dataset: what is said of a file that is not plain, the numbers that trials would read, and what is refused.
. "$(dirname "$0")/common.sh"
begin
odd=$here/odd_files.py
worker=$MLM_BIN/mlmembench-worker
"$MLM_PYTHON" "$odd" write .
names=$("$MLM_PYTHON" "$odd" names)
expect "there are files" test "$(echo "$names" | wc -w)" -ge 10

# What is said stands before the plan.
said()
{
    for file in $names; do
        "$mlm" run --dry-run --dataset "$file" --repetitions 1 | sed '/^order /,$d'
    done
}
before=$(files)
said >log/said 2>log/err
expect "nothing on standard error" test ! -s log/err
golden datasets cat log/said
expect "a dry run copies nothing" test "$(files)" = "$before"

for file in $names; do
    "$worker" copy "$file" 3 3>log/copy >log/out 2>log/err
    expect "$file: it can be copied" test $? = 0
    expect "$file: the copy holds its numbers, and nothing else" "$MLM_PYTHON" "$odd" check "$file" log/copy
    status 0 "$worker" inspect "$file"
    expect "$file: its size was said" grep -q " $(wc -c <log/copy | tr -d ' ')\$" log/out
done

# A plain file is read as it is, and nothing is said.
printf 'a,b\n1,2\n3,4\n' >plain.csv
status 0 "$mlm" run --dry-run --dataset plain.csv --repetitions 1
expect "plain: nothing is said" grep -q '^order ' log/out
expect "plain: at the first line" sh -c "head -n 1 log/out | grep -q '^order '"
expect "plain: its size is the amount of data" grep -q '; dataset of 12 B$' log/out

# The user's word.
printf '1,5\n2,5\n' >comma.csv
for word in semicolon ';'; do
    status 0 "$mlm" run --dry-run --dataset comma.csv --separator "$word" --repetitions 1
    expect "--separator $word: one column" grep -q '^dataset comma.csv: 2 rows of 1 number,' log/out
done
status 0 "$mlm" run --dry-run --dataset comma.csv --separator , --repetitions 1
expect "--separator ,: two columns" grep -q '^dataset comma.csv: 2 rows of 2 numbers' log/out
refused 2 "--dataset: missing.csv, line 2, field 2: the value is missing \('NA'\); fill it in or leave the line out" \
    run --dataset missing.csv --missing refuse
refused 2 "--dataset: holes.npy \(row 0, column 1\): the value is missing \(NaN\); fill it in or leave the row out" \
    run --dataset holes.npy --missing refuse

"$MLM_PYTHON" "$odd" refused >log/refused
expect "there are files to refuse" test "$(wc -l <log/refused)" -ge 10
while IFS="$(printf '\t')" read -r file says; do
    refused 2 "--dataset: $says" run --dataset "$file"
done <log/refused

# A path that controls a terminal is said, but does not.
printf '1,x\n2,y\n' >"$(printf 'esc\033[31m.csv')"
status 0 "$mlm" run --dry-run --dataset "$(printf 'esc\033[31m.csv')" --repetitions 1
expect "a name is tame" no_escapes log/out
printf 'na\033[31mme,b\n\033[31m,1\n2,2\n' >names.csv
status 0 "$mlm" run --dry-run --dataset names.csv --repetitions 1
expect "names of columns are tame" no_escapes log/out
expect "and are said" grep -q "column 1 'na " log/out
finish
