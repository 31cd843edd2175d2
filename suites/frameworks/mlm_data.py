"""The data of the C suites, made by NumPy: the same seed gives the same bytes.

suites/data/random.h, suites/data/rows.h and suites/batch/model.c define the data; the tests compare checksums."""
import itertools

import numpy as np

GOLDEN = 0x9e3779b97f4a7c15
MASK = (1 << 64) - 1
# Number of values made at once. The generator then holds only some MiB, so that no peak memory is its own.
BLOCK_VALUES = 1 << 15


def mix64(x):
    """Mixes the bits of an array of uint64, in place."""
    x ^= x >> np.uint64(30)
    x *= np.uint64(0xbf58476d1ce4e5b9)
    x ^= x >> np.uint64(27)
    x *= np.uint64(0x94d049bb133111eb)
    x ^= x >> np.uint64(31)
    return x


def _u64(values):
    return np.array(values, dtype=np.uint64, ndmin=1)


def random_key(seed, stream):
    """A key for one stream, or an array of keys for an array of seeds."""
    keys = _u64(seed) * np.uint64(GOLDEN) + mix64(_u64((stream + 0xd1b54a32d192ed03) & MASK))
    return mix64(keys)


def random_u64(key, index):
    """The numbers `index` (an array, or one number) of one stream, or of one stream for each."""
    return mix64(key + _u64(index) * np.uint64(GOLDEN))


def random_below(key, index, bound):
    return (random_u64(key, index) >> np.uint64(32)) * np.uint64(bound) >> np.uint64(32)


def random_floats(key, first, count):
    """Uniform in [-1, 1), as f32."""
    bits = random_u64(key, np.arange(first, first + count, dtype=np.uint64)) >> np.uint64(40)
    return (bits.astype(np.int32) - (1 << 23)).astype(np.float32) * np.float32(2.0**-23)


