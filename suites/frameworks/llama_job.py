"""llama.cpp on the language model of suites/inference, in a GGUF file: an answer is written, token by token.

The tokens of the answer are forced, so that all formats do the same work. Afterwards the model is asked for the next
token, with all that it has computed in its cache: how likely the likeliest ones are depends on all of it."""
import os
import tempfile

import numpy as np

import mlm_data
import mlm_decoder

FORCED = 7
# Ranks of the tokens whose logarithms of probability are the answer.
RANKS = (1, 2, 4, 8, 16, 32, 64)
ALIGNMENT = 32


def header(gguf, shape, form):
    """What the file begins with, as the package writes it: settings, words, and where the matrices lie."""
    kind = {"f16": gguf.GGMLQuantizationType.F16, "q8_0": gguf.GGMLQuantizationType.Q8_0,
            "q4_0": gguf.GGMLQuantizationType.Q4_0, "q4_k": gguf.GGMLQuantizationType.Q4_K}[form]
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "header.gguf")
        writer = gguf.GGUFWriter(path, "llama")
        writer.add_block_count(shape.layers)
        writer.add_context_length(1 << 20)
        writer.add_embedding_length(shape.width)
        writer.add_feed_forward_length(shape.ffn)
        writer.add_head_count(shape.heads)
        writer.add_head_count_kv(shape.kv_heads)
        writer.add_layer_norm_rms_eps(1e-5)
        writer.add_rope_dimension_count(shape.head_size)
        writer.add_vocab_size(shape.vocabulary)
        writer.add_tokenizer_model("gpt2")
        writer.add_tokenizer_pre("default")
        writer.add_token_list([f"t{number}" for number in range(shape.vocabulary)])
        writer.add_token_types([gguf.TokenType.NORMAL] * shape.vocabulary)
        writer.add_token_merges(["t 0"])
        norms = [f"blk.{layer}.{name}" for layer in range(shape.layers) for name in ("attn_norm", "ffn_norm")]
        for name in (*norms, "output_norm"):
            writer.add_tensor_info(f"{name}.weight", (shape.width,), np.dtype(np.float32), 4 * shape.width)
        for layer, name, (rows, columns) in shape.matrices():
            of_row = columns // mlm_decoder.GROUP * mlm_decoder.GROUP_BYTES[form]
            places = ((rows, columns), np.dtype(np.float16)) if form == "f16" else ((rows, of_row), np.dtype(np.uint8))
            full_name = f"blk.{layer}.{name}.weight" if layer < shape.layers else f"{name}.weight"
            writer.add_tensor_info(full_name, *places, rows * of_row, raw_dtype=kind)
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_ti_data_to_file()
        writer.close()
        with open(path, "rb") as file:
            return file.read()


def write(job, output):
    gguf = job.need(*MAY_USE[0])
    shape = mlm_decoder.shape_of(job.data)
    output.write(header(gguf, shape, job.weights))
    for norm in mlm_decoder.norms(shape, job.seed):
        output.pad(ALIGNMENT)
        output.write(norm)
    for number, (_, _, (rows, columns)) in enumerate(shape.matrices()):
        output.pad(ALIGNMENT)
        for piece in mlm_decoder.pieces(job.seed, number, rows, columns, job.weights):
            output.write(piece)
        job.items(rows)
    output.pad(ALIGNMENT)


def server_of(job):
    import xllamacpp
    kinds = {"f16": xllamacpp.ggml_type.GGML_TYPE_F16, "q8_0": xllamacpp.ggml_type.GGML_TYPE_Q8_0,
             "q4_0": xllamacpp.ggml_type.GGML_TYPE_Q4_0}
    params = xllamacpp.CommonParams()
    params.model.path = job.file(*MAY_USE[0])
    params.n_ctx, params.n_parallel, params.n_gpu_layers = job.context, 1, 0
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = job.threads
    params.load_mode = {"mmap": xllamacpp.llama_load_mode.LLAMA_LOAD_MODE_MMAP,
                        "read": xllamacpp.llama_load_mode.LLAMA_LOAD_MODE_NONE}[job.load]
    params.no_extra_bufts = job.repack == "off"
    params.cache_type_k = params.cache_type_v = kinds[job.kv]
    # Answers are asked for in this process: no port that others use, no store of earlier prompts.
    params.port, params.cache_ram_mib, params.verbosity = 0, 0, 1
    return xllamacpp.Server(params)


def decode(job):
    shape = mlm_decoder.shape_of(job.data)
    server = server_of(job)
    key = mlm_data.random_key(job.seed, mlm_decoder.STREAM_TOKENS)
    prompt = mlm_data.random_below(key, np.arange(job.prompt), shape.vocabulary).tolist()

    def ask(tokens, count, **more):
        answer = server.handle_completions({
            "prompt": tokens, "n_predict": count, "logit_bias": [[FORCED, 1e6]], "samplers": ["top_k"], "top_k": 1,
            "ignore_eos": True, "cache_prompt": True, **more})
        if "error" in answer:
            raise RuntimeError(f"llama.cpp: {answer['error']}")
        return answer

    def verify():
        answer = ask(prompt + [FORCED] * job.tokens, 1, n_probs=RANKS[-1], logprobs=RANKS[-1])
        likeliest = answer["choices"][0]["logprobs"]["content"][0]["top_logprobs"]
        logarithms = sorted((token["logprob"] for token in likeliest), reverse=True)
        return [logarithms[rank - 1] for rank in RANKS]

    def run():
        ask(prompt, job.tokens)
        job.items(job.tokens)
        return verify
    ask(prompt, 1)  # what is timed is an answer to a prompt that has been read
    return run


NEEDS = [("xllamacpp", None, "xllamacpp")]
MAY_USE = [("gguf", None, "gguf")]
FILES = {"llama_decode": write}
WORKLOADS = {"llama_decode": decode}
