"""ONNX Runtime: the perceptron answers, from an .onnx file. With int8, weights are held as int8, and the vectors that
they are multiplied with are rounded to uint8 meanwhile, as by onnxruntime.quantization.quantize_dynamic()."""
import numpy as np

import mlm_data

OPSET, IR = 17, 8


def layer_f32(onnx, number, weights):
    constants = [onnx.numpy_helper.from_array(weights, f"weights_{number}")]
    return constants, [onnx.helper.make_node("Gemm", [f"x_{number}", f"weights_{number}", f"biases_{number}"],
                                             [f"sums_{number}"])]


def layer_int8(onnx, number, weights):
    """All weights of a layer have one size, so int8 keeps the sign. Sums of such products fit into the 16 bits in which
    some processors hold them."""
    make = onnx.helper.make_node
    constants = [onnx.numpy_helper.from_array(np.sign(weights).astype(np.int8), f"weights_{number}"),
                 onnx.numpy_helper.from_array(np.array(abs(weights[0, 0]), np.float32), f"scale_{number}")]
    return constants, [
        make("DynamicQuantizeLinear", [f"x_{number}"], [f"whole_{number}", f"step_{number}", f"zero_{number}"]),
        make("MatMulInteger", [f"whole_{number}", f"weights_{number}", f"zero_{number}"], [f"products_{number}"]),
        make("Cast", [f"products_{number}"], [f"floats_{number}"], to=onnx.TensorProto.FLOAT),
        make("Mul", [f"step_{number}", f"scale_{number}"], [f"factor_{number}"]),
        make("Mul", [f"floats_{number}", f"factor_{number}"], [f"scaled_{number}"]),
        make("Add", [f"scaled_{number}", f"biases_{number}"], [f"sums_{number}"])]


def write(job, output):
    onnx = job.need(*MAY_USE[0])
    perceptron = mlm_data.perceptron_of(job)
    layer = layer_int8 if job.precision == "int8" else layer_f32
    constants, nodes = [], []
    for number in range(1, perceptron.layers + 1):
        some, more = layer(onnx, number, perceptron.weights(number))
        constants += [*some, onnx.numpy_helper.from_array(np.zeros(perceptron.width, np.float32), f"biases_{number}")]
        nodes += more
        if number < perceptron.layers:
            nodes.append(onnx.helper.make_node("Relu", [f"sums_{number}"], [f"x_{number + 1}"]))
    shape = ["samples", perceptron.width]
    ends = [onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, shape)
            for name in ("x_1", f"sums_{perceptron.layers}")]
    graph = onnx.helper.make_graph(nodes, "perceptron", ends[:1], ends[1:], constants)
    model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", OPSET)], ir_version=IR)
    output.write(model.SerializeToString(deterministic=True))


def mlp(job):
    import onnxruntime
    perceptron = mlm_data.perceptron_of(job)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = job.threads
    options.log_severity_level = 3
    options.add_session_config_entry("session.disable_prepacking", "1" if job.prepack == "off" else "0")
    session = onnxruntime.InferenceSession(job.file(*MAY_USE[0]), options, providers=["CPUExecutionProvider"])
    return perceptron.answered(job, lambda x: session.run(None, {"x_1": x})[0])


NEEDS = [("onnxruntime", None, "onnxruntime")]
MAY_USE = [("onnx", None, "onnx")]
FILES = {"onnx_mlp": write}
WORKLOADS = {"onnx_mlp": mlp}
