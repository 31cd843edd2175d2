#!/bin/sh
# fresh.sh [--keep] [COMMAND…]: does `./bootstrap run --dry-run`, then `./bootstrap test` (or COMMAND, in the clone's
# folder) in a system that has nothing: debootstrap's minimum and a clean clone of this repository's last commit. A
# machine that has the packages already proves nothing. It shares this machine's kernel and cgroups; root only.
#
# Mounts live in a namespace of this script: however it ends, they end with it. --keep leaves the system's folder.
set -eu

source=$(cd "$(dirname "$0")/../.." && pwd)
if [ "${MLM_FRESH_NAMESPACE:-}" != 1 ]; then
    MLM_FRESH_NAMESPACE=1 exec unshare --mount --propagation private "$0" "$@"
fi
unset MLM_FRESH_NAMESPACE

keep=
if [ "${1:-}" = --keep ]; then
    keep=1
    shift
fi
scratch=$(mktemp -d "${TMPDIR:-/var/tmp}/mlm-fresh.XXXXXX")
root=$scratch/root

clean()
{
    for folder in proc sys dev; do
        umount -R -l "$root/$folder" 2>/dev/null || :
    done
    if [ -n "$keep" ]; then
        echo "fresh.sh: the system is in $root"
    else
        rm -rf --one-file-system "$scratch"
    fi
}
trap clean EXIT
trap 'exit 130' INT TERM HUP

echo "fresh.sh: making a minimal system"
"$source/tests/vm/debian.sh" same "$root" >"$scratch/log" 2>&1 || {
    tail -n 20 "$scratch/log" >&2
    exit 1
}
apt-config dump Acquire::http::Proxy >"$root/etc/apt/apt.conf.d/90proxy"
[ ! -e /etc/resolv.conf ] || cp -L /etc/resolv.conf "$root/etc/resolv.conf"
git -c advice.detachedHead=false clone --quiet --no-hardlinks "$source" "$root/root/mlmembench"
for folder in proc sys dev; do
    mount --rbind "/$folder" "$root/$folder"
done

inside()
{
    echo "fresh.sh: $*"
    began=$(date +%s)
    status=0
    chroot "$root" env -i HOME=/root PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
        sh -c 'cd /root/mlmembench && exec "$@"' sh "$@" || status=$?
    echo "fresh.sh: exit status $status after $(($(date +%s) - began)) s: $*"
    return $status
}

if [ $# != 0 ]; then
    inside "$@"
else
    inside ./bootstrap run --dry-run
    inside ./bootstrap test
fi
