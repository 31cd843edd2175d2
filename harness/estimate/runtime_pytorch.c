/* PyTorch 1.13.1 and 2.6.0 as Debian 12 and 13 ship them, on the CPU, one thread; sources are paths in its
 * repository. Networks of linear layers in f32; runtime_transformer.c has the other one. */
#include <errno.h>
#include <math.h>

#include "estimate/runtime.h"

/* Tensors of a step below 32 MiB are in glibc's heap. posix_memalign(64) splits small remainders off, and
 * small blocks of the graph, which a script keeps until it assigns the next step's loss, are placed into
 * these. So a freed place is often too small for the next tensor of its size, and the heap keeps growing, by
 * an amount that varies by up to a fifth from run to run. One coefficient describes it: so many places for
 * each tensor of the step. It is the mean over the jobs of tests/bench/calibrate.py, each the median of three
 * runs. */
#define HEAP_SOURCE "measured: tests/bench/calibrate.py; c10/core/impl/alloc_cpu.cpp, glibc's malloc"

static void tensors(const struct mlm_estimate_request *net, struct mlm_ledger *ledger, size_t train)
{
    struct mlm_symbols *symbols = &ledger->symbols;
    double layers = mlm_symbol_find(symbols, "L")->value, widest = 0;
    bool stacks = !net->slices && !net->stream && !net->workers;
    /* Since 2.0 zero_grad() frees gradients, so that those of a step are new tensors, and none is added to
     * another. */
    const bool anew = mlm_version_since(net, 2, 0);
    const char *outputs = "4·B·U";
    if (net->checkpoint) {
        /* checkpoint_sequential() with sqrt(L) segments of whole modules; the last one, with the remaining
         * modules, is computed once and kept. */
        double modules = 2 * layers - 1, segments = fmax(1, round(sqrt(layers)));
        double last = modules - floor(modules / segments) * (segments - 1);
        mlm_symbol_set(symbols, "g", segments, "segments: sqrt(L)");
        mlm_symbol_set(symbols, "G", ceil(last / 2), "layers of the largest segment");
        outputs = "4·B·min(g+G,L)·U/L";
    }
    /* The input needs no gradient. */
    for (size_t l = net->checkpoint ? 0 : 1; l < net->width_count; l++)
        widest = fmax(widest, net->widths[l]);
    mlm_symbol_set(symbols, "D", widest, "units of the widest layer that has a gradient");
    double output = 4 * (double)net->batch * widest, largest = 4 * mlm_symbol_find(symbols, "M")->value;
    const struct {
        const char *name, *formula, *source;
        double tensor; /* bytes of the largest tensor that a step allocates and frees; 0: tensors stay */
    } lines[] = {
        {"weights, f32", "4·P", "torch.nn.Linear", 0},
        {"gradients", "4·P", "torch/csrc/autograd, AccumulateGrad; torch/optim/optimizer.py, zero_grad()",
            anew ? largest : 0},
        {"optimizer's state", "4·o·P",
            net->optimizer == MLM_OPTIMIZER_ADAM ? "torch/optim/adam.py: exp_avg, exp_avg_sq"
                                                 : "torch/optim/sgd.py: momentum_buffer",
            0},
        {"the batch", stacks ? "4·B·p" : "0",
            "torch/utils/data/_utils/collate.py, default_collate(): torch.stack copies",
            4 * (double)net->batch * (double)net->columns},
        {net->checkpoint ? "outputs of segments, one recomputed" : "outputs of all layers", outputs,
            net->checkpoint ? "torch/utils/checkpoint.py; Chen et al. 2016, arXiv:1604.06174"
                            : "torch/csrc/autograd: ReLU saves its result, Linear its input",
            output},
        {"gradients by outputs, of two layers", "2·4·B·D", "torch/csrc/autograd", output},
        {"gradient by weights, of one layer", anew ? "0" : "4·M", "torch/csrc/autograd, AccumulateGrad",
            largest},
    };
    double heap = 0;
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        double bytes = 0;
        mlm_ledger_add(ledger, train, MLM_TO_THE_END, lines[i].name, lines[i].formula, lines[i].source);
        if (lines[i].tensor > 0 && mlm_estimate_in_heap(net, lines[i].tensor) &&
            mlm_formula_value(lines[i].formula, symbols, &bytes, NULL) == 0)
            heap += bytes;
    }
    mlm_symbol_set(symbols, "h", fmax(mlm_coefficient(net, MLM_OF_HEAP_PLACES), 1),
        "places in the heap for each of a step's tensors");
    mlm_symbol_set(symbols, "Y", heap, "bytes of a step's tensors in the heap");
    mlm_ledger_add(ledger, train, MLM_TO_THE_END, "holes that glibc's heap keeps", "(h−1)·Y", HEAP_SOURCE);
}

