#!/bin/sh
# install.sh BUILD: `cmake --install` must give a tree that works, also after it was moved.
set -eu
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cmake --install "$1" --prefix "$scratch/first" >/dev/null
mv "$scratch/first" "$scratch/moved"
cd "$scratch/moved"
failed=0
for file in bin/mlmembench libexec/mlmembench/mlmembench-worker libexec/mlmembench/suites/self.so \
    libexec/mlmembench/suites/frameworks/mlm_job.py \
    share/mlmembench/plots/*.gp share/man/man1/mlmembench.1 share/man/man5/mlmembench-results.5 \
    share/mlmembench/schema.json share/mlmembench/export.schema.json share/mlmembench/estimate.schema.json \
    share/mlmembench/compare.schema.json share/mlmembench/predict.schema.json share/bash-completion/completions/mlmembench \
    share/zsh/site-functions/_mlmembench share/fish/vendor_completions.d/mlmembench.fish; do
    [ -s "$file" ] || {
        echo "not installed: $file"
        failed=1
    }
done
libexec/mlmembench/mlmembench-worker run self/touch size=1M || failed=1
bin/mlmembench list >../list || failed=1
grep -q touch ../list || {
    echo "the installed program does not find its suites:"
    cat ../list
    failed=1
}
exit $failed
