/* The workload of our own that is most similar to the request of an estimate, with its suite's formulas. */
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

/* Plans it without a cap. -ENOTSUP: no workload is similar; -EINVAL: the suite refuses it. The result must
 * not be moved in memory before it is released. */
int mlm_own_find(const struct mlm_catalogue *catalogue, const struct mlm_estimate_request *request,
    struct mlm_own *ret_own, struct mlm_error *error);

/* Plans it again, under its cap_bytes. */
int mlm_own_plan(const struct mlm_catalogue *catalogue, struct mlm_own *own, struct mlm_error *error);

void mlm_own_release(struct mlm_own *own);

/* Networks of our own worker have equal layers of 128 or of 1024 units: changes the request to one of
 * these. */
void mlm_own_network(struct mlm_estimate_request *request);

/* The function for struct mlm_estimate_own; the context is a catalogue. */
int mlm_own_ask(void *catalogue, const struct mlm_estimate_request *request,
    struct mlm_estimate_answer *ret_answer, struct mlm_error *error);
