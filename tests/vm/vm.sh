#!/bin/sh
# A virtual machine with systemd, cgroup v2 and swap, for tests that this machine's own kernel does not allow. It is
# emulated (a CI machine has no usable KVM): slow, and the same everywhere.
#
#   vm.sh build                     makes kernel and disk image, unless the cache has them
#   vm.sh run TASK TREE RESULTS     boots a fresh copy, lays the folder TREE over its /, runs the guest's script
#                                   TASK (a file in tests/vm/guest) as root, and leaves what that put into
#                                   /var/results in the folder RESULTS, with console.log beside it. Exit status:
#                                   the task's, or 125 when the machine did not come to its end.
#
# MLM_VM_CACHE: where kernel and image are kept (build/vm). MLM_VM_TIMEOUT: seconds for a boot (900; 3600 for arm64).
# MLM_VM_APPEND: more words for the kernel's command line. MLM_VM_SWAP_IOPS: reads a second of the swap disk (100, as a
# slow disk has; waits for it shall be seen).
#
# MLM_VM_KERNEL=generic boots the kernel for real machines, which knows zswap, in place of that for virtual ones.
# MLM_VM_ARCH=arm64 makes and boots one of another architecture, by hand; MLM_VM_KERNEL=16k then takes the kernel with
# pages of 16 KiB. MLM_VM_RELEASE: of which release it is (this machine's own; trixie has such a kernel).
set -eu

here=$(cd "$(dirname "$0")" && pwd)
packages=systemd-sysv,dbus,dbus-user-session,libpam-systemd,procps,python3-jsonschema
modules="virtio_ring virtio virtio_pci_modern_dev virtio_pci_legacy_dev virtio_pci virtio_blk
    crc16 crc32c_generic libcrc32c mbcache jbd2 ext4"
arch=${MLM_VM_ARCH:-} kind=${MLM_VM_KERNEL:+-$MLM_VM_KERNEL} release=${MLM_VM_RELEASE:-same}
cache=${MLM_VM_CACHE:-$here/../../build/vm}${arch:+/$arch}
case $arch in
arm64)
    machine="qemu-system-aarch64 -M virt -cpu cortex-a76" console=ttyAMA0 emulator=qemu-aarch64 patience=3600
    begins_within=1200
    ;;
*) machine=qemu-system-x86_64 console=ttyS0 emulator="" patience=900 begins_within=300 ;;
esac

die()
{
    echo "vm.sh: $*" >&2
    exit 125
}

as_root()
{
    if [ "$(id -u)" = 0 ]; then
        "$@"
    else
        sudo -n "$@"
    fi
}

# kernel_package [-generic]: the distribution's kernel for virtual machines, or for all: Debian's name, then Ubuntu's.
# That package depends on the one with the files.
kernel_package()
{
    case ${1:-} in
    -generic) names="linux-image-amd64 linux-image-generic" ;;
    *) names="linux-image-cloud-amd64 linux-image-virtual" ;;
    esac
    for name in $names; do
        apt-cache depends --important "$name" 2>/dev/null |
            sed -n 's/^ *Depends: \(linux-image-[0-9].*\)/\1/p' | head -n 1
    done | head -n 1
}

# Downloads packages and unpacks them into a folder; nothing is installed on this machine.
unpack()
(
    into=$1
    shift
    mkdir -p "$into"
    cd "$into"
    apt-get -q download "$@"
    for package in *.deb; do
        dpkg-deb -x "$package" .
    done
)

