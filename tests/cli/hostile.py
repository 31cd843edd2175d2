"""Makes records as an attacker would, and checks the output that was made from them.

    hostile.py make RAN      writes here: names.jsonl and other.jsonl, two runs in which every text is an attack (a
                             command in them would make the file RAN); good.jsonl; bad-WHAT.jsonl, each
                             with one invalid line, the second; odd-WHAT.jsonl, unusual but valid
    hostile.py check FILE…   fails where an output file would control a terminal or run something, or is not valid in
                             the format that its name states
"""

import html.parser
import json
import re
import sys
import xml.etree.ElementTree as xml

GIB = 1 << 30
METRICS = """core_bytes predicted_peak_bytes peak_rss_bytes prepare_peak_rss_bytes run_peak_rss_bytes needs_peak_bytes
cage_peak_bytes swap_peak_bytes anon_peak_bytes file_peak_bytes prepare_ns run_ns prepare_cpu_ns run_cpu_user_ns
run_cpu_system_ns waiting_ns major_faults minor_faults refaults swapped_in_pages swapped_out_pages stall_some_ns
stall_full_ns read_bytes written_bytes items""".split()

MACHINE = {"id": "m1", "host": "laptop", "kernel": "6.1.0", "distribution": "Debian", "cpu": "CPU", "cores": 2,
           "memory_bytes": 8 * GIB, "swap": []}


def trial(**other):
    record = {"kind": "trial", "schema": 1, "run_id": "m1-20260301T101500Z", "time": "2026-03-01T10:15:00Z",
              "suite": "storage", "workload": "storage/csr", "params": {"density": "0.01"}, "equal_work": "all",
              "answer_tolerance": 0.0, "cap_bytes": GIB, "cap_binds": True, "swap_limit_bytes": None,
              "background_bytes": 0, "background_mode": None, "data_bytes": 2 * GIB, "dataset": None, "seed": 1,
              "threads": 1, "timeout_ns": 60 * 10**9, "repetition": 0, "outcome": "ok", "reason": None,
              "phase": "done", "progress": 1.0}
    record.update({key: 10**8 for key in METRICS}, stall_full_ns=None)
    record.update(data_checksum="00c0ffee12345678", answer=[1.5, 42.0], marks=[], command=["mlmembench", "run"])
    machine = other.pop("machine", MACHINE)
    record.update(other)
    record["machine"] = machine
    return record


def timeline(of):
    points = range(20)
    return {"kind": "timeline", "schema": 1, "run_id": of["run_id"], "time": of["time"], "workload": of["workload"],
            "repetition": of["repetition"], "interval_ns": 10**7, "at_ns": [10**7 * i for i in points],
            "memory_bytes": [10**6 * i for i in points], "swap_bytes": [0 for _ in points],
            "stall_full_ns": [None for _ in points]}


def text_of(record):
    return json.dumps(record, separators=(",", ":"), ensure_ascii=False)


def texts(ran):
    return [
        f"`touch {ran}`", f"$(touch {ran})", f"'; touch {ran}; '", f"\"; touch {ran}; \"", f"| touch {ran}",
        f"'; system(\"touch {ran}\"); '", f"\"; system \"touch {ran}\"; \"", f"\n!touch {ran}\n", f"@<touch {ran}",
        f"<(touch {ran})", "-o", "--out", "%n%s%d", "\\", "\\n", "{/:Bold x}", "a_b^c", "@PATH",
        "\x1b]0;owned\x07", "\x1b[2J\x1b[31m", "\x9b31m", "\r\x08\x7f\x0c", "\u202egnp.", "\u061c\u2066",
        "<img src=x onerror=hostile()>", "\"><script>hostile()</script>", "' onmouseover='hostile()", "]]><b>",
        "</svg></style></script><script>hostile()</script>", "&lt;b&gt;", "<!--", "javascript:hostile()",
        "[x](javascript:hostile())", "a|b", "x,\"y\"\nz", "=cmd()", "# HELP x", "a\u0301" * 50, "漢字データ",
        "\ufffe\uffff\ufdd0\U0001ffff", "x" * 5000, "",
    ]


