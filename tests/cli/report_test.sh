#!/bin/sh
# report: one page of HTML. tests/browser checks what a browser shows.
. "$(dirname "$0")/common.sh"
begin
records=$MLM_SOURCE/tests/fixtures/record

page()
{
    "$MLM_PYTHON" "$here/page_check.py" "$@"
}

# The page is written beside the records, or to the given path.
cp "$records/quick.jsonl" run.jsonl
status 0 "$mlm" report run.jsonl
expect "it says where" grep -qx 'Report: ./run.html' log/out
expect "nothing on standard error" test ! -s log/err
expect "nothing else is left" test "$(files)" = "$(printf '.\n./run.html\n./run.jsonl')"
status 0 "$mlm" report run.jsonl --out other.html
expect "the same page" cmp run.html other.html
status 0 "$mlm" report run.jsonl --out=-
expect "and on standard output" cmp run.html log/out
cp run.jsonl plain
status 0 "$mlm" report plain
expect "a name without .jsonl" test -s plain.html
rm plain plain.html other.html

# The page is well-formed, needs no other file, and shows the results.
expect "the finding" page run.html 'variants fit in 2G' 'What buys most' 'ok 2 of 3, oom' \
    'csr at density=0.01 rather than dense_f64' 'came to another answer'
expect "the machine" page run.html 'thinkpad, Intel(R) Core(TM) i5-7200U' 'swappiness 60' 'no swap'
expect "what qualifies" page run.html 'figures are of the repetitions that ended ok' \
    'memory and swap together were sampled; the true peak may be a little higher'
expect "the method and its limits" page run.html 'Equal work is proved' 'not a smaller laptop in every respect'
expect "how to repeat it" page run.html 'mlmembench run' 'mlmembench report run.jsonl' 'mlmembench 0.1.0'
expect "what was not had is a dash, and sorts as nothing" \
    grep -qE '<td class="text prime outcome oom">oom at [^<]*</td><td class="figure prime time" data-value="">-</td>' run.html
expect "sorting takes unrounded figures" grep -qE 'data-value="[0-9]{6,}">[0-9.]+ (m?s|[MG]iB)<' run.html

# What is open on a laptop beside the job is the reader's choice.
status 0 "$mlm" report run.jsonl --desktop none --tabs 1 --out other.html
expect "the laptop that is large enough has that desktop" page other.html 'beside its system and a browser with 1 page'
rm other.html

# A single variant is not counted.
grep -h '"workload":"storage/dense_f32"' "$records/swap.jsonl" >one.jsonl
status 0 "$mlm" report one.jsonl
expect "one variant" page one.html 'The one variant does not fit in 512M and fits in 1G' '0 of 1' '1 of 1'
expect_not "never all of one" grep -qiE 'all 1|1 variants' one.html
head -n 1 one.jsonl >trial.jsonl
status 0 "$mlm" report trial.jsonl
expect "one trial" page trial.html 'from 1 trial.'
rm one.* trial.*
# The order: the finding, the suites, how it was measured, and the machines last and folded.
sections()
{
    grep -oE '<section id="[a-z]*|<section id="suite-[0-9]*|<details>' "$1" | sed 's/<section id="//' | tr '\n' ' '
}
expect "machine facts are last and folded" sh -c 'case $1 in "finding suite-1 "*"method <details> repeat machine <details> ") ;; *) exit 1 ;; esac' \
    sh "$(sections run.html)"
expect "repetitions and intervals are in the table" page run.html 'each time' 'time, 95 % interval' 'each needs'

# After a sweep over caps, the finding begins with what advise recommends, word for word.
sweeps=$MLM_SOURCE/tests/fixtures/advise
for name in swap computing; do
    status 0 "$mlm" report "$sweeps/$name.jsonl" --out advice.html
    status 0 "$mlm" advise "$sweeps/$name.jsonl"
    sed '1,/^enough: /d' log/out | grep . >recommendation
    expect "$name: there is a recommendation" test -s recommendation
    while read -r line; do
        expect "$name: it is in the page" page advice.html "$line"
    done <recommendation
    expect "$name: it comes first" "$MLM_PYTHON" - "$(head -n 1 recommendation)" advice.html <<'PYTHON'
import html, re, sys
first, path = sys.argv[1:]
text = open(path, encoding="utf-8").read()
after = text[text.index('<section id="finding">'):]
lead = html.unescape(re.search(r'<p class="lead">(.*?)</p>', after)[1])
sys.exit(lead != first)
PYTHON
done
status 0 "$mlm" report "$sweeps/one_cap.jsonl" --out advice.html
expect_not "one cap is no sweep" grep -q 'class="lead"' advice.html

