#!/usr/bin/env python3
"""llama_cpp.py DECODE_BENCH [DATA-MIB [FOLDER]]: tokens a second of the suite inference beside those of llama.cpp, for the
same shape, in the same formats of weights, with one thread. FOLDER (/tmp by default) holds the models while it runs.

llama.cpp comes from PyPI: pip install xllamacpp==2026.10.11549 gguf==0.19.0 numpy. Its models get random weights, as
their values do not change the work. It answers 48 tokens after a prompt of 480, so that both read about 504 positions."""
import os
import re
import subprocess
import sys

import gguf
import numpy
import xllamacpp

FORMATS = {"f16": gguf.GGMLQuantizationType.F16, "q8_0": gguf.GGMLQuantizationType.Q8_0,
           "q4_0": gguf.GGMLQuantizationType.Q4_0, "q4_k": gguf.GGMLQuantizationType.Q4_K}
PROMPT, TOKENS, TURNS = 480, 48, 6


def ours(bench, data):
    """The shape, and tokens a second by format of weights, mapped."""
    text = subprocess.run([bench, data], check=True, capture_output=True, text=True).stdout
    shape = {name: int(value) for name, value in re.findall(r"(\w+)=(\d+)", text)}
    rates = {row[0]: float(row[5]) for row in (line.split() for line in text.splitlines()) if "mmap" in row}
    return shape, rates


def weights(kind, rows, columns, random):
    """Random codes, with factors of 2^-10, so that nothing becomes infinite."""
    if kind == gguf.GGMLQuantizationType.F16:
        return (random.integers(-49, 50, (rows, columns)) / 1024).astype(numpy.float16)
    block_values, block_bytes = gguf.GGML_QUANT_SIZES[kind]
    blocks = random.integers(0, 256, (rows, columns // block_values, block_bytes), dtype=numpy.uint8)
    factor = numpy.frombuffer(numpy.float16(2 ** -10).tobytes(), dtype=numpy.uint8)
    for at in (0, 2) if kind == gguf.GGMLQuantizationType.Q4_K else (0,):
        blocks[:, :, at:at + 2] = factor
    return blocks.reshape(rows, -1)


def model_write(path, shape, kind):
    writer, random = gguf.GGUFWriter(path, "llama"), numpy.random.default_rng(1)
    width, kv_width, ffn, words = shape["width"], shape["kv_heads"] * shape["head_size"], shape["ffn"], shape["vocabulary"]
    writer.add_block_count(shape["layers"])
    writer.add_context_length(2048)
    writer.add_embedding_length(width)
    writer.add_feed_forward_length(ffn)
    writer.add_head_count(shape["heads"])
    writer.add_head_count_kv(shape["kv_heads"])
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_dimension_count(shape["head_size"])
    writer.add_vocab_size(words)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("default")
    writer.add_token_list([f"t{i}" for i in range(words)])
    writer.add_token_types([1] * words)
    writer.add_token_merges(["t 0"])
    matrices = {"attn_q": (width, width), "attn_k": (kv_width, width), "attn_v": (kv_width, width),
                "attn_output": (width, width), "ffn_gate": (ffn, width), "ffn_up": (ffn, width), "ffn_down": (width, ffn)}
    writer.add_tensor("token_embd.weight", weights(kind, words, width, random), raw_dtype=kind)
    writer.add_tensor("output_norm.weight", numpy.ones(width, numpy.float32))
    for layer in range(shape["layers"]):
        for norm in ("attn_norm", "ffn_norm"):
            writer.add_tensor(f"blk.{layer}.{norm}.weight", numpy.ones(width, numpy.float32))
        for name, (rows, columns) in matrices.items():
            writer.add_tensor(f"blk.{layer}.{name}.weight", weights(kind, rows, columns, random), raw_dtype=kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


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
    for name, kind in FORMATS.items():
        path = os.path.join(folder, f"llama_cpp-{os.getpid()}-{name}.gguf")
        try:
            model_write(path, shape, kind)
            rate = theirs(path, shape["vocabulary"])
        finally:
            if os.path.exists(path):
                os.remove(path)
        print(f"{name:7}  {rates[name]:8.1f}  {rate:9.1f}  {rates[name] / rate:5.2f}", flush=True)


if __name__ == "__main__":
    main()
