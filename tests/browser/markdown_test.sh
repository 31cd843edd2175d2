#!/bin/sh
# Markdown in a pull request: in the width of GitHub's text, outcome, time and needs of every row are seen.
. "$MLM_SOURCE/tests/cli/common.sh"
begin
needs chromium chromium-browser google-chrome
needs cmark-gfm
records=$MLM_SOURCE/tests/fixtures/record

"$MLM_PYTHON" "$here/compare_data.py" "$records/quick.jsonl" old.jsonl
"$MLM_PYTHON" "$here/compare_data.py" "$records/quick.jsonl" new.jsonl seed=2 grow=storage/csr:1.2 scale=storage/coo:2 \
    outcome=storage/csc:oom
status 1 "$mlm" compare old.jsonl new.jsonl --fail-above 10% --format markdown
cp log/out compare.md
status 0 "$mlm" export "$MLM_SOURCE/results/reference/reference.jsonl" --format markdown
cp log/out export.md
status 0 "$mlm" export "$records/swap.jsonl" --format markdown
cp log/out swap.md
for name in compare export swap; do
    # What GitHub's style sheet says about tables in Markdown.
    {
        cat <<'HTML'
<!DOCTYPE html><meta charset="utf-8"><style>
body { margin: 0; font: 16px/1.5 -apple-system, "Segoe UI", "Noto Sans", Helvetica, Arial, sans-serif }
table { display: block; width: max-content; max-width: 100%; overflow: auto; border-collapse: collapse }
th, td { padding: 6px 13px; border: 1px solid }
</style><body>
HTML
        cmark-gfm --unsafe -e table $name.md
    } >$name.html
done
expect "in Chromium" "$MLM_PYTHON" "$MLM_SOURCE/tests/browser/markdown_test.py" compare.html export.html swap.html
finish
