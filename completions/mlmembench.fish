# Completion of mlmembench for fish. Suites, workloads and parameters come from `mlmembench list`, which takes
# milliseconds.

function __mlmembench_listed --argument-names what
    set --local words (commandline --tokenize --cut-at-cursor)
    $words[1] list 2>/dev/null | awk -v what="$what" '
        what == "suites" && /^[a-z][a-z0-9_]*: / { sub(/:.*/, ""); print }
        what == "workloads" && /^  [a-z][a-z0-9_]*\// { print $1 }
        /^$/ { params = 0 }
        what == "params" && params && /^  [^ ]/ { print $1 "=" }
        /^  parameter / { params = 1 }' | sort -u
end

# Items that continue a comma-separated list.
function __mlmembench_list
    set --local typed (commandline --current-token | string replace --regex '^--[a-z]+=' '' | string match --regex '.*,')
    printf '%s\n' "$typed"$argv
end

complete --command mlmembench --no-files
complete --command mlmembench --condition __fish_use_subcommand --arguments run \
    --description 'run workloads under memory caps, and show what they cost'
complete --command mlmembench --condition __fish_use_subcommand --arguments show \
    --description 'show the table of stored runs again'
complete --command mlmembench --condition __fish_use_subcommand --arguments exec \
    --description 'run any command under memory caps and show what it needed'
complete --command mlmembench --condition __fish_use_subcommand --arguments fit \
    --description 'find the smallest memory cap at which a command ends well'
complete --command mlmembench --condition __fish_use_subcommand --arguments compare \
    --description 'set stored runs side by side, and fail on regressions'
complete --command mlmembench --condition __fish_use_subcommand --arguments report \
    --description 'write one page of HTML with everything that stored runs say'
complete --command mlmembench --condition __fish_use_subcommand --arguments plot \
    --description 'draw pictures of stored runs'
complete --command mlmembench --condition __fish_use_subcommand --arguments export \
    --description 'write the tables of stored runs in other formats'
complete --command mlmembench --condition __fish_use_subcommand --arguments advise \
    --description 'would more RAM help, or another technique?'
complete --command mlmembench --condition __fish_use_subcommand --arguments list \
    --description 'list suites, workloads with their core bytes, and parameters'
complete --command mlmembench --condition __fish_use_subcommand --arguments estimate \
    --description 'how much memory will a job need, and what would save some?'
complete --command mlmembench --condition __fish_use_subcommand --arguments doctor \
    --description 'can caps be set here, and what would spoil figures?'
complete --command mlmembench --condition __fish_use_subcommand --arguments clean \
    --description 'remove cached datasets, and cages that a run left behind'
complete --command mlmembench --condition __fish_use_subcommand --arguments help --description 'explain a verb'
complete --command mlmembench --condition __fish_use_subcommand --long-option version --description 'name the build'
complete --command mlmembench --long-option help --description 'explain the verb'
complete --command mlmembench --condition '__fish_seen_subcommand_from help' --arguments 'run exec fit show compare report plot export advise list estimate doctor clean'

# What is the same of every verb that measures, and of those that run a program of the user's.
set --local measures --command mlmembench --condition '__fish_seen_subcommand_from run exec fit'
complete $measures --long-option swap --exclusive --arguments 'max none 1G 2G 4G' \
    --description 'swap that a trial may use'
complete $measures --long-option background --exclusive --arguments '512M 1G 1600M 2G' \
    --description 'memory of a second process in the cage'
complete $measures --long-option out --require-parameter --force-files \
    --description 'folder or .jsonl file for the records'
set --local programs --command mlmembench --condition '__fish_seen_subcommand_from exec fit'
complete $programs --long-option timeout --exclusive --arguments '60s 5min 1h' \
    --description 'longest that a trial may take'
complete $programs --long-option prepare --exclusive --description 'command before each trial'
complete $programs --long-option evict --require-parameter --force-files \
    --description 'file to put out of the page cache before each trial'
complete $programs --long-option cleanup --exclusive --description 'command after all trials'
complete $programs --long-option name --exclusive --description 'what the command is called'
complete $programs --long-option output --require-parameter --force-files \
    --description "where the command's output goes"

set --local run --command mlmembench --condition '__fish_seen_subcommand_from run'
complete $run --long-option cap --exclusive --arguments '(__mlmembench_list 512M 1G 2G 4G 8G none)' \
    --description 'memory caps to run under'
