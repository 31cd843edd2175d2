# Sourced by the tests here, which use the command line as a newcomer does. None needs a real cap. Each begins with
# `begin`, checks with the functions below and ends with `finish`; output is kept in log/.
#
# Golden output is in golden/. After an intended change, MLM_GOLDEN=update ctest -R cli/ writes it again.
# shellcheck shell=sh
set -u

# shellcheck disable=SC2034  # for those that source this
mlm=$MLM_BIN/mlmembench
here=$MLM_SOURCE/tests/cli
# shellcheck disable=SC2034
verbs=$("$mlm" --help | sed -n "/^Verbs:/,/^$/s/^  \([a-z]*\) .*/\1/p" | xargs)
export LC_ALL=C.UTF-8 MLMEMBENCH_CACHE="$PWD/cache" TERM=dumb
unset NO_COLOR COLUMNS
failures=0

begin()
{
    find . -mindepth 1 -delete
    mkdir log
}

pass()
{
    echo "ok: $*"
}

fail()
{
    echo "FAILED: $*"
    failures=$((failures + 1))
}

# needs TOOL…: fails unless one of them exists, each a program or python:MODULE. A test without its tool would show
# nothing, so it must fail. CMakeLists.txt searches for lines that begin with this word, because ./bootstrap check,
# which does not install such tools, leaves those tests out.
needs()
{
    for tool; do
        case $tool in
        python:*) "$MLM_PYTHON" -c "import ${tool#*:}" 2>/dev/null && return ;;
        *) command -v "$tool" >/dev/null && return ;;
        esac
    done
    fail "$1 is not installed; ./bootstrap test installs it"
    finish
}

# expect WHAT COMMAND…: the command must succeed.
expect()
{
    what=$1
    shift
    if "$@"; then
        pass "$what"
        return
    fi
    fail "$what: $*"
    # The file that was looked at says what was there instead.
    for looked_at in "$@"; do :; done
    [ ! -f "$looked_at" ] || head -c 2000 "$looked_at"
}

# expect_not WHAT COMMAND…: the command must fail.
expect_not()
{
    what=$1
    shift
    if "$@"; then fail "$what: $*"; else pass "$what"; fi
}

# status WANTED COMMAND…: the command must have this exit status. Output goes to log/out and log/err.
status()
{
    wanted=$1
    shift
    "$@" >log/out 2>log/err </dev/null
    got=$?
    if [ "$got" = "$wanted" ]; then
        pass "exit status $got: $*"
    else
        fail "exit status $got, not $wanted: $*"
        head -n 20 log/err
    fi
}

# golden NAME COMMAND…: its standard output must be the content of golden/NAME.
golden()
{
    file=$here/golden/$1
    shift
    "$@" >log/out 2>log/err </dev/null
    if [ "${MLM_GOLDEN:-}" = update ]; then
        cp log/out "$file"
    elif diff -u "$file" log/out; then
        pass "${file##*/}"
    else
        fail "${file##*/} is not what is shown by: $*"
    fi
}

files()
{
    find . -path ./log -prune -o -print | sort
}

# refused STATUS REGEX ARGUMENT…: mlmembench must end with that status, print one matching line on standard error and
# nothing else, and leave nothing behind.
refused()
{
    wanted=$1 regex=$2
    shift 2
    before=$(files)
    "$mlm" "$@" >log/out 2>log/err </dev/null
    got=$?
    if [ "$got" != "$wanted" ]; then
        fail "exit status $got, not $wanted: mlmembench $*"
    elif [ -s log/out ]; then
        fail "something on standard output: mlmembench $*"
    elif [ "$(wc -l <log/err)" != 1 ] || ! grep -q '^mlmembench: ' log/err; then
        fail "not one line that begins with 'mlmembench: ': mlmembench $*"
    elif ! grep -qE -- "$regex" log/err; then
        fail "the line does not match '$regex': mlmembench $*"
    elif [ "$(files)" != "$before" ]; then
        fail "something was left behind: mlmembench $*"
        files
    else
        pass "mlmembench $*: $(cat log/err)"
        return
    fi
    head -n 5 log/err log/out
}

# Lists the options of a verb as its help shows them, without dashes.
options_of()
{
    "$mlm" "$1" --help | sed -n 's/^  --\([a-z-]*\).*/\1/p' | sort
}

# The formats of export, as its help shows them.
formats_shown()
{
    "$mlm" export --help | sed -n '/^Formats:/,/^$/s/^  \([a-z][a-z-]*\)  *.*/\1/p' | xargs
}

# no_escapes FILE: the file must contain nothing that controls a terminal.
no_escapes()
{
    ! LC_ALL=C grep -q "$(printf '[\001-\010\013-\037]')" "$1"
}

# narrow FILE: no line may be wider than 80 columns (every character here takes one column).
narrow()
{
    "$MLM_PYTHON" - "$1" <<'PYTHON'
import sys
wide = [line for line in open(sys.argv[1], encoding="utf-8").read().split("\n") if len(line) > 80]
print(*wide, sep="\n", end="\n" if wide else "")
sys.exit(bool(wide))
PYTHON
}

finish()
{
    [ "$failures" = 0 ] || {
        echo "$failures failed"
        exit 1
    }
    exit 0
}
