/* Searches for the changes that save the most memory: tries each option with other values and computes the
 * estimate again. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "estimate/estimate.h"

/* Smaller savings are not shown. */
#define LEAST_SHARE 0.01

/* A model may replace another only if it answers the same question. */
static bool kin(uint32_t from, uint32_t to)
{
    return (from == MLM_MODEL_PCA_FULL && to == MLM_MODEL_PCA_RANDOMIZED) ||
           (from == MLM_MODEL_EXACT && to == MLM_MODEL_HIST);
}

static void say(const struct mlm_knob *knob, const struct mlm_estimate_request *request, char text[static 32])
{
    const void *field = mlm_knob_field(knob, request);
    text[0] = 0;
    if (knob->kind == MLM_KNOB_WORD)
        snprintf(text, 32, "%s", knob->words[*(const uint32_t *)field]);
    else if (mlm_knob_counts(knob))
        snprintf(text, 32, "%" PRIu64, *(const uint64_t *)field);
}

/* Keeps the change if it is the best one for the option so far; on a tie the first. */
static void try(const struct mlm_estimate *estimate, const struct mlm_knob *knob,
    const struct mlm_estimate_request *request, struct mlm_estimate_change *best)
{
    struct mlm_estimate other;
    if (mlm_estimate_make(request, &other, NULL) < 0)
        return;
    double saves = mlm_estimate_at_speed_bytes(estimate) - mlm_estimate_at_speed_bytes(&other);
    if (saves <= best->saves_bytes * (1 + LEAST_SHARE) ||
        saves < LEAST_SHARE * mlm_estimate_at_speed_bytes(estimate))
        return;
    *best = (struct mlm_estimate_change){.knob = knob,
        .request = other.request,
        .needs_bytes = other.needs_bytes,
        .at_speed_bytes = mlm_estimate_at_speed_bytes(&other),
        .saves_bytes = saves};
    say(knob, &other.request, best->to);
    say(knob, &estimate->request, best->from);
}

static struct mlm_estimate_change turn(const struct mlm_estimate *estimate, const struct mlm_knob *knob)
{
    struct mlm_estimate_change best = {.knob = NULL};
    struct mlm_estimate_request request = estimate->request;
    void *field = mlm_knob_field(knob, &request);
    if (mlm_knob_switches(knob)) {
        *(bool *)field = !*(bool *)field;
        try(estimate, knob, &request, &best);
    } else if (mlm_knob_counts(knob)) {
        uint64_t *count = field, less = *count / knob->divisor;
        less = less < knob->least ? knob->least : less;
        if (less < *count) {
            *count = less;
            try(estimate, knob, &request, &best);
        }
    } else {
        for (uint32_t word = 0; knob->words[word]; word++) {
            *(uint32_t *)field = word;
            if (knob != &mlm_knobs[MLM_KNOB_OF_model] || kin(estimate->request.model, word))
                try(estimate, knob, &request, &best);
        }
    }
    return best;
}

size_t mlm_estimate_changes(
    const struct mlm_estimate *estimate, struct mlm_estimate_change changes[static MLM_CHANGES])
{
    size_t count = 0;
    for (const struct mlm_knob *knob = mlm_knobs; knob < mlm_knobs + MLM_KNOB_TOTAL; knob++) {
        struct mlm_estimate_change change = knob->cost && mlm_knob_belongs(knob, &estimate->request)
                                                ? turn(estimate, knob)
                                                : (struct mlm_estimate_change){.knob = NULL};
        if (!change.knob)
            continue;
        size_t at = count < MLM_CHANGES ? count++ : MLM_CHANGES;
        for (; at > 0 && changes[at - 1].saves_bytes < change.saves_bytes; at--)
            if (at < MLM_CHANGES)
                changes[at] = changes[at - 1];
        if (at < MLM_CHANGES)
            changes[at] = change;
    }
    return count;
}
