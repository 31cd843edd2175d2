#!/bin/sh
# Task of tests/bench/laptop_vm.py. Words of the kernel's command line choose what is run:
#
#     mlm.caps=none,NUMBER,…    memory caps in bytes
#     mlm.live=MIB              what each job holds
#     mlm.repetitions=N
#     mlm.options=WORD          one more option of run
#
# Each run is one trial with the same start: nothing in swap, no page cache. `before` and `after` beside its records are
# /proc/meminfo and /proc/vmstat, because a kernel that does not count a cgroup's swap traffic still counts the
# machine's.
results=/var/results
export HOME=/root

# word NAME: prints its value on the command line.
word()
{
    tr ' ' '\n' </proc/cmdline | sed -n "s/^mlm\.$1=//p"
}

# job NAME CAP OPTIONS…: one trial; its cap in bytes, or none.
job()
{
    name=$1 cap=$2
    shift 2
    folder=$results/$name/$cap/$repetition
    mkdir -p "$folder"
    swapoff -a && swapon /dev/vdd
    sync
    echo 3 >/proc/sys/vm/drop_caches
    cat /proc/meminfo /proc/vmstat >"$folder/before"
    # The filter leaves out the uncapped reference.
    case $cap in
    none) filter="/cap:none" ;;
    *) filter="/cap:[0-9]" ;;
    esac
    mlmembench run --quiet --cap "$cap" --filter "$name/.*$filter" --repetitions 1 \
        --timeout 300s --out "$folder/run.jsonl" ${options:+"$options"} "$@" >"$folder/output" 2>&1
    echo $? >"$folder/status"
    cat /proc/meminfo /proc/vmstat >"$folder/after"
    echo "$folder: $(cat "$folder/status") at $(cut -d ' ' -f 1 /proc/uptime) s"
}

# Read the worker before the first trial, outside of every cage, as the harness does.
mlmembench doctor >"$results/doctor" 2>&1
live=$(word live)
options=$(word options)
for repetition in $(seq "$(word repetitions)"); do
    for cap in $(word caps | tr ',' ' '); do
        job storage/csr "$cap" --suite storage --data "$((live * 2))M" --param density=0.25 --param epochs=2 \
            --param value=f32 --param index=32
        job pooling/arena "$cap" --suite pooling --data "$((live * 4))M" --param steps=12
    done
done
