#!/bin/sh
# The commands in the README and in the guides of docs/ must exist, with the options that these texts give them.
. "$(dirname "$0")/common.sh"
begin

# Lists every `mlmembench VERB …` and `./bootstrap VERB …`, one on each line: from a line of code or between backticks,
# up to the part that belongs to the program after --, to a comment, or to the shell.
sed -n 's/^ *//; /mlmembench \|\.\/bootstrap /p' "$MLM_SOURCE/README.md" "$MLM_SOURCE"/docs/*.md | tr '`' '\n' |
    grep -oE '(^|[^/a-z]|release/)(mlmembench|\./bootstrap) [a-z]+( .*)?$' | sed 's/ -- .*//; s/ #.*//; s/ >.*//; s/.*\(mlmembench\|bootstrap\) //' |
    grep -E '^[a-z]+( |$)' >log/commands
grep -vE '^(check|test|frameworks|install|and|or|is|are|says|shows|runs|needs)( |$)' log/commands | while read -r verb rest; do
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
finish
