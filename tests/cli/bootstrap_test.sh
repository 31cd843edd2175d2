#!/bin/sh
# A Python that we start must not import from the user's current folder: neither the one in which bootstrap looks for
# installed modules, nor a worker's. And bootstrap's sum of several builds' tests is right.
. "$(dirname "$0")/common.sh"
begin

ran=$PWD/ran
mkdir folder
for module in importlib contextlib functools types warnings threading collections re os sys ctypes mmap json array random struct site sitecustomize usercustomize numpy sklearn mlm_job; do
    mkdir folder/$module
    echo "open('$ran', 'a').write('$module ')" >folder/$module/__init__.py
done
unset PYTHONPATH PYTHONHOME PYTHONNOUSERSITE

# Takes only bootstrap's functions, because the whole script would install and build.
cat >probe.sh <<SH
source=$MLM_SOURCE
$(sed -n '/^any_file()/,/^}/p; /^python_has()/,/^}/p; /^is_there()/,/^}/p' "$MLM_SOURCE/bootstrap")
is_there python sys && echo found
is_there python no_such_module_anywhere || echo missing
SH
expect "that is what bootstrap does" grep -q 'importlib.util' probe.sh
(cd folder && PATH=/usr/bin:$PATH sh ../probe.sh) >log/probe 2>log/err
expect "it looks for modules" [ "$(cat log/probe)" = "$(printf 'found\nmissing')" ]
expect "and imports none of this folder ($(cat ran 2>/dev/null))" [ ! -e ran ]

for workload in $("$mlm" list --suite frameworks | sed -n 's|^  \(frameworks/[a-z_0-9]*\).*|\1|p' | head -n 3); do
    (cd folder && ASAN_OPTIONS=detect_leaks=0 "$MLM_BIN/mlmembench-worker" preload "$workload") >log/out 2>log/err
    pass "tried $workload: $(head -c 200 log/err)"
done
expect "nor does a worker's Python ($(cat ran 2>/dev/null))" [ ! -e ran ]

# `./bootstrap test -R vm/` names tests that only one of its builds has.
for one in vm/boots unit/adds; do
    mkdir -p "builds/${one%/*}"
    echo "add_test($one /bin/true)" >"builds/${one%/*}/CTestTestfile.cmake"
done
echo 'add_test(vm/breaks /bin/false)' >>builds/vm/CTestTestfile.cmake
cat >sums.sh <<SH
step() { echo "\$*"; }
build=$PWD/builds passed=0 failed=0 skipped=
$(sed -n '/^run_tests()/,/^}/p; /^summary()/,/^}/p' "$MLM_SOURCE/bootstrap")
run_tests vm "\$@"
run_tests unit "\$@"
summary
SH
sums() { sh sums.sh "$@" 2>&1 | tail -n 1; }
expect "a build without a test of that name adds nothing" [ "$(sums -R boots)" = '1 passed, 0 failed' ]
expect "both builds are summed up" [ "$(sums)" = '2 passed, 1 failed' ]
expect "no test at all is a failure" sh -c '! sh sums.sh -R nothing >log/out 2>&1'
finish
