#!/bin/sh
# The help texts of the program.
. "$(dirname "$0")/common.sh"
begin

golden help "$mlm" --help
status 0 "$mlm" --help
status 2 "$mlm"
expect "without a verb, the same" diff log/out "$here/golden/help"
for word in -h help; do
    status 0 "$mlm" $word
    expect "$word: the same" diff log/out "$here/golden/help"
done

for verb in $verbs; do
    golden "help_$verb" "$mlm" "$verb" --help
    status 0 "$mlm" "$verb" --help
    expect "$verb --help: 80 columns" narrow log/out
    expect_not "$verb --help: no space at the end of a line" grep ' $' log/out
    expect "$verb --help: plain" no_escapes log/out
    expect "$verb --help: an example" grep -q "^  mlmembench $verb" log/out
    status 0 "$mlm" "$verb" -h
    expect "$verb -h: the same" diff log/out "$here/golden/help_$verb"
    status 0 "$mlm" help "$verb"
    expect "help $verb: the same" diff log/out "$here/golden/help_$verb"
    expect "--help names $verb" grep -q "^  $verb " "$here/golden/help"
done

status 0 "$mlm" --version
expect "the version" grep -qE '^mlmembench [0-9]+\.[0-9]+\.[0-9]+( \([0-9a-f]+(-dirty)?\))?$' log/out

# A full disk is reported; a reader that closes the pipe early is not.
for command in --help list "run --dry-run --suite self"; do
    # shellcheck disable=SC2086  # words
    "$mlm" $command >/dev/full 2>log/err
    expect "$command: a full disk is exit status 3" test $? = 3
    expect "$command: and a line" grep -qE '^mlmembench: .*No space left on device' log/err
    # shellcheck disable=SC2086
    { "$mlm" $command 2>log/err; } | head -n 1 >/dev/null
    expect "$command: a reader may go" test ! -s log/err
done
finish
