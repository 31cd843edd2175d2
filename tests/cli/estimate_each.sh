# Sourced by the tests of estimate.

# estimate_each PREFIX: for each line "NAME OPTION…" of standard input, compares the text with the golden file PREFIX_NAME,
# and the JSON, which it keeps as NAME.json, with the schema.
estimate_each()
{
    while read -r name words; do
        # shellcheck disable=SC2086  # words
        golden "$1_$name" "$mlm" estimate $words
        expect "$name: 80 columns" narrow log/out
        expect_not "$name: no space at the end of a line" grep ' $' log/out
        # shellcheck disable=SC2086
        status 0 "$mlm" estimate $words --format json
        cp log/out "$name.json"
        expect "$name: what the schema says" "$MLM_PYTHON" "$MLM_SOURCE/tests/schema_check.py" --schema \
            "$MLM_SOURCE/results/estimate.schema.json" "$name.json"
    done
}
