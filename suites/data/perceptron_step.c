/* Computes the instructions of a step with BLAS and the kernels. Products and elementwise passes alternate on
 * blocks of rows, so that an activation is still in the cache when the next pass reads it. */
#include "data/perceptron.h"
#include "data/random.h"

/* CBLAS takes int; dimensions are far below 2^31. */
static int dim(uint64_t n)
{
    return (int)n;
}

void mlm_perceptron_product_forward(
    const struct mlm_perceptron *model, uint32_t layer, uint64_t from, uint64_t rows)
{
    uint64_t in = mlm_mlp_width(&model->mlp.spec.shape, layer - 1);
    uint64_t out = mlm_mlp_width(&model->mlp.spec.shape, layer);
    model->blas.sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, dim(rows), dim(out), dim(in), 1,
        mlm_perceptron_activation(model, layer - 1) + from * in, dim(in),
        mlm_perceptron_lasting(model, MLM_MLP_WEIGHTS, layer), dim(out), 0,
        mlm_perceptron_activation(model, layer) + from * out, dim(out));
}

void mlm_perceptron_product_weights(
    const struct mlm_perceptron *model, uint32_t layer, uint64_t from, uint64_t rows)
{
    uint64_t in = mlm_mlp_width(&model->mlp.spec.shape, layer - 1);
    uint64_t out = mlm_mlp_width(&model->mlp.spec.shape, layer);
    model->blas.sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, dim(in), dim(out), dim(rows), 1,
        mlm_perceptron_activation(model, layer - 1) + from * in, dim(in),
        mlm_perceptron_delta(model, layer) + from * out, dim(out), 1,
        mlm_perceptron_lasting(model, MLM_MLP_GRADIENT, layer), dim(out));
}

void mlm_perceptron_product_delta(
    const struct mlm_perceptron *model, uint32_t layer, uint64_t from, uint64_t rows)
{
    uint64_t in = mlm_mlp_width(&model->mlp.spec.shape, layer - 1);
    uint64_t out = mlm_mlp_width(&model->mlp.spec.shape, layer);
    model->blas.sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, dim(rows), dim(in), dim(out), 1,
        mlm_perceptron_delta(model, layer) + from * out, dim(out),
        mlm_perceptron_lasting(model, MLM_MLP_WEIGHTS, layer), dim(out), 0,
        mlm_perceptron_delta(model, layer - 1) + from * in, dim(in));
}

/* The bias is the last row of a layer's weights, in the gradient as in the weights. */
static float *bias(const struct mlm_perceptron *model, enum mlm_mlp_kind kind, uint32_t layer)
{
    const struct mlm_mlp_shape *shape = &model->mlp.spec.shape;
    return mlm_perceptron_lasting(model, kind, layer) +
           (size_t)mlm_mlp_width(shape, layer - 1) * mlm_mlp_width(shape, layer);
}

static uint64_t block_of(const struct mlm_perceptron *model, uint64_t from, uint64_t rows)
{
    return rows - from < model->block_rows ? rows - from : model->block_rows;
}

static void forward(const struct mlm_perceptron *model, uint32_t layer, uint64_t rows)
{
    uint64_t width = mlm_mlp_width(&model->mlp.spec.shape, layer);
    const float *biases = bias(model, MLM_MLP_WEIGHTS, layer);
    for (uint64_t from = 0, block; from < rows; from += block) {
        block = block_of(model, from, rows);
        float *values = mlm_perceptron_activation(model, layer) + from * width;
        mlm_perceptron_product_forward(model, layer, from, block);
        if (layer < model->mlp.spec.shape.layers)
            model->kernels->bias_relu(values, block, width, biases);
        else
            model->kernels->bias(values, block, width, biases);
    }
}

