#!/bin/sh
# runs.sh RESULTS REPETITIONS: does every kind of run that tests/vm/check.py judges, as the calling user. Records,
# output and exit status of a run go to RESULTS/NAME/.
results=$1 repetitions=$2

# verb NAME VERB OPTIONS…
verb()
{
    name=$1 verb=$2
    shift 2
    mkdir -p "$results/$name"
    mlmembench "$verb" --quiet --out "$results/$name" "$@" >"$results/$name/output" 2>&1
    echo $? >"$results/$name/status"
    echo "$results/$name: $(cat "$results/$name/status") at $(cut -d ' ' -f 1 /proc/uptime) s"
}

run()
{
    name=$1
    shift
    verb "$name" run --suite self "$@"
}

# Lists processes of the program that are left in the machine, without the caller's own shell.
leftovers()
{
    find /sys/fs/cgroup -name '*mlmembench*'
    grep -H '^mlmembench' /proc/[0-9]*/comm 2>/dev/null
}

mkdir -p "$results"
mlmembench doctor >"$results/doctor" 2>&1
echo $? >"$results/doctor.status"

run peaks --cap 96M --swap none --filter 'self/(null|touch)' --param size=16M,32M,64M --repetitions "$repetitions"
run caps --cap 48M,96M,128M --swap none --all --filter 'self/(touch|hog)' --param size=16M,64M --repetitions 1
run swap --cap 48M --swap max --filter 'self/touch' --param size=96M --repetitions 2
# tail keeps its input in memory. The command leaves one child behind, and one that ignores signals.
verb tree exec --cap 128M,32M --swap none "head -c 48M /dev/zero | tail -c 48M | wc -c" "sleep 304 & sleep 0.5"
verb deaf exec --cap 32M --timeout 2s -- sh -c 'trap "" TERM; while :; do sleep 305; done'
verb fit fit --workload self/touch --param size=64M
pgrep -f '^sleep 30[45]' >"$results/sleeping"
run swap_limit --cap 48M --swap 64M --all --filter 'self/hog' --repetitions 1
leftovers >"$results/leftovers"

# The harness dies by a signal that cannot be caught: its guardian has to clean up, and gets a moment for it.
mkdir -p "$results/killed"
mlmembench run --suite self --quiet --out "$results/killed" --cap 48M --filter 'self/spin' --param seconds=300 \
    --timeout 600s >"$results/killed/output" 2>&1 &
harness=$!
# Waits for a cage, not for a worker, because workers also run before the first trial.
in_cage()
{
    find /sys/fs/cgroup -type d -name 'mlmembench-*-*-*' 2>/dev/null
}
for _ in $(seq 1000); do
    [ -n "$(in_cage)" ] && break
    kill -0 $harness 2>/dev/null || break
    sleep 0.2
done
in_cage >"$results/killed/was_running"
kill -KILL $harness
wait $harness
for _ in $(seq 500); do
    [ -z "$(leftovers)" ] && break
    sleep 0.2
done
leftovers >"$results/killed/leftovers"
