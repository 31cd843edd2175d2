#include "estimate/training.h"

#include <math.h>

#include "estimate/heap.h"

/* Small blocks that get into the places that alignment leaves: of what is kept with a weight, its bias's
 * version counter, 32 bytes (c10/core/TensorImpl.h); of a Linear one beside each of two nodes, t()'s and
 * addmm()'s; of a ReLU one beside its node, and its result's counter, which is held longer than the tensor
 * (torch/csrc/autograd/saved_variable.h). Others, of the interpreter's, get there, too. */
#define SMALL_A_TENSOR 1
#define SMALL_A_NODE 2
/* A Linear and a ReLU of each layer, and each again when a segment is computed again. */
#define SMALL_MOST ((size_t)SMALL_A_NODE * 2 * MLM_WIDTHS_MOST)

/* Nodes live until the loss that leads to them is assigned anew: that is after the next step's way forward.
 */
struct graph {
    size_t small[SMALL_MOST], count;
};

struct training {
    struct mlm_heap *heap;
    const struct mlm_estimate_request *request;
    size_t layers;
    size_t saved[MLM_WIDTHS_MOST]; /* a ReLU's result, which the next Linear has, too */
    size_t batch, output;          /* of the last step */
    size_t held[2];                /* by checkpoint() itself: what came in, and the result made again */
    struct graph graphs[2], again; /* the last step's and this one's; of a segment */
    size_t step;
};

static size_t take(struct training *training, double values)
{
    return mlm_heap_take(training->heap, sizeof(float) * values);
}

static void give(struct training *training, size_t tensor)
{
    mlm_heap_give(training->heap, tensor);
}

/* What a layer puts out; layer 0 is the input. */
static size_t take_output(struct training *training, size_t layer)
{
    return take(training, (double)training->request->batch * training->request->widths[layer]);
}

/* Biases are small. */
static size_t take_parameters(struct training *training, size_t layer)
{
    const uint32_t *widths = training->request->widths;
    return take(training, (double)widths[layer - 1] * widths[layer]);
}

static void keep(struct training *training)
{
    for (size_t i = 0; i < SMALL_A_TENSOR; i++)
        (void)mlm_heap_take_small(training->heap);
}

static void graph_drop(struct training *training, struct graph *graph)
{
    for (size_t i = 0; i < graph->count; i++)
        mlm_heap_give_small(training->heap, graph->small[i]);
    graph->count = 0;
}

/* Modules are a Linear and a ReLU in turn: number 2·l−2 and 2·l−1 of layer l. */
static bool is_linear(size_t module)
{
    return module % 2 == 0;
}

/* Modules `from` to before `to`; NULL: without a graph. What comes in stays. */
static size_t forward(struct training *training, size_t from, size_t to, size_t input, struct graph *graph)
{
    size_t value = input;
    for (size_t module = from; module < to; module++) {
        size_t result = take_output(training, module / 2 + 1);
        for (size_t i = 0; graph && i < SMALL_A_NODE; i++)
            graph->small[graph->count++] = mlm_heap_take_small(training->heap);
        if (graph && !is_linear(module))
            training->saved[module / 2] = result;
        if (value != input && !(graph && is_linear(module)))
            give(training, value);
        value = result;
    }
    return value;
}

static void give_unless_held(struct training *training, size_t tensor)
{
    if (tensor != training->held[0] && tensor != training->held[1])
        give(training, tensor);
}

/* Returns the gradient by what came in. */
static size_t backward(struct training *training, size_t from, size_t to, size_t gradient)
{
    for (size_t module = to; module-- > from;) {
        size_t layer = module / 2 + 1, by_input = MLM_HEAP_NONE;
        if (!is_linear(module)) {
            by_input = take_output(training, layer);
            give_unless_held(training, gradient);
            give_unless_held(training, training->saved[module / 2]);
        } else {
            if (module || training->request->checkpoint)
                by_input = take_output(training, layer - 1);
            size_t by_weights = take_parameters(training, layer);
            give_unless_held(training, gradient);
            /* AccumulateGrad keeps the first, and adds the others to it. */
            if (training->step)
                give(training, by_weights);
            else
                keep(training);
        }
        gradient = by_input;
    }
    return gradient;
}

