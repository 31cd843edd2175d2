#!/bin/sh
# Wrong usage: one line names the mistake and the remedy, the exit status is 2, and nothing is left behind.
. "$(dirname "$0")/common.sh"
begin

printf '1,2,3\n4,,6\n' >hole.csv
printf '1,2,3\n4,5\n' >short.csv
printf '1 1:2 0:3\n' >order.libsvm
: >empty.csv
head -c 512 /dev/zero >zeros.npy
: >empty
echo garbage >garbage
seq 1 20 | sed 's/^/{/' >broken.jsonl
mkdir folder

# Verbs and options.
refused 2 "no verb 'bogus'; .mlmembench --help. shows them" bogus
refused 2 "no verb 'rnu'; did you mean run\?" rnu
refused 2 "no verb 'lst'; did you mean list\?" help lst
refused 2 "'--cap' needs a verb before it, as in: mlmembench run" --cap 2G
refused 2 "no option --cpa; did you mean --cap\?" run --cpa 2G
refused 2 "no option --cpa; did you mean --cap\?" run --cpa=2G
refused 2 "--cage: 'none' is unknown; give auto, own or inherit" exec --cage none -- true
refused 2 "--cap needs a cage of its own, and --cage inherit has none; leave one of them out" exec --cage inherit --cap 1G -- true
refused 2 "--swap needs a cage of its own" run --cage inherit --swap none
refused 2 "--laptop needs a cage of its own" exec --cage inherit --laptop 8G -- true
refused 2 "--background-reclaim needs a cage of its own" exec --cage inherit --background-reclaim -- true
refused 2 "fit tries one cap after the other, and --cage inherit has none of its own; .mlmembench exec --cage inherit -- COMMAND. measures" fit --cage inherit -- true
# What nothing can be predicted from.
refused 2 "predict needs small sizes to run: --param rows=" predict --to n=9 -- true
refused 2 "predict needs the full size: --to n=N" predict --param n=1,2,3 -- echo '{n}'
refused 2 "predict needs a command: mlmembench predict --param" predict --param n=1,2,3 --to n=9
refused 2 "predict takes one command, and 'true' is another; write -- before it" predict --param n=1,2,3 --to n=9 'echo {n}' true
refused 2 "--param n: no command has {n} in it" predict --param n=1,2,3 --to n=9 -- echo n
refused 2 "--param n has 2 sizes, and predict needs at least 3" predict --param n=1,2 --to n=9 -- echo '{n}'
refused 2 "--param n: 'many' is not a whole number; write one like 500, 20K or 1M" predict --param n=1,2,many --to n=9 -- echo '{n}'
refused 2 "--param n: '1.5' is not a whole number" predict --param n=1.5,2,3 --to n=9 -- echo '{n}'
refused 2 "--param n: a size is at least 1" predict --param n=0,1,2 --to n=9 -- echo '{n}'
refused 2 "--param n: 1k is a size that is named twice" predict --param n=1000,1k,2k --to n=9k -- echo '{n}'
refused 2 "--param n is given twice; give all its values in one" predict --param n=1,2,3 --param n=4 --to n=9 -- echo '{n}'
refused 2 "--to n: 'all' is not a whole number" predict --param n=1,2,3 --to n=all -- echo '{n}'
refused 2 "--to is NAME=VALUE" predict --param n=1,2,3 --to 9 -- echo '{n}'
refused 2 "--to n=3 is not above the sizes of --param; give a larger one, or measure it with .mlmembench exec." predict --param n=1,2,3 --to n=3 -- echo '{n}'
refused 2 "--to n=1 is below all sizes of --param" predict --param n=2,3,4 --to n=1 -- echo '{n}'
refused 2 "--to p: there is no --param p with small sizes" predict --param n=1,2,3 --to p=9 -- echo '{n}'
refused 2 "--to has no full size for p; add --to p=N" predict --param n=1,2,3 --param p=1,2,3 --to n=9 -- echo '{n} {p}'
refused 2 "--param p has one size, so all points lie on one line; give it 3 sizes, or write it into the command" predict \
    --param n=1,2,3 --param p=5 --to n=9 --to p=9 -- echo '{n} {p}'
