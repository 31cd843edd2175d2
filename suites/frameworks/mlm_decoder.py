"""The language model of suites/inference, made by NumPy: its shape, and its weights, which every format holds exactly.

suites/data/language_model.h and suites/inference/file.c define them; the tests compare the bytes."""
import numpy as np

import mlm_data

PART, GROUP, PARTS = 32, 256, 8
CODES_OF_DRAW = 16
DRAWS = GROUP // CODES_OF_DRAW + 1
STREAM_TOKENS, STREAM_NORMS, STREAM_MATRICES = 0, 16, 17
WIDTH_STEP, WIDTH_OF_WIDE_HEADS, WIDTH_OF_LAYER, WIDTH_MOST = 256, 3072, 128, 256 << 10
# Number of groups made at once.
BLOCK_GROUPS = 1 << 12


class Shape:
    """A model of a width; a quarter of its heads have keys and values."""

    def __init__(self, width):
        self.width, self.layers, self.vocabulary = width, width // WIDTH_OF_LAYER, 8 * width
        self.head_size = 64 if width < WIDTH_OF_WIDE_HEADS else 128
        self.heads = width // self.head_size
        self.kv_heads = self.heads // 4
        self.ffn = (width * 7 // 2 + GROUP - 1) // GROUP * GROUP

    def values(self):
        """Values of the table, and of a layer."""
        return self.vocabulary * self.width, sum(rows * columns for rows, columns in self.of_layer().values())

    def of_layer(self):
        """Rows and columns of the matrices of a layer, in the order of the file, by their names in GGUF."""
        kv_width = self.kv_heads * self.head_size
        return {"attn_q": (self.width, self.width), "attn_k": (kv_width, self.width), "attn_v": (kv_width, self.width),
                "attn_output": (self.width, self.width), "ffn_gate": (self.ffn, self.width),
                "ffn_up": (self.ffn, self.width), "ffn_down": (self.width, self.ffn)}

    def matrices(self):
        """Layer, name, rows and columns of every matrix; the last one is the table."""
        for layer in range(self.layers):
            for name, shape in self.of_layer().items():
                yield layer, name, shape
        yield self.layers, "token_embd", (self.vocabulary, self.width)


def shape_of(f16_bytes):
    """The widest model whose weights are `f16_bytes` of f16 at most, with as many layers as fit."""
    values, best, width = f16_bytes // 2, Shape(WIDTH_STEP), WIDTH_STEP
    while width < WIDTH_MOST:
        width += WIDTH_STEP if width < WIDTH_OF_WIDE_HEADS else 2 * WIDTH_STEP
        wider = Shape(width)
        table, layer = wider.values()
        if table + wider.layers * layer > values:
            break
        best = wider
    table, layer = best.values()
    best.layers = (values - table) // layer
    return best


def norms(shape, seed):
    """Two of each layer, and the last one."""
    count = (2 * shape.layers + 1) * shape.width
    draws = mlm_data.random_below(mlm_data.random_key(seed, STREAM_NORMS), np.arange(count), 17)
    return (np.float32(0.5) + draws.astype(np.float32) / np.float32(16)).reshape(-1, shape.width)


def unit_of(columns):
    unit = 2.0**-5
    while columns > 1:
        unit, columns = unit / 2, columns // 4
    return unit


def groups(key, first, count):
    """Factors (8 for each group) and codes (8 × 32 for each group): a value is unit · factor · code."""
    index = np.arange(first * DRAWS, (first + count) * DRAWS, dtype=np.uint64).reshape(count, DRAWS)
    draws = mlm_data.random_u64(key, index)
    pairs = np.ascontiguousarray(draws[:, :-1]).view(np.uint8)
    codes = np.stack((pairs & 15, pairs >> 4), axis=-1).astype(np.int8).reshape(count, PARTS, PART) - np.int8(8)
    codes[codes == -8] = 0
    factors = 4 + (draws[:, -1:] >> np.arange(0, 2 * PARTS, 2, dtype=np.uint64) & np.uint64(3)).astype(np.uint8)
    return factors, codes


def _halves(unit, factors):
    return (factors * np.float64(unit)).astype("<f2").view(np.uint8).reshape(*factors.shape, 2)


def _f16(unit, factors, codes):
    return ((factors[:, :, None].astype(np.int16) * codes) * np.float64(unit)).astype("<f2")


def _q8_0(unit, factors, codes):
    return np.concatenate((_halves(unit, factors), codes.view(np.uint8)), axis=-1)


def _nibbles(low, high):
    return (low + np.int8(8)).view(np.uint8) | (high + np.int8(8)).view(np.uint8) << 4


def _q4_0(unit, factors, codes):
    return np.concatenate((_halves(unit, factors), _nibbles(codes[..., :PART // 2], codes[..., PART // 2:])), axis=-1)


def _q4_k(unit, factors, codes):
    """A scale and an offset of 6 bits for each part: the offset is 8 times the scale, which is below 8."""
    blocks = np.empty((len(factors), 4 + 12 + GROUP // 2), np.uint8)
    blocks[:, :4] = np.tile(np.array([unit], "<f2").view(np.uint8), 2)
    offsets = factors * np.uint8(8)
    blocks[:, 4:8] = factors[:, :4]
    blocks[:, 8:12] = offsets[:, :4]
    blocks[:, 12:16] = factors[:, 4:] | (offsets[:, 4:] & 15) << 4
    blocks[:, 8:12] |= offsets[:, 4:] >> 4 << 6
    blocks[:, 16:] = _nibbles(codes[:, ::2], codes[:, 1::2]).reshape(len(factors), -1)
    return blocks


ENCODERS = {"f16": _f16, "q8_0": _q8_0, "q4_0": _q4_0, "q4_k": _q4_k}
GROUP_BYTES = {"f16": 2 * GROUP, "q8_0": PARTS * 34, "q4_0": PARTS * 18, "q4_k": 144}


def pieces(seed, number, rows, columns, form):
    """The bytes of matrix `number`, a piece at a time."""
    key, count = mlm_data.random_key(seed, STREAM_MATRICES + number), rows * columns // GROUP
    for first in range(0, count, BLOCK_GROUPS):
        yield ENCODERS[form](unit_of(columns), *groups(key, first, min(BLOCK_GROUPS, count - first)))
