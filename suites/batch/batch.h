/* What the workloads of batch that train a perceptron are told.
 *
 * The work is the same for every batch size: BATCH_SAMPLES samples go forward (and backward) once through
 * frozen weights, so at the end the gradient is the sum over all of them. */
#pragma once

#include <stdint.h>

#include "data/perceptron.h"
#include "workload.h"

#define BATCH_SAMPLES 4096u

struct batch_config {
    struct mlm_job job;
    uint64_t batch;     /* samples in a step */
    uint64_t micro;     /* samples in a pass, where gradients are accumulated */
    uint32_t optimizer; /* enum mlm_mlp_optimizer */
    uint32_t shape;     /* index of the words deep, wide */
    /* Derived. */
    struct mlm_mlp_spec spec;
    uint64_t rows; /* most samples in a pass */
};
