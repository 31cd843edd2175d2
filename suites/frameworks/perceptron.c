/* The perceptron of the suite `batch`: trained by autograd, and asked by the runtimes of small devices, each
 * of which has a file of its own format, made by its script.
 *
 * --data is about the peak of training at batch 4096 with SGD, from which the number of layers follows, as in
 * `batch`. All weights of a layer have the same size, so int8 holds them without a loss; what the runtimes
 * round to int8 are the values between the layers. */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "frameworks/params.h"

/* Increase this when the same parameters are to give other bytes. */
#define GENERATOR_VERSION 1

enum precision { PRECISION_F32, PRECISION_INT8 };
static const char *const optimizer_words[] = {"sgd", "momentum", "adam", NULL};
static const char *const malloc_words[] = {"moving", "fixed", NULL};
static const char *const precision_words[] = {[PRECISION_F32] = "f32", [PRECISION_INT8] = "int8", NULL};
static const char *const kernels_words[] = {"xnnpack", "builtin", NULL};
static const char *const prepack_words[] = {"on", "off", NULL};

/* Layers have `width` units, with f32 weights and a bias. */
static uint64_t layer_parameters(const struct frameworks_config *config)
{
    return config->width * (config->width + 1);
}

#define SAMPLES_OF_DATA UINT64_C(4096)

static int mlp_derive(void *p, struct mlm_error *error)
{
    struct frameworks_config *config = p;
    if (config->batch > config->samples)
        return mlm_error_set(error, -EINVAL, "a batch of %" PRIu64 " is larger than all %" PRIu64 " samples",
            config->batch, config->samples);
    if (config->micro > config->batch)
        return mlm_error_set(error, -EINVAL,
            "a micro-batch of %" PRIu64 " is larger than the batch of %" PRIu64, config->micro,
            config->batch);
    uint64_t each = sizeof(float) * (2 * layer_parameters(config) + SAMPLES_OF_DATA * config->width);
    if (config->layers == 0)
        config->layers = config->job.data_bytes < 2 * each ? 2 : config->job.data_bytes / each;
    return 0;
}

/* As many segments as one has layers, about: then the least is held. */
static int checkpoint_derive(void *p, struct mlm_error *error)
{
    struct frameworks_config *config = p;
    int r = mlp_derive(p, error);
    if (r == 0 && config->segments == 0)
        config->segments = (uint64_t)lround(sqrt((double)config->layers));
    if (r == 0 && config->segments > config->layers)
        return mlm_error_set(error, -EINVAL, "%" PRIu64 " segments are more than %" PRIu64 " layers",
            config->segments, config->layers);
    return r;
}

/* 4P(2+o) and 4B for each width that is held. */
static uint64_t training_bytes(const struct frameworks_config *config, uint64_t rows, uint64_t widths)
{
    uint64_t parameters = config->layers * layer_parameters(config);
    return sizeof(float) * (parameters * (2 + config->optimizer) + rows * config->width * widths);
}

static uint64_t mlp_core(const void *p)
{
    const struct frameworks_config *config = p;
    return training_bytes(config, config->micro ? config->micro : config->batch, config->layers + 1);
}

/* The inputs of all segments, and the layers of the longest one. */
static uint64_t checkpoint_core(const void *p)
{
    const struct frameworks_config *config = p;
    uint64_t longest = (config->layers + config->segments - 1) / config->segments;
    return training_bytes(config, config->batch, config->segments + longest);
}

/* Assumes 30 GFlop/s in products, 100 µs for autograd in each layer and step, 5 GB/s for reading
 * parameters. A checkpoint computes the layers forward twice. */
static uint64_t mlp_rough(const void *p)
{
    const struct frameworks_config *config = p;
    double parameters = (double)(config->layers * layer_parameters(config));
    double rows = (double)(config->micro ? config->micro : config->batch);
    double steps = (double)config->samples / rows;
    double products = (config->segments ? 8 : 6) * parameters * (double)config->samples;
    double ns = 3e9 + products / 30 +
                steps * ((double)config->layers * 1e5 + parameters * 4 * (5 + 2 * config->optimizer) / 5);
    return (uint64_t)ns;
}

/* ---- Inference ---- */

/* What a FlatBuffer, a Protocol Buffer holds at most, less a share for what is beside the weights. */
#define FILE_MOST (UINT64_C(2000) << 20)

static uint64_t weight_bytes(const struct frameworks_config *config)
{
    return config->precision == PRECISION_INT8 ? sizeof(int8_t) : sizeof(float);
}

static uint64_t weights_bytes(const struct frameworks_config *config)
{
    return config->layers * config->width * (config->width * weight_bytes(config) + sizeof(float));
}

static int infer_derive(void *p, struct mlm_error *error)
{
    struct frameworks_config *config = p;
    int r = mlp_derive(p, error);
    if (r < 0 || !config->job.workload->dataset || weights_bytes(config) <= FILE_MOST)
        return r;
    return mlm_error_set(error, -ERANGE,
        "weights of %" PRIu64 " MiB are more than a file of this format can hold; give a smaller --data",
        weights_bytes(config) >> 20);
}

