"""fleet_data.py FILE MACHINES: writes to standard output the trials of FILE, five times each, as if so many machines
(at most 20) had run them, each with its RAM and its pace.

Every row of FILE under a cap is a job, and one more holds half the data. With less than 6 GiB a job that needs more than
1.2 GiB ends oom. Three results stand out: the fourth machine is slow, the third takes long for one job, and on the last
one a job ends oom that needs little."""

import json
import random
import sys

GIB = 1 << 30
REPETITIONS = 5
FLEET = ("netbook:2 chromebook:4 aspire:4 elitebook:8 latitude:8 ideapad:8 vostro:8 probook:8 zenbook:8 swift:8 pavilion:16 "
         "inspiron:16 matebook:16 surface:16 thinkpad:16 t480:16 blade:32 thinkstation:32 macpro:32 tower:64")
FEW = "netbook:2 chromebook:4 aspire:4 elitebook:8 latitude:8 tower:64"

path, count = sys.argv[1], int(sys.argv[2])
machines = [name.split(":") for name in (FEW if count == 6 else FLEET).split()][:count]
jobs = {}
for line in open(path, encoding="utf-8"):
    trial = json.loads(line)
    if trial["kind"] == "trial" and trial["cap_bytes"]:
        jobs.setdefault(json.dumps([trial["workload"], trial["params"], trial["cap_bytes"]]), trial)
half = next(dict(trial) for trial in jobs.values() if trial["workload"] == "loading/mmap")
half.update(data_bytes=half["data_bytes"] // 2, run_ns=half["run_ns"] // 2)
jobs["half"] = half

noise = random.Random(7)
for number, (host, gib) in enumerate(machines):
    pace = 5 if host == "elitebook" else noise.uniform(0.7, 1.4)
    for trial in jobs.values():
        for repetition in range(REPETITIONS):
            record = json.loads(json.dumps(trial))
            record.update(repetition=repetition, run_id=f"{host}-1", marks=[], time="2026-11-01T10:00:00.000Z")
            record["machine"].update(id=f"m{number}", host=host, memory_bytes=int(gib) * GIB - GIB // 4)
            long = 3 if host == "aspire" and trial["workload"] == "loading/mmap" else 1
            if record["run_ns"]:
                record["run_ns"] = int(record["run_ns"] * pace * long * noise.uniform(1, 1.02))
            short = int(gib) < 6 and (record["needs_peak_bytes"] or 0) > 1.2 * GIB
            if record["outcome"] == "ok" and (short or host == machines[-1][0] and trial["workload"] == "storage/csc"):
                record.update(outcome="oom", run_ns=None, phase="run", progress=0.5, answer=[])
            print(json.dumps(record, separators=(",", ":")))