/* log_softmax() and nll_loss(), there and back. */
static size_t loss(struct training *training, size_t output)
{
    size_t logarithms = take_output(training, training->layers);
    graph_drop(training, &training->graphs[(training->step + 1) % 2]);
    give(training, training->output);
    training->output = output;
    size_t by_logarithms = take_output(training, training->layers);
    size_t gradient = take_output(training, training->layers);
    give(training, by_logarithms);
    give(training, logarithms);
    return gradient;
}

static void optimize(struct training *training)
{
    bool adam = training->request->optimizer == MLM_OPTIMIZER_ADAM;
    for (size_t layer = 1; layer <= training->layers; layer++) {
        for (uint32_t state = 0; !training->step && state < training->request->optimizer; state++) {
            (void)take_parameters(training, layer);
            keep(training);
        }
        if (adam) {
            /* torch/optim/adam.py, _single_tensor_adam(): the root, and what it is divided to. */
            size_t root = take_parameters(training, layer), divided = take_parameters(training, layer);
            give(training, root);
            give(training, divided);
        }
    }
}

static void step(struct training *training, size_t segments)
{
    /* checkpoint_sequential(): the last segment takes what is left over. */
    size_t modules = 2 * training->layers - 1, each = modules / segments;
    size_t inputs[MLM_WIDTHS_MOST] = {MLM_HEAP_NONE};
    if (mlm_training_stacks(training->request)) {
        inputs[0] = take_output(training, 0);
        give(training, training->batch);
        training->batch = inputs[0];
    }
    for (size_t s = 0; s + 1 < segments; s++)
        inputs[s + 1] = forward(training, s * each, (s + 1) * each, inputs[s], NULL);
    size_t last = segments - 1;
    size_t output =
        forward(training, last * each, modules, inputs[last], &training->graphs[training->step % 2]);
    size_t gradient = backward(training, last * each, modules, loss(training, output));
    for (size_t s = last; s-- > 0;) {
        give(training, inputs[s + 1]);
        size_t again = forward(training, s * each, (s + 1) * each, inputs[s], &training->again);
        training->held[0] = gradient;
        training->held[1] = again;
        size_t by_input = backward(training, s * each, (s + 1) * each, gradient);
        training->held[0] = training->held[1] = MLM_HEAP_NONE;
        give(training, gradient);
        give(training, again);
        gradient = by_input;
        graph_drop(training, &training->again);
    }
    give(training, gradient);
    optimize(training);
}

static double peak_bytes(
    const struct mlm_estimate_request *request, size_t segments, double steps, size_t cached)
{
    struct training training = {
        .heap = mlm_heap_new(request->malloc == MLM_MALLOC_MOVING, cached, request->page_bytes),
        .request = request,
        .layers = request->width_count - 1,
        .batch = MLM_HEAP_NONE,
        .output = MLM_HEAP_NONE,
        .held = {MLM_HEAP_NONE, MLM_HEAP_NONE}};
    double peak = 0;
    if (!training.heap)
        return NAN;
    for (size_t layer = 1; layer <= training.layers; layer++)
        (void)take_parameters(&training, layer);
    for (size_t grew = 0; training.step < MLM_TRAINING_STEPS && (double)training.step < steps;
         training.step++) {
        step(&training, segments);
        double now = mlm_heap_peak_bytes(training.heap);
        grew = now > peak ? training.step : grew;
        peak = now;
        if (training.step > grew + 3)
            break;
    }
    mlm_heap_free(training.heap);
    return peak;
}

struct mlm_training mlm_training_replay(
    const struct mlm_estimate_request *request, size_t segments, double steps)
{
    if (request->slices) {
        double all = peak_bytes(request, segments, steps, MLM_HEAP_CACHED_MOST);
        double part = peak_bytes(request, segments, steps, MLM_HEAP_CACHED_SIZE);
        return (struct mlm_training){.peak_bytes = all, .doubt_bytes = fabs(all - part)};
    }
    /* Small blocks of what makes the batches are in the thread's cache, too; how many is not known: between
     * all of it and one of three sizes. */
    double least = HUGE_VAL, most = 0, sum = 0;
    for (size_t sizes = 0; sizes < 3; sizes++) {
        double peak = peak_bytes(request, segments, steps, sizes * MLM_HEAP_CACHED_SIZE);
        least = fmin(least, peak);
        most = fmax(most, peak);
        sum += peak;
    }
    double mean = rint(sum / 3);
    return (struct mlm_training){.peak_bytes = mean, .doubt_bytes = fmax(most - mean, mean - least)};
}
