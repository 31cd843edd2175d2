# Sourced by the scripts here. They run ReFrame and Slurm for real, by hand, in a new system that tests/chroot/fresh.sh
# makes, because they install packages and start daemons. Each begins with `fleet_begin PACKAGE…`, checks with `expect`
# and ends with `fleet_finish`.
#
# All of it runs in its own namespaces of processes, network and host name. So no port of this machine is taken, nobody
# else reaches the daemons, and the kernel ends whatever a script that fails leaves.
# shellcheck shell=bash
set -eu

source=$(cd "$(dirname "$0")/../.." && pwd)
fleet=/srv/fleet
export LC_ALL=C.UTF-8
failures=0

expect()
{
    local what=$1
    shift
    if "$@"; then
        echo "ok: $what"
    else
        echo "FAILED: $what: $*"
        failures=$((failures + 1))
    fi
}

# records FILE EXPRESSION: a Python expression over `r`, the list of trial records, must be true.
records()
{
    python3 - "$1" "$2" <<'PYTHON'
import json, sys
from collections import Counter
r = [x for x in map(json.loads, open(sys.argv[1], encoding="utf-8")) if x["kind"] == "trial"]
if not eval(f"({sys.argv[2]})"):
    for x in r:
        print({k: x[k] for k in ("workload", "params", "cap_bytes", "outcome", "reason", "marks")})
    sys.exit(1)
PYTHON
}

wait_until()
{
    for _ in $(seq 600); do
        "$@" >/dev/null 2>&1 && return 0
        sleep 0.1
    done
    echo "FAILED: waited a minute for: $*"
    return 1
}

# Installs packages without starting their daemons, and mlmembench for all users.
fleet_install()
{
    printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d
    chmod +x /usr/sbin/policy-rc.d
    apt-get -qq update
    DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends iproute2 procps python3 "$@" >/dev/null
    "$source/bootstrap" install --prefix /usr/local
    id student >/dev/null 2>&1 || useradd --create-home --shell /bin/bash student
    mkdir -p "$fleet"
}

# fleet_begin PACKAGE…: the first call installs and starts the script again in its namespaces.
fleet_begin()
{
    if [ -z "${FLEET_INSIDE:-}" ]; then
        ischroot || {
            echo "run it in a new system: tests/chroot/fresh.sh bookworm tests/fleet/${0##*/}" >&2
            exit 2
        }
        fleet_install "$@"
        if [ "$(type -t fleet_prepare)" = function ]; then fleet_prepare; fi
        make_nest
        status=0
        FLEET_INSIDE=1 unshare --pid --fork --kill-child --net --uts --mount-proc --propagation unchanged "$0" || status=$?
        # The kernel has ended all processes by now.
        expect "no cage is left" leave_nest
        # Slurm never removes these folders.
        find /sys/fs/cgroup -depth -type d -path '*/slurm*' -exec rmdir {} + 2>/dev/null || :
        expect "no cgroup of Slurm's is left" [ -z "$(find /sys/fs/cgroup -path '*/slurm*')" ]
        [ "$status" = 0 ] && [ "$failures" = 0 ]
        exit
    fi
    # Programs that look for any address of this machine pass over 127.0.0.1.
    ip link set lo up
    ip address add 127.0.0.2/8 dev lo
    ip address add 127.0.0.3/8 dev lo
    hostname fleet
    echo "127.0.0.1 localhost fleet" >/etc/hosts
    trap fleet_end EXIT
    trap 'exit 130' INT TERM HUP
}

# A memory cgroup of our own (v1): what is left in it is ours.
make_nest()
{
    home=/sys/fs/cgroup/memory$(sed -n 's/^[0-9]*:memory://p' /proc/self/cgroup)
    nest=$home/fleet-$$
    mkdir "$nest"
    echo $$ >"$nest/cgroup.procs"
}

leave_nest()
{
    echo $$ >"$home/cgroup.procs"
    wait_until rmdir "$nest"
}

daemons=

# daemon NAME COMMAND…: starts it in the background, with its output in $fleet/log/NAME.
daemon()
{
    local name=$1
    shift
    mkdir -p "$fleet/log"
    "$@" >"$fleet/log/$name" 2>&1 &
    daemons="$! $daemons"
}

# Ends the daemons, the last one first.
fleet_end()
{
    for pid in $daemons; do
        kill "$pid" 2>/dev/null || :
        wait "$pid" 2>/dev/null || :
    done
    daemons=
}

# shellcheck source=tests/vm/guest/slurm_conf.sh
. "$source/tests/vm/guest/slurm_conf.sh"

slurm_begin()
{
    slurm_conf fleet "$(nproc)" 4096 cgroup/v1
    # shellcheck disable=SC2086  # words
    daemon munged runuser -u munge -- $munged
    wait_until munge --no-input --socket="$fleet/munge/socket"
    daemon slurmctld slurmctld -D
    wait_until scontrol ping
    daemon slurmd slurmd -D
    wait_until idle
}

# Returns true if the node waits for work.
idle()
{
    [ "$(sinfo --noheader --format %t)" = idle ]
}

fleet_finish()
{
    fleet_end
    [ "$failures" = 0 ] || { echo "$failures failed"; exit 1; }
    exit 0
}
