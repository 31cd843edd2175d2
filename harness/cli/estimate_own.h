/* The own workload that is nearest to what an estimate is asked for, and what its suite's formulas say of it.
 */
#pragma once

#include "estimate/request.h"
#include "trial/plan.h"

struct mlm_own {
    const char *suite, *name; /* "storage", "storage/csr" */
    struct mlm_params params;
    uint64_t data_bytes, cap_bytes;
    const char *dataset; /* a user's file of such a shape, where no generated data has it; NULL: generated */
    struct mlm_dataset_shape shape;
    struct mlm_plan *plan; /* of the one trial */
    struct mlm_estimate_answer answer;
};

/* Plans it without a cap. -ENOTSUP: none is near; -EINVAL: the suite refuses it. It must not move in memory
 * before it is released. */
int mlm_own_find(const struct mlm_catalogue *catalogue, const struct mlm_estimate_request *request,
    struct mlm_own *ret_own, struct mlm_error *error);

/* Plans it again, under its cap_bytes. */
int mlm_own_plan(const struct mlm_catalogue *catalogue, struct mlm_own *own, struct mlm_error *error);

void mlm_own_release(struct mlm_own *own);

/* The own worker's networks have equal layers of 128 or of 1024 units: makes the request one of them. */
void mlm_own_network(struct mlm_estimate_request *request);

/* What the estimate calls; the context is a catalogue (struct mlm_estimate_own). */
int mlm_own_ask(void *catalogue, const struct mlm_estimate_request *request,
    struct mlm_estimate_answer *ret_answer, struct mlm_error *error);
