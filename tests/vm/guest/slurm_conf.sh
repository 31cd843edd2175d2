# Sourced by slurm.sh and by tests/fleet/common.sh: Slurm on one machine, with a key, a configuration and a spool of its own
# below $fleet.
# shellcheck shell=sh disable=SC2154

# slurm_conf NODE CPUS MIB PLUGIN [LINE…]: writes key and configuration; more lines go into slurm.conf.
slurm_conf()
{
    node=$1 cpus=$2 mib=$3 plugin=$4
    shift 4
    mkdir -p "$fleet/munge" "$fleet/slurm/state" "$fleet/slurm/spool"
    (umask 077 && head -c 1024 /dev/urandom >"$fleet/munge/key")
    chown -R munge: "$fleet/munge"
    cat >"$fleet/slurm/slurm.conf" <<CONF
ClusterName=fleet
SlurmctldHost=$node(127.0.0.1)
SlurmUser=root
AuthInfo=socket=$fleet/munge/socket
StateSaveLocation=$fleet/slurm/state
SlurmdSpoolDir=$fleet/slurm/spool
SlurmctldPidFile=$fleet/slurm/slurmctld.pid
SlurmdPidFile=$fleet/slurm/slurmd.pid
ProctrackType=proctrack/cgroup
TaskPlugin=task/cgroup
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
MpiDefault=none
SlurmdParameters=config_overrides
NodeName=$node NodeAddr=127.0.0.1 CPUs=$cpus RealMemory=$mib
PartitionName=all Nodes=ALL Default=YES
CONF
    printf '%s\n' "$@" >>"$fleet/slurm/slurm.conf"
    printf '%s\n' "CgroupPlugin=$plugin" ConstrainRAMSpace=yes >"$fleet/slurm/cgroup.conf"
    export SLURM_CONF="$fleet/slurm/slurm.conf"
}

# The words that start munged, but for the user that it runs as.
munged="munged --foreground --key-file=$fleet/munge/key --socket=$fleet/munge/socket --pid-file=$fleet/munge/pid
    --log-file=$fleet/munge/log --seed-file=$fleet/munge/seed"