complete $run --long-option laptop --exclusive --arguments '2G 4G 8G 16G' \
    --description 'stand in for a laptop with that much RAM'
complete $run --long-option suite --exclusive --arguments '(__mlmembench_list (__mlmembench_listed suites))' \
    --description 'suites to run'
complete $run --long-option all --description 'every row, not the quick ones alone'
complete $run --long-option filter --exclusive --arguments '(__mlmembench_listed workloads)' \
    --description 'only trials whose name matches'
complete $run --long-option param --exclusive --arguments '(__mlmembench_listed params)' \
    --description 'values of a parameter'
complete $run --long-option data --exclusive --arguments '256M 640M 1G 2560M 5G' \
    --description 'how much data the suites hold'
complete $run --long-option dataset --require-parameter --force-files \
    --description 'run storage and loading on your own data'
complete $run --long-option repetitions --exclusive --description 'trials of each row under each cap'
complete $run --long-option timeout --exclusive --arguments '20s 60s 5min' \
    --description 'longest that a trial may take'
complete $run --long-option seed --exclusive --description 'seed of the data and of the order of trials'
complete $run --long-option threads --exclusive --description 'threads that compute'
complete $run --long-option resume --require-parameter --force-files \
    --description 'go on with a run that was cut off'
complete $run --long-option dry-run --description 'show the plan and write nothing'
complete $run --long-option quiet --description 'no progress; the table alone'

complete --command mlmembench --condition '__fish_seen_subcommand_from show' --force-files
complete --command mlmembench --condition '__fish_seen_subcommand_from advise' --force-files

set --local compare --command mlmembench --condition '__fish_seen_subcommand_from compare'
complete $compare --force-files
complete $compare --long-option fail-above --exclusive --arguments '5% 10% 20%' \
    --description 'exit 1 if a row is surely more than that above the old'
complete $compare --long-option fail-on --exclusive --arguments 'time needs both' --description 'figure to fail on'
complete $compare --long-option allow-missing --description 'a row that is missing in NEW is none to fail on'
complete $compare --long-option mix-data --description 'compare rows of different data sizes too'
complete $compare --long-option history --require-parameter --force-files \
    --description 'compare with the earlier files of a folder'
complete $compare --long-option last --exclusive --description 'files of the history that count'
complete $compare --long-option floor --exclusive --arguments '5% 10% 20%' \
    --description 'least step above the usual that is a regression'
complete $compare --long-option any-machine --description 'files of other machines count in the history'

set --local report --command mlmembench --condition '__fish_seen_subcommand_from report'
complete $report --force-files
complete $report --long-option out --require-parameter --force-files --description 'where the page goes'

set --local plot --command mlmembench --condition '__fish_seen_subcommand_from plot'
complete $plot --force-files
complete $plot --long-option out --require-parameter --force-files --description 'folder for the pictures'
complete $plot --long-option format --exclusive --arguments '(__mlmembench_list svg png pdf)' \
    --description 'svg, png, pdf, or several of them'

set --local exec --command mlmembench --condition '__fish_seen_subcommand_from exec'
complete $exec --long-option cap --exclusive --arguments '(__mlmembench_list 512M 1G 2G 4G 8G none)' \
    --description 'memory caps to run under'
complete $exec --long-option repetitions --exclusive --description 'trials of each command under each cap'
complete $exec --long-option warmup --exclusive --description 'runs before the first one that counts'
complete $exec --long-option quiet --description 'say nothing but errors'

set --local fit --command mlmembench --condition '__fish_seen_subcommand_from fit'
complete $fit --long-option within --exclusive --arguments '5% 10% 20%' \
    --description 'also find where it is at most that much slower'
complete $fit --long-option tolerance --exclusive --arguments '1% 2% 5% 10%' \
    --description 'how far off the answer may be'
complete $fit --long-option max-trials --exclusive --description 'stop after that many'
complete $fit --long-option repetitions --exclusive --description 'trials that the answer is made of'
complete $fit --long-option workload --exclusive --arguments '(__mlmembench_listed workloads)' \
    --description 'one of our own instead of a command'
complete $fit --long-option param --exclusive --arguments '(__mlmembench_listed params)' \
    --description "the workload's parameter"
complete $fit --long-option data --exclusive --arguments '256M 640M 1G 2560M 5G' \
    --description 'how much data the workload holds'
complete $fit --long-option seed --exclusive --description "seed of the workload's data"
complete $fit --long-option threads --exclusive --description 'threads that the workload computes with'
complete $fit --long-option quiet --description 'no progress; the answer and the table alone'

