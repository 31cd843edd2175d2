#!/bin/sh
# Task of tests/fleet/slurm_v2.sh: Slurm on cgroup v2, on this one machine.
results=/var/results
fleet=/srv/fleet
node=$(hostname -s)
. "${0%/*}/slurm_conf.sh"
seen()
{
    echo "$*" | tee -a "$results/seen"
}

wait_until()
{
    for _ in $(seq 60); do
        timeout 10 "$@" >"$results/waiting" 2>&1 && return
        sleep 1
    done
    seen "waited in vain for: $*: $(tail -n 1 "$results/waiting")"
    tail -n 5 "$results"/munged "$results"/slurm*
    exit 1
}

# Programs that look for any address of this machine pass over 127.0.0.1.
ip address add 127.0.0.2/8 dev lo
grep -qw "$node" /etc/hosts || echo "127.0.0.1 $node" >>/etc/hosts
useradd --system munge
slurm_conf "$node" 2 700 cgroup/v2 SlurmdTimeout=3600 MessageTimeout=100
# shellcheck disable=SC2086  # words
setpriv --reuid munge --regid munge --clear-groups $munged >"$results/munged" 2>&1 &
wait_until munge --no-input --socket=$fleet/munge/socket
slurmctld -D >"$results/slurmctld" 2>&1 &
wait_until scontrol ping
slurmd -D >"$results/slurmd" 2>&1 &
wait_until sh -c '[ "$(sinfo --noheader --format %t)" = idle ]'

# `user` has a systemd of its own, because it lingers; `alone` has none.
useradd --create-home alone
for user in root user alone; do
    mkdir -p "$results/$user"
    chown $user: "$results/$user"
    cd "$results/$user" || exit 1
    as="setpriv --reuid $user --regid $user --init-groups env HOME=/tmp SLURM_CONF=$SLURM_CONF MLMEMBENCH_CACHE=/tmp/cache-$user"
    $as srun --mem=300M sh -c 'cd /sys/fs/cgroup$(sed s/0::// /proc/self/cgroup) && pwd && ls -ld . cgroup.procs cgroup.subtree_control && cat cgroup.controllers' >step 2>&1
    seen "$user: $(cat step)"
    $as srun --mem=300M mlmembench doctor >doctor 2>&1
    seen "$user: exit status of doctor in a step: $?; $(grep -m 1 -E 'cap' doctor)"
    # Where no cage can be made, no swap limit can be set.
    swap="--swap none"
    [ "$user" != alone ] || swap=
    # shellcheck disable=SC2086  # words
    MLM_CAPS=64M,160M,400M $as sbatch --wait --array=1-3 --mem=300M --cpus-per-task=1 /opt/slurm/mlmembench.sbatch \
        run --suite self --filter touch --param size=96M --repetitions 1 $swap >sbatch 2>&1
    seen "$user: exit status of sbatch: $?"
    for file in results/*.jsonl; do
        seen "$user: $(sed -n 's/.*"cap_bytes":\([0-9a-z]*\).*"outcome":"\([a-z]*\)".*"marks":\(\[[^]]*\]\).*/cap \1, outcome \2, marks \3/p' "$file" | xargs)"
    done
    grep -h 'oom-kill' mlmembench-*.log | head -n 2 | while read -r line; do seen "$user: $line"; done
done
cat /proc/cmdline >"$results/cmdline"
find /sys/fs/cgroup -name 'mlmembench-*' >"$results/leftovers"
seen "cages left: $(wc -l <"$results/leftovers")"
