#!/bin/sh
# estimate for language models: from a shape, from a published model, from the header of a GGUF file; files that lie are
# named; the largest model for a laptop.
. "$(dirname "$0")/common.sh"
. "$(dirname "$0")/estimate_each.sh"
begin
needs python:jsonschema

"$MLM_PYTHON" "$here/gguf_make.py" files

jobs()
{
    cat <<'JOBS'
llama --shape Llama-3.1-8B --weights q8_0
numbers --layers 2 --heads 4 --kv-heads 2 --head-size 64 --ffn 512 --vocabulary 1000 --sequences 4 --load repack --weights q4_0 --sources
gguf --gguf files/good.gguf --kv q4_0
header --gguf files/header.gguf --header-only --load read
largest --largest --laptop 8G --context 8192
JOBS
}

jobs >log/jobs
estimate_each estimate_llm <log/jobs

# A program that adds up the lines must get the same results.
cat >log/sums.py <<'PYTHON'
import json, sys

failed = 0
for path in sys.argv[1:]:
    e = json.load(open(path, encoding="utf-8"))
    lines = [line for phase in e["phases"] for line in phase["lines"]]
    mapped = sum(line["bytes"] for line in e["mapped"])
    if abs(sum(line["bytes"] for line in lines) - e["needs_bytes"]) > len(lines):
        failed = print(f"{path}: the lines do not make {e['needs_bytes']}") or 1
    if abs(e["needs_bytes"] + mapped - e["at_speed_bytes"]) > len(e["mapped"]) + 1:
        failed = print(f"{path}: needs and mapped pages do not make {e['at_speed_bytes']}") or 1
    names = {name: symbol["value"] for name, symbol in e["symbols"].items()}
    for line in lines + e["mapped"]:
        if line["formula"] and line["formula"] != "sum/512":
            value = eval(line["formula"].replace("·", "*").replace("−", "-"), {"__builtins__": {}}, names)
            if abs(value - line["bytes"]) > 1:
                failed = print(f"{path}: {line['name']}: {line['formula']} is {value}") or 1
sys.exit(failed)
PYTHON
expect "sums and formulas" "$MLM_PYTHON" log/sums.py ./*.json
rm ./*.json

# How the weights are loaded decides what is needed, and not what is resident at speed.
for load in mmap mmap_populate mlock read; do
    status 0 "$mlm" estimate --shape Qwen2.5-0.5B --load $load --format json
    "$MLM_PYTHON" -c '
import json
e = json.load(open("log/out"))
print("mapped" if e["needs_bytes"] < 2 * 494032768 < e["at_speed_bytes"] else "held", e["at_speed_bytes"])' >>log/loads
done
expect "mapped twice, held twice" test "$(cut -d' ' -f1 log/loads | xargs)" = "mapped mapped held held"
expect "the same at speed" test "$(cut -d' ' -f2 log/loads | sort -u | wc -l)" = 1

# A smaller laptop has a smaller model, and one format has a smaller model than the best one.
largest()
{
    "$mlm" estimate --largest "$@" | tr '\n' ' ' | sed 's/.* there: \([^ ]* in [^ ]*\)\. .*/\1/'
}
expect "4 GB" test "$(largest --laptop 4G --context 8192)" = "Qwen2.5-3B in q4_k"
expect "16 GB" test "$(largest --laptop 16G --context 8192)" = "Qwen2.5-14B in q4_k"
expect "nothing is open" test "$(largest --laptop 8G --context 8192 --background 0)" = "Llama-3.1-8B in q4_k"
expect "f16 alone" test "$(largest --laptop 8G --context 8192 --weights f16)" = "Qwen2.5-3B in f16"
expect "the model decides how long a conversation may be" test "$(largest --laptop 16G --context 131072)" = "Qwen2.5-7B in q4_k"

for good in tied layers_differ aligned_64; do
    status 0 "$mlm" estimate --gguf files/$good.gguf
done
expect "any case of letters" "$mlm" estimate --shape LLAMA-3.1-8b

