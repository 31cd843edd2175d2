/* Groups sweeps into jobs and fields, and finds trades: a cap at which another technique works as well. */
#include "advise/advice/job.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "record/keymap.h"

void mlm_fields_release(struct mlm_fields *fields)
{
    free(fields->items);
    free(fields->jobs);
    free(fields->sweeps);
    *fields = (struct mlm_fields){0};
}

bool mlm_field_is_of_laptops(const struct mlm_field *field)
{
    const struct mlm_limits *limits = &field->sweeps[0]->first->first->limits;
    return mlm_is_laptop_cap(limits) && !limits->laptop_own;
}

uint64_t mlm_field_background_bytes(const struct mlm_field *field)
{
    return field->sweeps[0]->first->first->limits.background_bytes;
}

uint64_t mlm_sweep_enough_bytes(const struct mlm_sweep *sweep)
{
    return sweep->enough == MLM_NOT_ENOUGH ? MLM_NO_LIMIT : sweep->points[sweep->enough].cap_bytes;
}

const struct mlm_sweep *mlm_advice_job_fastest_at(const struct mlm_advice_job *job, uint64_t cap_bytes)
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

static void job_judge(struct mlm_advice_job *job)
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

/* The field and the job of a sweep, both numbered in the order of their first sweeps. */
struct place {
    size_t field, job, sweep;
};

/* A row that is compared with no other is a job of its own. The length in the key shows where the suite's
 * name ends. */
static char *job_key(size_t field, const struct mlm_record *record, size_t sweep)
{
    return record->equal_work ? mlm_text_of("%zu group %zu %s %s", field, strlen(record->suite),
                                    record->suite, record->equal_work)
                              : mlm_text_of("%zu alone %zu", field, sweep);
}

static int places_find(const struct mlm_sweeps *sweeps, struct place *places)
{
    mlm_cleanup(mlm_keymap_release) struct mlm_keymap fields = {0};
    mlm_cleanup(mlm_keymap_release) struct mlm_keymap jobs = {0};
    int r = 0;
    for (size_t i = 0; i < sweeps->count && r >= 0; i++) {
        const struct mlm_record *record = sweeps->items[i].first->first;
        places[i].sweep = i;
        r = mlm_keymap_add(&fields, mlm_record_field_key(record), &places[i].field);
        if (r >= 0)
            r = mlm_keymap_add(&jobs, job_key(places[i].field, record, i), &places[i].job);
    }
    return r;
}

