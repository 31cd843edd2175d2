#include "advise/advice/job.h"

#include <errno.h>
#include <math.h>

#include "base/cleanup.h"

void mlm_fields_release(struct mlm_fields *fields)
{
    free(fields->items);
    free(fields->jobs);
    free(fields->sweeps);
    *fields = (struct mlm_fields){0};
}

uint64_t mlm_sweep_enough_bytes(const struct mlm_sweep *sweep)
{
    return sweep->enough == MLM_NOT_ENOUGH ? MLM_NO_LIMIT : sweep->points[sweep->enough].cap_bytes;
}

const struct mlm_sweep *mlm_job_fastest_at(const struct mlm_job *job, uint64_t cap_bytes)
{
    const struct mlm_sweep *fastest = NULL;
    double best = INFINITY;
    for (size_t i = 0; i < job->count; i++) {
        const struct mlm_point *point = mlm_sweep_at(job->sweeps[i], cap_bytes);
        if (!point || point->end != MLM_END_OK || point->row->time.median >= best)
            continue;
        best = point->row->time.median;
        fastest = job->sweeps[i];
    }
    return fastest;
}

static void job_judge(struct mlm_job *job)
{
    job->best_ns = NAN;
    job->cap_bytes = MLM_NO_LIMIT;
    for (size_t i = 0; i < job->count; i++)
        job->best_ns = fmin(job->best_ns, job->sweeps[i]->best_ns);
    for (size_t i = 0; i < job->count; i++) {
        const struct mlm_sweep *sweep = job->sweeps[i];
        uint64_t enough = mlm_sweep_enough_bytes(sweep);
        if (enough == MLM_NO_LIMIT || sweep->best_ns > (1 + MLM_WITHIN) * job->best_ns)
            continue;
        if (enough > job->cap_bytes ||
            (enough == job->cap_bytes && job->chosen && job->chosen->best_ns <= sweep->best_ns))
            continue;
        job->cap_bytes = enough;
        job->chosen = sweep;
    }
}

/* Which field and which job of it each sweep belongs to: gathers those of one after the other. */
static void jobs_gather(const struct mlm_sweeps *sweeps, bool *taken, struct mlm_field *field)
{
    size_t begin = 0;
    while (begin < sweeps->count && taken[begin])
        begin++;
    const struct mlm_sweep *of_field = &sweeps->items[begin];
    for (size_t i = begin; i < sweeps->count; i++) {
        const struct mlm_sweep *first = &sweeps->items[i];
        if (taken[i] || !mlm_sweep_same_field(of_field, first))
            continue;
        struct mlm_job *job = &field->jobs[field->job_count++];
        job->sweeps = field->sweeps + field->sweep_count;
        for (size_t k = i; k < sweeps->count; k++) {
            const struct mlm_sweep *other = &sweeps->items[k];
            if (taken[k] || !mlm_sweep_same_field(of_field, other))
                continue;
            if (k != i && !(mlm_row_same_suite(first->first, other->first) &&
                              mlm_row_same_group(first->first, other->first)))
                continue;
            taken[k] = true;
            job->sweeps[job->count++] = other;
        }
        field->sweep_count += job->count;
        job_judge(job);
    }
}

static void caps_look(struct mlm_field *field)
{
    field->least_cap_bytes = MLM_NO_LIMIT;
    for (size_t i = 0; i < field->sweep_count; i++) {
        const struct mlm_sweep *sweep = field->sweeps[i];
        if (!sweep->cap_count)
            continue;
        uint64_t least = sweep->points[0].cap_bytes, most = sweep->points[sweep->cap_count - 1].cap_bytes;
        field->least_cap_bytes = least < field->least_cap_bytes ? least : field->least_cap_bytes;
        field->most_cap_bytes = most > field->most_cap_bytes ? most : field->most_cap_bytes;
        field->most_caps = sweep->cap_count > field->most_caps ? sweep->cap_count : field->most_caps;
    }
}

int mlm_fields_make(const struct mlm_sweeps *sweeps, struct mlm_fields *ret_fields)
{
    struct mlm_fields fields = {0};
    mlm_auto_free bool *taken = calloc(sweeps->count + 1, sizeof *taken);
    fields.items = calloc(sweeps->count + 1, sizeof *fields.items);
    fields.jobs = calloc(sweeps->count + 1, sizeof *fields.jobs);
    fields.sweeps = calloc(sweeps->count + 1, sizeof(void *));
    if (!taken || !fields.items || !fields.jobs || !fields.sweeps) {
        mlm_fields_release(&fields);
        return -ENOMEM;
    }
    struct mlm_job *jobs = fields.jobs;
    for (size_t done = 0; done < sweeps->count;) {
        struct mlm_field *field = &fields.items[fields.count++];
        field->jobs = jobs;
        field->sweeps = fields.sweeps + done;
        jobs_gather(sweeps, taken, field);
        caps_look(field);
        jobs += field->job_count;
        done += field->sweep_count;
    }
    *ret_fields = fields;
    return 0;
}

/* The smallest cap that the sweep lacks, and at which another of the job is faster. */
static void trade_of(const struct mlm_job *job, const struct mlm_sweep *sweep, struct mlm_trade *trade)
{
    for (size_t i = 0; i < sweep->cap_count; i++) {
        uint64_t cap_bytes = sweep->points[i].cap_bytes;
        if (cap_bytes >= trade->cap_bytes || !mlm_sweep_lacks_at(sweep, cap_bytes))
            continue;
        const struct mlm_sweep *fastest = mlm_job_fastest_at(job, cap_bytes);
        if (!fastest || fastest == sweep)
            continue;
        trade->cap_bytes = cap_bytes;
        trade->instead = fastest;
    }
}

bool mlm_job_trade(const struct mlm_job *job, struct mlm_trade *ret_trade)
{
    struct mlm_trade trade = {.cap_bytes = MLM_NO_LIMIT};
    for (size_t i = 0; i < job->count; i++)
        trade_of(job, job->sweeps[i], &trade);
    if (!trade.instead)
        return false;
    size_t count = 0;
    for (size_t i = 0; i < job->count; i++) {
        const struct mlm_sweep *sweep = job->sweeps[i];
        if (sweep == trade.instead || !mlm_sweep_lacks_at(sweep, trade.cap_bytes))
            continue;
        count++;
        /* What is not known is taken to be most: it nowhere ended. */
        if (!trade.wants || isnan(sweep->needs_bytes) ||
            (!isnan(trade.wants->needs_bytes) && sweep->needs_bytes > trade.wants->needs_bytes))
            trade.wants = sweep;
    }
    trade.others = count - 1;
    *ret_trade = trade;
    return true;
}
