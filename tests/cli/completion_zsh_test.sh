#!/bin/sh
# Does zsh complete what help lists, and nothing else? Its own functions are replaced by ones that print what they are
# given: no terminal is needed, and it is our file that is looked at.
. "$(dirname "$0")/common.sh"
begin
needs zsh
cat >log/complete.zsh <<'ZSH'
_arguments() { print -rl -- "$@" }
_describe() { print -rl -- ${(P)2%%:*} }
_values() { shift 3; print -rl -- "$@" }
compadd() { while [[ $1 != -- ]]; do shift; done; shift; print -rl -- "$@" }
file=$1
words_of_all=("$2")
shift
typeset -a words=("$@")
CURRENT=$#
source $file
# What a value would be completed with.
[[ -z $FUNCTION ]] || $FUNCTION
ZSH

# completions WORD…: what is offered for the last word.
completions()
{
    zsh -f log/complete.zsh "$MLM_SOURCE/completions/_mlmembench" "$mlm" "$@"
}

status 0 completions ''
printf '%s\n' run exec fit show compare report plot export advise list estimate doctor clean help --help --version >log/wanted
expect "verbs" diff log/wanted log/out
for verb in $verbs; do
    options_of "$verb" >log/help
    status 0 completions "$verb" --
    sed -n 's/^\*\{0,1\}--\([a-z-]*\).*/\1/p' log/out | sort >log/got
    expect "$verb: the options of its help" diff log/help log/got
done
# A value that is wanted is asked for, and a flag has none.
"$mlm" run --help | sed -n 's/^  --\([a-z-]*\) [A-Z].*/\1/p' | sort >log/help
completions run -- | sed -n 's/^\*\{0,1\}--\([a-z-]*\)=.*:.*/\1/p' | sort >log/got
expect "run: the same options take values" diff log/help log/got
completions help '' >log/got
for verb in $verbs; do
    expect "help $verb" grep -qx "$verb" log/got
done

"$mlm" list | sed -n 's/^\([a-z]*\): .*/\1/p' >log/suites
expect "there are suites" test -s log/suites
for function in _mlmembench_suites _mlmembench_one_suite; do
    FUNCTION=$function completions doctor '' | grep -v '^--' >log/got
    expect "$function" diff log/suites log/got
done
"$mlm" export --help | sed -n '/^Formats:/,/^$/s/^  \([a-z][a-z-]*\)  .*/\1/p' >log/formats
FUNCTION=_mlmembench_formats completions doctor '' | grep -v '^--' >log/got
expect "formats" diff log/formats log/got
FUNCTION=_mlmembench_workloads completions doctor '' >log/got
expect "workloads" grep -qx storage/csr log/got
FUNCTION=_mlmembench_params completions doctor '' >log/got
expect "parameters" grep -qx density= log/got
finish
