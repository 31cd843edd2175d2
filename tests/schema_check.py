#!/usr/bin/env python3
"""schema_check.py FILE…: checks every line of results files against results/schema.json.
schema_check.py --schema SCHEMA FILE…: checks each file, as a whole, against SCHEMA.

Needs jsonschema (python3-jsonschema). Names each line that does not match, and exits 1."""

import json
import os
import sys

import jsonschema

RECORDS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "results", "schema.json")


def load(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def validator_of(schema):
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def texts_of(paths, schema_path):
    """Place, value and validator of everything to check."""
    if schema_path:
        validator = validator_of(load(schema_path))
        for path in paths:
            yield path, load(path), validator
        return
    schema = load(RECORDS)
    # One validator for each kind, because its errors say more than "fits none of two".
    validators = {kind: validator_of({"$ref": f"#/$defs/{kind}", "$defs": schema["$defs"]})
                  for kind in ("trial", "timeline")}
    for path in paths:
        with open(path, encoding="utf-8") as file:
            for number, text in enumerate(file, 1):
                line = json.loads(text)
                yield f"{path}:{number}", line, validators[line["kind"]]


def main():
    paths, schema_path = sys.argv[1:], None
    if paths[:1] == ["--schema"]:
        schema_path, paths = paths[1], paths[2:]
    checked = bad = 0
    for place, value, validator in texts_of(paths, schema_path):
        checked += 1
        for error in validator.iter_errors(value):
            bad += 1
            print(f"{place}: {'/'.join(map(str, error.path))}: {error.message:.200}")
    print(f"{checked} checked, {bad} complaints")
    return 1 if bad or not checked else 0


sys.exit(main())