def hostile_run(ran, shift):
    names = texts(ran)
    lines = []
    for i, name in enumerate(names):
        other = names[(i + 1) % len(names)]
        machine = dict(MACHINE, id=f"m{i % 2 + shift}{name}", host=name, kernel=name, distribution=other, cpu=other,
                       thp=name, governor=other, swap=[{"path": name, "kind": other, "size_bytes": GIB}])
        base = dict(suite=name, run_id=name, time=other, equal_work=name, command=[name, other], machine=machine,
                    params={name: other, "density": "0.1"})
        rows = [dict(base, workload=f"{name}/{other}", cap_bytes=cap, run_ns=10**8 + 10**6 * i + repetition,
                     repetition=repetition) for cap in (GIB, 2 * GIB, None) for repetition in range(3)]
        rows.append(dict(base, workload=other, outcome="oom", phase=name, progress=0.5, reason=other, run_ns=None,
                         answer=[]))
        rows.append(dict(base, workload=other, cap_bytes=None, background_bytes=1, background_mode=name, dataset=other))
        for row in rows:
            record = trial(**row)
            lines += [text_of(record), text_of(timeline(record))]
    return "\n".join(lines) + "\n"


def bad_lines():
    good = text_of(trial())
    whole = {
        "truncated": good[:700], "truncated_early": good[:10], "truncated_late": good[:-1], "words": "no JSON at all",
        "list": "[1,2]", "empty_object": "{}", "number": "1", "text": '"x"', "null": "null", "two": good + good,
        "bare_nan": good.replace('"progress":1.0', '"progress":NaN'),
        "bare_infinity": good.replace("1.5", "-Infinity"), "real_overflow": good.replace("1.5", "1e999"),
        "integer_overflow": good.replace("100000000", "9223372036854775808"), "nul_byte": good.replace("csr", "c\0r"),
        "nul_escape": good.replace("csr", "c\\u0000r"), "lone_surrogate": good.replace("csr", "\\ud800"),
        "raw_control": good.replace("csr", "\x1b[31m"), "raw_tab": good.replace("csr", "c\tr"),
        "no_utf8": good.encode().replace(b"csr", b"\xff\xfe"), "nested": "[" * 100000, "nested_objects": '{"a":' * 100000,
        "too_long": '{"x":"' + "x" * (2 << 20) + '"}', "twice": good.replace('"seed":1', '"seed":1,"seed":2'),
        "machine_twice": good.replace('"seed":1', '"machine":{"id":"m2"},"seed":1'), "comment": "// " + good,
        "single_quotes": good.replace('"', "'"), "trailing_comma": good[:-1] + ",}", "escapes": "\x1b]0;owned\x07\x1b[31m",
        "script": "<script>hostile()</script>",
    }
    members = {
        "newer": dict(schema=2), "far_newer": dict(schema=10**18), "schema_text": dict(schema="1"), "schema_0": dict(schema=0),
        "kind": dict(kind="other"), "kind_number": dict(kind=1), "negative_cap": dict(cap_bytes=-1),
        "real_cap": dict(cap_bytes=1.5), "text_cap": dict(cap_bytes="2G"), "negative_reading": dict(peak_rss_bytes=-4096),
        "flag_reading": dict(run_ns=True), "huge_reading": dict(run_ns=1e300), "negative_data": dict(data_bytes=-1),
        "null_data": dict(data_bytes=None), "text_repetition": dict(repetition="0"), "outcome": dict(outcome="fine"),
        "outcome_number": dict(outcome=0), "progress": dict(progress=1.5), "negative_progress": dict(progress=-0.1),
        "tolerance": dict(answer_tolerance=-1), "params_list": dict(params=["a"]), "params_number": dict(params={"a": 1}),
        "params_many": dict(params={str(i): "" for i in range(65)}), "answer_long": dict(answer=[0.0] * 9),
        "answer_text": dict(answer=["1"]), "marks_number": dict(marks=[1]), "marks_object": dict(marks={}),
        "command_text": dict(command="run"), "command_numbers": dict(command=[1]), "checksum": dict(data_checksum="xyz"),
        "machine_list": dict(machine=[]), "machine_without_id": dict(machine={"host": "x"}),
        "machine_id_number": dict(machine={"id": 1}), "suite_null": dict(suite=None), "workload_list": dict(workload=[]),
    }
    whole.update({name: text_of(trial(**member)) for name, member in members.items()})
    missing = trial()
    del missing["outcome"]
    whole["missing"] = text_of(missing)
    return whole


