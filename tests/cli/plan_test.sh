#!/bin/sh
# run --dry-run: the plan is complete and follows its options, and no file is made.
. "$(dirname "$0")/common.sh"
begin

# plan NAME OPTION…: writes the plan's table to log/NAME and its trials' names in order to log/NAME.names. Uses so
# little data that references fit on any machine.
plan()
{
    name=$1
    shift
    status 0 "$mlm" run --dry-run --data 64M "$@"
    expect "nothing on standard error" test ! -s log/err
    cp log/out "log/$name"
    sed -n 's/^ *[0-9][0-9]*  .* [0-9.]* [a-zA-Z]*  \([a-z]*\/[^ ]*\).*/\1/p' "log/$name" >"log/$name.names"
}

# The command line as a whole.
golden dry_run "$mlm" run --dry-run --suite self --cap 512M,2G --repetitions 2 --swap none
golden dry_run_laptop "$mlm" run --dry-run --suite self --laptop 4G --repetitions 1 --swap none

plan first
expect "plain" no_escapes log/first
expect "no file is made" test "$(files)" = "."
plan again
expect "one seed, one plan" diff log/first log/again
plan other --seed 2
sort log/first.names >log/first.sorted
sort log/other.names >log/other.sorted
expect "another seed, the same trials" diff log/first.sorted log/other.sorted
expect_not "in another order" cmp -s log/first.names log/other.names
count=$(wc -l <log/first.names)
expect "as many trials as are certain" grep -q "^5 rounds, $count trials" log/first
expect "time and disk are said, and what the budget allows" grep -qE \
    '^5 rounds, [0-9]+ trials.*, about [0-9.]+ [a-z].*, [0-9.]+ [KMG]iB on disk; up to 15 rounds within 6 min[^;]*, for times within ± 5 %; data 64.0 MiB$' log/first
status 0 "$mlm" run --dry-run --data 64M --precision 2% --budget 20min
expect "as it was asked for" grep -q '; up to 15 rounds within 20 min[^;]*, for times within ± 2 %; data' log/out
status 0 "$mlm" run --dry-run --swap none
expect "data are 1.25 times the cap" grep -q '; data 2.50 GiB$' log/out
rows=$(grep -v reference log/first | sed -n 's/.* \([a-z]*\/[^ ]*cap:2G\)$/\1/p' | sort -u | wc -l)
expect "some rows ($rows), at most 30" test "$rows" -ge 12 -a "$rows" -le 30
expect "five rounds of them" test "$count" = $((5 * rows + $(grep -c 'reference$' log/first)))
expect "a reference where the cap is near, and no other" [ "$(grep -c 'reference$' log/first)" = 0 ]
plan near --suite storage --filter 'dense.*f32' --cap 64M --repetitions 2
expect "it is as certain as its row" [ "$(grep -c 'reference$' log/near)" = "$(grep -c 'cap:64M$' log/near)" ]
expect_not "self is not among the defaults, nor frameworks, nor inference" grep -qE '(self|frameworks|inference)/' log/first
for suite in batch classical compression loading parallel pooling storage; do
    expect "$suite is" grep -q " $suite/" log/first
done

# A plan must make no cage. doctor, which makes one, proves that the watch would notice it.
if [ "$(id -u)" = 0 ]; then
    site=$("$mlm" doctor | tr -s ' \n' ' ' | sed 's/.* below \(\/[^ ]*\) .*/\1/')
    status 0 "$MLM_PYTHON" "$here/created.py" "$site" "$mlm" doctor
    expect "doctor makes a cage in $site" grep -q '^mlmembench-' log/out
    status 0 "$MLM_PYTHON" "$here/created.py" "$site" "$mlm" run --dry-run
    expect "a plan makes none" test ! -s log/out
fi

# Rows: quick ones and all.
plan all --all --repetitions 1
expect "--all has more rows" test "$(wc -l <log/all.names)" -gt "$((2 * rows))"
plan chosen --suite storage,batch
expect_not "--suite: no other" grep -vq '^\(storage\|batch\)/' log/chosen.names
expect "--suite: storage" grep -q '^storage/' log/chosen.names
expect "--suite: batch" grep -q '^batch/' log/chosen.names

# Filters: the matching names, and with '-' all others.
plan matching --filter csr
plan rest --filter=-csr
expect "--filter: some" test -s log/matching.names
expect_not "--filter: only what matches" grep -vq csr log/matching.names
sort log/matching.names log/rest.names >log/both
expect "'-' leaves out what matches" diff log/first.sorted log/both
plan same --benchmark_filter=csr
expect "--benchmark_filter means the same" diff log/matching log/same
status 0 "$mlm" run --benchmark_list_tests --suite storage --data 64M
sort log/out >log/listed
plan storage --suite storage
sort -u log/storage.names >log/names
expect "--benchmark_list_tests names each once" diff log/names log/listed

