#!/bin/sh
# fuzz.sh FUZZER SECONDS FOLDER: runs a fuzzer on its seeds and on what it makes of them. FOLDER keeps what reached
# something new (corpus/), which the next run begins with, and an input that broke something (broken-…), which is for
# seeds/NAME once the cause is mended.
set -eu
fuzzer=$1 seconds=$2 folder=$3
here=$(cd "$(dirname "$0")" && pwd)
name=$(basename "$fuzzer" _fuzz)
seeds=$name
[ "$name" != export ] || seeds=record # both read stores
mkdir -p "$folder/corpus"
if [ -e "$here/$seeds.dict" ]; then set -- "-dict=$here/$seeds.dict"; else set --; fi
exec "$fuzzer" "$@" "-max_total_time=$seconds" -timeout=20 -print_final_stats=1 "-artifact_prefix=$folder/broken-" \
    "$folder/corpus" "$here/seeds/$seeds"