def odd_files():
    good = text_of(trial())
    spaced = json.dumps(trial())
    return {
        "crlf": good + "\r\n" + text_of(timeline(trial())) + "\r\n", "no_newline": good, "blank_lines": "\n\n" + good + "\n\n\r\n",
        "spaces": spaced + "\n" + json.dumps(timeline(trial())) + "\n", "sorted": json.dumps(trial(), sort_keys=True) + "\n",
        "unknown_members": text_of(trial(new={"x": [1, {"machine": {"id": "m9"}}]}, marks=["a_new_mark"])) + "\n",
        "long_command": text_of(trial(command=["x" * 100000])) + "\n",
        "timeline_first": text_of(timeline(trial())) + "\n" + good + "\n",
        "timeline_broken": good + '\n{"kind":"timeline"' + "x" * 1000 + "\n",
        "timeline_nested": good + '\n{"kind":"timeline","at_ns":' + "[" * 100000 + "\n",
        "timeline_of_another": good + "\n" + text_of(timeline(trial(repetition=7))) + "\n",
        "timeline_wild": good + "\n" + text_of(dict(timeline(trial()), at_ns=[9 * 10**18, 0] * 10)) + "\n",
    }


def make(ran):
    def write(name, content):
        with open(name + ".jsonl", "wb") as file:
            file.write(content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content)

    write("names", hostile_run(ran, 0))
    write("other", hostile_run(ran, 0).replace('"run_ns":1', '"run_ns":2'))
    good, next_good = text_of(trial()), text_of(trial(repetition=1))
    write("good", good + "\n" + next_good + "\n")
    for name, line in bad_lines().items():
        line = line.encode() if isinstance(line, str) else line
        write("bad-" + name, good.encode() + b"\n" + line + b"\n" + next_good.encode() + b"\n")
    for name, content in odd_files().items():
        write("odd-" + name, content)
    write("million", "no record\n" * 10**6 + good + "\n" + next_good + "\n")
    extreme = [trial(**{key: 2**63 - 1 for key in METRICS}, background_bytes=2**63 - 1, data_bytes=2**63 - 1,
                     cap_bytes=2**63 - 1, timeout_ns=2**63 - 1, repetition=i, answer=[1e308, -1e308]) for i in (0, 2**63 - 1)]
    extreme += [trial(**{key: 0 for key in METRICS}, cap_bytes=0, timeout_ns=0, threads=0, answer=[])]
    write("extreme", "".join(text_of(record) + "\n" for record in extreme))


class Page(html.parser.HTMLParser):
    def __init__(self, name):
        super().__init__()
        self.name, self.inside = name, ""

    def handle_starttag(self, tag, attributes):
        self.inside = tag
        for key, value in attributes:
            wild = key.startswith("on") or re.match(r"\s*(javascript|data):", value or "", re.I)
            assert not (wild and "hostile" in (value or "")), f"{self.name}: <{tag} {key}={value}>"
        assert tag != "img" or dict(attributes).get("src") != "x", f"{self.name}: an image of a record's own"

    def handle_data(self, data):
        assert self.inside not in ("script", "style") or "hostile" not in data, f"{self.name}: {data[:200]}"

    def handle_endtag(self, tag):
        self.inside = ""


def check(name):
    content = open(name, "rb").read()
    if name.endswith((".png", ".pdf")):
        return
    text = content.decode("utf-8")
    if name.endswith(".terminal"):
        text = re.sub("\x1b\\[[0-9]*m|\r(?=\n)", "", text)
    wild = re.search("[\0-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]", text)
    assert not wild, f"{name}: {text[max(wild.start() - 40, 0):wild.end() + 40]!r}"
    if name.endswith((".svg", ".xml")):
        for element in xml.fromstring(text).iter():
            assert not str(element.tag).endswith("}script"), f"{name}: a script"
            assert not any(key.startswith("on") for key in element.keys()), f"{name}: {element.attrib}"
    if name.endswith(".json"):
        json.loads(text)
    if name.endswith(".html"):
        page = Page(name)
        page.feed(text)
        page.close()
    if name.endswith(".md"):
        assert "<img src=x" not in text and "<script>hostile" not in text, f"{name}: HTML of a record's own"


if __name__ == "__main__":
    if sys.argv[1] == "make":
        make(sys.argv[2])
    else:
        for path in sys.argv[2:]:
            check(path)
