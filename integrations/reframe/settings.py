"""Settings of ReFrame: `reframe --config-file settings.py --system here|lab|cluster`.

here     this machine, without a scheduler
lab      machines that ssh reaches, with no shared disk: one partition for each host of MLM_HOSTS
cluster  Slurm

Change this file, or set these variables:

MLM_HOSTS  hosts of the lab, separated by spaces, as ssh takes them: 'anna@laptop1 laptop2'
MLM_SSH    options of ssh, for example '-F lab.config'
MLM_SBATCH options of sbatch, for example '--partition=short --exclusive'
MLM_SLURM  `slurm` where the cluster has accounting (sacct works), else `squeue` (the default)
"""

import os
import re
import shlex


def options(name):
    return shlex.split(os.environ.get(name, ""))


def partition(name, scheduler, **more):
    return {
        "name": name,
        "scheduler": scheduler,
        "launcher": "local",
        "environs": ["builtin"],
        "features": ["mlmembench"],
        **more,
    }


# Two jobs on one machine would disturb each other, so each has one at a time.
systems = [{"name": "here", "hostnames": [".*"], "partitions": [partition("local", "local", max_jobs=1)]}]

lab = [
    partition(
        re.sub(r"\W+", "-", host),
        "ssh",
        max_jobs=1,
        access=options("MLM_SSH"),
        sched_options={"ssh_hosts": [host]},
    )
    for host in options("MLM_HOSTS")
]
if lab:
    systems.append({"name": "lab", "hostnames": [], "partitions": lab})

cluster = partition(
    "slurm",
    os.environ.get("MLM_SLURM", "squeue"),
    max_jobs=100,
    access=options("MLM_SBATCH"),
    resources=[{"name": "memory", "options": ["--mem={mib}M"]}],
)
systems.append({"name": "cluster", "hostnames": [], "partitions": [cluster]})

site_configuration = {"systems": systems}
