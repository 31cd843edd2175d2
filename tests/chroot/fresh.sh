#!/bin/sh
# fresh.sh [--keep] [--foreign-python] [RELEASE [COMMAND…]]: checks that both commands of the README work for a
# newcomer. It makes an empty system (debootstrap's minimum of RELEASE: bookworm, trixie; by default this machine's own)
# with a clean clone of this repository's last commit, and does what a newcomer does: `./bootstrap run`, a build by
# hand, `./bootstrap install`, `./bootstrap check`, `./bootstrap test`. Then it makes the .deb, and installs, uses and removes it in a second
# empty system. With a COMMAND it does only that, in the clone's folder. On a machine that already has the packages such
# a test would prove nothing.
#
# --foreign-python: another Python is the first in the path. It has jsonschema and no other package.
# --keep: leaves the system's folder.
#
# Shares this machine's kernel and cgroups, and needs root. Mounts are in a namespace of this script, so they end with
# it, however it ends.
set -eu

source=$(cd "$(dirname "$0")/../.." && pwd)
if [ "${MLM_FRESH_NAMESPACE:-}" != 1 ]; then
    MLM_FRESH_NAMESPACE=1 exec unshare --mount --propagation private "$0" "$@"
fi
unset MLM_FRESH_NAMESPACE

keep='' foreign='' release=same
while [ $# != 0 ]; do
    case $1 in
    --keep) keep=1 ;;
    --foreign-python) foreign=1 ;;
    -*)
        echo "fresh.sh: there is no option $1" >&2
        exit 2
        ;;
    *)
        release=$1
        shift
        break
        ;;
    esac
    shift
done

scratch=$(mktemp -d "${TMPDIR:-/var/tmp}/mlm-fresh.XXXXXX")
path=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin

clean()
{
    for root in "$scratch/root" "$scratch/second"; do
        for folder in proc sys dev; do
            umount -R -l "$root/$folder" 2>/dev/null || :
        done
    done
    if [ -n "$keep" ]; then
        echo "fresh.sh: the system is in $scratch/root"
    else
        rm -rf --one-file-system "$scratch"
    fi
}
trap clean EXIT
trap 'exit 130' INT TERM HUP

# Mounts the kernel's folders into a complete system.
mount_kernel()
{
    for folder in proc sys dev; do
        mount --rbind "/$folder" "$1/$folder"
    done
}

# inside ROOT COMMAND…: runs in the clone's folder, or in /root where there is no clone.
inside()
{
    root=$1
    shift
    chroot "$root" env -i HOME=/root LC_ALL=C.UTF-8 PATH="$path" \
        sh -c 'cd /root/mlmembench 2>/dev/null || cd /root; exec "$@"' sh "$@"
}

# step COMMAND…: runs inside the first system and prints the duration.
step()
{
    echo "fresh.sh: $*"
    began=$(date +%s)
    status=0
    inside "$scratch/root" "$@" || status=$?
    echo "fresh.sh: exit status $status after $(($(date +%s) - began)) s: $*"
    return $status
}

