#!/bin/sh
# The man page must have everything that help tells, and nothing that help does not know.
. "$(dirname "$0")/common.sh"
begin
page=$MLM_SOURCE/man/mlmembench.1

# section NAME: prints the text of a section.
section()
{
    sed -n "/^\.SH $1\$/,/^\.SH /p" "$page"
}

# Removes the markup of the page.
plain()
{
    sed 's/\\-/-/g; s/\\f.//g; s/\\(aq/'"'"'/g'
}

for verb in $verbs; do
    heading=$(echo "$verb" | tr '[:lower:]' '[:upper:]')
    section "$heading" >log/section
    expect "$verb has a section" test -s log/section
    options_of "$verb" >log/help
    grep -A1 '^\.TP' log/section | plain | sed -n 's/^\.BI\{0,1\} --\([a-z-]*\).*/\1/p' | sort >log/page
    expect "$verb: the same options" diff log/help log/page
    # Lists every default in help, one on each line after its option.
    "$mlm" "$verb" --help | sed '/^Exit status:/,$d; s/^  --/@--/' | tr -s ' \n' ' ' | sed 's/@--/\n--/g' |
        sed -n 's/^--\([a-z-]*\) .*(default: \(.*\)) *$/\1 \2/p' >log/defaults
    while read -r option default; do
        # Reads up to the next option; a default may be a longer text.
        section "$heading" | plain | sed -n "/^\.BI\{0,1\} --$option /,/^\.TP/p" | tr '\n' ' ' >log/option
        case $default in
        '1.25 × the middle cap') default='1.25 times the middle cap' ;;
        '2560M, which goes with --cap 2G') default='2560M, which goes with' ;;
        esac
        expect "$verb --$option: default $default" grep -qF "Default: $default" log/option
    done <log/defaults
    expect "$verb: all defaults were found" test "$(wc -l <log/defaults)" = "$("$mlm" "$verb" --help | grep -c '(default')"
done

# Every exit status in any help.
for verb in $verbs; do
    "$mlm" "$verb" --help | sed -n '/^Exit status:/,/^$/s/^  \([0-9][0-9]*\) .*/\1/p'
done | sort -n -u >log/help
section 'EXIT STATUS' | sed -n 's/^\.B \([0-9]*\)$/\1/p' >log/page
expect "the same exit statuses" diff log/help log/page

for variable in VIRTUAL_ENV CONDA_PREFIX COLUMNS NO_COLOR MLMEMBENCH_CACHE XDG_CACHE_HOME HOME GITHUB_STEP_SUMMARY; do
    expect "$variable is explained" sh -c "sed -n '/^\.SH ENVIRONMENT/,/^\.SH /p' '$page' | grep -qw $variable"
done

version=$("$mlm" --version | cut -d ' ' -f 2)
expect "the page is of version $version" grep -q "^\.TH MLMEMBENCH 1 .* \"mlmembench $version\"" "$page"

needs mandoc
for file in "$MLM_SOURCE"/man/*.[1-8]; do
    status 0 mandoc -Tlint -Wstyle "$file"
    expect "${file##*/} has no lint" test ! -s log/out
done
finish
