#!/usr/bin/env python3
"""gguf_make.py FOLDER: writes small GGUF files of language models there: good ones, and ones that lie, each under a name
that says how. Tensors are holes. gguf_make.py --seeds FOLDER: the same as seeds of the fuzzer, without tensors, and with
smaller ones."""
import os
import struct
import sys

U32, STRING, ARRAY, U64, I32 = 4, 8, 9, 10, 5
TYPES = {"f32": (0, 1, 4), "f16": (1, 1, 2), "q8_0": (8, 32, 34), "q4_k": (12, 256, 144), "q6_k": (14, 256, 210)}


def text(value):
    data = value.encode()
    return struct.pack("<Q", len(data)) + data


def value_of(kind, value):
    if kind == STRING:
        return text(value)
    if kind == ARRAY:
        of, values = value
        return struct.pack("<IQ", of, len(values)) + b"".join(value_of(of, v) for v in values)
    return struct.pack({U32: "<I", U64: "<Q", I32: "<i"}[kind], value)


class Model:
    """Two layers of 256 numbers, 4 heads of 64, 2 kv heads, a network of 512, 64 tokens."""

    def __init__(self, width=256, tied=False, mixed=True):
        self.version, self.alignment, self.extra_tensors, self.extra_keys = 3, 32, 0, 0
        self.keys = {"general.architecture": (STRING, "llama"), "llama.block_count": (U32, 2),
                     "llama.context_length": (U32, 8192), "llama.embedding_length": (U32, width),
                     "llama.feed_forward_length": (U32, 2 * width), "llama.attention.head_count": (U32, 4),
                     "llama.attention.head_count_kv": (U32, 2), "general.file_type": (U64, 15),
                     "tokenizer.ggml.tokens": (ARRAY, (STRING, [f"t{i}" for i in range(64)])),
                     "tokenizer.ggml.merges": (ARRAY, (STRING, ["a b"] * 8))}
        small, large = ("q4_k", "q6_k") if mixed else ("f16", "f16")
        self.tensors = [["token_embd.weight", (width, 64), large], ["output_norm.weight", (width,), "f32"]]
        if not tied:
            self.tensors.append(["output.weight", (width, 64), large])
        for layer in range(2):
            for name, shape, kind in (("attn_norm", (width,), "f32"), ("attn_q", (width, width), small),
                                      ("attn_k", (width, width // 2), small), ("attn_v", (width, width // 2), large),
                                      ("attn_output", (width, width), small), ("ffn_norm", (width,), "f32"),
                                      ("ffn_gate", (width, 2 * width), small), ("ffn_up", (width, 2 * width), small),
                                      ("ffn_down", (2 * width, width), large)):
                self.tensors.append([f"blk.{layer}.{name}.weight", shape, kind])
        self.shift = {}  # of a tensor's offset, by its name
        self.types = {}  # number of a tensor's type, by its name

    def bytes(self):
        """The header, and the size of the file."""
        head = b"".join(text(key) + struct.pack("<I", kind) + value_of(kind, value)
                        for key, (kind, value) in self.keys.items())
        offset = 0
        for name, shape, kind in self.tensors:
            number, elements, size = TYPES[kind]
            count = 1
            for length in shape:
                count *= length
            head += text(name) + struct.pack("<I", len(shape)) + b"".join(struct.pack("<Q", s) for s in shape)
            head += struct.pack("<IQ", self.types.get(name, number), (offset + self.shift.get(name, 0)) % 2**64)
            offset += -(-(count // elements * size) // self.alignment) * self.alignment
        head = b"GGUF" + struct.pack("<IQQ", self.version, len(self.tensors) + self.extra_tensors,
                                     len(self.keys) + self.extra_keys) + head
        head += b"\0" * (-len(head) % self.alignment)
        return head, len(head) + offset


def models():
    """Name, model, bytes that the file's size differs by."""
    yield "good", Model(), 0
    yield "tied", Model(tied=True, mixed=False), 0
    m = Model()
    m.keys["llama.attention.head_count_kv"] = (ARRAY, (I32, [4, 2]))
    yield "layers_differ", m, 0
    m = Model()
    m.keys["general.alignment"] = (U32, 64)
    m.alignment = 64
    yield "aligned_64", m, 0
    yield "cut_off", Model(), -4096
    yield "too_long", Model(), 4096
    m = Model()
    m.version = 1
    yield "version_1", m, 0
    m = Model()
    m.extra_tensors = 1 << 60
    yield "many_tensors", m, 0
    m = Model()
    m.extra_keys = 1 << 40
    yield "many_keys", m, 0
    m = Model()
    m.tensors[0][1] = (256, 1 << 60)
    yield "huge_tensor", m, 0
    m = Model()
    m.shift["blk.0.attn_q.weight"] = 1 << 50
    yield "offset_beyond", m, 0
    m = Model()
    m.shift["output.weight"] = -32
    yield "overlapping", m, 0
    m = Model()
    m.types["blk.1.attn_q.weight"] = 200
    yield "type_unknown", m, 0
    m = Model()
    m.types["blk.1.attn_q.weight"] = 0
    yield "type_lies", m, 0
    m = Model()
    m.tensors[4][1] = (100, 256)
    yield "broken_blocks", m, 0
    m = Model()
    m.keys["llama.block_count"] = (U32, 1000)
    yield "layers_lie", m, 0
    m = Model()
    m.keys["llama.embedding_length"] = (U32, 512)
    yield "width_lies", m, 0
    m = Model()
    m.keys["llama.attention.head_count_kv"] = (ARRAY, (I32, [4, 2, 2]))
    yield "heads_lie", m, 0
    m = Model()
    m.keys["llama.attention.head_count"] = (I32, -4)
    yield "negative", m, 0
    m = Model()
    del m.keys["llama.feed_forward_length"]
    yield "no_ffn", m, 0
    m = Model()
    del m.keys["general.architecture"]
    yield "no_architecture", m, 0
    m = Model()
    m.keys["general.architecture"] = (STRING, "lla\x1b[31mma")
    yield "escapes", m, 0
    m = Model()
    m.keys["llama.ssm.state_size"] = (U32, 16)
    yield "state", m, 0
    m = Model()
    m.keys["split.count"] = (U32, 3)
    yield "split", m, 0
    m = Model()
    m.keys["general.alignment"] = (U32, 3)
    yield "alignment_3", m, 0
    m = Model()
    del m.tensors[0]
    yield "no_tokens", m, 0


def write(path, head, size):
    with open(path, "wb") as file:
        file.write(head)
        file.truncate(size)


def main(folder, seeds=False):
    os.makedirs(folder, exist_ok=True)
    for name, model, more in models():
        head, size = model.bytes()
        if seeds:
            write(os.path.join(folder, name), head, len(head))
        else:
            write(os.path.join(folder, name + ".gguf"), head, min(size + more, 1 << 30))
    head, size = Model(width=32, mixed=False).bytes()
    if seeds:
        write(os.path.join(folder, "whole"), head, min(size, 4 * len(head)))
        return
    head, size = Model().bytes()
    write(os.path.join(folder, "header.gguf"), head, len(head))
    write(os.path.join(folder, "half_header.gguf"), head, len(head) // 2)
    write(os.path.join(folder, "empty.gguf"), b"", 0)
    write(os.path.join(folder, "other.gguf"), b"PK\3\4" + b"\0" * 100, 104)


main(sys.argv[-1], "--seeds" in sys.argv)
