#!/bin/sh
# slurm_v2.sh BUILD RESULTS: what a Slurm with cgroup v2 lets root and an ordinary user do, in the virtual machine of
# tests/vm. By hand, on Debian 12 (it lays packages of this machine's release over the guest). Prints what was seen;
# RESULTS has the records and the logs.
set -eu

build=$1 results=$2
source=$(cd "$(dirname "$0")/../.." && pwd)
packages="slurmctld slurmd slurm-client slurm-wlm-basic-plugins munge libmunge2 libhwloc15 libjson-c5 libyaml-0-2
    liblua5.1-0 libreadline8 libdbus-1-3 libbpf1 libelf1 libnuma1 iproute2 libmnl0 libxtables12 libtirpc3 libbsd0"
tree=$(mktemp -d "${TMPDIR:-/tmp}/mlm-slurm.XXXXXX")
trap 'rm -rf "$tree"' EXIT

mkdir "$tree/packages" "$tree/all"
# shellcheck disable=SC2086  # words
(cd "$tree/packages" && apt-get -q download $packages >/dev/null)
for package in "$tree"/packages/*.deb; do
    dpkg-deb -x "$package" "$tree/all"
done
# The guest's /lib, /bin and /sbin are links. Nothing of this is started by the guest's systemd.
rm -rf "$tree/all/lib/systemd" "$tree/all/usr/lib/systemd" "$tree/all/usr/share" "$tree/all/etc"
for folder in lib bin sbin; do
    [ ! -d "$tree/all/$folder" ] || { mkdir -p "$tree/all/usr/$folder" && cp -a "$tree/all/$folder/." "$tree/all/usr/$folder"; }
    rm -rf "${tree:?}/all/$folder"
done
# Debian's alternatives, which the packages make when they are installed.
for program in "$tree"/all/usr/*bin/*-wlm; do
    ln -s "${program##*/}" "${program%-wlm}"
done
mkdir -p "$tree/all/opt/slurm"
cp "$source/integrations/slurm/mlmembench.sbatch" "$tree/all/opt/slurm"
"$source/tests/vm/boot.sh" "$build" slurm.sh "$results" "$tree/all"
cat "$results/seen"
