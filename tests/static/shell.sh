#!/bin/sh
# shell.sh ROOT: shellcheck (warnings and errors) over every shell script of ours, known by their first line, and over
# the completion for bash.
set -eu
cd "$1"
find bootstrap .ci tests -type f -exec grep -lZE '^#!/bin/(ba)?sh' {} + | xargs -0 shellcheck -x -P SCRIPTDIR -S warning
shellcheck -S warning -s bash completions/mlmembench.bash
