/* A decoder as models are published today: in each layer grouped-query attention and a gated network (SwiGLU
 * or GeGLU), RMS norms, and tables for the words that come in and go out. */
#include "estimate/llm.h"

#include <errno.h>
#include <inttypes.h>

#define LAYERS_MOST 4096

static void standard(uint64_t *count, uint64_t value)
{
    *count = *count ? *count : value;
}

static void complete_shape(struct mlm_estimate_request *request)
{
    const struct mlm_shape *shape = mlm_llm_shape(request);
    if (request->shape != MLM_SHAPE_OWN) {
        request->layers = shape->layers;
        request->width = shape->width;
        request->heads = shape->heads;
        request->kv_heads = shape->kv_heads;
        request->head_size = shape->head_size;
        request->ffn = shape->ffn;
        request->vocabulary = shape->vocabulary;
        request->tied = shape->tied;
    } else if (request->gguf) {
        const struct mlm_gguf *gguf = request->gguf;
        request->layers = gguf->layers;
        request->width = gguf->width;
        request->heads = gguf->heads;
        request->kv_heads = (uint64_t)(gguf->kv_heads + 0.5);
        request->head_size = gguf->head_size;
        request->ffn = gguf->ffn;
        request->vocabulary = gguf->vocabulary;
        request->tied = gguf->tied;
    }
}

/* Fills in what follows from other numbers of the shape, and refuses what lacks. */
static int check_shape(struct mlm_estimate_request *request, struct mlm_error *error)
{
    const struct {
        const char *option;
        uint64_t value, most;
    } needed[] = {{"layers", request->layers, LAYERS_MOST}, {"heads", request->heads, INT32_MAX},
        {"ffn", request->ffn, INT32_MAX}, {"vocabulary", request->vocabulary, INT32_MAX}};
    if (!request->layers && !request->heads && !request->vocabulary)
        return mlm_error_set(error, -EINVAL,
            "which language model? give --shape NAME, --gguf FILE, or --layers, --heads, --head-size, --ffn and "
            "--vocabulary: mlmembench estimate --shape Llama-3.1-8B");
    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++)
        if (needed[i].value < 1 || needed[i].value > needed[i].most)
            return mlm_error_set(
                error, -EINVAL, "--%s: give a number from 1 to %" PRIu64, needed[i].option, needed[i].most);
    standard(&request->kv_heads, request->heads);
    if (!request->head_size && request->width)
        request->head_size = request->width / request->heads;
    if (!request->head_size)
        return mlm_error_set(error, -EINVAL, "how wide is a head? give --head-size or --embedding");
    if (request->head_size > INT32_MAX / request->heads)
        return mlm_error_set(
            error, -EINVAL, "--head-size %" PRIu64 " is more than any model has", request->head_size);
    standard(&request->width, request->heads * request->head_size);
    if (request->width > INT32_MAX)
        return mlm_error_set(
            error, -EINVAL, "--embedding %" PRIu64 " is more than any model has", request->width);
    if (request->kv_heads > request->heads)
        return mlm_error_set(error, -EINVAL, "--kv-heads %" PRIu64 " is more than the %" PRIu64 " heads",
            request->kv_heads, request->heads);
    return 0;
}

/* How many tokens the model was trained for; 0: not known. */
static uint64_t trained_context(const struct mlm_estimate_request *request)
{
    return request->shape != MLM_SHAPE_OWN ? mlm_llm_shape(request)->context
           : request->gguf                 ? request->gguf->context
                                           : 0;
}

/* A sequence is at most as long as the model was trained for. */
static int complete_training(struct mlm_estimate_request *request, uint64_t trained, struct mlm_error *error)
{
    standard(&request->batch, 8);
    standard(&request->sequence, trained && trained < 1024 ? trained : 1024);
    if (request->gguf)
        return mlm_error_set(error, -EINVAL,
            "a GGUF file holds a model that answers; of one that is trained, give --shape or its numbers");
    if (request->sequence > INT32_MAX || request->batch > INT32_MAX)
        return mlm_error_set(error, -EINVAL, "--sequence and --batch end at %d", INT32_MAX);
    if (request->value != MLM_VALUE_F32 && request->value != MLM_VALUE_F16)
        return mlm_error_set(error, -EINVAL, "--value of a transformer is f32, or f16 for f16 and bf16");
    return 0;
}

int mlm_llm_complete(struct mlm_estimate_request *request, struct mlm_error *error)
{
    complete_shape(request);
    int r = check_shape(request, error);
    if (r < 0)
        return r;
    const uint64_t trained = trained_context(request);
    if (request->model == MLM_MODEL_TRANSFORMER)
        return complete_training(request, trained, error);
    standard(&request->context, trained && trained < 4096 ? trained : 4096);
    standard(&request->sequences, 1);
    standard(&request->ubatch, 512);
    if (request->context > INT32_MAX || request->sequences > INT32_MAX)
        return mlm_error_set(error, -EINVAL, "--context and --sequences end at %d", INT32_MAX);
    if (trained && request->context > trained)
        return mlm_error_set(error, -EINVAL,
            "--context %" PRIu64 " is more than the %" PRIu64
            " tokens that the model was trained for; give less",
            request->context, trained);
    if (request->ubatch > request->context * request->sequences)
        request->ubatch = request->context * request->sequences;
    if (request->attention == MLM_ATTENTION_MATRIX && mlm_tensor_types[mlm_llm_kv_type(request)].elements > 1)
        return mlm_error_set(error, -EINVAL,
            "llama.cpp has a cache in %s only with attention over blocks; leave out --attention matrix, or give "
            "--kv f16",
            mlm_estimate_word("kv", request->kv));
    return 0;
}

