/* Language models: what their shape means in parameters, and the defaults of their request. */
#pragma once

#include "estimate/request.h"
#include "estimate/shapes.h"

/* How many weights there are of each type. */
struct mlm_llm_weights {
    double elements[MLM_TENSOR_TYPES];
    /* Those of the embedding table are looked up row by row; 0: the output is computed with them, too. */
    double looked_up;
    int looked_up_type;
};

/* Fills in the shape and the defaults. -EINVAL: something of the shape lacks, or cannot be. */
int mlm_llm_complete(struct mlm_estimate_request *request, struct mlm_error *error);

/* The weights of a complete request. */
struct mlm_llm_weights mlm_llm_weights(const struct mlm_estimate_request *request);

/* Pairs of tokens that its tokenizer merges; where they are not known, as many as there are tokens. */
uint64_t mlm_llm_merges(const struct mlm_estimate_request *request);

double mlm_llm_parameters(const struct mlm_llm_weights *weights);

/* The shape that was named, or MLM_SHAPE_OWN's. */
static inline const struct mlm_shape *mlm_llm_shape(const struct mlm_estimate_request *request)
{
    return &mlm_shapes[request->shape];
}

/* Type of the weights, or of the KV cache, as a row of the table of tensor types. */
int mlm_llm_weight_type(const struct mlm_estimate_request *request);
int mlm_llm_kv_type(const struct mlm_estimate_request *request);

/* Looks for the shape with the most parameters that fits: `fits` is asked about each in turn, with each
 * format of weights (or only with the request's, if `one_format`), the largest first. Returns false if none
 * fits; then *request is the smallest. *ret_tried: how many shapes have such a context. */
bool mlm_llm_largest(struct mlm_estimate_request *request, bool one_format,
    bool (*fits)(void *context, const struct mlm_estimate_request *request), void *context,
    size_t *ret_tried);
