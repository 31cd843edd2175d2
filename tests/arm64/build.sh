#!/bin/sh
# build.sh [FOLDER]: builds the programs and unit tests for arm64 on another machine, in FOLDER (build/arm64).
#
#   FOLDER/packages   what debootstrap downloaded: arm64 packages of this machine's release
#   FOLDER/root       libraries and headers, unpacked; nothing is installed, no architecture is added to the system
#   FOLDER/release    the build; `ctest --test-dir FOLDER/release` runs the unit tests through qemu-user
#
# Needs the packages g++-aarch64-linux-gnu, qemu-user and debootstrap. Downloads are kept: remove FOLDER/root to
# download again.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
source=$(cd "$here/../.." && pwd)
folder=${1:-$source/build/arm64}
packages=libbenchmark-dev,libhwloc-dev,libjansson-dev,libopenblas-dev,libcmocka-dev,libc6-dev
# Workloads open these libraries when they need them.
packages=$packages,libgc1,libmimalloc2.0,libjemalloc2,zlib1g

# Only libraries and headers: with a whole system there, qemu-user would use its empty /proc in place of the machine's.
unpack()
{
    root=$1
    mkdir -p "$root"
    for package in "$folder"/packages/var/cache/apt/archives/lib*.deb \
        "$folder"/packages/var/cache/apt/archives/linux-libc-dev_*.deb; do
        dpkg-deb -x "$package" "$root"
    done
    # Links to absolute paths would lead to this machine's own libraries.
    find "$root" -type l -lname '/*' | while read -r link; do
        ln -sf "$folder/root$(readlink "$link")" "$link"
    done
    # update-alternatives would have made this link.
    ln -sf openblas-pthread/libopenblas.so.0 "$root/usr/lib/aarch64-linux-gnu/libopenblas.so.0"
}

mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
if [ ! -e "$folder/root" ]; then
    rm -rf "$folder/packages" "$folder/unpacked"
    sh "$here/../vm/debian.sh" same "$folder/packages" --arch=arm64 --download-only --include="$packages"
    unpack "$folder/unpacked"
    mv "$folder/unpacked" "$folder/root"
fi
cmake -S "$source" -B "$folder/release" -G Ninja -DCMAKE_BUILD_TYPE=Release -DBUILD_TESTING=ON -DMLM_WERROR=ON \
    -DCMAKE_TOOLCHAIN_FILE="$here/toolchain.cmake" -DMLM_ROOT="$folder/root"
cmake --build "$folder/release"
