"""ExecuTorch, which was PyTorch Mobile: the perceptron answers, from a .pte file that PyTorch exports for XNNPACK. With
int8, weights are held as int8, and the vectors that they are multiplied with are rounded to int8 meanwhile."""
import numpy as np

import mlm_data
import torch_job


def quantized(torch, model, samples, shapes):
    """The model with a scale for each row of weights; those of the vectors are found while it runs."""
    from executorch.backends.xnnpack.quantizer import xnnpack_quantizer
    from torchao.quantization.pt2e import quantize_pt2e
    quantizer = xnnpack_quantizer.XNNPACKQuantizer()
    quantizer.set_global(xnnpack_quantizer.get_symmetric_quantization_config(is_per_channel=True, is_dynamic=True))
    exported = torch.export.export(model, samples, dynamic_shapes=shapes)
    prepared = quantize_pt2e.prepare_pt2e(exported.module(), quantizer)
    prepared(*samples)
    return quantize_pt2e.convert_pt2e(prepared)


def write(job, output):
    from executorch.backends.xnnpack.partition import xnnpack_partitioner
    from executorch.exir import to_edge_transform_and_lower
    torch = torch_job.torch_of(job)
    perceptron = mlm_data.perceptron_of(job)
    model = torch_job.model_of(torch, perceptron).eval()
    samples = (torch.from_numpy(perceptron.inputs()[:min(job.batch, 2)]),)
    # Memory is planned for the largest batch, so each size of batch has a file of its own.
    shapes = ({0: torch.export.Dim("samples", min=1, max=job.batch)},) if job.batch > 1 else None
    partitioners = [xnnpack_partitioner.XnnpackPartitioner()]
    if job.precision == "int8":
        model = quantized(torch, model, samples, shapes)
        partitioners.insert(0, xnnpack_partitioner.XnnpackDynamicallyQuantizedPartitioner())
    exported = torch.export.export(model, samples, dynamic_shapes=shapes)
    output.write(to_edge_transform_and_lower(exported, partitioner=partitioners).to_executorch().buffer)


def mlp(job):
    from executorch.extension.pybindings import portable_lib
    from executorch.runtime import Runtime
    torch = torch_job.torch_of(job)
    perceptron = mlm_data.perceptron_of(job)
    portable_lib._unsafe_reset_threadpool(job.threads)  # else it has a thread for each processor
    program = Runtime.get().load_program(job.file(*NEEDS[0]))
    forward = program.load_method("forward")
    return perceptron.answered(job, lambda x: np.asarray(forward.execute([torch.from_numpy(x)])[0]))


NEEDS = [("executorch.runtime", "executorch into a virtual environment that has PyTorch", "executorch"),
         ("torch", "python3-torch", "torch")]
FILES = {"executorch_mlp": write}
WORKLOADS = {"executorch_mlp": mlp}