/* CPython 3.11 looks for cycles among young containers after 700 new ones, and every 11·11 times among all
 * (gc.set_threshold()). That writes to each container, so a worker then has its own copy of most of the
 * interpreter. A TensorDataset's row makes four containers (counted). After PyTorch is imported, the next
 * full collection is 44 collections away (counted). */
#define CONTAINERS_A_ROW 4
#define CONTAINERS_MOST 700
#define COLLECTIONS_TO_FULL 44

static bool collects(const struct mlm_estimate_request *request, double epochs)
{
    /* A stream makes a batch as one object. */
    if (request->stream)
        return false;
    double batches = epochs * (double)request->rows / (double)request->batch / (double)request->workers;
    return batches * floor(CONTAINERS_A_ROW * (double)request->batch / CONTAINERS_MOST) >=
           COLLECTIONS_TO_FULL;
}

/* Adds the lines of worker processes: they are forked and share the pages that nobody writes to. */
static void workers(const struct mlm_estimate_request *request, struct mlm_ledger *ledger, size_t train)
{
    /* Number of passes that one worker makes. */
    double many = 1e6, epochs = !request->persistent ? 1 : request->epochs ? (double)request->epochs : many;
    mlm_symbol_set(&ledger->symbols, "k",
        mlm_coefficient(request, collects(request, epochs) ? MLM_OF_COLLECTED_BYTES : MLM_OF_WORKER_BYTES),
        "bytes of Python that a worker writes to");
    mlm_ledger_add(ledger, train, MLM_TO_THE_END, "workers: Python pages they write to", "w·k",
        "measured: reference counts and, after enough batches, a full collection (gc)");
    mlm_ledger_add(ledger, train, MLM_TO_THE_END, "batches read ahead, and one in use", "(w·q+1)·4·B·p",
        "torch/utils/data/dataloader.py, prefetch_factor; in shared memory");
    if (request->stream)
        mlm_ledger_add(ledger, train, MLM_TO_THE_END, "batches that workers are making", "w·x", "one each");
    if (!request->workers_copied)
        return;
    /* Reading a Python object counts references in it, which copies its page into the worker; a worker reads
     * a w-th of the rows in a pass, at random. Numbers and the head of a row's list are written to; the slots
     * that point to numbers are not. A page contains parts of one row more than fit into it. */
    double row = 80 + 32 * (double)request->columns;
    mlm_symbol_set(&ledger->symbols, "r", epochs * (1 + (double)request->page_bytes / row),
        "rows read that have a part in a page");
    mlm_ledger_add(ledger, train, MLM_TO_THE_END, "workers: their copies of the objects",
        "w·n·(80+32·p)·(1−(1−1/w)^r)", "CPython: a read counts references; fork(2) copies written pages");
}

static int data(const struct mlm_estimate_request *request, struct mlm_ledger *ledger, size_t load)
{
    if (request->stream) {
        if (!request->workers)
            mlm_ledger_add(ledger, load, MLM_TO_THE_END,
                request->reuse ? "a batch" : "batches: one made, one in use", request->reuse ? "x" : "2·x",
                "IterableDataset");
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
    const bool transformer = request->model == MLM_MODEL_TRANSFORMER;
    if (request->storage != MLM_STORED_DENSE)
        return mlm_estimate_dense_only(request, "give --storage dense", error);
    if (request->model == MLM_MODEL_LINEAR || request->model == MLM_MODEL_LOGISTIC) {
        net.widths[0] = (uint32_t)request->columns;
        net.widths[1] = 1;
        net.width_count = 2;
    } else if (request->model != MLM_MODEL_MLP && request->model != MLM_MODEL_NONE && !transformer) {
        return mlm_estimate_no_model(
            request, "it has linear, logistic, mlp and transformer; sklearn has more", error);
    }
    size_t load = mlm_ledger_phase(ledger, "load");
    mlm_version_add(request, ledger, load);
    if (transformer) {
        mlm_estimate_transformer(request, ledger);
        return 0;
    }
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
    if (!request->stream && !request->slices)
        mlm_ledger_add(ledger, train, MLM_TO_THE_END, "shuffled order, as Python's numbers", "m·(8+32)",
            "torch/utils/data/sampler.py, RandomSampler: randperm(n).tolist()");
    if (request->workers)
        workers(request, ledger, train);
    tensors(&net, ledger, train);
    return 0;
}

const struct mlm_runtime mlm_runtime_pytorch = {
    .tolerance = 0.25,
    .reckon = reckon,
};