lies()
{
    refused 2 "--gguf: files/$1.gguf: .*$2" estimate --gguf "files/$1.gguf"
}
lies cut_off 'it is cut off: its tensors end at [0-9]*, the file at [0-9]*; download it again, or give --header-only'
lies header 'it is cut off: its tensors end at'
lies half_header 'it is cut off, or no good: .* download it again'
lies too_long 'its tensors end at [0-9]*, but the file at [0-9]*'
lies empty 'it is no GGUF file'
lies other 'it is no GGUF file: it does not begin with GGUF'
lies version_1 'it has version 1 of GGUF'
lies many_tensors 'claims 1152921504606846997 tensors .* has no room for them'
lies many_keys 'claims .* and 1099511627786 keys; .* has no room for them'
lies huge_tensor "tensor 'token_embd.weight' has no elements, or more than there can be"
lies offset_beyond "tensor 'blk.0.attn_q.weight' is at 1125899906871552 of the data, but those before it end at"
lies overlapping "tensor 'output.weight' is at"
lies type_unknown "tensor 'blk.1.attn_q.weight' has type 200"
lies type_lies "tensor 'blk.1.attn_k.weight' is at"
lies broken_blocks "tensor 'blk.0.attn_q.weight' has rows of 100, which are no whole blocks of q4_k"
lies layers_lie 'says that it has 1000 layers, but its tensors have 2'
lies width_lies "tensor 'token_embd.weight' has not the width"
lies heads_lie 'head_count_kv has 3 values for 2 layers'
lies negative 'a number below 0'
lies no_ffn 'it has no llama.feed_forward_length'
lies no_tokens "it has no tensor 'token_embd.weight'"
lies no_architecture 'it names no general.architecture'
lies escapes 'it names no general.architecture'
lies state 'has another cache than keys and values'
lies split 'it is one of 3 parts of a model; join them first'
lies alignment_3 'general.alignment is no power of two'
refused 2 "--gguf: missing.gguf: No such file" estimate --gguf missing.gguf
refused 2 "--gguf: files is no regular file" estimate --gguf files

refused 2 'which language model\? give --shape NAME, --gguf FILE, or --layers' estimate --model llm
refused 2 "--shape: there is no 'GPT'; there are own, Qwen2.5-0.5B, .*Llama-3.1-70B" estimate --shape GPT
refused 2 '--ffn: give a number from 1 to' estimate --layers 2 --heads 4 --head-size 64 --vocabulary 10
refused 2 'how wide is a head' estimate --layers 2 --heads 4 --ffn 5 --vocabulary 10
refused 2 '--kv-heads 8 is more than the 4 heads' estimate --layers 2 --heads 4 --kv-heads 8 --head-size 64 --ffn 5 --vocabulary 10
refused 2 'stand for each other; give one of them' estimate --shape Llama-3.1-8B --layers 2
refused 2 'stand for each other; give one of them' estimate --largest --laptop 8G --shape Llama-3.1-8B
refused 2 '--largest and --laptop belong together' estimate --largest
refused 2 '--largest and --laptop belong together' estimate --rows 5 --columns 5 --laptop 8G
refused 2 '--header-only is about a file; it needs --gguf' estimate --shape Llama-3.1-8B --header-only
refused 2 '--gguf has its own types of weights; leave out --weights' estimate --gguf files/good.gguf --weights q8_0
refused 2 '--context 4096 is more than the 2048 tokens' estimate --shape TinyLlama-1.1B --context 4096
refused 2 'no shape of the table was trained for a --context of 1000000' estimate --largest --laptop 64G --context 1M
refused 2 'none of 15 shapes fits on a laptop with 2 GB' estimate --largest --laptop 2G --context 2048 --sequences 100
refused 2 'a cache in q8_0 only with attention over blocks' estimate --shape Llama-3.1-8B --kv q8_0 --attention matrix
refused 2 '--rows is about a table of data' estimate --shape Llama-3.1-8B --rows 5
refused 2 '--context is about a language model; it needs --model llm' estimate --rows 5 --columns 5 --context 5
refused 2 'no formula for --model llm with --runtime sklearn; give --runtime llama.cpp' estimate --shape Llama-3.1-8B --runtime sklearn
refused 2 'no formula for --model pca with --runtime llama.cpp' estimate --rows 5 --columns 5 --model pca --runtime llama.cpp
refused 3 '--check: no own workload is near llm' estimate --shape Llama-3.1-8B --check
finish
