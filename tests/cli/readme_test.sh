#!/bin/sh
# The commands in the README and in the guides of docs/ must exist, with the options that these texts give them.
. "$(dirname "$0")/common.sh"
begin

# Lists every `mlmembench VERB …` and `./bootstrap VERB …`, one on each line: from a line of code or between backticks,
# up to the part that belongs to the program after --, to a comment, or to the shell.
sed -n 's/^ *//; /mlmembench \|\.\/bootstrap /p' "$MLM_SOURCE/README.md" "$MLM_SOURCE"/docs/*.md | tr '`' '\n' |
    grep -oE '(^|[^/a-z]|release/)(mlmembench|\./bootstrap) [a-z]+( .*)?$' | sed 's/ -- .*//; s/ #.*//; s/ >.*//; s/.*\(mlmembench\|bootstrap\) //' |
    grep -E '^[a-z]+( |$)' >log/commands
grep -vE '^(check|test|frameworks|install|and|or|is|are|itself|begins|says|shows|runs|needs)( |$)' log/commands | while read -r verb rest; do
    case " $verbs help " in
    *" $verb "*) ;;
    *)
        echo "$verb $rest" >>log/prose
        continue
        ;;
    esac
    options_of "$verb" >log/options
    for word in $rest; do
        case $word in
        --benchmark_*) ;;
        --*) grep -qx -- "$(echo "${word#--}" | sed 's/[^a-z-].*//')" log/options || echo "$verb $word" >>log/missing ;;
        esac
    done
    echo "$verb" >>log/verbs
done
expect "there are commands" test "$(wc -l <log/verbs)" -ge 12
expect "of most verbs" test "$(sort -u log/verbs | wc -l)" -ge 7
touch log/missing log/prose
expect "each has its options: $(cat log/missing)" test ! -s log/missing
expect "nothing else looks like a command: $(cat log/prose)" test ! -s log/prose

# Files that a command in the README reads are in the repository, or a command before has made them.
grep -oE '(examples|results/reference)/[A-Za-z0-9_./-]*' "$MLM_SOURCE/README.md" | sort -u | while read -r file; do
    [ -e "$MLM_SOURCE/$file" ] || echo "$file" >>log/no_file
done
touch log/no_file
expect "and its files: $(cat log/no_file)" test ! -s log/no_file
status 0 "$MLM_PYTHON" "$MLM_SOURCE/examples/train.py" --rows 2000 --batch 100
expect "the example learns something" grep -Eq '^the weights point as they should to (9[0-9]|100)' log/out
finish
