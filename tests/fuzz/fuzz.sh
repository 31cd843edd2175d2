#!/bin/sh
# fuzz.sh FUZZER SECONDS FOLDER: runs a fuzzer on its seeds and on what it makes of them. FOLDER keeps what reached
# something new (corpus/), which the next run begins with, and an input that broke something (broken-…), which is for
# seeds/NAME once the cause is mended; and the files that a fuzzer makes.
set -eu
fuzzer=$1 seconds=$2 folder=$3
here=$(cd "$(dirname "$0")" && pwd)
name=$(basename "$fuzzer" _fuzz)
words=$name
mkdir -p "$folder/corpus"
set -- "$folder/corpus"
[ ! -d "$here/seeds/$name" ] || set -- "$@" "$here/seeds/$name"
case $name in
export | advise) # read stores, as `record` does
    words=record
    set -- "$@" "$here/seeds/record"
    ;;
esac
[ ! -e "$here/$words.dict" ] || set -- "-dict=$here/$words.dict" "$@"
export TMPDIR="$folder"
exec "$fuzzer" "-max_total_time=$seconds" -timeout=20 -print_final_stats=1 "-artifact_prefix=$folder/broken-" "$@"
