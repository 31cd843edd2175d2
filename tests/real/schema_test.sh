#!/bin/bash
# The records and timelines of a real run are valid by results/schema.json.
. "$(dirname "$0")/common.sh"
begin

status 0 "$mlm" run --suite self --filter 'null|touch|spin' --param size=16M,256M --cap 64M --swap none --repetitions 2 --out out/self.jsonl
"$MLM_PYTHON" "$MLM_SOURCE/tests/schema_check.py" out/self.jsonl >log/schema
expect "every line keeps to the schema" test $? = 0
cat log/schema
expect "there are trials" grep -q '^{"kind":"trial"' out/self.jsonl
expect "there are timelines" grep -q '^{"kind":"timeline"' out/self.jsonl
expect "one of them was killed" grep -q '"outcome":"oom"' out/self.jsonl
finish
