/* PyTorch 1.13.1 as Debian 12 ships it, on the CPU, one thread; sources are paths in its repository. f32. */
#include <errno.h>
#include <math.h>

#include "advise/estimate/runtime.h"

#define MIB(n) ((n)*1048576.0)

/* c10::alloc_cpu() asks for 64-byte alignment. glibc before 2.38 gives an aligned chunk only out of a free
 * one with room to spare for it, so that a freed tensor's place is never taken by the next of its size: in
 * the heap all tensors of a layer in a step stay apart - output, ReLU's output, and the gradients by both.
 * What is mapped (32 MiB and more) is given back. */
#define HEAP_SOURCE                                                                                          \
    "c10/core/impl/alloc_cpu.cpp, posix_memalign(64); glibc 2.36 reuses no such place of equal size"

static bool in_heap(double bytes)
{
    return bytes < MLM_HEAP_BYTES;
}

static void activations(const struct mlm_estimate_request *request, struct mlm_ledger *ledger, size_t train)
{
    struct mlm_symbols *symbols = &ledger->symbols;
    double layers = mlm_symbol_find(symbols, "L")->value;
    bool heap = in_heap(4 * (double)request->batch * mlm_symbol_find(symbols, "W")->value);
    mlm_ledger_add(ledger, train, MLM_TO_THE_END, "the batch", "4·B·p",
        "torch/utils/data/_utils/collate.py, default_collate(): torch.stack copies");
    mlm_symbol_set(symbols, "h", heap ? 4 : 1,
        heap ? "tensors a layer that the heap keeps apart" : "tensors a layer: its output");
    if (!request->checkpoint) {
        mlm_ledger_add(ledger, train, MLM_TO_THE_END,
            heap ? "outputs of layers, their gradients" : "outputs of all layers", "h·4·B·U",
            heap ? HEAP_SOURCE : "torch/csrc/autograd: ReLU saves its result, Linear its input");
    } else {
        /* checkpoint_sequential() with sqrt(L) segments of whole modules; the last, which takes what is left
         * over, is computed once and kept. */
        double segments = fmax(1, round(sqrt(layers))), modules = 2 * layers - 1;
        double last = modules - floor(modules / segments) * (segments - 1);
        mlm_symbol_set(symbols, "g", segments, "segments: sqrt(L)");
        mlm_symbol_set(symbols, "G", ceil(last / 2), "layers of the largest segment");
        mlm_ledger_add(ledger, train, MLM_TO_THE_END, "outputs of segments, one recomputed",
            "h·4·B·min(g+G,L)·U/L", "torch/utils/checkpoint.py; Chen et al. 2016, arXiv:1604.06174");
    }
    if (!heap)
        mlm_ledger_add(ledger, train, MLM_TO_THE_END, "gradient of the widest output", "4·B·W",
            "threshold_backward(): a tensor of its own");
}

static void parameters(const struct mlm_estimate_request *request, struct mlm_ledger *ledger, size_t train)
{
    bool adam = request->optimizer == MLM_OPTIMIZER_ADAM;
    bool heap = in_heap(4 * mlm_symbol_find(&ledger->symbols, "M")->value);
    mlm_ledger_add(ledger, train, MLM_TO_THE_END, "weights, f32", "4·P", "torch.nn.Linear");
    mlm_ledger_add(ledger, train, MLM_TO_THE_END, "gradients", "4·P", "torch/csrc/autograd, AccumulateGrad");
    mlm_ledger_add(ledger, train, MLM_TO_THE_END, "optimizer's state", "4·o·P",
        adam ? "torch/optim/adam.py: exp_avg, exp_avg_sq" : "torch/optim/sgd.py: momentum_buffer");
    if (adam)
        mlm_ledger_add(ledger, train, MLM_TO_THE_END, "Adam's temporaries of one layer",
            heap ? "4·4·M" : "2·4·M", "torch/optim/adam.py, _single_tensor_adam(): sqrt, then a division");
    else
        mlm_ledger_add(ledger, train, MLM_TO_THE_END, "a layer's gradient, to be added", "4·M",
            "torch/csrc/autograd, AccumulateGrad; zero_grad() keeps .grad in 1.13");
}

