#!/bin/sh
# Task of the hybrid machine: systemd on cgroup v2, the memory controller on v1. Root can set caps; an ordinary user
# cannot, because a scope has no memory controller.
results=/var/results
mkdir -p "$results/user"
chown user: "$results/user"
grep MEMCG_V1 "/boot/config-$(uname -r)" >"$results/memcg_v1"
grep -E 'cgroup' /proc/mounts >"$results/mounts"
su - root -c "sh /opt/guest/runs.sh $results/root 5"
su - user -c "mlmembench doctor" >"$results/user/doctor" 2>&1
su - user -c "mlmembench run --suite self --cap 48M --out $results/user" >"$results/user/output" 2>&1
echo $? >"$results/user/status"
find /sys/fs/cgroup -name '*mlmembench*' >"$results/leftovers"
# The kernel's command line says which of them.
sh /opt/guest/real.sh
