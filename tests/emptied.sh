#!/bin/sh
# emptied.sh FOLDER SCRIPT: runs a test's script in FOLDER, which is empty however an earlier run of it ended.
set -eu
rm -rf "$1"
mkdir -p "$1"
cd "$1"
exec "$2"