int mlm_llm_weight_type(const struct mlm_estimate_request *request)
{
    return mlm_tensor_type_named(mlm_estimate_word("weights", request->weights));
}

int mlm_llm_kv_type(const struct mlm_estimate_request *request)
{
    return mlm_tensor_type_named(mlm_estimate_word("kv", request->kv));
}

/* Rows of whole blocks, or the next type that has such, as llama-quantize chooses (tensor_type_fallback() in
 * llama-quant.cpp). */
static int type_of_rows(int type, uint64_t row)
{
    if (row % mlm_tensor_types[type].elements && mlm_tensor_types[type].elements == 256)
        type = mlm_tensor_type_named("q5_0");
    return row % mlm_tensor_types[type].elements ? mlm_tensor_type_named("f16") : type;
}

static struct mlm_llm_weights weights_of_file(const struct mlm_gguf *gguf)
{
    struct mlm_llm_weights weights = {.looked_up = gguf->tied ? 0 : (double)gguf->embedding_elements,
        .looked_up_type = gguf->embedding_type};
    for (int i = 0; i < MLM_TENSOR_TYPES; i++)
        weights.elements[i] = (double)gguf->elements[i];
    return weights;
}

struct mlm_llm_weights mlm_llm_weights(const struct mlm_estimate_request *request)
{
    if (request->gguf && request->shape == MLM_SHAPE_OWN)
        return weights_of_file(request->gguf);
    struct mlm_llm_weights weights = {.looked_up_type = 0};
    const struct mlm_shape *shape = mlm_llm_shape(request);
    const double width = (double)request->width, layers = (double)request->layers, ffn = (double)request->ffn;
    const double table = (double)request->vocabulary * width;
    const uint64_t attended = request->heads * request->head_size;
    const double queries = (double)attended, keys = (double)(request->kv_heads * request->head_size);
    const int type = mlm_llm_weight_type(request), of_width = type_of_rows(type, request->width);
    /* Queries, keys, values, both inner matrices of the network; both tables, or one. */
    weights.elements[of_width] +=
        layers * width * (queries + 2 * keys + 2 * ffn) + table * (request->tied ? 1 : 2);
    weights.elements[type_of_rows(type, attended)] += layers * queries * width;
    weights.elements[type_of_rows(type, request->ffn)] += layers * ffn * width;
    /* Vectors stay as they are. */
    weights.elements[mlm_tensor_type_named("f32")] +=
        width * (layers * shape->norms + 1) + (shape->biased ? layers * (queries + 2 * keys) : 0);
    weights.looked_up = request->tied ? 0 : table;
    weights.looked_up_type = of_width;
    return weights;
}

uint64_t mlm_llm_merges(const struct mlm_estimate_request *request)
{
    return request->shape != MLM_SHAPE_OWN ? mlm_llm_shape(request)->merges
           : request->gguf                 ? request->gguf->merges
                                           : request->vocabulary;
}

double mlm_llm_parameters(const struct mlm_llm_weights *weights)
{
    double parameters = 0;
    for (int i = 0; i < MLM_TENSOR_TYPES; i++)
        parameters += weights->elements[i];
    return parameters;
}

bool mlm_llm_largest(struct mlm_estimate_request *request, bool one_format,
    bool (*fits)(void *context, const struct mlm_estimate_request *request), void *context, size_t *ret_tried)
{
    const struct mlm_knob *formats = &mlm_knobs[MLM_KNOB_OF_weights];
    struct mlm_estimate_request smallest = *request, best = *request;
    uint64_t most = 0;
    *ret_tried = 0;
    for (uint32_t i = MLM_SHAPE_OWN + 1; i < MLM_SHAPE_TOTAL; i++) {
        struct mlm_estimate_request tried = *request;
        bool found = false;
        tried.shape = i;
        if (mlm_shapes[i].context < request->context)
            continue;
        (*ret_tried)++;
        /* The first format is that of published files; those behind it are smaller, or no better. */
        for (uint32_t word = 0; formats->words[word] && !found && mlm_shapes[i].parameters > most; word++) {
            tried.weights = one_format ? request->weights : word;
            found = fits(context, &tried);
        }
        if (found) {
            most = mlm_shapes[i].parameters;
            best = tried;
        }
        if (*ret_tried == 1 || mlm_shapes[i].parameters < mlm_shapes[smallest.shape].parameters)
            smallest = tried;
    }
    *request = most ? best : smallest;
    return most > 0;
}
