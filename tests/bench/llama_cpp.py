#!/usr/bin/env python3
"""llama_cpp.py DECODE_BENCH [DATA-MIB [FOLDER]]: tokens a second of the suite inference beside those of llama.cpp, for the
same shape, in the same formats of weights, with one thread. FOLDER (/tmp by default) holds the models while it runs.

llama.cpp comes from PyPI: ./bootstrap frameworks --pip xllamacpp gguf numpy. It answers 48 tokens after a prompt of 480,
so that both read about 504 positions."""
import os
import re
import subprocess
import sys
import types

import xllamacpp

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "suites", "frameworks"))
import llama_job
import mlm_job

FORMATS = ("f16", "q8_0", "q4_0", "q4_k")
PROMPT, TOKENS, TURNS = 480, 48, 6


def ours(bench, data):
    """The shape, and tokens a second by format of weights, mapped."""
    text = subprocess.run([bench, data], check=True, capture_output=True, text=True).stdout
    shape = {name: int(value) for name, value in re.findall(r"(\w+)=(\d+)", text)}
    rates = {row[0]: float(row[5]) for row in (line.split() for line in text.splitlines()) if "mmap" in row}
    return shape, rates


def model_write(path, data, form):
    """The model that the suite frameworks makes: the same weights as ours."""
    job = types.SimpleNamespace(data=data, seed=1, weights=form, need=mlm_job.need, items=lambda count: None)
    output = mlm_job.Output(path, compare=False)
    llama_job.write(job, output)
    output.end()


def theirs(path, words):
    params = xllamacpp.CommonParams()
    params.model.path = path
    params.n_ctx, params.n_gpu_layers, params.n_parallel = 1024, 0, 1
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 1
    server, best = xllamacpp.Server(params), 0.0
    for turn in range(TURNS):
        answer = server.handle_completions(
            {"prompt": [(7 * k + turn) % words for k in range(PROMPT)], "n_predict": TOKENS, "ignore_eos": True,
             "samplers": ["top_k"], "top_k": 1, "cache_prompt": False})
        best = max(best, answer["timings"]["predicted_per_second"])
    return best


def main():
    bench, data = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else "256"
    folder = sys.argv[3] if len(sys.argv) > 3 else "/tmp"
    shape, rates = ours(bench, data)
    print("weights  tokens/s  llama.cpp  ratio")
    for name in FORMATS:
        path = os.path.join(folder, f"llama_cpp-{os.getpid()}-{name}.gguf")
        try:
            model_write(path, int(data) << 20, name)
            rate = theirs(path, shape["vocabulary"])
        finally:
            if os.path.exists(path):
                os.remove(path)
        print(f"{name:7}  {rates[name]:8.1f}  {rate:9.1f}  {rates[name] / rate:5.2f}", flush=True)


if __name__ == "__main__":
    main()
