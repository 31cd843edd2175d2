#!/bin/sh
# fuzz.sh FUZZER SECONDS FOLDER: runs a fuzzer on its seeds and on inputs that it derives from them. FOLDER keeps inputs
# that reached new code (corpus/), with which the next run begins; an input that caused a failure (broken-…), which
# belongs into seeds/NAME once the cause is fixed; and files that a fuzzer makes.
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