refused 2 "predict follows one parameter or two, not 3" predict --param a=1,2,3 --param b=1,2,3 --param c=1,2,3 --to a=9 -- echo '{a}{b}{c}'
refused 2 "predict takes one --cap" predict --param n=1,2,3 --to n=9 --cap 1G,2G -- echo '{n}'
refused 2 "--repetitions is at most 50" predict --param n=1,2,3 --to n=9 --repetitions 51 -- echo '{n}'
refused 2 "--format: 'xml' is unknown; give text or json" predict --param n=1,2,3 --to n=9 --format xml -- echo '{n}'
refused 2 "fit has no option --cap; .mlmembench fit --help. shows them" fit --cap 2G -- true
refused 2 "no option --bogus; .mlmembench run --help. shows them" run --bogus
refused 2 "no option --dry-rum; did you mean --dry-run\?" clean --dry-rum
refused 2 "no option --cap; .mlmembench list --help. shows them" list --cap 2G
refused 2 "no option -c; options have two dashes" run -c 2G
refused 2 "takes no '2G'" run 2G
refused 2 "takes no 'x'" doctor x
refused 2 "takes no 'x'" clean -- x
refused 2 "takes no 'storage'" list storage
refused 2 "--all takes no value" run --all=1
for option in cap laptop suite filter param data dataset swap repetitions timeout seed threads background out resume; do
    refused 2 "--$option needs a value: --$option [A-Z]" run --$option
done
refused 2 "show needs a file" show
refused 2 "export needs a file: mlmembench export results/" export --format csv
refused 2 "export needs --format: mlmembench export .* --format markdown" export broken.jsonl
refused 2 "no format 'parquet'; .mlmembench export --help. shows them" export broken.jsonl --format parquet
refused 2 "no format 'cvs'; did you mean csv\?" export broken.jsonl --format cvs
refused 2 "--rows is for csv and tsv, not for junit" export broken.jsonl --format junit --rows
refused 2 "report needs a file: mlmembench report results/NAME.jsonl" report

# Sizes, numbers, times.
refused 2 "--cap: 0 is below 16M" run --cap 0
refused 2 "--cap: 15M is below 16M" run --cap 15M
refused 2 "--cap: '8X' is not a size; write one like 512M, 2G or 1.5G" run --cap 8X
refused 2 "--cap needs a value: --cap LIST" run --cap ''
refused 2 "--out needs a value: --out PATH" run --out=
refused 2 "--cap: '' is not a size" run --cap 2G,
refused 2 "--cap: '' is not a size" run --cap 2G,,4G
refused 2 "--cap: 2G is named twice" run --cap 2G,2G
refused 2 "--cap: 2048M is named twice" run --cap 2G,2048M
refused 2 "--cap: none is named twice" run --cap none,none
refused 2 "--cap: '-1' is not a size" run --cap -1
refused 2 "--cap: 'nan' is not a size" run --cap nan
refused 2 "--cap: '0x10M' is not a size" run --cap 0x10M
refused 2 "--cap: size '99999999T' is beyond" run --cap 99999999T
refused 2 "--laptop already sets --cap and --background; leave these out" run --laptop 4G --cap 2G
refused 2 "--laptop already sets --cap and --background; leave these out" run --laptop 4G --background 1G
refused 2 "--laptop: 1M is too small.*at least 256M" run --laptop 1M
refused 2 "--laptop: 'old' is not a size" run --laptop old
refused 2 "--laptop already sets --cap and --background; leave these out" run --laptop own --cap 2G
refused 2 "LXDE and a browser with 40 pages .* would leave no room for a job on a laptop with 2G; give fewer --tabs" run --laptop 2G --tabs 40
refused 2 "--desktop and --tabs describe a laptop that is imitated; give --laptop SIZE, too" run --tabs 5
refused 2 "--desktop and --tabs describe a laptop that is imitated; give --laptop SIZE, too" run --laptop own --desktop none
refused 2 "--desktop: 'kde' is not none, lxde or a size such as 900M" exec --desktop kde -- true
refused 2 "--tabs: '-1' is not a whole number" fit --tabs -1 -- true
refused 2 "--background stands for --desktop and --tabs; give either" estimate --rows 1K --columns 10 --background 1G --tabs 1
refused 2 "--laptop already sets --cap and --background; leave these out" exec --laptop 4G --cap 2G -- true
refused 2 "--laptop already sets --background; leave it out" fit --laptop 4G --background 1G -- true
refused 2 "--laptop: 1M is too small.*at least 256M" fit --laptop 1M -- true
refused 2 "--cpus: '0' is not a whole number of at least 1" exec --cpus 0 -- true
refused 2 "--cpus: '8192' is too many; this program may use [0-9]" exec --cpus 8192 -- true
refused 2 "--threads 2 needs as many processors; give --cpus 2 or more" run --cpus 1 --threads 2 --dry-run
refused 2 "--private-tmp takes no value" exec --private-tmp=yes -- true
refused 2 "--background-reclaim takes no value" run --background-reclaim=1
refused 2 "--data: '0' is too small" run --data 0
refused 2 "--data: 'much' is not a size" run --data much
refused 2 "--data: '0' is too small" list --data 0
refused 2 "--swap: 'lots' is not a size" run --swap lots
refused 2 "--background: 'x' is not a size" run --background x
refused 2 "--background: '1G:lazy' is not SIZE, SIZE:idle or SIZE:active" run --background 1G:lazy
refused 2 "--repetitions: '0' is not a whole number of at least 1" run --repetitions 0
refused 2 "--repetitions: '1.5' is not a whole number" run --repetitions 1.5
refused 2 "--threads: '0' is not a whole number of at least 1" run --threads 0
refused 2 "--seed: '-1' is not a whole number" run --seed -1
refused 2 "--seed: '18446744073709551616' is not" run --seed 18446744073709551616
refused 2 "--timeout: duration '0' is out of range" run --timeout 0
# Values that no record can hold, or that would fill the memory, are refused before anything is run.
refused 2 "--seed: '9223372036854775808' is not a whole number of at least 0 and at most 9223372036854775807" run --seed \
    9223372036854775808
