/* Steps of training as PyTorch takes and gives its tensors, on a heap of glibc's: how much is held at the
 * worst, with the holes that nothing fits into. */
#pragma once

#include "estimate/request.h"

/* Beyond as many steps the heap was not seen to grow. */
#define MLM_TRAINING_STEPS 12

struct mlm_training {
    double peak_bytes;  /* not a number where memory ran out */
    double doubt_bytes; /* by which it may be off */
};

/* Of a network, whose widths the request has, trained for so many steps; `segments`: of which each but the
 * last is computed again (checkpoint_sequential()), 1: none is. Tensors alone are counted: weights,
 * gradients, optimizer's state, activations, and the batch where a DataLoader makes it in this process. */
struct mlm_training mlm_training_replay(
    const struct mlm_estimate_request *request, size_t segments, double steps);

/* A DataLoader in this process stacks rows into a batch. */
static inline bool mlm_training_stacks(const struct mlm_estimate_request *request)
{
    return !request->slices && !request->stream && !request->workers;
}
