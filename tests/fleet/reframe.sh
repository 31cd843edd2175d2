#!/bin/bash
# integrations/reframe/ for real: on this machine, on two that ssh reaches, and under Slurm; then one report of all. By
# hand:
#
#   tests/chroot/fresh.sh bookworm tests/fleet/reframe.sh
#
# The two machines are two sshd on loopback addresses, with keys and configuration of their own. Each has its own host
# name and its own /tmp, and sees nothing of ReFrame's folders.
. "$(dirname "$0")/common.sh"

fleet_prepare()
{
    python3 -m venv "$fleet/venv"
    PIP_CERT=/etc/ssl/certs/ca-certificates.crt "$fleet/venv/bin/pip" --disable-pip-version-check -q install \
        --requirement "$source/integrations/reframe/requirements.txt"
    "$fleet/venv/bin/reframe" --version
}

fleet_begin slurmctld slurmd slurm-client munge openssh-server openssh-client rsync python3-venv gnuplot-nox
checks=$source/integrations/reframe
export MLM_CAPS=48M,96M MLM_HOSTS="laptop-a laptop-b" MLM_SSH="-F $fleet/ssh/config"
cd "$fleet"

# laptop NAME ADDRESS: a machine that ssh reaches. The daemon holds its keys before the folders vanish from its sight.
laptop()
{
    cat >"ssh/$1.conf" <<CONF
ListenAddress $2
HostKey $fleet/ssh/host
AuthorizedKeysFile $fleet/ssh/key.pub
StrictModes no
UsePAM no
PasswordAuthentication no
PidFile none
CONF
    # shellcheck disable=SC2016  # the inner shell's
    daemon "$1" unshare --uts --mount --propagation unchanged sh -euc '
        hostname "$1"
        mount -t tmpfs -o mode=1777 tmpfs /tmp
        mount -t tmpfs tmpfs /root
        mount -t tmpfs tmpfs "$2/run"
        exec /usr/sbin/sshd -D -e -f "$2/ssh/$1.conf"' sh "$1" "$fleet"
    cat >>ssh/config <<CONF
Host $1
    HostName $2
CONF
}

ssh_begin()
{
    mkdir -p ssh run /run/sshd
    ssh-keygen -q -t ed25519 -N '' -f ssh/key
    ssh-keygen -q -t ed25519 -N '' -f ssh/host
    laptop laptop-a 127.0.0.2
    laptop laptop-b 127.0.0.3
    echo "* $(cat ssh/host.pub)" >ssh/known_hosts
    cat >>ssh/config <<CONF
Host *
    User root
    IdentityFile $fleet/ssh/key
    IdentitiesOnly yes
    UserKnownHostsFile $fleet/ssh/known_hosts
CONF
    for host in $MLM_HOSTS; do
        wait_until ssh -F ssh/config -o BatchMode=yes "$host" true
    done
    expect "nothing is in ~/.ssh" [ ! -e ~/.ssh ]
}

# rfm SYSTEM OPTION…: one call of ReFrame.
rfm()
{
    local system=$1
    shift
    venv/bin/reframe --config-file "$checks/settings.py" --checkpath "$checks/checks.py" --prefix "run/$system" \
        --system "$system" --setvar RunTest.mlm_options=--data=8M \
        --setvar repetitions=2 "$@" --run >"log/rfm-$system" 2>&1
}

# ran SYSTEM: both tests, under both caps, on each of its machines.
ran()
{
    expect "$1: ReFrame passes" rfm "$@"
    cat "log/rfm-$1"
    expect "$1: ReFrame keeps needs and time of a row" grep -rqE 'storage_csr\w*_needs.*storage_csr\w*_time' "run/$1/perflogs/$1"
    find "run/$1/output" -name records.jsonl -exec cat {} + >"$1.jsonl"
}

not()
{
    ! "$@"
}

mkdir -p log
job='CommandTest.job_command=python3 train.py --rows 20000'
ran here --setvar "$job"
expect "here: two caps, the workloads and the command" records here.jsonl \
    '{x["cap_bytes"] >> 20 for x in r if x["cap_bytes"]} == {48, 96} and {x["outcome"] for x in r} <= {"ok", "oom"}
    and {x["suite"] for x in r} == {"storage", "exec"}'

ssh_begin
ran lab --setvar "$job"
expect "lab: the records of two machines, from one call" records lab.jsonl \
    '{x["machine"]["host"] for x in r} == {"laptop-a", "laptop-b"} and len({x["machine"]["id"] for x in r}) == 2'
# The ssh scheduler would fetch nothing of this job if its status were not 0.
expect "lab: a job that does not succeed fails its test" not rfm lab --name CommandTest \
    --setvar CommandTest.job_command='echo no such file >&2; exit 7'
expect "lab: and its reason is known" grep -q 'crash 2 of 2' log/rfm-lab

slurm_begin
ran cluster --setvar "$job"
expect "cluster: the records of the node" records cluster.jsonl '{x["machine"]["host"] for x in r} == {"fleet"}'

cat lab.jsonl cluster.jsonl >all.jsonl
mlmembench report all.jsonl --out all.html
for host in laptop-a laptop-b fleet; do
    expect "the report has $host" grep -q "$host" all.html
done
fleet_finish
