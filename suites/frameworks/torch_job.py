"""PyTorch: the perceptron of suites/batch trained by autograd, and a DataLoader with and without workers."""
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


def gradient_answer(perceptron, model):
    """The answer as in suites/batch/model.c: the mean of the layers' norms, and projections of layers with norm 1."""
    logarithms, projections = 0.0, [0.0, 0.0]
    for number, layer in enumerate(model[::2], 1):
        gradient = np.concatenate([layer.weight.grad.numpy().T.reshape(-1), layer.bias.grad.numpy()])
        length = float(np.linalg.norm(gradient))
        logarithms += np.log(length)
        for p in range(2):
            projections[p] += perceptron.projected(gradient, p, number) / length
    return [np.exp(logarithms / perceptron.layers)] + [p + 4 * perceptron.layers**0.5 for p in projections]


def mlp(job):
    if job.malloc == "fixed":
        ctypes.CDLL(None).mallopt(M_MMAP_THRESHOLD, MMAP_THRESHOLD_BYTES)
    torch = torch_of(job)
    perceptron = mlm_data.Perceptron(job.layers, job.width, job.samples, job.seed)
    model = model_of(torch, perceptron)
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
        for first in range(0, job.samples, job.batch):
            end = min(first + job.batch, job.samples)
            loss = torch.nn.functional.cross_entropy(model(inputs[first:end]), labels[first:end], reduction="sum")
            loss.backward()  # the gradient is never set to 0: in the end it is the sum over all samples
            optimizer.step()
            total += loss.item()
            job.items(end - first, job.samples)
        return lambda: [total / job.samples] + gradient_answer(perceptron, model)
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


def dataloader(job):
    torch = torch_of(job)
    rows = mlm_data.rows_of(job, density=1.0)
    data = {"objects": Objects, "flat": Flat}[job.storage](torch, rows.dense(np.float32)[0])
    loader = torch.utils.data.DataLoader(data, job.batch, shuffle=True, num_workers=job.workers,
                                         persistent_workers=job.workers > 0)

    def run():
        total = squares = 0.0
        for _ in range(job.epochs):
            for x in loader:
                x = x.double()
                total += x.sum().item()
                squares += (x * x).sum().item()
                job.items(len(x), job.epochs * rows.rows)
        loader._iterator = None  # ends the workers
        return [total, squares]
    return run


NEEDS = [("torch", "python3-torch", "torch")]
WORKLOADS = {
    "torch_mlp": mlp,
    "torch_dataloader": dataloader,
}