/* Weights that are mapped are in the page cache. */
static uint64_t infer_core(const void *p)
{
    const struct frameworks_config *config = p;
    bool mapped = config->job.workload->flags & MLM_MAPS_FILE;
    return (mapped ? 0 : weights_bytes(config)) + 2 * config->batch * config->width * sizeof(float);
}

/* Assumes 10 GFlop/s in products, or 5 GB/s for reading weights in each step. */
static uint64_t infer_rough(const void *p)
{
    const struct frameworks_config *config = p;
    double parameters = (double)(config->layers * layer_parameters(config));
    double steps = (double)config->samples / (double)config->batch;
    return (uint64_t)(3e9 + 60 * parameters + 2 * parameters * (double)config->samples / 10 +
                      steps * (double)weights_bytes(config) / 5);
}

static void model_name(const void *p, const char *ending, char name[static 128])
{
    const struct frameworks_config *config = p;
    snprintf(name, 128, "frameworks-perceptron-v%d-w%" PRIu64 "-l%" PRIu64 "-b%" PRIu64 "-s%" PRIu64 "%s",
        GENERATOR_VERSION, config->width, config->layers, weight_bytes(config), config->job.seed, ending);
}

static void litert_name(const void *config, char name[static 128])
{
    model_name(config, ".tflite", name);
}

static void onnx_name(const void *config, char name[static 128])
{
    model_name(config, ".onnx", name);
}

/* Its file has a place in memory for each value, so it is made for a size of batch. */
static void executorch_name(const void *p, char name[static 128])
{
    const struct frameworks_config *config = p;
    char ending[32];
    snprintf(ending, sizeof ending, "-n%" PRIu64 ".pte", config->batch);
    model_name(config, ending, name);
}

/* Beside the weights, each unit may have a scale and an offset, and each layer has its names. */
static uint64_t model_size(const void *p)
{
    const struct frameworks_config *config = p;
    return weights_bytes(config) + config->layers * (config->width * 32 + 8192) + (UINT64_C(1) << 20);
}

static const struct mlm_dataset litert_file = {.name = litert_name, .size_bytes = model_size};
static const struct mlm_dataset onnx_file = {.name = onnx_name, .size_bytes = model_size};
static const struct mlm_dataset executorch_file = {.name = executorch_name, .size_bytes = model_size};

/* ---- Parameters ---- */

#define PARAM_BATCH(values, ...)                                                                             \
    {                                                                                                        \
        COUNT(batch, values, 1 << 20, "samples a step"), __VA_ARGS__                                         \
    }
#define PARAM_OPTIMIZER(...)                                                                                 \
    {                                                                                                        \
        WORD(optimizer, "sgd,momentum,adam", "sgd, momentum or adam: 8, 12 or 16 bytes a parameter"),        \
            __VA_ARGS__                                                                                      \
    }
#define PARAMS_SHAPE(wide, many)                                                                             \
    PARAM_WIDTH(wide),                                                                                       \
        {.name = "layers",                                                                                   \
            .type = MLM_PARAM_COUNT,                                                                         \
            .offset = FIELD(layers),                                                                         \
            .sweep = "0",                                                                                    \
            .maximum = 100000,                                                                               \
            .help = "layers; 0: as many as --data has room for",                                             \
            .equal_work = true},                                                                             \
    {                                                                                                        \
        COUNT(samples, many, 1 << 20, "samples in all"), .equal_work = true                                  \
    }
#define PARAMS_TRAINING PARAMS_SHAPE("512", "4096")

#define PARAM_MALLOC(few)                                                                                    \
    {                                                                                                        \
        WORD(malloc, "moving,fixed", "glibc's mmap threshold: as it comes, or held at 128 KiB"),             \
            .quick = (few)                                                                                   \
    }

static const struct mlm_param mlp_params[] = {PARAM_BATCH("64,1,16,256,1024,4096", .quick = "64,4096"),
    PARAM_OPTIMIZER(.quick = "sgd,adam"), PARAMS_TRAINING, PARAM_MALLOC("moving"), {.name = NULL}};
static const struct mlm_param checkpoint_params[] = {PARAM_BATCH("4096,256", .quick = "4096"),
    PARAM_OPTIMIZER(.quick = "sgd"), PARAMS_TRAINING,
    {.name = "segments",
        .type = MLM_PARAM_COUNT,
        .offset = FIELD(segments),
        .sweep = "0,2",
        .quick = "0",
        .maximum = 100000,
        .help = "parts whose inputs are kept; 0: the root of the number of layers"},
    PARAM_MALLOC("moving,fixed"), {.name = NULL}};
static const struct mlm_param accumulate_params[] = {PARAM_BATCH("4096", .quick = "4096"),
    {COUNT(micro, "64,256", 1 << 20, "samples a pass; their gradients are added up to a batch's"),
        .quick = "64"},
    PARAM_OPTIMIZER(.quick = "sgd"), PARAMS_TRAINING, {.name = NULL}};
