#!/bin/sh
# Task of the cgroup v2 machine: all runs as root, as an ordinary user through systemd, and in a delegated scope.
results=/var/results
mkdir -p "$results/user"
chown user: "$results/user"

su - user -c "sh /opt/guest/platform.sh" >"$results/platform" 2>&1
cat "$results/platform"
su - root -c "sh /opt/guest/runs.sh $results/root 20"
su - user -c "sh /opt/guest/runs.sh $results/user/session 5"

# A cgroup with a limit that is lower than the cap.
su - user -c "mkdir $results/user/nested; systemd-run --user --scope --quiet -p Delegate=yes -p MemoryMax=64M \
    mlmembench run --suite self --quiet --out $results/user/nested --cap 96M --swap none --filter self/touch \
    --param size=16M,80M --repetitions 1" >"$results/user/nested.output" 2>&1
echo $? >"$results/user/nested.status"

# Limits that are not ours. Both users at once, because there are two processors.
mkdir -p "$results/limits/user"
chown user: "$results/limits/user"
su - root -c "sh /opt/guest/limits.sh $results/limits/root root" &
su - user -c "sh /opt/guest/limits.sh $results/limits/user user"
wait
swapoff /dev/vdd
fallocate -l 64M /var/swap && chmod 600 /var/swap && mkswap -q /var/swap && swapon /var/swap
su - root -c "sh /opt/guest/limits.sh $results/limits/root full"
su - user -c "sh /opt/guest/limits.sh $results/limits/user full"
swapoff /var/swap
swapon /dev/vdd
su - root -c "sh /opt/guest/limits.sh $results/limits/machine machine"

# A user without a systemd manager cannot have a cage, and must be told so.
useradd --create-home alone
mkdir "$results/alone"
chown alone: "$results/alone"
setpriv --reuid alone --regid alone --clear-groups env -i PATH="$PATH" HOME=/home/alone \
    mlmembench run --suite self --cap 48M --out "$results/alone" >"$results/alone/output" 2>&1
echo $? >"$results/alone/status"
