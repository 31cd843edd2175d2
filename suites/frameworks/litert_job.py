"""LiteRT, which was TensorFlow Lite: the perceptron answers, from a .tflite file as a converter makes it. With int8,
weights are held as int8, and the vectors that they are multiplied with are rounded to int8 meanwhile."""
import numpy as np

import mlm_data

# Numbers of the FlatBuffer's schema, and places of fields in its tables.
FLOAT32, INT8 = 0, 9
FULLY_CONNECTED, FULLY_CONNECTED_OPTIONS, RELU = 9, 8, 1
SCHEMA_VERSION, IDENTIFIER = 3, b"TFL3"


class Tables:
    """Tables of a FlatBuffer: a field is the place of its slot and a function that puts its value there."""

    def __init__(self, builder):
        self.builder = builder

    def table(self, slots, *fields):
        self.builder.StartObject(slots)
        for slot, put, value in fields:
            put(slot, value, 0)
        return self.builder.EndObject()

    def at(self, slot, offset):
        return slot, self.builder.PrependUOffsetTRelativeSlot, offset

    def byte(self, slot, value):
        return slot, self.builder.PrependInt8Slot, value

    def int(self, slot, value):
        return slot, self.builder.PrependInt32Slot, value

    def numbers(self, values, kind):
        return self.builder.CreateNumpyVector(np.ascontiguousarray(values, kind).reshape(-1))

    def offsets(self, offsets):
        self.builder.StartVector(4, len(offsets), 4)
        for offset in reversed(offsets):
            self.builder.PrependUOffsetTRelative(offset)
        return self.builder.EndVector()


def quantization(t, perceptron, scale):
    """A scale for each unit; all are the same, because all weights of a layer have the same size."""
    scales = t.numbers(np.full(perceptron.width, scale), np.float32)
    zeros = t.numbers(np.zeros(perceptron.width), np.int64)
    return t.table(7, t.at(2, scales), t.at(3, zeros))


def write(job, output):
    flatbuffers = job.need(*MAY_USE[0])
    perceptron = mlm_data.perceptron_of(job)
    width, int8 = perceptron.width, job.precision == "int8"
    t = Tables(flatbuffers.Builder(1 << 20))
    buffers, tensors, operators = [t.table(3)], [], []  # the first buffer is empty, for what has no constant value

    def tensor(name, shape, kind=FLOAT32, values=None, scale=None):
        if values is not None:
            buffers.append(t.table(3, t.at(0, t.numbers(values.view(np.uint8), np.uint8))))
        fields = [t.at(0, t.numbers(shape, np.int32)), t.byte(1, kind),
                  t.int(2, len(buffers) - 1 if values is not None else 0), t.at(3, t.builder.CreateString(name))]
        if scale is not None:
            fields.append(t.at(4, quantization(t, perceptron, scale)))
        tensors.append(t.table(10, *fields))
        return len(tensors) - 1

    last = tensor("samples", [1, width])
    for number in range(1, perceptron.layers + 1):
        weights = np.ascontiguousarray(perceptron.weights(number).T)  # a row for each output
        scale = float(np.abs(weights[0, 0])) if int8 else None
        if int8:
            weights = np.sign(weights).astype(np.int8)
        inputs = [last, tensor(f"weights_{number}", [width, width], INT8 if int8 else FLOAT32, weights, scale),
                  tensor(f"biases_{number}", [width], FLOAT32, np.zeros(width, np.float32))]
        last = tensor(f"layer_{number}", [1, width])
        options = t.table(5, t.byte(0, RELU if number < perceptron.layers else 0))
        operators.append(t.table(13, t.at(1, t.numbers(inputs, np.int32)), t.at(2, t.numbers([last], np.int32)),
                                 (3, t.builder.PrependUint8Slot, FULLY_CONNECTED_OPTIONS), t.at(4, options)))
    name = t.builder.CreateString("main")
    graph = t.table(5, t.at(0, t.offsets(tensors)), t.at(1, t.numbers([0], np.int32)),
                    t.at(2, t.numbers([last], np.int32)), t.at(3, t.offsets(operators)), t.at(4, name))
    code = t.table(4, t.byte(0, FULLY_CONNECTED), t.int(2, 1), t.int(3, FULLY_CONNECTED))
    t.builder.Finish(t.table(8, t.int(0, SCHEMA_VERSION), t.at(1, t.offsets([code])), t.at(2, t.offsets([graph])),
                             t.at(4, t.offsets(buffers))), IDENTIFIER)
    output.write(t.builder.Output())


def mlp(job):
    from ai_edge_litert import interpreter as litert
    perceptron = mlm_data.perceptron_of(job)
    kinds = {"xnnpack": litert.OpResolverType.AUTO, "builtin": litert.OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES}
    model = litert.Interpreter(job.file(*MAY_USE[0]), num_threads=job.threads,
                               experimental_op_resolver_type=kinds[job.kernels])
    entry, result = model.get_input_details()[0]["index"], model.get_output_details()[0]["index"]
    held = 0

    def ask(x):
        nonlocal held
        if len(x) != held:
            model.resize_tensor_input(entry, x.shape)
            model.allocate_tensors()
            held = len(x)
        model.set_tensor(entry, x)
        model.invoke()
        return model.get_tensor(result)
    return perceptron.answered(job, ask)


NEEDS = [("ai_edge_litert.interpreter", None, "ai-edge-litert")]
MAY_USE = [("flatbuffers", None, "flatbuffers")]
FILES = {"litert_mlp": write}
WORKLOADS = {"litert_mlp": mlp}
