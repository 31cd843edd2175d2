#!/bin/sh
# format.sh ROOT: every source must be formatted by clang-format. Versions differ, so only the one that .clang-format is
# written for may judge; exit status 77 (skipped) without it.
set -eu
for format in clang-format-14 clang-format; do
    if "$format" --version 2>/dev/null | grep -q 'version 14\.'; then
        cd "$1"
        find harness suites tests '(' -name '*.[ch]' -o -name '*.cc' ')' -exec "$format" --dry-run --Werror {} +
        exit 0
    fi
done
echo "clang-format 14 is not installed"
exit 77
