#!/bin/sh
# Task of tests/arm64/guest.sh, in a session of root: unit tests that need a kernel of this architecture, then null and
# touch under a cap.
[ -n "${1:-}" ] || exec su - root -c "sh /opt/guest/arm64.sh session"

results=/var/results/root
mkdir -p "$results/units"
getconf PAGESIZE >"$results/page_bytes"
echo "pages of $(cat "$results/page_bytes") bytes"
for program in /opt/programs/*; do
    name=${program##*/}
    "$program" >"$results/units/$name.output" 2>&1
    echo $? >"$results/units/$name.status"
    echo "$name: $(cat "$results/units/$name.status") at $(cut -d ' ' -f 1 /proc/uptime) s"
done
mkdir "$results/peaks"
mlmembench run --quiet --out "$results/peaks" --suite self --cap 96M --swap none --filter 'self/(null|touch)' \
    --param size=16M,32M,64M --repetitions 5 >"$results/peaks/output" 2>&1
echo $? >"$results/peaks/status"
