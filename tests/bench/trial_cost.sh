#!/bin/bash
# The cost of measuring: tests/bench/trial_cost.sh BUILD-FOLDER [ROUNDS]
#
#   a trial    self/null through `mlmembench run`, everything included (cage, worker, meters, record, sync), per trial: the
#              time of a long run less that of a short one; against the least that a trial can be, bare_trial: a C loop
#              that makes a cgroup, sets a limit, starts the same worker in it, reads the peak and removes it. Bound: 2 ×
#   sampling   self/spin in a cage, sampled, against the same worker outside with nobody looking. Bound: 0.5 %
#   exec       /bin/true through `mlmembench exec`, everything included, in the same way. Bound: 3 ms above hyperfine -N
#   beside it  /usr/bin/time -v and hyperfine -N on /bin/true, which make no cgroup
#
# Rounds alternate, so that a drift falls on all; medians are compared. Needs root (or a delegated cgroup) and cgroup v1 or v2.
set -eu
build=$(cd "$1" && pwd)
rounds=${2:-9}
few=50 many=450
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export MLMEMBENCH_CACHE=$work/cache

cgroup=$(sed -n 's/^[0-9]*:memory://p' /proc/self/cgroup)
if [ -n "$cgroup" ]; then
    home=/sys/fs/cgroup/memory$cgroup
else
    home=/sys/fs/cgroup$(sed -n 's/^0:://p' /proc/self/cgroup)
fi

now() { date +%s%N; }
median() { sort -n | awk '{v[NR] = $1} END {print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2}'; }

null_run() # repetitions → ns
{
    rm -f "$work/null.jsonl"
    begin=$(now)
    "$build/mlmembench" run --suite self --filter null --cap 64M --repetitions "$1" --quiet --out "$work/null.jsonl" \
        --benchmark_format=csv >/dev/null 2>&1
    echo $(($(now) - begin))
}

true_run() # repetitions → ns
{
    rm -f "$work/true.jsonl"
    begin=$(now)
    "$build/mlmembench" exec --repetitions "$1" --quiet --out "$work/true.jsonl" -- /bin/true
    echo $(($(now) - begin))
}

for _ in $(seq "$rounds"); do
    short=$(null_run $few)
    long=$(null_run $many)
    echo $(((long - short) / (many - few))) >>"$work/trial"
    short=$(true_run $few)
    long=$(true_run $many)
    echo $(((long - short) / (many - few))) >>"$work/exec"
    "$build/tests/bench/bare_trial" "$home" 400 "$build/mlmembench-worker" run self/null | awk '{printf "%d\n", $2 * 1e6}' >>"$work/bare"
    "$build/tests/bench/bare_trial" "$home" 400 /bin/true | awk '{printf "%d\n", $2 * 1e6}' >>"$work/bare_true"
    if [ -x /usr/bin/time ]; then
        begin=$(now)
        for _ in $(seq 100); do /usr/bin/time -v -o /dev/null /bin/true; done
        echo $((($(now) - begin) / 100)) >>"$work/time"
    fi
    if command -v hyperfine >/dev/null; then
        begin=$(now)
        hyperfine -N --style none --warmup 0 --runs 400 /bin/true >/dev/null 2>&1
        echo $((($(now) - begin) / 400)) >>"$work/hyperfine"
    fi
done
for what in trial bare exec bare_true time hyperfine; do
    [ -e "$work/$what" ] && printf '%-10s %8.3f ms\n' $what "$(median <"$work/$what" | awk '{print $1 / 1e6}')"
done
awk -v t="$(median <"$work/trial")" -v b="$(median <"$work/bare")" \
    'BEGIN {printf "a trial takes %.2f x a bare one (bound 2)\n", t / b}'
[ ! -e "$work/hyperfine" ] || awk -v e="$(median <"$work/exec")" -v h="$(median <"$work/hyperfine")" \
    'BEGIN {printf "exec costs /bin/true %.2f ms more than hyperfine does (bound 3)\n", (e - h) / 1e6}'

for _ in $(seq "$rounds"); do
    rm -f "$work/spin.jsonl"
    "$build/mlmembench" run --suite self --filter spin --cap 64M --repetitions 1 --quiet --out "$work/spin.jsonl" \
        --benchmark_format=csv >/dev/null 2>&1
    sed -n 's/.*"run_cpu_user_ns":\([0-9]*\),"run_cpu_system_ns":\([0-9]*\).*/\1 \2/p' "$work/spin.jsonl" | awk '{print $1 + $2}' >>"$work/sampled"
    sed -n 's/.*"run_ns":\([0-9]*\).*/\1/p' "$work/spin.jsonl" >>"$work/sampled_wall"
    "$build/mlmembench-worker" run self/spin | awk '$1 == "run" {printf "%d %d\n", ($5 + $8) * 1e6, $2 * 1e6}' >"$work/one"
    cut -d' ' -f1 "$work/one" >>"$work/alone"
    cut -d' ' -f2 "$work/one" >>"$work/alone_wall"
done
for kind in '' _wall; do
    awk -v s="$(median <"$work/sampled$kind")" -v a="$(median <"$work/alone$kind")" -v k="${kind:+wall}" \
        'BEGIN {printf "sampling costs self/spin %+.2f %% of its %s time (bound 0.5)\n", (s / a - 1) * 100, k ? k : "CPU"}'
done
