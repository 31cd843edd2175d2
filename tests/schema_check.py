#!/usr/bin/env python3
"""schema_check.py FILE…: every line of these results files is what results/schema.json says.

Needs jsonschema (python3-jsonschema). Names each line that is not, and exits 1."""

import json
import os
import sys

import jsonschema

SCHEMA = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "results", "schema.json")


def main():
    with open(SCHEMA, encoding="utf-8") as file:
        schema = json.load(file)
    jsonschema.Draft202012Validator.check_schema(schema)
    # One validator a kind: what is wrong with a line is said better than "fits none of two".
    validators = {kind: jsonschema.Draft202012Validator({"$ref": f"#/$defs/{kind}", "$defs": schema["$defs"]})
                  for kind in ("trial", "timeline")}
    lines = bad = 0
    for path in sys.argv[1:]:
        with open(path, encoding="utf-8") as file:
            for number, text in enumerate(file, 1):
                lines += 1
                line = json.loads(text)
                for error in validators[line["kind"]].iter_errors(line):
                    bad += 1
                    print(f"{path}:{number}: {'/'.join(map(str, error.path))}: {error.message:.200}")
    print(f"{lines} lines, {bad} complaints")
    return 1 if bad or not lines else 0


sys.exit(main())
