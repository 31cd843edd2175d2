#!/bin/sh
# walk.sh [--skip REGEX]: runs every command line of the README as it stands, in its order, in this clone. Prints how long
# each took; ends with 1 if one failed. It takes an hour, and uses HOME for the installation and the datasets:
#
#   tests/chroot/fresh.sh --keep trixie tests/chroot/walk.sh
set -u
cd "$(dirname "$0")/../.." || exit
skip='^$'
[ "${1:-}" != --skip ] || skip=$2

# Commands stand in blocks of sh, in lines indented by four blanks, and in the second column of tables.
commands()
{
    sed -n '/^```sh$/,/^```$/p; s/^    \([^ ]\)/\1/p; s/^| [^|`]* | `\([^`]*\)` |.*/\1/p' README.md |
        sed 's/  *#.*//' | grep -E '^(\./bootstrap|mlmembench|cmake|PATH=)' | grep -vE "$skip"
}

log=$(mktemp)
list=$(mktemp)
trap 'rm -f "$log" "$list"' EXIT
commands >"$list"
[ -s "$list" ] || exit 1
failed=0
# Not in a pipe: PATH must last.
while read -r line; do
    begin=$(date +%s)
    status=0
    eval "$line" >"$log" 2>&1 </dev/null || status=$?
    echo "$(($(date +%s) - begin)) s, status $status: $line"
    [ "$status" = 0 ] || {
        tail -n 10 "$log"
        failed=$((failed + 1))
    }
done <"$list"
echo "$failed failed"
[ "$failed" = 0 ]
