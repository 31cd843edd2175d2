#!/bin/sh
# results/schema.json: recorded files are valid, and wrong ones are refused.
. "$(dirname "$0")/common.sh"
begin
needs python:jsonschema
check=$MLM_SOURCE/tests/schema_check.py
records=$MLM_SOURCE/tests/fixtures/record

status 0 "$MLM_PYTHON" "$check" "$records"/*.jsonl "$MLM_SOURCE"/results/reference/*.jsonl
status 0 "$mlm" show "$MLM_SOURCE/results/reference/reference.jsonl"
expect "the reference run has nothing to complain of" test ! -s log/err
head -n 1 "$records/swap.jsonl" >good.jsonl
status 0 "$MLM_PYTHON" "$check" good.jsonl

# expect_bad SED-EXPRESSION: the good line with this change must be refused.
expect_bad()
{
    sed "$1" good.jsonl >bad.jsonl
    expect_not "$1 changes the line" cmp -s good.jsonl bad.jsonl
    status 1 "$MLM_PYTHON" "$check" bad.jsonl
}
expect_bad 's/"schema":1/"schema":2/'
expect_bad 's/"outcome":"[a-z]*"/"outcome":"fine"/'
expect_bad 's/"needs_peak_bytes":/"needs_peak_bytes":-/'
expect_bad 's/"cage_peak_bytes":/"cage_peaks_bytes":/'
expect_bad 's/"data_checksum":"/"data_checksum":"0x/'
expect_bad 's/"repetition":/"repetition":0.5,"was":/'
expect_bad 's/"id":/"identity":/'
finish
