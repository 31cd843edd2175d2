#!/bin/sh
# debian.sh RELEASE FOLDER [OPTIONS]: makes a minimal system by debootstrap, which gets OPTIONS. RELEASE is a code name
# (trixie), or 'same' for this machine's own. The mirror and the way to reach it are apt's: no host is named here, and
# another release comes from the mirror of this machine's.
set -eu

release=$1 folder=$2
shift 2
# shellcheck disable=SC1091  # the system's own file
own=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
[ "$release" != same ] || release=$own
# shellcheck disable=SC2016  # $(…) is apt's
mirror=$(apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(CODENAME) $(COMPONENT)' 'Created-By: Packages' |
    awk -v release="$own" '$2 !~ "-" && $3 == release && $4 == "main" { print $1; exit }')
[ -n "$mirror" ] || {
    echo "debian.sh: apt has no lists of '$own main'; apt-get update gets them" >&2
    exit 1
}
proxy=
eval "$(apt-config shell proxy Acquire::http::Proxy)"
if [ -n "$proxy" ] && [ "$proxy" != DIRECT ]; then
    export http_proxy="$proxy"
fi
exec debootstrap --variant=minbase "$@" "$release" "$folder" "$mirror"