static const struct mlm_param tensorflow_params[] = {PARAM_BATCH("64,1,16,256,1024,4096", .quick = "64,4096"),
    PARAM_OPTIMIZER(.quick = "sgd,adam"), PARAMS_TRAINING, {.name = NULL}};
static const struct mlm_param generator_params[] = {
    PARAM_BATCH("64,4096", .quick = "64"), PARAM_OPTIMIZER(.quick = "sgd"), PARAMS_TRAINING, {.name = NULL}};

#define PARAMS_ASKED PARAM_BATCH("1,64", .quick = "1"), PARAMS_SHAPE("2048", "256")
#define PARAM_PRECISION                                                                                      \
    {                                                                                                        \
        WORD(precision, "f32,int8", "weights, and vectors that are multiplied with them"),                   \
            .quick = "f32,int8"                                                                              \
    }
static const struct mlm_param numpy_params[] = {PARAMS_ASKED, {.name = NULL}};
static const struct mlm_param litert_params[] = {PARAM_PRECISION, PARAMS_ASKED,
    {WORD(kernels, "xnnpack,builtin",
         "XNNPACK, as it comes, which holds weights in an order of its own; or none"),
        .quick = "xnnpack,builtin"},
    {.name = NULL}};
static const struct mlm_param onnx_params[] = {PARAM_PRECISION, PARAMS_ASKED,
    {WORD(prepack, "on,off", "as it comes, weights are held in an order that suits the processor; or not"),
        .quick = "on,off"},
    {.name = NULL}};
static const struct mlm_param executorch_params[] = {PARAM_PRECISION, PARAMS_ASKED, {.name = NULL}};

/* ---- Descriptors ---- */

/* The tolerance of `batch`, because the work is the same. */
#define TRAINS                                                                                               \
    COMMON, .flags = MLM_QUICK | MLM_FOREIGN_HEAP, .work = "mlp", .answer_tolerance = 2e-3,                  \
            .rough_ns = mlp_rough
#define TENSORFLOW                                                                                           \
    TRAINS, .library_package = "tensorflow-cpu (PyPI)", .derive = mlp_derive, .core_bytes = mlp_core
/* int8 rounds the values between the layers by up to half a hundredth of their range. */
#define ASKED                                                                                                \
    COMMON, .work = "infer", .derive = infer_derive, .core_bytes = infer_core, .rough_ns = infer_rough,      \
            .answer_tolerance = 2e-2

const struct mlm_workload mlm_frameworks_torch_mlp = {TRAINS, TORCH, .name = "torch_mlp",
    .summary = "forward, backward and update of a perceptron by autograd", .params = mlp_params,
    .derive = mlp_derive, .core_bytes = mlp_core};
const struct mlm_workload mlm_frameworks_torch_checkpoint = {TRAINS, TORCH, .name = "torch_checkpoint",
    .summary = "the same; activations of a segment are computed again when they are needed",
    .params = checkpoint_params, .derive = checkpoint_derive, .core_bytes = checkpoint_core};
const struct mlm_workload mlm_frameworks_torch_accumulate = {TRAINS, TORCH, .name = "torch_accumulate",
    .summary = "the same; the gradients of micro-batches are added up before the update",
    .params = accumulate_params, .derive = mlp_derive, .core_bytes = mlp_core};
const struct mlm_workload mlm_frameworks_tensorflow_mlp = {TENSORFLOW, .name = "tensorflow_mlp",
    .summary = "the same by Keras, from a tf.data set of tensors", .params = tensorflow_params};
const struct mlm_workload mlm_frameworks_tensorflow_generator = {TENSORFLOW, .name = "tensorflow_generator",
    .summary = "the same by Keras, from a tf.data set that a generator feeds", .params = generator_params};

const struct mlm_workload mlm_frameworks_numpy_mlp = {ASKED, .library_package = "python3-numpy",
    .name = "numpy_mlp", .flags = MLM_QUICK | MLM_FOREIGN_HEAP,
    .summary = "a perceptron answers: products of NumPy's arrays", .params = numpy_params};
const struct mlm_workload mlm_frameworks_litert_mlp = {ASKED, .library_package = "ai-edge-litert (PyPI)",
    .name = "litert_mlp", .flags = MAPS, .dataset = &litert_file,
    .summary = "the same by LiteRT (TensorFlow Lite), from a .tflite file", .params = litert_params};
const struct mlm_workload mlm_frameworks_onnx_mlp = {ASKED, .library_package = "onnxruntime (PyPI)",
    .name = "onnx_mlp", .flags = READS, .dataset = &onnx_file,
    .summary = "the same by ONNX Runtime, from an .onnx file", .params = onnx_params};
const struct mlm_workload mlm_frameworks_executorch_mlp = {ASKED,
    .library_package = "executorch, which needs PyTorch", .name = "executorch_mlp", .flags = MAPS,
    .dataset = &executorch_file, .summary = "the same by ExecuTorch (PyTorch Mobile), from a .pte file",
    .params = executorch_params};