refused 2 "--seed: .* at most 9223372036854775807" fit --workload self/touch --seed 18446744073709551615
refused 2 "--threads: '8193' is not a whole number of at least 1 and at most 8192" run --threads 8193
refused 2 "--threads: .* at most 8192" fit --workload self/touch --threads 9223372036854775808
refused 2 "--repetitions: .* at most 1000000" run --repetitions 18446744073709551615
refused 2 "--repetitions: .* at most 1000000" exec --repetitions 1000001 -- true
refused 2 "--warmup: '18446744073709551615' is not .* at least 0 and at most 1000000" exec --warmup \
    18446744073709551615 -- true
refused 2 "--max-trials: .* at most 1000000" fit --max-trials 1000001 -- true
refused 2 "--cap: size '8388607T' is beyond what a machine can address; the most is 131072T" run --suite self --cap 8388607T
refused 2 "--cap: size '131073T' is beyond" exec --cap 131073T -- true
refused 2 "--data: size '8388607T' is beyond" run --data 8388607T
refused 2 "--swap: size '8388607T' is beyond" fit --swap 8388607T -- true
refused 2 "--background: size '8388607T' is beyond" exec --background 8388607T -- true
refused 2 "the plan has more than 1000000 trials; give fewer values" run --suite self --repetitions 1000000 --dry-run
mkfifo pipe
refused 2 "--evict: pipe is no file that a page cache could hold" exec --evict pipe -- true
refused 2 "--evict: folder is no file that a page cache could hold" fit --evict folder -- true
refused 3 "cannot write --benchmark_out=pipe: it is a pipe" run --benchmark_out=pipe
refused 2 "--timeout: '5y' is not a duration; write one like 20s, 500ms or 2min" run --timeout 5y

# Suites, workloads and parameters.
refused 2 "no suite 'nonsense'; there are batch, classical, compression, frameworks, inference, loading, parallel, pooling, self, storage" run --suite nonsense
refused 2 "no suite ''; there are batch, " run --suite self,
refused 2 "no suite 'nonsense'; .mlmembench list. shows them" list --suite nonsense
refused 2 "--filter '\[' is not a regular expression" run --filter '['
refused 2 "--filter '\[' is not a regular expression" run '--benchmark_filter=['
refused 2 "--filter 'nothing' leaves no trial; names look like .*--all" run --filter nothing
refused 2 "no workload here has a parameter 'bogus'" run --param bogus=1
refused 2 "no workload here has a parameter 'density'" run --suite self --param density=0.1
refused 2 "--param is NAME=VALUE or NAME=VALUE,VALUE, not 'size'" run --suite self --param size
refused 2 "--param is NAME=VALUE .* not '=1M'" run --suite self --param =1M
refused 2 "--param is NAME=VALUE .* not 'size='" run --suite self --param size=
refused 2 "'x' is not a value of size" run --suite self --param size=x
refused 2 "size=0 is out of range: at least 1$" run --suite self --param size=0
refused 2 "'f99' is not a value of value; there are f32, f64, " run --suite storage --param value=f99

# The Python of the suite frameworks.
refused 2 "--python no_such_python: there is no such program in PATH" run --suite frameworks --python no_such_python --dry-run
refused 2 "--python ./none/python3: there is no such file or folder" run --suite frameworks --python ./none/python3
refused 2 "--python folder is a folder without bin/python3" fit --workload frameworks/sklearn_pca --python folder
refused 2 "--python is for --workload; a command has its own" fit --python folder -- true

