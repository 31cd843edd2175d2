/* Plans what has to be measured: caps, repetitions and more time. */
#include "advise/advice/rerun.h"

#include <math.h>
#include <string.h>

#include "base/laptop.h"
#include "base/limits.h"

#define LEAST_REPETITIONS 3
#define SURE_REPETITIONS 5

static void cap_add(struct mlm_rerun *rerun, uint64_t cap_bytes, uint64_t most_bytes)
{
    if (cap_bytes < MLM_CAP_MINIMUM_BYTES + rerun->background_bytes || cap_bytes > most_bytes ||
        rerun->cap_count == MLM_RERUN_CAPS)
        return;
    size_t at = 0;
    while (at < rerun->cap_count && rerun->caps[at] < cap_bytes)
        at++;
    if (at < rerun->cap_count && rerun->caps[at] == cap_bytes)
        return;
    memmove(rerun->caps + at + 1, rerun->caps + at, (rerun->cap_count - at) * sizeof *rerun->caps);
    rerun->caps[at] = cap_bytes;
    rerun->cap_count++;
}

static double most_needs(const struct mlm_field *field)
{
    double most = NAN;
    for (size_t i = 0; i < field->sweep_count; i++)
        most = fmax(most, field->sweeps[i]->needs_bytes);
    return most;
}

/* Chooses caps from a quarter to twice the only cap, in steps of two. */
static void caps_around(struct mlm_rerun *rerun, uint64_t cap_bytes, uint64_t most_bytes)
{
    const uint64_t whole = UINT64_C(1) << 20;
    for (uint64_t part = 4; part >= 1; part /= 2)
        cap_add(rerun, cap_bytes / part / whole * whole, most_bytes);
    if (cap_bytes <= most_bytes / 2)
        cap_add(rerun, 2 * cap_bytes, most_bytes);
}

/* Chooses laptops from half to twice the RAM of the only one that was tried, or larger ones where none was
 * enough. Their caps stand for them. */
static void laptops_around(struct mlm_rerun *rerun, const struct mlm_field *field, uint64_t most_bytes)
{
    const uint64_t had_bytes = mlm_laptop_ram_bytes(field->most_cap_bytes);
    if (field->most_caps == 1)
        cap_add(rerun, mlm_laptop_cap_bytes(had_bytes / 2), most_bytes);
    if (had_bytes <= most_bytes / 2)
        cap_add(rerun, mlm_laptop_cap_bytes(2 * had_bytes), most_bytes);
}

/* For a sweep that no cap was enough for: twice the largest cap, and so on until its needs fit. */
static void caps_above(struct mlm_rerun *rerun, const struct mlm_field *field, uint64_t most_bytes)
{
    for (size_t i = 0; i < field->sweep_count; i++) {
        const struct mlm_sweep *sweep = field->sweeps[i];
        bool at_none = sweep->enough == MLM_NOT_ENOUGH || sweep->enough == sweep->cap_count;
        if (!at_none || !sweep->cap_count || sweep->points[sweep->cap_count - 1].end == MLM_END_UNKNOWN)
            continue;
        uint64_t cap_bytes = field->most_cap_bytes;
        while (cap_bytes <= most_bytes / 2) {
            cap_bytes *= 2;
            cap_add(rerun, cap_bytes, most_bytes);
            if (!(sweep->needs_bytes * 1.1 + (double)rerun->background_bytes > (double)cap_bytes))
                break;
        }
    }
}

struct mlm_rerun mlm_rerun_plan(const struct mlm_field *field)
{
    struct mlm_rerun rerun = {.repetitions = LEAST_REPETITIONS, .laptops = mlm_field_is_of_laptops(field)};
    if (!rerun.laptops)
        rerun.background_bytes = mlm_field_background_bytes(field);
    const json_t *machine = field->sweeps[0]->first->first->machine;
    double memory = json_number_value(json_object_get(machine, "memory_bytes"));
    const double most = 0x1p62; /* for a machine whose memory is unknown or not credible */
    uint64_t most_bytes = (uint64_t)(memory > 0 && memory < most ? memory : most);
    bool sure = true, cut_off = false;
    for (size_t i = 0; i < field->sweep_count; i++) {
        const struct mlm_sweep *sweep = field->sweeps[i];
        sure = sure && sweep->sure;
        cut_off = cut_off || mlm_sweep_cut_off(sweep);
        if (sweep->repetitions > rerun.repetitions)
            rerun.repetitions = sweep->repetitions;
    }
    /* Each laptop is a run of its own; those whose rows are certain need no other. */
    const bool again = !rerun.laptops || (!sure && field->most_caps > 1);
    for (size_t i = 0; i < field->sweep_count && again; i++)
        for (size_t k = 0; k < field->sweeps[i]->cap_count; k++)
            cap_add(&rerun, field->sweeps[i]->points[k].cap_bytes, UINT64_MAX);
    const size_t had_count = rerun.cap_count;
    if (rerun.laptops)
        laptops_around(&rerun, field, most_bytes);
    else if (field->most_caps <= 1 && rerun.cap_count)
        caps_around(&rerun, field->most_cap_bytes, most_bytes);
    else if (!rerun.cap_count && !isnan(most_needs(field)))
        caps_around(&rerun,
            (uint64_t)exp2(ceil(log2(most_needs(field) + (double)rerun.background_bytes + 1))) / 2,
            most_bytes);
    else if (!rerun.cap_count)
        caps_around(&rerun, UINT64_C(2) << 30, most_bytes);
    else
        caps_above(&rerun, field, most_bytes);
    if (!sure && field->most_caps > 1)
        rerun.repetitions = rerun.repetitions < SURE_REPETITIONS ? SURE_REPETITIONS : 2 * rerun.repetitions;
    rerun.worthwhile = cut_off || rerun.cap_count > had_count || (!sure && field->most_caps > 1);
    return rerun;
}
