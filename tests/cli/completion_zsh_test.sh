#!/bin/sh
# zsh must offer what the program says. Its own functions are replaced by ones that print their arguments, so no
# terminal is needed, and only our file is tested. completion_bash_test.sh tests the candidates themselves.
. "$(dirname "$0")/common.sh"
begin
needs zsh
cat >log/complete.zsh <<'ZSH'
_describe() { print -rl -- ${${(P)2}%%:*} }
_files() { print -r -- FILES }
compset() { print -r -- "compset $*" }
file=$1
shift
typeset -a words=("$@")
CURRENT=$#
source $file
ZSH

# completions WORD…: prints the candidates for the last word.
completions()
{
    zsh -f log/complete.zsh "$MLM_SOURCE/completions/_mlmembench" "$mlm" "$@"
}

# completes WANTED WORD…: the candidates must be the words WANTED, in any order, and no others.
completes()
{
    wanted=$1
    shift
    # shellcheck disable=SC2086  # words
    printf '%s\n' $wanted | sort >log/wanted
    completions "$@" 2>&1 | sort >log/got
    expect "mlmembench $*" diff log/wanted log/got
}

completes "run report" r
completes "doctor" d
for verb in $verbs; do
    options_of "$verb" >log/help
    completions "$verb" -- | sed 's/^--//' | sort >log/got
    expect "$verb: the options of its help" diff log/help log/got
done
completes "none" run --cap n
completes "--cap=512M,none" run --cap=512M,n
completes "density= depth=" run --param de
completions run --out x >log/got
expect "files" grep -qx FILES log/got
finish