static void backward(const struct mlm_perceptron *model, uint32_t layer, uint64_t rows)
{
    uint64_t in = mlm_mlp_width(&model->mlp.spec.shape, layer - 1);
    for (uint64_t from = 0, block; from < rows; from += block) {
        block = block_of(model, from, rows);
        mlm_perceptron_product_weights(model, layer, from, block);
        if (layer == 1)
            continue;
        mlm_perceptron_product_delta(model, layer, from, block);
        model->kernels->relu_backward(mlm_perceptron_delta(model, layer - 1) + from * in,
            mlm_perceptron_activation(model, layer - 1) + from * in, block, in,
            bias(model, MLM_MLP_GRADIENT, layer - 1));
    }
}

static void loss(struct mlm_perceptron *model, uint64_t first, uint64_t rows)
{
    bool training = model->mlp.spec.training;
    uint32_t last = model->mlp.spec.shape.layers;
    uint32_t width = mlm_mlp_width(&model->mlp.spec.shape, last);
    float *logits = mlm_perceptron_activation(model, last);
    float *bias_gradient = training ? bias(model, MLM_MLP_GRADIENT, last) : NULL;
    for (uint64_t r = 0; r < rows; r++, logits += width) {
        uint32_t label = mlm_random_below(model->label_key, first + r, width);
        if (training) {
            model->loss += mlm_softmax_backward(logits, width, label);
            for (uint32_t j = 0; j < width; j++)
                bias_gradient[j] += logits[j];
        } else {
            for (uint32_t j = 0; j < width; j++)
                model->outputs[j] += (double)logits[j];
            model->loss += mlm_softmax_loss(logits, width, label);
        }
    }
}

static void update(const struct mlm_perceptron *model, uint32_t layer)
{
    size_t count = mlm_mlp_layer_parameters(&model->mlp.spec.shape, layer);
    float *weights = mlm_perceptron_lasting(model, MLM_MLP_WEIGHTS, layer);
    const float *gradient = mlm_perceptron_lasting(model, MLM_MLP_GRADIENT, layer);
    switch (model->mlp.spec.optimizer) {
    case MLM_MLP_SGD:
        model->kernels->sgd(weights, gradient, count, model->rate);
        break;
    case MLM_MLP_MOMENTUM:
        model->kernels->momentum(
            weights, gradient, mlm_perceptron_lasting(model, MLM_MLP_STATE1, layer), count, model->rate);
        break;
    case MLM_MLP_ADAM:
        model->kernels->adam(weights, gradient, mlm_perceptron_lasting(model, MLM_MLP_STATE1, layer),
            mlm_perceptron_lasting(model, MLM_MLP_STATE2, layer), count, model->rate, model->steps);
        break;
    }
}

void mlm_perceptron_compute(struct mlm_perceptron *model, enum mlm_mlp_section section, uint64_t first,
    uint64_t rows, struct mlm_scoreboard *sb)
{
    const struct mlm_mlp *mlp = &model->mlp;
    if (section == MLM_MLP_STEP)
        model->steps++;
    for (uint32_t i = mlp->begin[section]; i < mlp->begin[section + 1]; i++) {
        uint32_t layer = mlp->code[i].layer;
        switch ((enum mlm_mlp_op)mlp->code[i].op) {
        case MLM_MLP_ALLOC:
        case MLM_MLP_FREE:
            break; /* nothing to do: every tensor has its place from the start, as in a framework with a
                      memory planner */
        case MLM_MLP_LOAD: {
            uint64_t width = mlm_mlp_width(&mlp->spec.shape, 0);
            mlm_random_fill_floats(
                model->input_key, first * width, mlm_perceptron_activation(model, 0), rows * width);
            break;
        }
        case MLM_MLP_FORWARD:
            forward(model, layer, rows);
            mlm_progress_add(sb, rows);
            break;
        case MLM_MLP_LOSS:
            loss(model, first, rows);
            break;
        case MLM_MLP_BACKWARD:
            backward(model, layer, rows);
            mlm_progress_add(sb, 2 * rows);
            break;
        case MLM_MLP_UPDATE:
            update(model, layer);
            break;
        }
    }
}
