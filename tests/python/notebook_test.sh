#!/bin/bash
# The notebook runs from nothing, and what it shows is there.
. "$(dirname "$0")/common.sh"
begin
status 0 "$python" "$MLM_SOURCE/tests/python/notebook.py" "$MLM_SOURCE/integrations/notebook/laptop.ipynb" out
expect "the records are kept" records out/results/notebook.jsonl 'len(r) >= 2 and all(x["outcome"] == "ok" for x in r)'
finish
