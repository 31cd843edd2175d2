#!/bin/sh
# shell.sh ROOT: runs shellcheck (warnings and errors) on all our shell scripts, recognized by their first line, and on
# the completion for bash.
set -eu
cd "$1"
find bootstrap .ci integrations tests -type f -exec grep -lZE '^#!/bin/(ba)?sh' {} + | xargs -0 shellcheck -x -P SCRIPTDIR -S warning
shellcheck -S warning -s bash completions/mlmembench.bash
