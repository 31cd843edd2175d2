#!/bin/sh
# package.sh BUILD: the .deb must contain what is installed, and name its dependencies. (tests/chroot/fresh.sh installs
# it.)
set -eu
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
cpack -G DEB --config "$1/CPackConfig.cmake" -B "$scratch" >log || {
    tail -n 20 log
    exit 1
}
failed=0
expect()
{
    grep -qE -- "$2" "$1" || {
        echo "$1 has no $2:"
        cat "$1"
        failed=1
    }
}
dpkg-deb --contents ./*.deb >contents
for file in bin/mlmembench libexec/mlmembench/mlmembench-worker libexec/mlmembench/suites/storage.so \
    libexec/mlmembench/suites/frameworks/mlm_job.py share/mlmembench/plots/needs.gp share/man/man1/mlmembench.1 \
    share/man/man5/mlmembench-results.5 share/bash-completion/completions/mlmembench \
    share/zsh/vendor-completions/_mlmembench share/fish/vendor_completions.d/mlmembench.fish \
    share/doc/mlmembench/copyright; do
    expect contents " \./usr/$file\$"
done
dpkg-deb --info ./*.deb >info
for package in libc6 libhwloc15 libjansson4 'libbenchmark[0-9.]+(debian)?'; do
    expect info "^ Depends:.* $package \("
done
expect info '^ Recommends: gnuplot-nox \| gnuplot, libopenblas0, zlib1g$'
expect info "^ Version: [0-9.]+-1~$(. /etc/os-release && echo "$ID$VERSION_ID")\$"
exit $failed
