# Completion of mlmembench for bash. Suites, workloads and parameters come from `mlmembench list`, which takes
# milliseconds.

# __mlmembench_words WORD…: those that continue the last item of the comma-separated list that is being typed.
__mlmembench_words()
{
    local typed=${cur##*,} word
    for word; do
        [[ $word != "$typed"* ]] || COMPREPLY+=("${cur%"$typed"}$word")
    done
}

__mlmembench_listed()
{
    "${COMP_WORDS[0]}" list 2>/dev/null | awk -v what="$1" '
        what == "suites" && /^[a-z][a-z0-9_]*: / { sub(/:.*/, ""); print }
        what == "workloads" && /^  [a-z][a-z0-9_]*\// { print $1 }
        /^$/ { params = 0 }
        what == "params" && params && /^  [^ ]/ { print $1 "=" }
        /^  parameter / { params = 1 }'
}

__mlmembench_files()
{
    compopt -o filenames
    mapfile -t COMPREPLY < <(compgen -f -- "$cur")
}

__mlmembench_value()
{
    local listed
    case $1 in
    --cap) __mlmembench_words 512M 1G 2G 4G 8G none ;;
    --laptop) __mlmembench_words 2G 4G 8G 16G ;;
    --data) __mlmembench_words 256M 640M 1G 2560M 5G ;;
    --swap) __mlmembench_words max none 1G 2G 4G ;;
    --background) __mlmembench_words 512M 1G 1600M 2G ;;
    --value) __mlmembench_words f64 f32 f16 i8 ;;
    --storage) __mlmembench_words dense csr csc coo ;;
    --model) __mlmembench_words none linear logistic mlp kmeans pca pca-randomized knn forest boosting-hist boosting-exact ;;
    --runtime) __mlmembench_words c numpy sklearn xgboost pytorch ;;
    --optimizer) __mlmembench_words sgd momentum adam ;;
    --system) __mlmembench_words 256M 512M 1G ;;
    --density) __mlmembench_words 0.01 0.05 0.1 0.5 ;;
    --batch) __mlmembench_words 64 256 1024 4096 ;;
    --tolerance) __mlmembench_words 1% 2% 5% 10% ;;
    --timeout) __mlmembench_words 20s 60s 5min ;;
    --suite)
        mapfile -t listed < <(__mlmembench_listed suites)
        __mlmembench_words "${listed[@]}"
        ;;
    --filter | --workload)
        mapfile -t listed < <(__mlmembench_listed workloads)
        __mlmembench_words "${listed[@]}"
        ;;
    --param)
        mapfile -t listed < <(__mlmembench_listed params | sort -u)
        __mlmembench_words "${listed[@]}"
        compopt -o nospace
        ;;
    --format)
        if [[ $verb == export ]]; then
            __mlmembench_words markdown csv tsv json html google-benchmark github-action-benchmark bencher junit \
                openmetrics
        elif [[ $verb == estimate ]]; then
            __mlmembench_words text json
        else
            __mlmembench_words svg png pdf
        fi
        ;;
    --fail-above | --floor | --within) __mlmembench_words 5% 10% 20% ;;
    --fail-on) __mlmembench_words time needs both ;;
    --dataset | --file | --evict | --resume | --out | --output | --history) __mlmembench_files ;;
    *) return 1 ;;
    esac
}

_mlmembench()
{
    local cur=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} verb=${COMP_WORDS[1]} options
    COMPREPLY=()
    if ((COMP_CWORD == 1)); then
        __mlmembench_words run exec fit show compare report plot export advise list estimate doctor clean help --help --version
        return
    fi
    # Bash takes --cap=2G for three words.
    if [[ $cur == = ]]; then
        cur=
    elif [[ $before == = ]]; then
        before=${COMP_WORDS[COMP_CWORD - 2]}
    fi
    case $verb in
    run)
        options=(--cap --laptop --suite --all --filter --param --data --dataset --swap --repetitions --timeout
            --seed --threads --background --out --resume --dry-run --quiet --help)
        ;;
    exec)
        options=(--cap --swap --repetitions --warmup --timeout --background --prepare --evict --cleanup --name --output
            --out --quiet --help)
        ;;
    fit)
        options=(--within --swap --tolerance --max-trials --repetitions --timeout --background --workload --param --data
            --seed --threads --prepare --evict --cleanup --name --output --out --quiet --help)
        ;;
    list) options=(--suite --data --help) ;;
    compare) options=(--fail-above --fail-on --allow-missing --mix-data --history --last --floor --any-machine --help) ;;
    report) options=(--out --help) ;;
    plot) options=(--out --format --help) ;;
    export) options=(--format --out --rows --help) ;;
    estimate)
        options=(--rows --columns --file --value --density --distinct --storage --model --runtime --stream --batch --reuse
            --epochs --malloc --prefetch --workers --slices --persistent --split --in-place --widths --optimizer
            --checkpoint --clusters --init --no-tolerance --components --neighbors --trees --depth --bins
            --no-early-stopping --quantile --system --background --sources --check --format --help)
        ;;
    clean) options=(--dry-run --help) ;;
    show | advise | doctor) options=(--help) ;;
    help)
        __mlmembench_words run exec fit show compare report plot export advise list estimate doctor clean
        return
        ;;
    *) return ;;
    esac
    # What stands behind -- is another program's.
    if [[ $verb =~ ^(exec|fit)$ && " ${COMP_WORDS[*]:0:COMP_CWORD} " == *' -- '* ]]; then
        __mlmembench_files
        return
    fi
    # shellcheck disable=SC2076  # the option itself, as a word
    if [[ " ${options[*]} " =~ " $before " ]] && __mlmembench_value "$before"; then
        return
    elif [[ $cur == -* ]]; then
        __mlmembench_words "${options[@]}"
    elif [[ $verb =~ ^(show|compare|report|plot|export|advise)$ ]]; then
        __mlmembench_files
    fi
}

complete -F _mlmembench mlmembench
