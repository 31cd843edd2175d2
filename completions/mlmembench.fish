# Completion of mlmembench for fish. What may follow, the program itself knows.
function __mlmembench_offered
    set --local words (commandline --tokenize --cut-at-cursor --current-process)
    set --local current (commandline --current-token --cut-at-cursor)
    set --local offered ($words[1] help --complete $words[2..] "$current" 2>/dev/null)
    if test "$offered" = :files
        set --local option (string match --regex '^--[a-z-]+=' -- $current)
        string replace --regex '^' "$option" -- (__fish_complete_path (string replace "$option" '' -- $current))
    else
        printf '%s\n' $offered
    end
end

complete --command mlmembench --no-files --arguments '(__mlmembench_offered)'
