#!/bin/sh
# shell.sh ROOT: shellcheck over every shell script of ours, by their first line.
set -eu
cd "$1"
find bootstrap .ci tests completions -type f ! -name '*.md' -exec grep -lE '^#!/(bin|usr/bin/env )/?(ba)?sh' {} + |
    xargs shellcheck
