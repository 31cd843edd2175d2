#!/bin/sh
# shell.sh ROOT: shellcheck over every shell script of ours, by their first line.
set -eu
cd "$1"
find bootstrap .ci tests -type f -exec grep -lZE '^#!/bin/(ba)?sh' {} + | xargs -0 shellcheck
