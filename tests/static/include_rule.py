#!/usr/bin/env python3
"""include_rule.py ROOT: checks which files include which, in the sources under ROOT, and that no files call each other
in a circle. Prints each violation as FILE:LINE: WHY; exit status 1 when there is one, or when no source was found."""

import pathlib
import re
import sys

# Each layer of the harness, with the layers below it that it may include. Nobody includes upward; base/ is below
# everything, the suites too.
LAYERS = {
    "cage": set(),
    "machine": set(),
    "record": set(),
    "report": {"record"},
    "advise": {"record", "report"},
    "estimate": set(),
    "meter": {"cage", "machine", "record"},
    "trial": {"cage", "machine", "record", "meter"},
    "gbench": {"cage", "machine", "record", "meter", "trial"},
    "cli": {"cage", "machine", "record", "meter", "trial", "gbench", "report", "advise", "estimate"},
}
# Headers of the suites that the harness may include, with the layers that may include them; readers of records may not.
CONTRACT = {"workload.h", "scoreboard.h", "suites.h"}
CONTRACT_READERS = {"meter", "trial", "gbench", "cli", "main.c"}

GENERATED = {"version.h"}
SOURCES = {".c", ".h", ".cc", ".hpp"}
# In a .c file without its comments and texts: the functions that it defines for other files, and all names that may be
# functions.
SILENT = re.compile(r'/\*.*?\*/|"(?:\\.|[^"\\\n])*"', re.DOTALL)
DEFINED = re.compile(r"^(?!static\b)\w[^;={}#]*?\b(mlm_\w+)\([^;{}]*\)\s*\{", re.MULTILINE)
NAMED = re.compile(r"\bmlm_\w+")
INCLUDE = re.compile(r'^\s*#\s*include\s*(["<])([^">]+)[">]')


def includes(file):
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        if found := INCLUDE.match(line):
            yield number, found[1] == '"', found[2]


def why_not(program, layer, target_program, target):
    """The reason why a file of program/layer may not include target_program/target; None when it may."""
    if target_program == "base":
        return None
    if program == "base":
        return "base is below everything else"
    if program == "suites":
        if target_program == "harness":
            return "suites include nothing of the harness"
        if layer == "data" and target.parts[0] != "data" and len(target.parts) > 1:
            return "data is below the suites and includes none of them"
        return None
    if target_program == "suites":
        if len(target.parts) > 1 or target.name not in CONTRACT:
            return f"of the suites the harness includes {', '.join(sorted(CONTRACT))} alone"
        return None if layer in CONTRACT_READERS else f"{layer} knows records and machines, not suites"
    below = target.parts[0]
    if layer == "main.c" or below == layer or below in LAYERS[layer]:
        return None
    return f"{layer} is not above {below}"


def cycle(graph):
    """A list of files that include each other in a ring, or None."""
    done, path = set(), []

    def visit(file):
        if file in path:
            return path[path.index(file):] + [file]
        if file not in done:
            path.append(file)
            for other in graph.get(file, ()):
                if found := visit(other):
                    return found
            path.pop()
            done.add(file)
        return None

    return next((found for file in sorted(graph) if (found := visit(file))), None)


def calls(texts):
    """Each .c file with the .c files whose functions it names."""
    home = {name: file for file, text in texts.items() for name in DEFINED.findall(text)}
    return {file: sorted({home[name] for name in NAMED.findall(text) if name in home} - {file})
            for file, text in texts.items()}


def breaches(root):
    programs = ("base", "harness", "suites")
    graph, texts = {}, {}
    for program in programs:
        for file in sorted((root / program).rglob("*")):
            if file.suffix not in SOURCES:
                continue
            name = file.relative_to(root)
            inside = file.relative_to(root / program)
            layer = inside.parts[0] if program == "harness" or len(inside.parts) > 1 else ""
            graph[name] = []
            if file.suffix == ".c":
                texts[name] = SILENT.sub("", file.read_text(encoding="utf-8"))
            if program == "harness" and layer != "main.c" and layer not in LAYERS:
                yield f"{name}:1: {layer} is not a layer; give it a place in include_rule.py"
                continue
            for number, quoted, path in includes(file):
                # Headers of base/ are named from the root, because both programs include them.
                if path.startswith("base/") and (root / path).is_file():
                    target_program, path = "base", path.removeprefix("base/")
                else:
                    target_program = next((p for p in programs[1:] if (root / p / path).is_file()), None)
                if target_program is None or ".." in path:
                    if quoted and path not in GENERATED:
                        yield f'{name}:{number}: "{path}" is not a path from base/, harness/ or suites/'
                    continue
                graph[name].append(pathlib.Path(target_program, path))
                if reason := why_not(program, layer, target_program, pathlib.Path(path)):
                    yield f"{name}:{number}: includes {path}: {reason}"
    if not graph:
        yield f"{root}: no sources"
    if ring := cycle(graph):
        yield f"{ring[0]}:1: includes itself: " + " -> ".join(map(str, ring))
    if ring := cycle(calls(texts)):
        yield f"{ring[0]}:1: calls itself: " + " -> ".join(map(str, ring))


def main():
    found = list(breaches(pathlib.Path(sys.argv[1])))
    print(*found, sep="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
