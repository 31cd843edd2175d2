"""PyTorch: the perceptron of suites/batch trained by autograd, also with checkpoints of activations and with gradients
that are accumulated; and a DataLoader with and without workers."""
import ctypes

import numpy as np

import mlm_data

# For mallopt() of glibc: the initial threshold. Once it is set, glibc no longer changes it.
M_MMAP_THRESHOLD, MMAP_THRESHOLD_BYTES = -3, 128 << 10


def torch_of(job):
    import torch
    torch.set_num_threads(job.threads)
    torch.manual_seed(job.seed)
    return torch


def model_of(torch, perceptron):
    layers = []
    for number in range(1, perceptron.layers + 1):
        # The layer is made without values, because it gets those of the suite.
        layer = torch.nn.utils.skip_init(torch.nn.Linear, perceptron.width, perceptron.width)
        with torch.no_grad():
            layer.weight.copy_(torch.from_numpy(perceptron.weights(number)).t())
            layer.bias.zero_()
        layers += [layer, torch.nn.ReLU()]
    return torch.nn.Sequential(*layers[:-1])


def forward_of(model, segments):
    """The model, or the model in segments: of each, only the input is kept, and the rest is computed again."""
    if not segments:
        return model
    from torch.utils.checkpoint import checkpoint
    layers = (len(model) + 1) // 2
    bounds = [number * layers // segments * 2 for number in range(segments)] + [len(model)]
    parts = [model[begin:end] for begin, end in zip(bounds, bounds[1:])]

    def forward(x):
        for part in parts[:-1]:
            x = checkpoint(part, x, use_reentrant=False)
        return parts[-1](x)  # the backward pass begins there, so nothing would be gained
    return forward


def train(job, micro, segments=0):
    """Trains with batches of `job.batch` samples, of which `micro` pass the model at once."""
    if getattr(job, "malloc", "moving") == "fixed":
        ctypes.CDLL(None).mallopt(M_MMAP_THRESHOLD, MMAP_THRESHOLD_BYTES)
    torch = torch_of(job)
    perceptron = mlm_data.perceptron_of(job)
    model = model_of(torch, perceptron)
    forward = forward_of(model, segments)
    inputs, labels = perceptron.inputs(), perceptron.labels()
    job.checksum(perceptron.checksum(inputs))
    inputs, labels = torch.from_numpy(inputs), torch.from_numpy(labels)
    # With a rate of 0 an optimizer does all its work, but weights do not change: so all batch sizes do the same work.
    optimizer = {
        "sgd": lambda weights: torch.optim.SGD(weights, lr=0.0),
        "momentum": lambda weights: torch.optim.SGD(weights, lr=0.0, momentum=0.9),
        "adam": lambda weights: torch.optim.Adam(weights, lr=0.0),
    }[job.optimizer](model.parameters())

    def run():
        total = 0.0
        for step in range(0, job.samples, job.batch):
            last = min(step + job.batch, job.samples)
            for first in range(step, last, micro):
                end = min(first + micro, last)
                outputs = forward(inputs[first:end])
                loss = torch.nn.functional.cross_entropy(outputs, labels[first:end], reduction="sum")
                loss.backward()  # the gradient is never set to 0: in the end it is the sum over all samples
                total += loss.item()
                job.items(end - first, job.samples)
            optimizer.step()
        layers = model[::2]
        return lambda: [total / job.samples] + perceptron.gradient_answer(
            (layer.weight.grad.numpy().T, layer.bias.grad.numpy()) for layer in layers)
    return run


class Objects:
    """Rows like a list of records: every number is an object of its own, with a reference count."""

    def __init__(self, torch, x):
        self.torch, self.rows = torch, [row.tolist() for row in x]

    def __len__(self):
        return len(self.rows)

    def __getitem__(self, i):
        return self.torch.tensor(self.rows[i])


class Flat:
    """Rows in one buffer, which nobody writes to."""

    def __init__(self, torch, x):
        self.x = torch.from_numpy(x)

    def __len__(self):
        return len(self.x)

    def __getitem__(self, i):
        return self.x[i]


class Mapped:
    """Rows in a file that is mapped; a row is copied out of it."""

    def __init__(self, torch, path):
        self.torch, self.x = torch, np.load(path, mmap_mode="r")

    def __len__(self):
        return len(self.x)

    def __getitem__(self, i):
        return self.torch.from_numpy(np.array(self.x[i]))


def batches(job, torch, data):
    loader = torch.utils.data.DataLoader(data, job.batch, shuffle=True, num_workers=job.workers,
                                         persistent_workers=job.workers > 0)

    def run():
        total = squares = 0.0
        for _ in range(job.epochs):
            for x in loader:
                x = x.double()
                total += x.sum().item()
                squares += (x * x).sum().item()
                job.items(len(x), job.epochs * len(data))
        loader._iterator = None  # ends the workers
        return [total, squares]
    return run


def dataloader(job):
    torch = torch_of(job)
    rows = mlm_data.rows_of(job, density=1.0)
    return batches(job, torch, {"objects": Objects, "flat": Flat}[job.storage](torch, rows.dense(np.float32)[0]))


def mapped(job):
    torch = torch_of(job)
    mlm_data.rows_of(job, density=1.0)  # the file has these rows
    return batches(job, torch, Mapped(torch, job.dataset))


NEEDS = [("torch", "python3-torch", "torch")]
WORKLOADS = {
    "torch_mlp": lambda job: train(job, job.batch),
    "torch_checkpoint": lambda job: train(job, job.batch, job.segments),
    "torch_accumulate": lambda job: train(job, job.micro),
    "torch_dataloader": dataloader,
    "torch_mmap": mapped,
}