class Rows:
    """The generated rows of suites/data/rows.h, a block of them at a time."""

    def __init__(self, data_bytes, width, density, seed):
        """As many rows as fit in `data_bytes` as dense f32."""
        self.rows = data_bytes // (4 * width) // 2 * 2
        self.width = width
        self.middle = min(max(int(density * width + 0.5), 1), width)
        self.spread = min(self.middle // 2, width - self.middle, self.middle - 1)
        self.nonzeros = self.middle * self.rows
        self.lengths_key, self.labels_key, self.values_key = (random_key(seed, stream) for stream in range(3))

    def labels(self, first, count):
        return (random_u64(self.labels_key, np.arange(first, first + count)) >> np.uint64(63)).astype(np.int32)

    def _lengths(self, first, count):
        row = np.arange(first, first + count, dtype=np.uint64)
        draw = random_u64(self.lengths_key, row // np.uint64(2))
        j = (draw >> np.uint64(32)) * np.uint64(self.spread + 1) >> np.uint64(32)
        longer = (row ^ draw) & np.uint64(1) == 1
        return np.where(longer, self.middle + j.astype(np.int64), self.middle - j.astype(np.int64))

    def sparse(self, first, count):
        """Lengths of the rows, and columns (uint64) and values (f32) of all rows, one row after the other."""
        lengths = self._lengths(first, count)
        keys = random_u64(self.values_key, np.arange(first, first + count))
        starts = np.cumsum(lengths) - lengths
        length = np.repeat(lengths, lengths).astype(np.uint64)
        i = np.arange(length.size, dtype=np.uint64) - np.repeat(starts, lengths).astype(np.uint64)
        draw = random_u64(np.repeat(keys, lengths), i)
        # Stratum i of a row of l values is [i·p/l, (i+1)·p/l).
        columns = i * np.uint64(self.width) // length
        widths = (i + np.uint64(1)) * np.uint64(self.width) // length - columns
        columns += (draw >> np.uint64(32)) * widths >> np.uint64(32)
        values = ((draw & np.uint64(0xffffffff)) * np.uint64(14) >> np.uint64(32)).astype(np.int32) - 7
        values += values >= 0
        return lengths, columns, values.astype(np.float32)

    def _pieces(self, first, count):
        step = max(1, BLOCK_VALUES // self.middle)
        return ((row, min(step, first + count - row)) for row in range(first, first + count, step))

    def fill(self, first, x):
        """Fills the array x with the rows from `first` on."""
        for row, count in self._pieces(first, len(x)):
            lengths, columns, values = self.sparse(row, count)
            part = x[row - first:row - first + count]
            part[...] = 0
            part[np.repeat(np.arange(count), lengths), columns.astype(np.intp)] = values
        return x

    def dense(self, dtype):
        """All rows as a dense array, and their labels."""
        return self.fill(0, np.empty((self.rows, self.width), dtype)), self.labels(0, self.rows)

    def csr(self, dtype):
        """All rows as SciPy's CSR, with 32-bit indices where they suffice, and their labels."""
        from scipy.sparse import csr_matrix
        index = np.int32 if self.nonzeros < 1 << 31 else np.int64
        indices, data = np.empty(self.nonzeros, index), np.empty(self.nonzeros, dtype)
        starts = np.zeros(self.rows + 1, index)
        at = 0
        for row, count in self._pieces(0, self.rows):
            lengths, columns, values = self.sparse(row, count)
            starts[row + 1:row + count + 1] = at + np.cumsum(lengths)
            indices[at:at + values.size], data[at:at + values.size] = columns, values
            at += values.size
        return csr_matrix((data, indices, starts), (self.rows, self.width), copy=False), self.labels(0, self.rows)

    def batches(self, count, dtype):
        """Streams the rows: each batch is made when it is asked for, always in the same array."""
        x = np.empty((min(count, self.rows), self.width), dtype)
        for first in range(0, self.rows, count):
            some = x[:min(count, self.rows - first)]
            yield self.fill(first, some), self.labels(first, len(some))

    def checksum(self):
        """The sum of mlm_row_checksum() over all rows."""
        total = 0
        for first, count in self._pieces(0, self.rows):
            lengths, columns, values = self.sparse(first, count)
            keys = random_key(np.arange(first, first + count), 0)
            labels = self.labels(first, count).astype(np.float32).view(np.uint32).astype(np.uint64)
            entries = columns << np.uint64(32) | values.view(np.uint32)
            total += int(mix64(~keys ^ labels).sum()) + int(mix64(np.repeat(keys, lengths) ^ entries).sum())
        return total & MASK


def rows_of(job, density=None):
    rows = Rows(job.data, job.width, density or job.density, job.seed)
    job.checksum(rows.checksum())
    return rows


class Perceptron:
    """The weights and the samples of suites/batch: `layers` layers of `width` units."""

    WEIGHTS, INPUTS, LABELS, PROJECTION = range(0x626174, 0x626174 + 4)

    def __init__(self, layers, width, samples, seed):
        self.layers, self.width, self.samples, self.seed = layers, width, samples, seed

    def weights(self, layer):
        """The weights of a layer: a row for each input, a column for each output. The biases are 0."""
        weights = np.empty((self.width, self.width), np.float32)
        step = max(1, BLOCK_VALUES // self.width)
        for row in range(0, self.width, step):
            weights[row:row + step] = self._weights(layer, np.arange(row, min(row + step, self.width)))
        return weights

    def _weights(self, layer, i):
        width, half = self.width, self.width // 2
        key = random_key(self.seed, self.WEIGHTS + (layer << 32))
        j = np.arange(width)
        negative = (j >= half)[None, :]
        j = np.where(j >= half, j - half, j)
        if layer > 1:
            negative = negative ^ (i >= half)[:, None]
            i = np.where(i >= half, i - half, i)
        parity = i[:, None] & j[None, :]
        for shift in (16, 8, 4, 2, 1):
            parity ^= parity >> shift
        signs_in = random_u64(key, 2 * i) >> np.uint64(63) == 1
        signs_out = random_u64(key, 2 * j + 1) >> np.uint64(63) == 1
        negative = negative ^ (parity & 1 == 1) ^ signs_in[:, None] ^ signs_out[None, :]
        scale = np.float32(1 / np.sqrt(float(half if layer > 1 else width)))
        return np.where(negative, -scale, scale)

    def inputs(self):
        x = np.empty((self.samples, self.width), np.float32)
        flat, key = x.reshape(-1), random_key(self.seed, self.INPUTS)
        for at in range(0, flat.size, BLOCK_VALUES):
            flat[at:at + BLOCK_VALUES] = random_floats(key, at, min(BLOCK_VALUES, flat.size - at))
        return x

    def labels(self):
        return random_below(random_key(self.seed, self.LABELS), np.arange(self.samples), self.width).astype(np.int64)

    def projected(self, values, projection, layer):
        """The sum of a layer's values, its weights and then its biases, with random signs."""
        key, total = random_key(projection, self.PROJECTION + layer), 0.0
        for at in range(0, values.size, BLOCK_VALUES):
            some = values[at:at + BLOCK_VALUES].astype(np.float64)
            bits = random_u64(key, np.arange(at, at + some.size)) >> np.uint64(63)
            total += some @ np.where(bits == 1, 1.0, -1.0)
        return total

    def gradient_answer(self, layers):
        """The answer as in suites/batch/model.c, of a gradient of weights (a row for each input) and one of biases for
        each layer: the mean of the layers' norms, and projections of layers with norm 1."""
        logarithms, projections = 0.0, [0.0, 0.0]
        for number, (weights, biases) in enumerate(layers, 1):
            gradient = np.concatenate([weights.reshape(-1), biases])
            length = float(np.linalg.norm(gradient))
            logarithms += np.log(length)
            for p in range(2):
                projections[p] += self.projected(gradient, p, number) / length
        return [np.exp(logarithms / self.layers)] + [p + 4 * self.layers**0.5 for p in projections]

    def checksum(self, inputs):
        """The checksum of all weights, biases and inputs. Each step multiplies the sum and adds a value."""
        total = _u64(1)
        biases = np.zeros(self.width, np.float32)
        layers = (part for layer in range(1, self.layers + 1) for part in (self.weights(layer), biases))
        for part in itertools.chain(layers, [inputs]):
            flat = part.reshape(-1)
            for at in range(0, flat.size, BLOCK_VALUES):
                total = _checksum_on(total, flat[at:at + BLOCK_VALUES])
        return int(total[0])

    def answered(self, job, ask):
        """The timed job of asking: `ask` gives the logits of some samples. The answer is that of `batch/infer`: the
        mean loss, and the norm and a projection of the sum of all logits."""
        inputs, labels = self.inputs(), self.labels()
        job.checksum(self.checksum(inputs))

        def run():
            loss, outputs = 0.0, np.zeros(self.width)
            for first in range(0, self.samples, job.batch):
                logits = np.asarray(ask(inputs[first:first + job.batch]), np.float64)
                outputs += logits.sum(axis=0)
                logits -= logits.max(axis=1, keepdims=True)
                of_label = logits[np.arange(len(logits)), labels[first:first + job.batch]]
                loss += (np.log(np.exp(logits).sum(axis=1)) - of_label).sum()
                job.items(len(logits), self.samples)
            norm = np.linalg.norm(outputs)
            return lambda: [loss / self.samples, norm, self.projected(outputs, 0, 0) + 4 * norm]
        return run


def perceptron_of(job):
    return Perceptron(job.layers, job.width, job.samples, job.seed)


def _checksum_on(total, floats):
    bits = np.ascontiguousarray(floats, np.float32).view(np.uint32).astype(np.uint64)
    powers = np.full(bits.size, GOLDEN, np.uint64)
    powers[0] = 1
    powers = np.multiply.accumulate(powers)[::-1]
    return total * (powers[:1] * np.uint64(GOLDEN)) + (bits * powers).sum()
