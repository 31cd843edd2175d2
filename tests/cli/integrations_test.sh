#!/bin/sh
# The files for ReFrame and Slurm, without either: tests/fleet/ runs them for real, by hand.
. "$(dirname "$0")/common.sh"
begin
reframe=$MLM_SOURCE/integrations/reframe
sbatch=$MLM_SOURCE/integrations/slurm/mlmembench.sbatch
export PYTHONDONTWRITEBYTECODE=1

find "$MLM_SOURCE/integrations" -name '*.py' >log/files
expect "Python files are there" grep -q checks.py log/files
while read -r file; do
    expect "$file compiles" "$MLM_PYTHON" -c 'import sys; compile(open(sys.argv[1]).read(), sys.argv[1], "exec")' "$file"
done <log/files

status 0 "$mlm" export --format json "$MLM_SOURCE/tests/fixtures/record/quick.jsonl"
cp log/out rows.json
status 0 "$MLM_PYTHON" "$here/integrations_check.py" "$reframe" rows.json
cp log/out words
expect "both tests say a command" [ "$(wc -l <words)" = 2 ]
# Options as the job's script has them.
run=$(sed -n 's/^run //p' words)
status 0 sh -c "'$mlm' run --dry-run $run"
expect "the plan has the cap of the test" grep -q 'storage/csr.*/cap:2G$' log/out
expect "exec has the command as one word" grep -q "^exec --cap=2G --repetitions=5 --out=records.jsonl .*--name=train 'python3 train.py'$" words

settings()
{
    (cd "$reframe" && env "$@" "$MLM_PYTHON" -c '
import settings
for system in settings.site_configuration["systems"]:
    for p in system["partitions"]:
        print(system["name"], p["name"], p["scheduler"], *p.get("access", ()), *p.get("sched_options", {}).get("ssh_hosts", ()))')
}
settings MLM_HOSTS= >log/out
printf '%s\n' "here local local" "cluster slurm squeue" >log/expected
expect "settings without a lab" cmp log/expected log/out
settings MLM_HOSTS="anna@laptop1.lan laptop2" MLM_SSH="-F 'my config'" MLM_SLURM=slurm MLM_SBATCH=--partition=short >log/out
printf '%s\n' "here local local" "lab anna-laptop1-lan ssh -F my config anna@laptop1.lan" \
    "lab laptop2 ssh -F my config laptop2" "cluster slurm slurm --partition=short" >log/expected
expect "settings of a lab: a partition for each machine" cmp log/expected log/out

# job K [NAME=VALUE…] -- WORD…: the K-th job of an array of three.
job()
{
    number=$1
    shift
    env -i PATH="$MLM_BIN:$PATH" LC_ALL=C.UTF-8 MLMEMBENCH_CACHE="$PWD/cache" SLURM_ARRAY_JOB_ID=7 SLURM_ARRAY_TASK_MAX=3 \
        SLURM_ARRAY_TASK_ID="$number" "$@"
}
for number in 1 2 3; do
    status 0 job $number "$sbatch" run --cap 1G --dry-run
    expect "it names its records" grep -qx "records: results/mlmembench-7-$number.jsonl" log/out
    sed -n '/cap:/s/.* //p' log/out >>parts
done
"$mlm" run --cap 1G --dry-run | sed -n '/cap:/s/.* //p' | sort >log/whole
sort parts >log/parts
expect "the jobs of an array share the plan" cmp log/whole log/parts
status 0 job 1 MLM_SHARDS=2 "$sbatch" run --cap 1G --dry-run
status 0 job 2 MLM_CAPS=512M,1G,2G MLM_CAGE=own "$sbatch" run --suite storage --dry-run
expect "the second job has the second cap" grep -q '/cap:1G$' log/out
expect_not "and no other" grep -Eq '/cap:(512M|2G)$' log/out
status 2 job 3 MLM_CAPS=512M,1G "$sbatch" run
expect "no cap is left for the third" grep -q 'MLM_CAPS has 2 caps, and this is job 3' log/err
status 2 job 1 "$sbatch" exec -- true
expect "only a plan can be shared" grep -q 'only run can be shared by an array; for exec set MLM_CAPS' log/err
status 2 job 0 "$sbatch" run
status 2 job 1 "$sbatch"

# srun is a stand-in: it shows what a step would be.
mkdir bin
printf '#!/bin/sh\necho "$@"\n' >bin/srun
chmod +x bin/srun
status 0 job 1 PATH="$PWD/bin:$PATH" MLM_CAPS=512M MLM_CAGE=step MLM_REPETITIONS=2 "$sbatch" exec -- python3 train.py
grep -v '^records: ' log/out >log/steps
line="--ntasks=1 --mem=512M mlmembench exec --cage inherit --repetitions 1 --quiet --out results/mlmembench-7-1.jsonl -- python3 train.py"
printf '%s\n' "$line" "$line" >log/expected
expect "a step for each repetition, with the cap as its limit" cmp log/expected log/steps
finish
