#!/bin/sh
# Colours appear on a terminal where they are wanted, and nowhere else; no line is wider than the terminal.
. "$(dirname "$0")/common.sh"
begin
records=$MLM_SOURCE/tests/fixtures/record/quick.jsonl

# on_terminal COLUMNS NAME=VALUE… COMMAND…: its output on the terminal goes to log/out.
on_terminal()
{
    columns=$1
    shift
    status 0 "$MLM_PYTHON" "$here/terminal.py" "$columns" env "$@"
}

for command in doctor "show $records"; do
    # shellcheck disable=SC2086  # words
    on_terminal 80 TERM=xterm "$mlm" $command
    expect "$command: colours on a terminal" grep -q "$(printf '\033\\[[0-9]*m')" log/out
    sed "s/$(printf '\033')\[[0-9]*m//g" log/out >log/text
    expect "$command: and no other escape codes" no_escapes log/text
    # shellcheck disable=SC2086
    on_terminal 80 TERM=xterm NO_COLOR=1 "$mlm" $command
    expect "$command: NO_COLOR" no_escapes log/out
    # shellcheck disable=SC2086
    on_terminal 80 TERM=xterm NO_COLOR= "$mlm" $command
    expect_not "$command: an empty NO_COLOR means nothing" no_escapes log/out
    # shellcheck disable=SC2086
    on_terminal 80 TERM=dumb "$mlm" $command
    expect "$command: TERM=dumb" no_escapes log/out
    # shellcheck disable=SC2086
    on_terminal 80 -u TERM "$mlm" $command
    expect "$command: no TERM" no_escapes log/out
    # shellcheck disable=SC2086
    status 0 env TERM=xterm "$mlm" $command
    expect "$command: piped" no_escapes log/out
done

for columns in 80 60; do
    on_terminal $columns TERM=xterm NO_COLOR=1 "$mlm" show "$records"
    expect "the table fits $columns columns" "$MLM_PYTHON" -c '
import sys
wide = [line for line in open("log/out", encoding="utf-8").read().split("\n") if len(line) > int(sys.argv[1])]
print(*wide, sep="\n")
sys.exit(bool(wide))' $columns
done

# In a pipe, COLUMNS is the width of tables and of prose, also of columns that the user chose. Where there is no room for
# all columns, the spread is not the first to go.
too_wide='
import sys
wide = [line for line in open("log/out", encoding="utf-8").read().split("\n") if len(line) > int(sys.argv[1])]
print(*wide, sep="\n")
sys.exit(bool(wide))'
reference=$MLM_SOURCE/results/reference/reference.jsonl
for columns in 80 120; do
    for options in "" "--columns all" "--columns time,spread,needs"; do
        # shellcheck disable=SC2086
        status 0 env COLUMNS=$columns "$mlm" show "$reference" $options
        expect "show $options in a pipe: $columns columns" "$MLM_PYTHON" -c "$too_wide" $columns
    done
    status 0 env COLUMNS=$columns "$mlm" compare "$reference" "$reference"
    expect "compare in a pipe: $columns columns" "$MLM_PYTHON" -c "$too_wide" $columns
done
status 0 env COLUMNS=120 "$mlm" show "$reference" --columns all
expect "other columns are hidden first" sh -c 'grep -q "^workload .* spread .* needs" log/out && grep -q "^(columns hidden" log/out'
status 0 env COLUMNS=80 "$mlm" show "$reference" --columns time,spread,needs,core,overhead
expect "and on a narrow page" sh -c 'grep -q "^workload .* spread .* needs" log/out && grep -q "^(columns hidden.*overhead" log/out'
status 0 "$mlm" show "$reference"
expect "without COLUMNS, prose in a pipe is one line" grep -qE '^.{200}' log/out

# A long path stays in one piece, so this test has a short one.
MLMEMBENCH_CACHE=$(mktemp -d /tmp/mlm.XXXXXX)
export MLMEMBENCH_CACHE
for command in --help "run --help" list "clean --dry-run"; do
    # shellcheck disable=SC2086
    on_terminal 80 TERM=xterm "$mlm" $command
    expect "$command: plain on a terminal too" no_escapes log/out
    expect "$command: 80 columns" narrow log/out
done
rmdir "$MLMEMBENCH_CACHE"
finish