/* Worker processes: forked, they share what nobody writes to. */
static void workers(const struct mlm_estimate_request *request, struct mlm_ledger *ledger, size_t train)
{
    mlm_ledger_add(ledger, train, MLM_TO_THE_END, "workers: Python pages they write to", "w·29·2^20",
        "measured: Debian 12, DataLoader workers of 400 batches (reference counts and collection)");
    mlm_ledger_add(ledger, train, MLM_TO_THE_END, "batches read ahead (shared memory)", "w·q·4·B·p",
        "torch/utils/data/dataloader.py, prefetch_factor");
    if (request->stream)
        mlm_ledger_add(ledger, train, MLM_TO_THE_END, "batches that workers are making", "w·x", "one each");
    if (!request->workers_copied)
        return;
    /* A page is copied by each worker that reads one of its objects, since that counts references in it; a
     * worker reads a w-th of the rows, at random. */
    double row = 88 + 40 * (double)request->columns;
    mlm_symbol_set(&ledger->symbols, "r", fmax(1, floor(4096 / row)), "rows in a page");
    mlm_ledger_add(ledger, train, MLM_TO_THE_END, "workers: their copies of the objects",
        "w·n·(88+40·p)·(1−(1−1/w)^r)", "CPython: a read counts references; fork(2) copies written pages");
}

static int data(const struct mlm_estimate_request *request, struct mlm_ledger *ledger, size_t load)
{
    if (request->stream) {
        if (!request->workers)
            mlm_ledger_add(ledger, load, MLM_TO_THE_END, "a batch being made", "x", "IterableDataset");
        return 0;
    }
    if (request->workers_copied)
        mlm_ledger_add(ledger, load, MLM_TO_THE_END, "data, lists of Python numbers", "n·(88+40·p)",
            "CPython 3.11: list 80 and its slot 8, a slot of 8 and a float of 32 each");
    else
        mlm_ledger_add(ledger, load, MLM_TO_THE_END, mlm_estimate_data_name(request),
            mlm_estimate_data_formula(request, false), "one tensor");
    return 0;
}

static int reckon(
    const struct mlm_estimate_request *request, struct mlm_ledger *ledger, struct mlm_error *error)
{
    struct mlm_estimate_request net = *request;
    if (request->storage != MLM_STORED_DENSE)
        return mlm_estimate_dense_only(request, "give --storage dense", error);
    if (request->model == MLM_MODEL_LINEAR || request->model == MLM_MODEL_LOGISTIC) {
        net.widths[0] = (uint32_t)request->columns;
        net.widths[1] = 1;
        net.width_count = 2;
    } else if (request->model != MLM_MODEL_MLP && request->model != MLM_MODEL_NONE) {
        return mlm_estimate_no_model(request, "it has linear, logistic and mlp; sklearn has more", error);
    }
    size_t load = mlm_ledger_phase(ledger, "load");
    mlm_ledger_add_measured(ledger, load, MLM_TO_THE_END, "Python with PyTorch", MIB(115.8),
        "measured: Debian 12, Python 3.11, PyTorch 1.13.1, a step of 32 rows; private pages");
    int r = data(request, ledger, load);
    if (r < 0 || request->model == MLM_MODEL_NONE)
        return r;
    mlm_estimate_network(&net, ledger);
    if (request->split) {
        size_t split = mlm_ledger_phase(ledger, "split");
        mlm_ledger_add(
            ledger, split, MLM_TO_THE_END, "copies for training and test", "X", "x[indices] copies");
    }
    size_t train = mlm_ledger_phase(ledger, "train");
    if (!request->stream)
        mlm_ledger_add(ledger, train, MLM_TO_THE_END, "shuffled order, as Python's numbers", "m·(8+32)",
            "torch/utils/data/sampler.py, RandomSampler: randperm(n).tolist()");
    parameters(request, ledger, train);
    activations(request, ledger, train);
    if (request->workers)
        workers(request, ledger, train);
    return 0;
}

const struct mlm_runtime mlm_runtime_pytorch = {
    .title = "PyTorch 1.13.1",
    .tolerance = 0.15,
    .cached_bytes = MIB(114),
    .reckon = reckon,
};