# Caps: each row runs under each of them; `none` replaces the reference.
plan caps --suite self --cap 512M,2G,none --repetitions 1 --param size=1M
for cap in 512M 2G none; do
    expect "cap $cap" test "$(grep -c "/cap:$cap\$" log/caps.names)" = 3
done
plan none --suite storage --cap none
expect_not "--cap none needs no reference" grep -q reference log/none

# --laptop stands for a cap and a background; both are shown.
plan laptop --laptop 4G
line=$(head -n 1 log/laptop)
expect "what the laptop stands for" test "$line" = "a laptop of 4G: --cap 3712M --background 1048M:active"
# shellcheck disable=SC2086  # the options that it shows
plan spelt ${line#*: }
sed 1d log/laptop >log/rest_of_laptop
expect "and means" diff log/rest_of_laptop log/spelt
expect "its trials have that cap" grep -q '/cap:3712M$' log/laptop.names
plan desktop --laptop 4G --desktop 700M
expect "a desktop of another size" grep -qx "a laptop of 4G: --cap 3712M --background 700M:active" log/desktop
plan bare --laptop 4G --desktop none
expect "no desktop" grep -qx "a laptop of 4G: --cap 3712M, no desktop" log/bare
for pages in none 0 1 3 5 12; do
    plan "pages_$pages" --laptop 4G --tabs $pages
    sed -n '1s/.*--background \([0-9]*\)M:active/\1/p' "log/pages_$pages" >>log/pages
done
expect "more pages hold more" test "$(sort -n log/pages | uniq | tr '\n' ' ')" = "$(tr '\n' ' ' <log/pages)"
expect "five are the default" test "$(sed -n 5p log/pages)" = 1048
plan own --laptop own
available=$(awk '/^MemAvailable:/ {print int($2 / 1024)}' /proc/meminfo)
cap=$(sed -n '1s/^this laptop, with .*: --cap \([0-9]*\)M, which is available now; no background$/\1/p' log/own)
[ -n "$cap" ] || cap=$(($(sed -n '1s/^this laptop, with .*: --cap \([0-9]*\)G, .*/\1/p' log/own) * 1024))
expect "this machine: what is available, and a reserve" test "$cap" -lt "$available" -a "$cap" -gt $((available / 2))
for size in 2G 8G 16G; do
    plan "laptop_$size" --laptop $size
done

# Sizes follow the formulas: `touch` needs what it touches, plus 8 bytes for each page in page tables.
status 0 "$mlm" run --dry-run --suite self --filter touch --repetitions 1 --param size=1M,5M,100M,3G
while read -r size core peak; do
    expect "touch $size" grep -qE "  $core +$peak +[0-9.]+ m?s  self/touch/size:$size/cap:2G\$" log/out
done <<'SIZES'
1M 1.00.MiB 2.00.MiB
5M 5.00.MiB 6.01.MiB
100M 100.MiB 101.MiB
3G 3.00.GiB 3.01.GiB
SIZES

# Planning must need little memory, however much is asked for. Sanitizers reserve address space of their own. Rows that
# read files are left out: no disk has room for them.
for suite in pooling storage batch parallel classical compression frameworks; do
    (
        # shellcheck disable=SC3045  # every shell of Linux has it
        [ "$MLM_SANITIZED" = 1 ] || ulimit -v 100000
        exec "$mlm" run --dry-run --suite $suite --data 900T --cap 1G,2G --all --filter '-/(numpy|pandas|polars|dask|litert|onnx|executorch|llama)_|_(file|mmap)/'
    ) >log/out 2>log/err
    expect "$suite of 900T is planned" test $? = 0
done
status 0 "$mlm" run --dry-run --suite pooling --data 900T
expect "without a formula where counting out would take long" grep -qE '^ +[0-9]+ +225 TiB +- .* pooling/arena/' log/out
status 0 "$mlm" run --dry-run --suite pooling --data 16G
expect "with one where it does not" grep -qE '^ +[0-9]+ +4.00 GiB +4.01 GiB .* pooling/arena/' log/out

# An impossible row is shown with its reason at the place where it would run.
printf '1,2\n3,4\n' >two.csv
plan dataset --dataset two.csv
expect_not "a dataset is for storage and loading" grep -vq '^\(storage\|loading\)/' log/dataset.names
expect "storage" grep -q '^storage/' log/dataset.names
expect "loading" grep -q '^loading/' log/dataset.names
status 0 "$mlm" run --dry-run --dataset two.csv --suite self --repetitions 1
expect "and self says why not" grep -q "self/null/cap:2G  skipped: does not run on a user's dataset" log/out
rm two.csv
expect "nothing was made" test "$(files)" = "."
finish
