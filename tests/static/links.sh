#!/bin/sh
# links.sh SOURCE: a link in the repository names something in it, by a relative path, so that every clone has it.
set -eu
cd "$1"
here=$(pwd -P)
bad=$(find . \( -path ./build -o -path ./.git \) -prune -o -type l -print | while IFS= read -r link; do
    target=$(readlink "$link")
    case $target in
    /*) ;;
    *) ! realpath -e "$link" 2>/dev/null | grep -qF "$here/" || continue ;;
    esac
    echo "FAILED: $link leads to $target; give it a relative path inside the repository, or remove it"
done)
printf '%s\n' "${bad:-ok: no link leads out}"
[ -z "$bad" ]