static int compare_places(const void *a, const void *b)
{
    const struct place *x = a, *y = b;
    if (x->field != y->field)
        return x->field < y->field ? -1 : 1;
    if (x->job != y->job)
        return x->job < y->job ? -1 : 1;
    return (x->sweep > y->sweep) - (x->sweep < y->sweep);
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

/* Fills the arrays so that the sweeps of a job, and the jobs of a field, are adjacent. */
static void fields_fill(
    const struct mlm_sweeps *sweeps, const struct place *places, struct mlm_fields *fields)
{
    struct mlm_advice_job *job = fields->jobs;
    for (size_t i = 0; i < sweeps->count; i++) {
        bool new_field = i == 0 || places[i].field != places[i - 1].field;
        bool new_job = new_field || places[i].job != places[i - 1].job;
        fields->sweeps[i] = &sweeps->items[places[i].sweep];
        if (i > 0 && new_job)
            job++;
        if (new_field)
            fields->items[fields->count++] = (struct mlm_field){.jobs = job, .sweeps = &fields->sweeps[i]};
        if (new_job)
            job->sweeps = &fields->sweeps[i];
        struct mlm_field *field = &fields->items[fields->count - 1];
        field->job_count += new_job;
        field->sweep_count++;
        job->count++;
    }
    for (size_t f = 0; f < fields->count; f++) {
        for (size_t j = 0; j < fields->items[f].job_count; j++)
            job_judge(&fields->items[f].jobs[j]);
        caps_look(&fields->items[f]);
    }
}

int mlm_fields_make(const struct mlm_sweeps *sweeps, struct mlm_fields *ret_fields)
{
    struct mlm_fields fields = {0};
    mlm_auto_free struct place *places = calloc(sweeps->count + 1, sizeof *places);
    fields.items = calloc(sweeps->count + 1, sizeof *fields.items);
    fields.jobs = calloc(sweeps->count + 1, sizeof *fields.jobs);
    fields.sweeps = calloc(sweeps->count + 1, sizeof(void *));
    int r = places && fields.items && fields.jobs && fields.sweeps ? places_find(sweeps, places) : -ENOMEM;
    if (r < 0) {
        mlm_fields_release(&fields);
        return r;
    }
    qsort(places, sweeps->count, sizeof *places, compare_places);
    fields_fill(sweeps, places, &fields);
    *ret_fields = fields;
    return 0;
}

/* A cap at which a sweep of the job ran. */
struct cap {
    uint64_t cap_bytes;
    const struct mlm_sweep *sweep;
    const struct mlm_point *point;
    size_t order;
};

static int compare_caps(const void *a, const void *b)
{
    const struct cap *x = a, *y = b;
    if (x->cap_bytes != y->cap_bytes)
        return x->cap_bytes < y->cap_bytes ? -1 : 1;
    return (x->order > y->order) - (x->order < y->order);
}

/* Finds the smallest cap that is not enough for one sweep and at which another is faster. */
static void trade_find(const struct cap *caps, size_t count, struct mlm_trade *trade)
{
    for (size_t begin = 0, end; begin < count && !trade->instead; begin = end) {
        const struct cap *fastest = NULL;
        for (end = begin; end < count && caps[end].cap_bytes == caps[begin].cap_bytes; end++) {
            const struct mlm_point *point = caps[end].point;
            if (point->end == MLM_END_OK &&
                (!fastest || point->row->time.median < fastest->point->row->time.median))
                fastest = &caps[end];
        }
        for (size_t i = begin; i < end && fastest && !trade->instead; i++)
            if (caps[i].sweep != fastest->sweep && mlm_sweep_lacks_at(caps[i].sweep, caps[i].cap_bytes)) {
                trade->cap_bytes = caps[i].cap_bytes;
                trade->instead = fastest->sweep;
            }
    }
}

int mlm_advice_job_trade(const struct mlm_advice_job *job, struct mlm_trade *ret_trade)
{
    struct mlm_trade trade = {.cap_bytes = MLM_NO_LIMIT};
    size_t count = 0, room = 0;
    for (size_t i = 0; i < job->count; i++)
        room += job->sweeps[i]->cap_count;
    mlm_auto_free struct cap *caps = calloc(room + 1, sizeof *caps);
    if (!caps)
        return -ENOMEM;
    for (size_t i = 0; i < job->count && job->count > 1; i++)
        for (size_t k = 0; k < job->sweeps[i]->cap_count; k++) {
            const struct mlm_point *point = &job->sweeps[i]->points[k];
            caps[count++] = (struct cap){point->cap_bytes, job->sweeps[i], point, i};
        }
    qsort(caps, count, sizeof *caps, compare_caps);
    trade_find(caps, count, &trade);
    if (!trade.instead)
        return 0;
    count = 0;
    for (size_t i = 0; i < job->count; i++) {
        const struct mlm_sweep *sweep = job->sweeps[i];
        if (sweep == trade.instead || !mlm_sweep_lacks_at(sweep, trade.cap_bytes))
            continue;
        count++;
        /* Unknown needs count as the largest, because such a sweep ended ok nowhere. */
        if (!trade.wants || isnan(sweep->needs_bytes) ||
            (!isnan(trade.wants->needs_bytes) && sweep->needs_bytes > trade.wants->needs_bytes))
            trade.wants = sweep;
    }
    trade.others = count - 1;
    *ret_trade = trade;
    return 1;
}
