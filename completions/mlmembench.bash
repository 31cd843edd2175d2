# Completion of mlmembench for bash. What may follow, the program itself knows.
_mlmembench()
{
    local cur=${COMP_WORDS[COMP_CWORD]} words=() line whole i
    # Bash takes --cap=2G for three words.
    for ((i = 1; i <= COMP_CWORD; i++)); do
        if ((i > 1)) && [[ ${COMP_WORDS[i]} == = || ${COMP_WORDS[i - 1]} == = ]]; then
            words[${#words[@]} - 1]+=${COMP_WORDS[i]}
        else
            words+=("${COMP_WORDS[i]}")
        fi
    done
    whole=${words[${#words[@]} - 1]}
    [[ $cur != = ]] || cur=
    COMPREPLY=()
    while IFS= read -r line; do
        if [[ $line == :files ]]; then
            compopt -o filenames
            mapfile -t COMPREPLY < <(compgen -f -- "$cur")
            return
        fi
        line=${line%%$'\t'*}
        [[ $line != *= ]] || compopt -o nospace
        COMPREPLY+=("${line#"${whole%"$cur"}"}")
    done < <("${COMP_WORDS[0]}" help --complete "${words[@]}" 2>/dev/null)
}

complete -F _mlmembench mlmembench