# Google Benchmark's flags.
refused 2 "--benchmark_repetitions has no use here; use --repetitions" run --benchmark_repetitions=3
refused 2 "--benchmark_min_time has no use here; use --repetitions" run --benchmark_min_time=1
refused 2 "random_interleaving has no use here; use --seed" run --benchmark_enable_random_interleaving=true
refused 2 "Google Benchmark has no --benchmark_bogus" run --benchmark_bogus=1
refused 2 "--benchmark_out needs a value: --benchmark_out=" run --benchmark_out
refused 2 "--benchmark_format is json, csv or console, not 'yaml'" run --benchmark_format=yaml
refused 2 "--benchmark_out_format is json, csv or console, not ''|--benchmark_out_format needs a value" run \
    --benchmark_out_format=

refused 3 "cannot write --benchmark_out=missing/x.json: No such file" run --benchmark_out=missing/x.json
refused 3 "cannot write --benchmark_out=folder: Is a directory" run --benchmark_out=folder
refused 2 "--benchmark_out: x.jsonl is the name of a file of records; name one that ends in .json" run \
    --benchmark_out=x.jsonl
refused 2 "--benchmark_out: ./empty would overwrite the records in empty" run --resume empty --benchmark_out=./empty

# Datasets: the error names the file, and the place in it.
refused 2 "--dataset: .*missing.npy: No such file" run --dataset missing.npy
refused 2 "--dataset: hole.csv, line 2, field 2: the value is missing; fill it in or leave the line out" run \
    --dataset hole.csv --missing refuse
refused 2 "--separator: 'pipe' is unknown; give auto, comma, semicolon, tab or space" run --dataset hole.csv --separator pipe
refused 2 "--missing: 'mean' is unknown; give zero or refuse" run --dataset hole.csv --missing mean
refused 2 "--separator and --missing say how --dataset is read; give --dataset FILE, too" run --missing refuse
refused 2 "--dataset: short.csv, line 2: expected 3 fields.*found 2" run --dataset short.csv
refused 2 "--dataset: order.libsvm, line 1" run --dataset order.libsvm
refused 2 "--dataset: empty.csv" run --dataset empty.csv
refused 2 "--dataset: zeros.npy" run --dataset zeros.npy
refused 2 "--dataset: garbage: the name must end in .npy, .csv" run --dataset garbage
refused 2 "--dataset: folder" run --dataset folder

# Stored runs.
refused 3 "missing.jsonl: No such file" show missing.jsonl
refused 3 "no trial is recorded in empty$" show empty
refused 3 "folder: Is a directory" show folder
refused 3 "no trial is recorded in garbage \(garbage:1: no JSON" show garbage
refused 3 "no trial is recorded in broken.jsonl \(broken.jsonl:1: no JSON" show broken.jsonl
refused 3 "missing.jsonl: No such file" export missing.jsonl --format csv --out new.csv
refused 3 "no trial is recorded in broken.jsonl" export broken.jsonl --format json --out new.json
refused 3 "cannot write missing/new.csv: No such file" export "$MLM_SOURCE/tests/fixtures/record/swap.jsonl" --format csv \
    --out missing/new.csv
refused 3 "cannot write folder: Is a directory" export "$MLM_SOURCE/tests/fixtures/record/swap.jsonl" --format csv --out folder
refused 3 "missing.jsonl: No such file" report missing.jsonl
refused 3 "no trial is recorded in empty$" report empty
refused 2 "--out: x.jsonl is the name of a file of records; name one that ends in .html" report empty --out x.jsonl
refused 2 "--out: empty would overwrite the records in empty" report empty --out empty
refused 3 "missing.jsonl: No such file" run --resume missing.jsonl
refused 2 "no trial is recorded in empty; start without --resume" run --resume empty
refused 2 "no trial is recorded in garbage" run --resume garbage --dry-run
refused 3 "folder: Is a directory" run --resume folder

# Things that the machine does not have.
refused 3 "the datasets need .* free; give a smaller --data, or another disk by MLMEMBENCH_CACHE" run --suite loading --data 900T
refused 3 "the datasets need .* free; give a smaller --cap, from which their size follows, or --data, or another disk by MLMEMBENCH_CACHE" run --cap 900T
refused 3 "the datasets need .* free" run --suite loading --data 900T --dry-run
unset MLMEMBENCH_CACHE XDG_CACHE_HOME HOME
status 0 "$mlm" run --dry-run --suite self
refused 3 "no place for datasets: set HOME, XDG_CACHE_HOME or MLMEMBENCH_CACHE" run --dry-run
refused 3 "no place for datasets" clean
finish
