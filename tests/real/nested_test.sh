#!/bin/bash
# Jobs that make cgroups of their own inside their cage, and cgroups in which the kernel may not kill.
. "$(dirname "$0")/common.sh"
begin
run() { "$mlm" exec --out "out/$1.jsonl" "${@:2}"; }
cat >nested.py <<PYTHON
# nested.py MIB: holds MIB as a child, in a cgroup below our own.
import os, pathlib, re, sys, time
group = next(re.sub(r"^$own_line", "", line) for line in pathlib.Path("/proc/self/cgroup").read_text().splitlines()
             if re.match(r"^$own_line", line))
inner = pathlib.Path("$mount" + group.removeprefix("$hidden"), "inner")
inner.mkdir()
child = os.fork()
if child == 0:
    (inner / "cgroup.procs").write_text("0")
    held = bytearray(int(sys.argv[1]) << 20)
    time.sleep(1)
    os._exit(0)
sys.exit(os.waitpid(child, 0)[1] != 0)
PYTHON

status 1 run inner --cap 64M --swap none -- "$MLM_PYTHON" nested.py 200
expect "an oom in a cgroup below the cage is an oom" records out/inner.jsonl \
    'r[0]["outcome"] == "oom" and r[0]["cage_peak_bytes"] > 62 << 20'
status 0 run listed --cap 256M --swap none -- "$MLM_PYTHON" nested.py 100
expect "its processes are listed" records out/listed.jsonl \
    'r[0]["outcome"] == "ok" and any(p["peak_rss_bytes"] > 100 << 20 for p in r[0]["processes"])'
status 0 "$mlm" fit --out out/inner_fit.jsonl --tolerance 20% -- "$MLM_PYTHON" nested.py 60

if [ -e "$nest/memory.oom_control" ]; then
    echo 1 >"$nest/memory.oom_control"
    status 137 run disabled --cap 64M --swap none --timeout 300s -- "$MLM_PYTHON" -c 'x = bytearray(200 << 20)'
    expect "a cage kills where the group above it does not" records out/disabled.jsonl 'outcomes("exec/python3") == ["oom"]'
    limit_nest $((1 << 30))
    status 3 run above --cap 2G --swap none -- true
    expect "where a limit above us would make all wait, nothing is run, and it says why" records out/above.jsonl \
        'outcomes("exec/true") == ["refused"] and "oom_kill_disable" in r[0]["reason"]'
    lift_nest
    echo 0 >"$nest/memory.oom_control"
else
    skip_part "oom_kill_disable" "only cgroup v1 has it"
fi
finish