set --local export --command mlmembench --condition '__fish_seen_subcommand_from export'
complete $export --force-files
complete $export --long-option format --exclusive --description 'what the tables are written as' \
    --arguments 'markdown csv tsv json html google-benchmark github-action-benchmark bencher junit openmetrics'
complete $export --long-option out --require-parameter --force-files --description 'where to, if not standard output'
complete $export --long-option rows --description 'a line a row in place of a line a trial'

set --local list --command mlmembench --condition '__fish_seen_subcommand_from list'
complete $list --long-option suite --exclusive --arguments '(__mlmembench_listed suites)' \
    --description 'this suite alone'
complete $list --long-option data --exclusive --arguments '256M 640M 1G 2560M 5G' \
    --description 'the size that core bytes are shown for'

set --local estimate --command mlmembench --condition '__fish_seen_subcommand_from estimate'
complete $estimate --long-option rows --exclusive --description 'rows of the data'
complete $estimate --long-option columns --exclusive --description 'columns of the data'
complete $estimate --long-option file --require-parameter --force-files --description 'take the shape of this file'
complete $estimate --long-option value --exclusive --arguments 'f64 f32 f16 i8' \
    --description 'type of the values'
complete $estimate --long-option density --exclusive --arguments '0.01 0.05 0.1 0.5' \
    --description 'share of values other than 0'
complete $estimate --long-option distinct --exclusive --description 'different values that a column has'
complete $estimate --long-option storage --exclusive --arguments 'dense csr csc coo' \
    --description 'how the data is stored'
complete $estimate --long-option model --exclusive --arguments 'none linear logistic mlp kmeans pca pca-randomized knn forest boosting-hist boosting-exact' \
    --description 'what is fitted'
complete $estimate --long-option runtime --exclusive --arguments 'c numpy sklearn xgboost pytorch' \
    --description 'what runs it'
complete $estimate --long-option stream --description 'read batch by batch, never all at once'
complete $estimate --long-option batch --exclusive --arguments '64 256 1024 4096' \
    --description 'rows in a batch'
complete $estimate --long-option reuse --description 'read every batch into the same array'
complete $estimate --long-option epochs --exclusive --description 'passes over the data'
complete $estimate --long-option malloc --exclusive --arguments 'moving fixed' \
    --description 'mmap threshold of glibc'
complete $estimate --long-option prefetch --exclusive --description 'batches that wait for each worker'
complete $estimate --long-option workers --exclusive --description 'processes that make batches'
complete $estimate --long-option slices --description 'batches are slices, without a DataLoader'
complete $estimate --long-option persistent --description 'workers live on from epoch to epoch'
complete $estimate --long-option split --description 'a fifth is held out by copying'
complete $estimate --long-option in-place --description 'the library may overwrite the data'
complete $estimate --long-option widths --exclusive --description 'units of the layers of an mlp'
complete $estimate --long-option optimizer --exclusive --arguments 'sgd momentum adam' \
    --description 'of an mlp'
complete $estimate --long-option checkpoint --description 'keep few activations'
complete $estimate --long-option clusters --exclusive --description 'of kmeans'
complete $estimate --long-option init --exclusive --arguments 'k-means++ random' \
    --description 'first centres of kmeans'
complete $estimate --long-option no-tolerance --description 'of kmeans: tol=0'
complete $estimate --long-option components --exclusive --description 'of pca'
complete $estimate --long-option neighbors --exclusive --description 'of knn'
complete $estimate --long-option trees --exclusive --description 'of forest and boosting'
complete $estimate --long-option depth --exclusive --description 'levels of a tree'
complete $estimate --long-option bins --exclusive --description 'bins a column'
complete $estimate --long-option no-early-stopping --description 'hold no rows out'
complete $estimate --long-option quantile --description 'QuantileDMatrix in place of DMatrix'
complete $estimate --long-option system --exclusive --arguments '256M 512M 1G' \
    --description 'what the operating system holds'
complete $estimate --long-option background --exclusive --arguments '512M 1G 1600M 2G' \
    --description 'what open programs hold'
complete $estimate --long-option sources --description 'say where formulas come from'
complete $estimate --long-option check --description 'measure the nearest own workload'
complete $estimate --long-option format --exclusive --arguments 'text json' \
    --description 'text or json'

complete --command mlmembench --condition '__fish_seen_subcommand_from clean' --long-option dry-run \
    --description 'say what would go, and keep it'
