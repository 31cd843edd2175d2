/* Training of a decoder as models are published today (llm.c), in PyTorch on the CPU, as code of the usual
 * libraries is written: RMS norms, rotated queries and keys, grouped attention, a gated network, all scores
 * kept for the loss. Activations are the tensors that autograd saves for the way back; sources are paths in
 * PyTorch's repository. */
#include <math.h>

#include "estimate/llm.h"
#include "estimate/runtime.h"

#define SAVED "torch/csrc/autograd/derivatives.yaml: what each operation saves"

static double largest_tensor(const struct mlm_estimate_request *request)
{
    const double width = (double)request->width;
    return width * fmax((double)request->vocabulary,
                       fmax((double)request->ffn, (double)(request->heads * request->head_size)));
}

/* Blocks of scores are never held as a whole since 2.0 (scaled_dot_product_attention()). */
static bool has_matrix(const struct mlm_estimate_request *request)
{
    return request->attention == MLM_ATTENTION_MATRIX || !mlm_version_since(request, 2, 0);
}

static void symbols_set(const struct mlm_estimate_request *request, struct mlm_symbols *symbols)
{
    const struct mlm_llm_weights weights = mlm_llm_weights(request);
    const double attended = (double)(request->heads * request->head_size);
    mlm_symbol_set(symbols, "P", mlm_llm_parameters(&weights), "parameters");
    mlm_symbol_set(symbols, "M", largest_tensor(request), "parameters of the largest matrix");
    mlm_symbol_set(symbols, "L", (double)request->layers, "layers");
    mlm_symbol_set(symbols, "d", (double)request->width, "numbers that stand for a token");
    mlm_symbol_set(symbols, "a", attended, "numbers in all queries of a token");
    mlm_symbol_set(symbols, "e", (double)request->ffn, "width of the network in a layer");
    mlm_symbol_set(symbols, "V", (double)request->vocabulary, "tokens of the vocabulary");
    mlm_symbol_set(symbols, "v", mlm_estimate_value_bytes(request->value), "bytes a value");
    mlm_symbol_set(symbols, "t", (double)request->batch * (double)request->sequence, "tokens in a batch");
    mlm_symbol_set(symbols, "S", has_matrix(request) ? (double)(request->heads * request->sequence) : 0,
        "scores of a token with all others, of all heads");
    mlm_symbol_set(symbols, "h", fmax(mlm_coefficient(request, MLM_OF_LAYER_PLACES), 1),
        "places in the heap for each activation");
    /* SGD keeps no state, momentum a velocity, Adam two moments (Kingma and Ba 2015, arXiv:1412.6980). */
    mlm_symbol_set(symbols, "o", request->optimizer, "states that the optimizer keeps");
}

/* Both norms save their input, the input over its length, and their result; queries, keys and values are
 * saved as they enter the attention, one for each head, and its result; the network saves its two inner
 * vectors, the gate, and the product. */
#define LAYER "(6·d+4·a+4·e+S)"

static void activations(
    const struct mlm_estimate_request *request, struct mlm_ledger *ledger, size_t forward, size_t backward)
{
    const double tensor = (double)request->batch * (double)request->sequence * (double)request->ffn *
                          mlm_estimate_value_bytes(request->value);
    const bool heap = mlm_estimate_in_heap(request, tensor);
    if (request->checkpoint) {
        mlm_ledger_add(ledger, forward, backward, "inputs of all layers", "v·t·L·d",
            "torch/utils/checkpoint.py; Chen et al. 2016, arXiv:1604.06174");
        mlm_ledger_add(
            ledger, forward, backward, "activations of one layer, computed again", "v·t·" LAYER, SAVED);
    } else {
        mlm_ledger_add(ledger, forward, backward, "activations of all layers", "v·t·L·" LAYER, SAVED);
    }
    double bytes = 0;
    if (heap)
        (void)mlm_formula_value(
            request->checkpoint ? "v·t·(L·d+" LAYER ")" : "v·t·L·" LAYER, &ledger->symbols, &bytes, NULL);
    mlm_symbol_set(&ledger->symbols, "Y", bytes, "bytes of activations in the heap");
    mlm_ledger_add(ledger, forward, MLM_TO_THE_END, "holes that glibc's heap keeps", "(h−1)·Y",
        "measured: tests/bench/calibrate.py; glibc's malloc");
    mlm_ledger_add(ledger, backward, backward, "gradients by outputs, of one layer", "v·t·(2·d+3·e)",
        "torch/csrc/autograd");
    /* The scores, their logarithms, and the gradients of both; of these, the gradients of the scores are
     * still there when the gradient of the output's matrix is made, beside all activations. */
    mlm_ledger_add(ledger, forward, forward, "scores, now and of the step before, and logarithms", "3·4·t·V",
        "torch/nn/functional.py, cross_entropy(): log_softmax saves its result");
    const double tokens = (double)request->batch * (double)request->sequence;
    const bool many = 8 * tokens >= (double)request->width * mlm_estimate_value_bytes(request->value);
    mlm_ledger_add(ledger, backward, backward, "scores, and the first gradients",
        many ? "16·t·V" : "8·t·V+v·V·d",
        "aten/src/ATen/native/LossNLL.cpp, SoftMax.cpp; torch/csrc/autograd, AccumulateGrad");
}

void mlm_estimate_transformer(const struct mlm_estimate_request *request, struct mlm_ledger *ledger)
{
    symbols_set(request, &ledger->symbols);
    const size_t forward = mlm_ledger_phase(ledger, "forward"),
                 backward = mlm_ledger_phase(ledger, "backward"), update = mlm_ledger_phase(ledger, "update");
    /* zero_grad() frees gradients since 2.0; before, they are set to 0. They grow while activations are
     * freed. */
    const size_t gradients = mlm_version_since(request, 2, 0) ? update : forward;
    mlm_ledger_add(ledger, forward, MLM_TO_THE_END, "weights", "v·P", "torch.nn.Linear, torch.nn.Embedding");
    mlm_ledger_add(ledger, gradients, MLM_TO_THE_END, "gradients", "v·P",
        "torch/csrc/autograd, AccumulateGrad; torch/optim/optimizer.py, zero_grad()");
    mlm_ledger_add(ledger, forward, MLM_TO_THE_END, "optimizer's state", "o·v·P",
        request->optimizer == MLM_OPTIMIZER_ADAM ? "torch/optim/adam.py: exp_avg, exp_avg_sq"
                                                 : "torch/optim/sgd.py: momentum_buffer");
    activations(request, ledger, forward, backward);
    if (request->optimizer == MLM_OPTIMIZER_ADAM)
        mlm_ledger_add(ledger, update, update, "its temporaries, of the largest matrix", "2·v·M",
            "torch/optim/adam.py, _single_tensor_adam(): sqrt() and the division");
}