# An initramfs that mounts the first disk and continues there. The kernel package has no modules.dep, so modules are
# named in order; a missing one is built into the kernel.
make_initramfs()
{
    kernel=$1 image=$2 busybox=$3
    tree=$kernel/initramfs
    mkdir -p "$tree/bin" "$tree/dev" "$tree/proc" "$tree/root"
    cp "$busybox" "$tree/bin/busybox"
    names=
    for module in $modules; do
        file=$(find "$kernel" -name "$module.ko*" | head -n 1)
        case $file in
        *.ko) cp "$file" "$tree/$module.ko" ;;
        *.ko.xz) xz -dc "$file" >"$tree/$module.ko" ;;
        *.ko.zst) zstd -qdc "$file" >"$tree/$module.ko" ;;
        *) continue ;;
        esac
        names="$names $module"
    done
    cat >"$tree/init" <<INIT
#!/bin/busybox sh
for module in $names; do /bin/busybox insmod /\$module.ko; done
/bin/busybox mount -t devtmpfs dev /dev
/bin/busybox mount -t ext4 /dev/vda /root
[ ! -e /root/second-stage ] || exec /bin/busybox switch_root /root /second-stage
exec /bin/busybox switch_root /root /sbin/init
INIT
    chmod +x "$tree/init"
    (cd "$tree" && find . | $emulator ./bin/busybox cpio -o -H newc 2>/dev/null | gzip -1) >"$image"
}

# Adds what debootstrap leaves out: a user who lingers (so that a user manager runs, with its controllers delegated),
# and the service that runs a task. Nothing else may start, because each timer or terminal costs seconds of emulation.
user="useradd --create-home --shell /bin/bash user"
furnish()
{
    root=$1
    as_root mkdir -p "$root/var/lib/systemd/linger" "$root/etc/systemd/system/multi-user.target.wants"
    as_root touch "$root/var/lib/systemd/linger/user"
    as_root tee "$root/etc/systemd/system/task.service" >/dev/null <<UNIT
[Unit]
Description=The task on the second disk
After=dbus.service systemd-logind.service systemd-user-sessions.service

[Service]
ExecStart=/bin/sh -c "tar -xf /dev/vdb --no-overwrite-dir -C / && exec sh /opt/guest/start"
StandardOutput=tty
StandardError=tty
TTYPath=/dev/$console
UNIT
    # Starting has no time limit, because the machine outside may be busy.
    for manager in system user; do
        as_root mkdir -p "$root/etc/systemd/$manager.conf.d"
        printf '[Manager]\nDefaultTimeoutStartSec=infinity\n' |
            as_root tee "$root/etc/systemd/$manager.conf.d/patience.conf" >/dev/null
    done
    as_root ln -sf ../task.service "$root/etc/systemd/system/multi-user.target.wants/task.service"
    as_root ln -sf /lib/systemd/system/multi-user.target "$root/etc/systemd/system/default.target"
    for unit in serial-getty@$console.service getty.target systemd-journal-flush.service systemd-random-seed.service \
        apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer e2scrub_reap.service \
        fstrim.timer systemd-update-utmp.service systemd-update-utmp-runlevel.service ldconfig.service \
        systemd-hwdb-update.service systemd-sysusers.service systemd-machine-id-commit.service; do
        as_root ln -sf /dev/null "$root/etc/systemd/system/$unit"
    done
}

