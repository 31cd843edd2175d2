#!/bin/sh
# check.sh: measures a command in a job of a CI service, and compares it with its budget and with the main branch. On the
# main branch it keeps the result as the new reference, whatever the verdict. Run it in the folder of your project.
#
#   MLM_COMMAND       the command, as you would type it: python3 train.py
#   MLM_NAME          the name of its row, and of the folder for the results (default: job)
#   MLM_REPETITIONS   how often it is run (default: 5)
#   MLM_OPTIONS       further options of `mlmembench exec`, such as: --cap 1G --param batch=32,64
#   MLM_MAX_NEEDS     the budget for memory, such as 500M
#   MLM_MAX_TIME      the budget for the median time, such as 2min
#   MLM_MAX_FILE      a file with budgets of single rows
#   MLM_FAIL_ABOVE    how much worse than the main branch it may be (default: 10%)
#   MLM_FAIL_ON       time, needs or both (default: both; needs alone if the machines differ)
#   MLM_MAIN          the main branch (default: what GitLab says, or main)
#   MLM_SUDO          no: do not use sudo; without it, it is used where it needs no password
#
# The folder then has now.jsonl, report.html, and junit.xml if there was a reference. The reference is in its folder
# `reference`, which the service has to carry from job to job.
#
# Exit status: 0 all is well; 4 a budget is exceeded; 1 it is worse than on the main branch; else the status of what failed.
set -eu
: "${MLM_COMMAND:?set MLM_COMMAND to the command, such as: python3 train.py}"
name=${MLM_NAME:-job}
case $name in
*/* | .*)
    echo "MLM_NAME: '$name' is not the name of a folder" >&2
    exit 2
    ;;
esac
now=$name/now.jsonl
reference=$name/reference/reference.jsonl
status=0

# annotate TEXT: shows an error in GitHub's list of annotations, and in the log of every service.
annotate()
{
    if [ "${GITHUB_ACTIONS:-}" = true ]; then
        printf '::error title=mlmembench::%s\n' "$(printf '%s' "$1" | sed 's/%/%25/g')"
    else
        printf '%s\n' "$1" >&2
    fi
}

# Only a job of the main branch itself writes the reference. A pull request never does; what it runs is not yet accepted.
on_main()
{
    case ${GITHUB_EVENT_NAME:-}:${CI_PIPELINE_SOURCE:-} in
    pull_request*:* | *:merge_request_event) return 1 ;;
    esac
    [ "${GITHUB_REF:-refs/heads/${CI_COMMIT_BRANCH:-}}" = "refs/heads/${MLM_MAIN:-${CI_DEFAULT_BRANCH:-main}}" ]
}

# Only root may set a memory limit on most runners. The command keeps the environment and the path of the job.
as_root()
{
    if [ "$(id -u)" != 0 ] && [ "${MLM_SUDO:-}" != no ] && sudo -n true 2>/dev/null; then
        sudo -n -E env "PATH=$PATH" "$@"
    else
        "$@"
    fi
}

measure()
{
    rm -f "$now" "$name/report.html" "$name/junit.xml"
    # shellcheck disable=SC2086  # MLM_OPTIONS are words
    as_root mlmembench exec --name "$name" --repetitions "${MLM_REPETITIONS:-5}" --out "$now" ${MLM_OPTIONS:-} \
        "$MLM_COMMAND" || {
        status=$?
        annotate "$MLM_COMMAND could not be measured, or failed (exit status $status); the log says why"
        exit "$status"
    }
    mlmembench report "$now" --out "$name/report.html"
}

budgets()
{
    set -- ${MLM_MAX_NEEDS:+--max-needs "$MLM_MAX_NEEDS"} ${MLM_MAX_TIME:+--max-time "$MLM_MAX_TIME"} \
        ${MLM_MAX_FILE:+--max-file "$MLM_MAX_FILE"}
    [ $# != 0 ] || return 0
    mlmembench show "$now" "$@" >"$name/budgets.txt" || status=$?
    sed -n '/^Budget: /p' "$name/budgets.txt" | while read -r line; do
        if [ "$status" = 0 ]; then echo "$line"; else annotate "$line"; fi
    done
    rm "$name/budgets.txt"
}

compare()
{
    if [ ! -e "$reference" ]; then
        echo "There is no reference of the main branch yet, so nothing is compared."
        [ -z "${GITHUB_STEP_SUMMARY:-}" ] || mlmembench export "$now" --format markdown >>"$GITHUB_STEP_SUMMARY"
        return
    fi
    set -- "$reference" "$now" --fail-above "${MLM_FAIL_ABOVE:-10%}" ${MLM_FAIL_ON:+--fail-on "$MLM_FAIL_ON"}
    format=text
    [ "${GITHUB_ACTIONS:-}" != true ] || format=github
    verdict=0
    mlmembench compare "$@" --format "$format" || verdict=$?
    [ "$status" != 0 ] || status=$verdict
    mlmembench compare "$@" --format junit >"$name/junit.xml" 2>/dev/null || [ -s "$name/junit.xml" ] || rm "$name/junit.xml"
}

# What the main branch has is the reference for what comes next, also where it is worse than before: somebody accepted it.
keep()
{
    on_main || return 0
    mkdir -p "${reference%/*}"
    cp "$now" "$reference.new"
    mv "$reference.new" "$reference"
    echo "The result is the new reference."
    [ -z "${GITHUB_OUTPUT:-}" ] || echo "kept=true" >>"$GITHUB_OUTPUT"
}

mkdir -p "$name"
measure
budgets
compare
keep
exit "$status"
