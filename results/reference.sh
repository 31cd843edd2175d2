#!/bin/sh
# Makes the reference run anew: results/reference/reference.jsonl, and the pictures beside it. Run it as root, on a
# machine that does nothing else.
#
#   results/reference.sh [--swap-size SIZE] [--to DIR] [OPTION of run …]
#
# It is a sweep over the caps of small laptops. What does not fit has to swap, so a swap file of SIZE (8G) is made for
# it in build/, and is removed whatever happens. It takes little more than an hour: that is its --budget. A run that
# was cut off goes on when the script is started again. DIR (results/reference) changes only when the run is complete.
# Options of `run` override those below, for example for a try: --cap 32M,64M --data 32M --budget 10s.
set -eu

source=$(cd "$(dirname "$0")/.." && pwd)
records=$source/build/reference.jsonl
swap_file=$source/build/reference.swap
swap_size=8G
to=$source/results/reference

die()
{
    echo "reference.sh: $*" >&2
    exit 3
}

while [ $# != 0 ]; do
    case $1 in
    --swap-size) swap_size=${2:?--swap-size needs a size} ;;
    --to) to=${2:?--to needs a folder} ;;
    *) break ;;
    esac
    shift 2
done
[ "$(id -u)" = 0 ] || die "only root can add a swap file; run it with sudo"
[ ! -e "$swap_file" ] || die "$swap_file is there already: another run goes on, or remove it (swapoff $swap_file; rm $swap_file)"

swap_end()
{
    swapoff "$swap_file" 2>/dev/null || :
    rm -f "$swap_file"
}

"$source/bootstrap" list >/dev/null
trap swap_end EXIT
trap 'exit 130' INT TERM HUP
# A file with holes cannot be swapped to; not every file system can reserve one without writing it.
(umask 077 && : >"$swap_file")
fallocate -l "$swap_size" "$swap_file" 2>/dev/null || head -c "$swap_size" /dev/zero >"$swap_file"
mkswap "$swap_file" >/dev/null
swapon "$swap_file"

begin=$(date +%s)
if [ -e "$records" ]; then
    "$source/bootstrap" run --resume "$records" "$@"
else
    "$source/bootstrap" run --cap 512M,1G,2G,4G,8G --data 2560M --timeout 60s --budget 1h --out "$records" "$@"
fi
minutes=$((($(date +%s) - begin + 59) / 60))

mkdir -p "$to"
rm -f "$to"/reference-*.svg
mv "$records" "$to/reference.jsonl"
rm -f "$source"/build/reference-*.svg "$source"/build/reference-*.png
"$source/bootstrap" plot "$to/reference.jsonl"
echo "It took $minutes min on $(nproc) processors, with $swap_size of swap in a file."
