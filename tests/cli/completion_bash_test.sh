#!/bin/bash
# bash must complete what help lists, and nothing else.
. "$(dirname "$0")/common.sh"
begin
. "$MLM_SOURCE/completions/mlmembench.bash"
compopt()
{
    :
}

# complete WORD…: prints the candidates for the last word, one on each line.
complete_words()
{
    COMP_WORDS=("$mlm" "$@")
    COMP_CWORD=$#
    COMPREPLY=()
    _mlmembench
    printf '%s\n' "${COMPREPLY[@]}" | sort
}

# completes WANTED WORD…: the candidates must be the words WANTED, and no others.
completes()
{
    wanted=$1
    shift
    # shellcheck disable=SC2086  # words
    expect "mlmembench $*" diff <(printf '%s\n' $wanted | sort) <(complete_words "$@")
}

completes "help $verbs" ''
completes "--help --version" -
completes "report run" r
for verb in $verbs; do
    expect "$verb: the options of its help" diff <(options_of "$verb") <(complete_words "$verb" -- | sed 's/^--//')
    completes "$verb" help "$verb"
done

suites=$("$mlm" list | sed -n 's/^\([a-z]*\): .*/\1/p' | xargs)
expect "there are suites" test "$(echo "$suites" | wc -w)" -ge 5
completes "$suites" run --suite ''
completes "$suites" list --suite ''
completes "self,storage" run --suite self,st
completes "512M 1G 2G 4G 8G none" run --cap ''
completes "none" run --cap n
completes "512M,none" run --cap 512M,n
completes "none" run --cap = n
completes "512M 1G 2G 4G 8G none" run --cap =
completes "storage/csr" run --filter storage/csr
completes "density= depth=" run --param de
completes "max" run --swap m
completes "" run --all x

touch a.csv b.jsonl
completes "a.csv" run --dataset a
completes "b.jsonl" run --resume b
completes "b.jsonl" show b
completes "b.jsonl" export b
completes "$(formats_shown)" export --format ''
completes "text json" estimate --format ''
completes "csr csc coo" estimate --storage c
completes "a.csv" estimate --file a
completes "b.jsonl" report b
completes "b.jsonl" compare b
completes "time" compare --fail-on t
completes "a.csv" report --out a
completes "b.jsonl" plot b
completes "svg,png svg,pdf" plot --format svg,p
completes "a.csv b.jsonl log" show ''

# The program must accept each value that is offered.
for option in cap laptop data swap background timeout; do
    for value in $(complete_words run --$option ''); do
        status 0 "$mlm" run --suite self --dry-run --$option "$value"
    done
done
finish
