#!/bin/bash
# integrations/slurm/mlmembench.sbatch on a real Slurm of one machine, as root and as an ordinary user: arrays over caps
# and over shards, a cap above the limit of the job, and steps as cages. By hand:
#
#   tests/chroot/fresh.sh bookworm tests/fleet/slurm.sh
. "$(dirname "$0")/common.sh"
fleet_begin slurmctld slurmd slurm-client munge
slurm_begin
cp "$source/integrations/slurm/mlmembench.sbatch" "$fleet"

# as COMMAND…: runs it as $user, in the user's folder.
as()
{
    (cd "$fleet/$user" && runuser -u "$user" -- env MLMEMBENCH_CACHE="$fleet/$user/cache" "$@")
}

# submit [NAME=VALUE…] OPTION… -- WORD…: submits an array as $user, with these variables and options of sbatch, waits for
# its end, and puts its records into $fleet/records.
submit()
{
    local environment=() options=()
    while [ "$1" != -- ]; do
        case $1 in
        -*) options+=("$1") ;;
        *) environment+=("$1") ;;
        esac
        shift
    done
    shift
    rm -rf "$fleet/$user"/results "$fleet/$user"/*.log
    as env "${environment[@]}" sbatch --wait --cpus-per-task=1 "${options[@]}" "$fleet/mlmembench.sbatch" "$@" || :
    cat "$fleet/$user"/mlmembench-*.log
    cat "$fleet/$user"/results/*.jsonl >"$fleet/records" || :
}

# expect_records WHAT EXPRESSION
expect_records()
{
    expect "$user: $1" records "$fleet/records" "$2"
}

touch_96m=(run --suite self --filter touch --param size=96M)
# Two groups of rows that do equal work.
small=(run --suite storage "--param=density=0.01,0.5" --data 8M --cap 64M --repetitions 1)
for user in root student; do
    install -d -o "$user" "$fleet/$user"
    if as srun --mem=300M mlmembench doctor; then
        echo "seen: $user can make cages in a step"
        submit MLM_CAPS=64M,160M MLM_REPETITIONS=2 --array=1-2 --mem=300M -- "${touch_96m[@]}" --swap none
        expect_records "a job for each cap, with two repetitions in cages of their own" \
            'Counter((x["cap_bytes"] >> 20, x["outcome"]) for x in r if x["cap_bytes"]) == {(64, "oom"): 2, (160, "ok"): 2}
            and not {"inherited_cage", "ancestor_binds_first"} & {mark for x in r for mark in x["marks"]}'
        submit MLM_CAPS=1G MLM_REPETITIONS=1 --array=1 --mem=300M -- "${touch_96m[@]/96M/400M}" --swap none
        expect_records "the tighter limit of the job kills, and a mark says that it was not the cap" \
            '[(x["outcome"], "ancestor_binds_first" in x["marks"]) for x in r if x["cap_bytes"]] == [("oom", True)]'
        submit --array=1-2 --mem=300M -- "${small[@]}"
        rows=$(as mlmembench "${small[@]}" --dry-run | grep -c '/cap:64M$')
        expect_records "the $rows rows of a plan, in two jobs" \
            "len({x['run_id'] for x in r}) == 2 and {x['outcome'] for x in r} == {'ok'} and
            len([x for x in r if x['cap_bytes']]) == len({(x['workload'], str(x['params'])) for x in r}) == $rows"
    else
        echo "seen: $user cannot make cages in a step"
    fi
    submit MLM_CAGE=step MLM_CAPS=64M,160M MLM_REPETITIONS=2 --array=1-2 --mem=300M -- "${touch_96m[@]}"
    expect_records "the steps' limits in place of cages" \
        'Counter((x["cap_bytes"] >> 20, x["outcome"]) for x in r) == {(64, "oom"): 2, (160, "ok"): 2}
        and all("inherited_cage" in x["marks"] for x in r)'
    wait_until idle
    expect "$user: no process is left" bash -c '! pgrep -a mlmembench'
    expect "$user: no cage is left" [ -z "$(find /sys/fs/cgroup -path '*/slurm*' -name 'mlmembench-*')" ]
done
fleet_finish