# Another command, and another machine.
"$MLM_PYTHON" - run.jsonl >quoted.jsonl <<'PYTHON'
import json, sys
for line in open(sys.argv[1]):
    line = json.loads(line)
    if line["kind"] == "trial":
        line["command"] = ["run", "--filter", "a|b $(touch x)", "--dataset", "it's.npy", "--out", "\x1b[2J"]
        line["machine"]["fresh_fact"] = {"of": ["a", "later"]}
    print(json.dumps(line))
PYTHON
status 0 "$mlm" report quoted.jsonl
expect "the command, as a shell takes it" page quoted.html \
    "mlmembench run --filter 'a|b \$(touch x)' --dataset 'it'\\''s.npy' --out \$'\\033[2J'"
expect "a fact that this version does not know" page quoted.html 'fresh_fact {"of":["a","later"]}'
for verb in exec fit; do
    "$MLM_PYTHON" - run.jsonl $verb >$verb.jsonl <<'PYTHON'
import json, sys
for line in open(sys.argv[1]):
    line = json.loads(line)
    if line["kind"] == "trial":
        line["command"] = [sys.argv[2], "--swap", "none", "--", "./train", "--epochs", "2"]
    print(json.dumps(line))
PYTHON
    status 0 "$mlm" report $verb.jsonl
    expect "the verb of $verb is part of it" page $verb.html "mlmembench $verb --swap none -- ./train --epochs 2"
done
status 0 "$mlm" report run.jsonl "$records/swap.jsonl" --out two.html
expect "two machines" page two.html 'on 2 machines' 'netbook' 'thinkpad' '4.00 GiB (partition)'

# Two machines: the verdict of compare comes first. Two laptops that one machine stood for count as two machines.
data()
{
    "$MLM_PYTHON" "$here/compare_data.py" "$records/quick.jsonl" "$@" repetitions=5
}
data small.jsonl laptop=2048 outcome=storage/dense:oom outcome=batch/mlp:oom
data wide.jsonl laptop=8192 seed=2 pace=0.6
data old.jsonl
data new.jsonl seed=2 machine=m2:netbook pace=0.6
status 0 "$mlm" report old.jsonl new.jsonl --out verdict.html
expect "the verdict" grep -qE '^<p class="lead">netbook is 1[.]6[0-9] × as fast as thinkpad \(1[.][56][0-9] to 1[.][67][0-9]\) on the [0-9]+ rows that both can run[.] The same rows ended well on both[.] ' verdict.html
expect "it comes first" test "$(grep -A 2 '<section id="finding">' verdict.html | grep -c '^<p class="lead">netbook')" = 1
status 0 "$mlm" report small.jsonl wide.jsonl --out laptops.html
expect "laptops" grep -qE '^<p class="lead">laptop of 8G is 1[.]6[0-9] × as fast as laptop of 2G .* [0-9]+ rows ended well only on laptop of 8G: .*No row ended well only on laptop of 2G' laptops.html
expect "row against row" page laptops.html 'Row against row' 'laptop of 8G, time'

# Without gnuplot there are no pictures; one line on standard error and one in the page say so.
expect "there are pictures" grep -q '<svg' run.html
mkdir empty
status 0 env PATH="$PWD/empty" "$mlm" report run.jsonl --out bare.html
expect "one line" test "$(cat log/err)" = "mlmembench: no pictures: gnuplot is not installed"
expect "it is in the page" page bare.html 'no pictures: gnuplot is not installed' 'variants fit in 2G'
expect_not "and no picture" grep -q '<svg' bare.html

# Hostile names stay text.
status 0 "$mlm" report "$records/hostile.jsonl" --out hostile.html
expect "hostile records are a page as any" page hostile.html "\`touch x\`?[31m<b>'; system(\"touch x\")"
expect "and plain" no_escapes hostile.html
expect_not "and make no file" test -e x

# The page appears completely or not at all, and never overwrites records.
cp run.html before.html
ln run.jsonl link.html
ln -s run.jsonl symbolic.html
for target in link.html symbolic.html ./run.jsonl; do
    "$mlm" report run.jsonl --out $target >log/out 2>log/err
    expect "--out $target is refused" test $? = 2
done
expect "the records are there" cmp run.jsonl "$records/quick.jsonl"
refused 3 'cannot write missing/x.html: No such file' report run.jsonl --out missing/x.html
refused 3 'No space left on device' report run.jsonl --out /dev/full
"$mlm" report run.jsonl --out - >/dev/full 2>log/err
expect "a full disk is exit status 3" test $? = 3
expect "what was there stays" cmp run.html before.html
{ "$mlm" report run.jsonl --out - 2>log/err; } | head -n 1 >/dev/null
expect "a reader may go" test ! -s log/err

# Invalid lines are named, and the rest is shown.
{
    cat run.jsonl
    echo '{'
} >torn.jsonl
status 0 "$mlm" report torn.jsonl
expect "the line is named" grep -q '^mlmembench: torn.jsonl:' log/err
expect "the rest is shown" page torn.html 'variants fit in 2G'
finish