# Unpacks a Python from the release's packages into a folder of its own, without installing it.
make_foreign_python()
{
    inside "$scratch/root" sh -euc '
        mkdir -p /opt/foreign/bin /opt/foreign/debs/partial
        apt-get -qq -o Dir::Cache::archives=/opt/foreign/debs --no-install-recommends --download-only -y \
            install python3 python3-jsonschema
        for package in /opt/foreign/debs/*.deb; do dpkg-deb -x "$package" /opt/foreign; done
        rm -r /opt/foreign/debs
        cat >/opt/foreign/bin/python3 <<"SH"
#!/bin/sh
LD_LIBRARY_PATH=$(echo /opt/foreign/usr/lib/*-linux-gnu):$(echo /opt/foreign/lib/*-linux-gnu) exec /opt/foreign/usr/bin/python3 "$@"
SH
        chmod +x /opt/foreign/bin/python3
        /opt/foreign/bin/python3 -c "import jsonschema, sys; sys.exit(not sys.prefix.startswith(\"/opt/foreign\"))"'
    path=/opt/foreign/bin:$path
}

# Lists all files of a system, except for those that every installation of a package changes.
files_of()
{
    (cd "$1" && find . -path ./proc -prune -o -path ./sys -prune -o -path ./dev -prune -o -path ./var/cache -prune -o \
        -path ./var/log -prune -o -path ./var/lib/apt -prune -o -path ./var/lib/dpkg -prune -o -print | sort)
}

# Installs only the package; apt must find its dependencies.
try_package()
{
    second=$scratch/second
    cp "$scratch"/root/root/mlmembench/build/release/*.deb "$second/root"
    package=$(cd "$second/root" && echo ./*.deb)
    mount_kernel "$second"
    inside "$second" dpkg-deb --info "$package"
    inside "$second" dpkg-deb --contents "$package"
    files_of "$second" >"$scratch/before"
    inside "$second" apt-get -qq install -y --no-install-recommends "$package" >"$scratch/log" 2>&1 || {
        tail -n 20 "$scratch/log" >&2
        return 1
    }
    # Files that a user makes belong to the user and are in the user's folder.
    mkdir "$second/root/used"
    inside "$second" sh -euc 'cd used; export MLMEMBENCH_CACHE=/root/used/cache
        mlmembench run --suite storage --cap 64M --data 32M; ls results'
    rm -r "$second/root/used"
    inside "$second" apt-get -qq purge -y --autoremove mlmembench >>"$scratch/log" 2>&1
    files_of "$second" >"$scratch/after"
    diff "$scratch/before" "$scratch/after" || {
        echo "fresh.sh: removed, the package leaves these files"
        return 1
    }
    echo "fresh.sh: the package was installed, used, and removed without a trace"
}

echo "fresh.sh: making a minimal system of $release"
"$source/tests/vm/debian.sh" "$release" "$scratch/root" >"$scratch/log" 2>&1 || {
    tail -n 20 "$scratch/log" >&2
    exit 1
}
apt-config dump Acquire::http::Proxy >"$scratch/root/etc/apt/apt.conf.d/90proxy"
[ ! -e /etc/resolv.conf ] || cp -L /etc/resolv.conf "$scratch/root/etc/resolv.conf"
# Authorities that were added to this machine's certificates: ca-certificates takes them over when it is installed.
[ ! -d /usr/local/share/ca-certificates ] || cp -R /usr/local/share/ca-certificates "$scratch/root/usr/local/share"
[ $# != 0 ] || cp -a "$scratch/root" "$scratch/second"
git -c advice.detachedHead=false clone --quiet --no-hardlinks "$source" "$scratch/root/root/mlmembench"
mount_kernel "$scratch/root"
[ -z "$foreign" ] || make_foreign_python

if [ $# != 0 ]; then
    step "$@"
    exit
fi
step ./bootstrap run --dry-run
step ./bootstrap run --preview
step sh -c 'cmake -B build/hand -G Ninja && cmake --build build/hand' >"$scratch/log" || {
    tail -n 20 "$scratch/log" >&2
    exit 1
}
grep -E 'tests are left out|exit status' "$scratch/log"
rm -r "$scratch/root/root/mlmembench/build/hand"
step sh -euc './bootstrap install; PATH=$HOME/.local/bin:$PATH; cd /; mlmembench list >/dev/null
    mlmembench exec --quiet --out /root/records/ -- true; rm -r /root/records'
step ./bootstrap check
failed=0
step ./bootstrap test || failed=$?
echo "fresh.sh: $(du -smc "$scratch"/root/var/cache/apt/archives | sed -n '$s/\t.*//p') MB of packages were downloaded"
step cmake --build build/release --target package
try_package
exit "$failed"
