"""compare_data.py FILE OUT [NAME=VALUE…]: writes the trials of FILE to OUT as if they were another run.

  repetitions=N        N repetitions of each capped row, with slightly different times and needs
  seed=N               seed of these differences
  scale=WORKLOAD:X     its times are X times as long; may be given several times
  pace=X               all times are X times as long
  grow=WORKLOAD:X      its needs are X times as large
  outcome=WORKLOAD:HOW its outcome in all repetitions; WORKLOAD:HOW:N in N of them
  drop=WORKLOAD        leaves this workload out
  day=N                day of November on which it ran
  machine=ID:HOST      machine on which it ran
  fact=KEY:JSON        a fact of the machine
  data=BYTES           size of the data
  laptop=MIB           the machine stands for a laptop with so much RAM
  own=MIB              the machine is a laptop with 7900 MiB, of which so much was available
"""

import json
import random
import sys

source, out = sys.argv[1:3]
said = {}
for argument in sys.argv[3:]:
    name, value = argument.split("=", 1)
    said.setdefault(name, []).append(value)


def last(name, standard):
    return said.get(name, [standard])[-1]


def factor(name, workload):
    return next((float(x) for w, x in (s.split(":") for s in said.get(name, [])) if w == workload), 1)


noise = random.Random(int(last("seed", "1")))
repetitions, day = int(last("repetitions", "10")), int(last("day", "1"))
rows = {}
for line in open(source, encoding="utf-8"):
    trial = json.loads(line)
    if trial["kind"] == "trial" and trial["cap_bytes"]:
        rows.setdefault(json.dumps([trial["workload"], trial["params"], trial["cap_bytes"]]), trial)
with open(out, "w", encoding="utf-8") as file:
    count = 0
    for trial in rows.values():
        workload = trial["workload"]
        if workload in said.get("drop", []):
            continue
        for repetition in range(repetitions):
            record = json.loads(json.dumps(trial))
            record.update(repetition=repetition, run_id=f"{out}-{day}", marks=[], reason=None,
                          time=f"2026-11-{day:02}T10:{count // 60 % 60:02}:{count % 60:02}.000Z")
            count += 1
            apart, more = 1 + 0.03 * noise.random(), 4096 * noise.randrange(4)
            if record["run_ns"]:
                record["run_ns"] = int(record["run_ns"] * apart * factor("scale", workload) * float(last("pace", "1")))
            if record["needs_peak_bytes"]:
                record["needs_peak_bytes"] = int(record["needs_peak_bytes"] * factor("grow", workload)) + more
            for how in said.get("outcome", []):
                name, outcome, of = (how.split(":") + [str(repetitions)])[:3]
                if name == workload and repetition < int(of):
                    record.update(outcome=outcome, run_ns=None, phase="run", progress=0.5, answer=[])
            if "data" in said:
                record["data_bytes"] = int(last("data", "0"))
            if "own" in said:
                record.update(laptop_bytes=7900 << 20, laptop_own=True, cap_bytes=int(last("own", "0")) << 20)
            if "laptop" in said:
                mib = int(last("laptop", "0"))
                record.update(laptop_bytes=mib << 20, cap_bytes=int(mib - 128 - mib / 16) << 20, background_bytes=mib * 2 // 5 << 20,
                              background_mode="active")
                if record["needs_peak_bytes"]:
                    record["needs_peak_bytes"] += record["background_bytes"]
            if "machine" in said:
                record["machine"]["id"], record["machine"]["host"] = last("machine", "").split(":")
            for fact in said.get("fact", []):
                key, value = fact.split(":", 1)
                record["machine"][key] = json.loads(value)
            file.write(json.dumps(record, separators=(",", ":")) + "\n")
