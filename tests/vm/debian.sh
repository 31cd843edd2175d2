#!/bin/sh
# debian.sh FOLDER [OPTIONS]: a minimal system of this machine's own release, by debootstrap. The mirror, and how to
# reach it, are as apt has them: no host is named here.
set -eu

folder=$1
shift
# shellcheck disable=SC1091  # the system's own file
release=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
# shellcheck disable=SC2016  # $(…) is apt's
mirror=$(apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(CODENAME) $(COMPONENT)' 'Created-By: Packages' |
    awk -v release="$release" '$2 !~ "-" && $3 == release && $4 == "main" { print $1; exit }')
[ -n "$mirror" ] || {
    echo "debian.sh: apt has no lists of '$release main'; apt-get update gets them" >&2
    exit 1
}
proxy=
eval "$(apt-config shell proxy Acquire::http::Proxy)"
if [ -n "$proxy" ] && [ "$proxy" != DIRECT ]; then
    export http_proxy="$proxy"
fi
exec debootstrap --variant=minbase "$@" "$release" "$folder" "$mirror"