# Kernels and the image of another architecture. debootstrap's second stage runs programs of the new system, which is
# not possible here; the machine does it at its first boot.
make_foreign()
{
    work=$1
    "$here/debian.sh" "$release" "$work/packages" --arch="$arch" --download-only \
        --include="busybox-static,linux-image-$arch,linux-image-$arch-16k"
    for kind in "" -16k; do
        mkdir "$work/kernel$kind"
        for package in "$work"/packages/var/cache/apt/archives/linux-image-[0-9]*-"$arch${kind}_"*.deb \
            "$work"/packages/var/cache/apt/archives/busybox-static_*.deb; do
            dpkg-deb -x "$package" "$work/kernel$kind"
        done
        make_initramfs "$work/kernel$kind" "$work/made$kind.initramfs" \
            "$(find "$work/kernel$kind" -type f -path '*bin/busybox')"
        mv "$work/kernel$kind"/boot/vmlinuz-* "$work/made$kind.kernel"
    done
    as_root "$here/debian.sh" "$release" "$work/root" --arch="$arch" --foreign --include="$packages"
    # Uncompressed, because decompression in an emulator would take most of the time.
    for package in "$work"/root/var/cache/apt/archives/*.deb; do
        as_root dpkg-deb -R "$package" "$work/package"
        as_root dpkg-deb -Znone -b "$work/package" "$package"
        as_root rm -rf "$work/package"
    done
    furnish "$work/root"
    as_root tee "$work/root/second-stage" >/dev/null <<SECOND
#!/bin/sh
export PATH=/usr/sbin:/usr/bin:/sbin:/bin
mount -t devtmpfs dev /dev
/debootstrap/debootstrap --second-stage && $user && rm -r /second-stage $rubbish && echo 'the second stage is done'
mount -t proc proc /proc
sync
echo u >/proc/sysrq-trigger
echo o >/proc/sysrq-trigger
sleep 60
SECOND
    as_root chmod +x "$work/root/second-stage"
    as_root mkfs.ext4 -q -L root -O '^has_journal' -d "$work/root" "$work/made.ext4" 1500M
    boot "$work/made.kernel" "$work/made.initramfs" "$work/console.log" \
        "file=$work/made.ext4,cache=unsafe"
    grep 'the second stage is done' "$work/console.log"
}

# Makes made.kernel, made.initramfs and made.ext4 in a folder.
rubbish="/var/cache/apt /var/lib/apt/lists /usr/share/doc /usr/share/locale /usr/share/man"
make()
{
    work=$1
    if [ -n "$arch" ]; then
        make_foreign "$work"
        return
    fi
    [ -n "$(kernel_package)" ] || as_root apt-get -q update
    unpack "$work/busybox" busybox-static
    as_root "$here/debian.sh" "$release" "$work/root" --include="$packages"
    furnish "$work/root"
    for kind in "" -generic; do
        unpack "$work/kernel$kind" "$(kernel_package "$kind")"
        make_initramfs "$work/kernel$kind" "$work/made$kind.initramfs" \
            "$(find "$work/busybox" -type f -path '*bin/busybox')"
        mv "$work/kernel$kind"/boot/vmlinuz-* "$work/made$kind.kernel"
        as_root cp "$work/kernel$kind"/boot/config-* "$work/root/boot"
    done
    # shellcheck disable=SC2086  # a command in words
    as_root chroot "$work/root" $user
    for folder in $rubbish; do
        as_root rm -rf "$work/root$folder"
    done
    as_root mkfs.ext4 -q -L root -O '^has_journal' -d "$work/root" "$work/made.ext4" 1G
}

build()
{
    mkdir -p "$cache"
    cache=$(cd "$cache" && pwd)
    key=$(echo "$release" | cat - "$0" "$here/debian.sh" /etc/os-release | sha256sum | cut -c 1-12)
    image=$cache/$key.ext4 kernel=$cache/$key$kind.kernel initramfs=$cache/$key$kind.initramfs
    exec 9>"$cache/lock"
    flock 9
    if [ -e "$image" ] && [ -e "$kernel" ] && [ -e "$initramfs" ]; then
        exec 9>&-
        return
    fi
    work=$cache/work
    log=$cache/build.log
    echo "vm.sh: building the virtual machine (log: $log)"
    as_root rm -rf "$work"
    mkdir "$work"
    # Runs in its own process: a function whose failure is checked would not stop at its first error.
    sh -x "$0" make "$work" >"$log" 2>&1 9>&- || {
        tail -n 20 "$log" >&2
        die "the virtual machine could not be built"
    }
    rm -f "$cache"/*.ext4 "$cache"/*.kernel "$cache"/*.initramfs
    for made in "$work"/made*; do
        mv "$made" "$cache/$key${made#"$work/made"}"
    done
    as_root rm -rf "$work"
    exec 9>&-
}

# Waits until the guest says that its task begins, or has ended. An emulated processor may stand still for ever while the
# kernel starts; then the machine is ended.
wait_until_begun()
{
    waited=0
    until grep -q 'the task begins' "$log" 2>/dev/null; do
        kill -0 "$qemu" 2>/dev/null || return 0
        if [ "$waited" -ge "$begins_within" ]; then
            kill "$qemu"
            return 0
        fi
        sleep 1
        waited=$((waited + 1))
    done
}

# boot KERNEL INITRAMFS CONSOLE DRIVE…: runs until the machine switches itself off.
boot()
{
    boot_kernel=$1 boot_initramfs=$2 log=$3
    shift 3
    drives=
    for drive; do
        drives="$drives -drive if=virtio,format=raw,$drive"
    done
    # shellcheck disable=SC2086  # words without blanks, unless a path has them: checked below
    TMPDIR=${scratch:-${TMPDIR:-/tmp}} timeout -k 10 "${MLM_VM_TIMEOUT:-$patience}" $machine -accel tcg,thread=multi -smp 2 \
        -m 1024 -nodefaults -no-user-config -no-reboot -display none -serial "file:$log" \
        -kernel "$boot_kernel" -initrd "$boot_initramfs" \
        -append "console=$console quiet loglevel=4 psi=1 mitigations=off panic=-1 ${MLM_VM_APPEND:-}" $drives &
    qemu=$!
    [ -z "${task:-}" ] || wait_until_begun
    wait "$qemu" || :
    qemu=
}

# Disks of a run: a, the image, of which only a copy is written; b, a tar for the guest; c, a tar from the guest; d,
# swap. An emulated processor would never wait for a fast disk, so a and d are slow ones.
run()
{
    task=$1 tree=$2 results=$3
    rm -rf "$results"
    mkdir -p "$results"
    scratch=$(mktemp -d "${TMPDIR:-/tmp}/mlm-vm.XXXXXX")
    qemu=
    trap '[ -z "$qemu" ] || kill "$qemu" 2>/dev/null || :; rm -rf "$scratch"' EXIT
    trap 'exit 130' INT TERM HUP

    mkdir -p "$scratch/opt"
    cp -R "$here/guest" "$scratch/opt/guest"
    ln -s "$task" "$scratch/opt/guest/task"
    tar -cf "$scratch/in.tar" --owner=0 --group=0 -C "$tree" . -C "$scratch" opt
    truncate -s 64M "$scratch/out.tar"
    truncate -s 512M "$scratch/swap"

    for try in 1 2 3; do
        boot "$kernel" "$initramfs" "$results/console.log" "file=$image,snapshot=on,throttling.bps-read=33554432" \
            "file=$scratch/in.tar,readonly=on" "file=$scratch/out.tar" \
            "file=$scratch/swap,throttling.iops-read=${MLM_VM_SWAP_IOPS:-100}"
        ! grep -q 'the task begins' "$results/console.log" || break
        echo "vm.sh: the virtual machine did not start (try $try of 3)" >&2
    done
    tar -xf "$scratch/out.tar" -C "$results" 2>/dev/null || :
    if [ ! -e "$results/status" ]; then
        tail -n 30 "$results/console.log" >&2
        die "the virtual machine did not come to the end of $task"
    fi
    exit "$(cat "$results/status")"
}

case ${1:-} in
build)
    build
    ;;
make)
    make "$2"
    ;;
run)
    [ $# = 4 ] || die "usage: vm.sh run TASK TREE RESULTS"
    case $cache${TMPDIR:-} in
    *[[:space:],]*) die "paths with blanks or commas cannot be given to qemu: $cache ${TMPDIR:-}" ;;
    esac
    build
    run "$2" "$3" "$4"
    ;;
*)
    sed -n '2,/^set /s/^# \{0,1\}//p' "$0"
    exit 2
    ;;
esac
