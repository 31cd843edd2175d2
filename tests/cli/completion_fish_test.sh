#!/bin/sh
# fish must complete what help lists, and nothing else.
. "$(dirname "$0")/common.sh"
begin
needs fish
HOME=$PWD
export HOME

# completions TEXT: prints the candidates for its last word, one on each line.
completions()
{
    PATH=$MLM_BIN:$PATH fish -c "source '$MLM_SOURCE/completions/mlmembench.fish'; complete -C'$1'" | cut -f 1 | sort
}

# completes WANTED TEXT: the candidates must be the words WANTED, and no others.
completes()
{
    # shellcheck disable=SC2086  # words
    printf '%s\n' $1 | sort | grep . >log/wanted
    completions "$2" >log/got
    expect "$2" diff log/wanted log/got
}

completes "help $verbs" "mlmembench "
completes "--help --version" "mlmembench --"
for verb in $verbs; do
    options_of "$verb" >log/help
    completions "mlmembench $verb --" | sed 's/^--//' >log/got
    expect "$verb: the options of its help" diff log/help log/got
done
suites=$("$mlm" list | sed -n 's/^\([a-z]*\): .*/\1/p' | xargs)
completes "$suites" "mlmembench run --suite "
completes "$suites" "mlmembench list --suite "
completes "self,storage" "mlmembench run --suite self,st"
completes "512M 1G 2G 4G 8G none" "mlmembench run --cap "
completes "512M,none" "mlmembench run --cap 512M,n"
completes "--cap=512M,none" "mlmembench run --cap=512M,n"
completes "density= depth=" "mlmembench run --param de"
completes "storage/csr" "mlmembench run --filter storage/csr"
touch a.csv b.jsonl
completes "a.csv" "mlmembench run --dataset a."
completes "b.jsonl" "mlmembench show b."
completes "b.jsonl" "mlmembench report b."
completes "b.jsonl" "mlmembench compare b."
completes "b.jsonl" "mlmembench plot b."
completes "csv" "mlmembench export --format c"
completes "b.jsonl" "mlmembench export b."
completes "" "mlmembench doctor "
finish
