/* Judges sweeps: what each trial noticed of its cap, which cap is enough, and whether a step gains time.
 * Every claim about time goes through an interval. */
#include "advise/advice/sweep.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "base/cleanup.h"
#include "record/keymap.h"
#include "report/table/felt.h"
#include "report/table/group.h"

/* Marks of figures that something other than memory has influenced. */
#define DOUBTFUL (MLM_MARK_BIT(cache_not_evicted) | MLM_MARK_BIT(background_died))

/* Waiting below this share is ignored: removing all of it would gain no more than two equal times may
 * differ. */
#define LITTLE_WAITING MLM_WITHIN

/* Reading up to this much is normal for a program's start; above this factor, pages were read again. */
#define SOME_READING_BYTES (INT64_C(1) << 20)
#define READ_AGAIN 1.1

void mlm_sweeps_release(struct mlm_sweeps *sweeps)
{
    free(sweeps->items);
    free(sweeps->points);
    free(sweeps->steps);
    *sweeps = (struct mlm_sweeps){0};
}

size_t mlm_sweep_point_count(const struct mlm_sweep *sweep)
{
    return sweep->cap_count + sweep->has_reference;
}

const struct mlm_point *mlm_sweep_at(const struct mlm_sweep *sweep, uint64_t cap_bytes)
{
    size_t low = 0, high = sweep->cap_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (sweep->points[middle].cap_bytes < cap_bytes)
            low = middle + 1;
        else
            high = middle;
    }
    bool found = low < sweep->cap_count && sweep->points[low].cap_bytes == cap_bytes;
    return found ? &sweep->points[low] : NULL;
}

bool mlm_sweep_cut_off(const struct mlm_sweep *sweep)
{
    for (size_t i = 0; i < mlm_sweep_point_count(sweep); i++)
        if (sweep->points[i].end == MLM_END_UNKNOWN &&
            sweep->points[i].row->outcome_counts[MLM_OUTCOME_TIMEOUT])
            return true;
    return false;
}

/* Decides whether a trial failed for lack of memory. A time limit, or a kill by another program, does not
 * show this: it must have needed all memory it might have, or nearly so where it ends ok with more. */
static bool lacked_memory(const struct mlm_row *row, const struct mlm_record *trial, bool ends_with_more)
{
    int64_t peak = trial->readings.values[MLM_cage_peak_bytes];
    int64_t needs = trial->readings.values[MLM_needs_peak_bytes], cap = (int64_t)row->first->limits.cap_bytes;
    if (trial->outcome == MLM_OUTCOME_OOM)
        return true;
    if (trial->outcome != MLM_OUTCOME_TIMEOUT && trial->outcome != MLM_OUTCOME_KILLED)
        return false;
    if (row->first->limits.cap_bytes == MLM_NO_LIMIT)
        return peak != MLM_NULL && mlm_swapped(trial->readings.values[MLM_swap_peak_bytes], peak);
    int64_t held = ends_with_more && (needs == MLM_NULL || peak > needs) ? peak : needs;
    return held != MLM_NULL && held >= cap - mlm_row_slack_bytes(row, cap);
}

static enum mlm_end end_of(const struct mlm_row *row, bool ends_with_more)
{
    size_t failed = 0;
    for (size_t i = 0; i < row->trial_count; i++)
        failed += lacked_memory(row, row->trials[i], ends_with_more);
    if (mlm_row_all_ok(row) && row->time.count == row->trial_count && row->time.median > 0)
        return MLM_END_OK;
    if (!failed || row->outcome_counts[MLM_OUTCOME_OK] + failed < row->trial_count ||
        row->marks & MLM_MARKS_OF_ANOTHER_LIMIT)
        return MLM_END_UNKNOWN;
    return MLM_END_FAILED;
}

/* Blocked share of the own time; NAN: not known. */
static double own_waiting(const struct mlm_row *row)
{
    int64_t own = row->readings.values[MLM_own_ns], blocked = row->readings.values[MLM_blocked_ns];
    return own == MLM_NULL || own <= 0 || blocked == MLM_NULL ? NAN : fmin((double)blocked / (double)own, 1);
}

/* Share of the time in which nothing was computed, if possible without waiting for a processor. With several
 * threads it is known only where their CPU time is less than the wall time. */
static double waiting_of(const struct mlm_row *row)
{
    if (!isnan(own_waiting(row)))
        return own_waiting(row);
    const int64_t *values = row->readings.values;
    int64_t run = values[MLM_run_ns], user = values[MLM_run_cpu_user_ns];
    int64_t system = values[MLM_run_cpu_system_ns];
    if (run == MLM_NULL || run <= 0)
        return NAN;
    if (values[MLM_waiting_ns] != MLM_NULL)
        return fmin((double)values[MLM_waiting_ns] / (double)run, 1);
    if (user == MLM_NULL || system == MLM_NULL)
        return NAN;
    /* A record may hold any two numbers. */
    double busy = ((double)user + (double)system) / (double)run;
    return busy > 1 ? NAN : 1 - busy;
}

static double kernel_of(const struct mlm_row *row)
{
    int64_t user = row->readings.values[MLM_run_cpu_user_ns];
    int64_t system = row->readings.values[MLM_run_cpu_system_ns];
    double busy = (double)user + (double)system;
    return user == MLM_NULL || system == MLM_NULL || busy <= 0 ? NAN : (double)system / busy;
}

static bool read_again(const struct mlm_point *point, const struct mlm_point *with_more)
{
    int64_t here = point->row->readings.values[MLM_read_bytes];
    int64_t there = with_more->row->readings.values[MLM_read_bytes];
    return here != MLM_NULL && there != MLM_NULL && here > SOME_READING_BYTES &&
           (double)here > READ_AGAIN * (double)there;
}

static bool slower_than_best(const struct mlm_point *point)
{
    return point->over.low > 1 + MLM_WITHIN;
}

static enum mlm_spent spent_of(const struct mlm_sweep *sweep, const struct mlm_point *point)
{
    const struct mlm_point *with_more = &sweep->points[mlm_sweep_point_count(sweep) - 1];
    int64_t read_bytes = point->row->readings.values[MLM_read_bytes];
    if (point->end != MLM_END_OK)
        return MLM_SPENT_UNKNOWN;
    bool slower = slower_than_best(point);
    if (slower && point->felt == MLM_FELT_SHORT)
        return MLM_SPENT_MEMORY;
    if (slower && point->felt == MLM_FELT_CACHE && with_more->end == MLM_END_OK &&
        read_again(point, with_more))
        return MLM_SPENT_MEMORY;
    if (isnan(point->waiting))
        return MLM_SPENT_UNKNOWN;
    if (point->waiting <= LITTLE_WAITING)
        return MLM_SPENT_COMPUTING;
    /* With other programs active, it may have waited for a processor. */
    if (point->row->marks & MLM_MARK_BIT(noisy) && isnan(own_waiting(point->row)))
        return MLM_SPENT_UNKNOWN;
    return read_bytes != MLM_NULL && read_bytes > SOME_READING_BYTES ? MLM_SPENT_DISK : MLM_SPENT_WAITING;
}

/* Sorted times. */
struct sample {
    double *values;
    size_t count;
};

static void sample_add(struct sample *sample, const struct mlm_row *row, enum mlm_time_kind kind)
{
    for (size_t i = 0; i < row->trial_count; i++)
        sample->values[sample->count++] = (double)row->trials[i]->readings.values[mlm_time_metric(kind)];
    mlm_sort(sample->values, sample->count);
}

static double sample_median(const struct sample *sample)
{
    size_t half = sample->count / 2;
    return sample->count % 2 ? sample->values[half] : (sample->values[half - 1] + sample->values[half]) / 2;
}

/* Working space for judging sweeps. */
struct bench {
    struct sample ample, one, other; /* room for all trials of a table */
};

static void bench_release(struct bench *bench)
{
    free(bench->ample.values);
    free(bench->one.values);
    free(bench->other.values);
}

static int bench_make(struct bench *bench, size_t trial_count)
{
    bench->ample.values = calloc(trial_count + 1, sizeof(double));
    bench->one.values = calloc(trial_count + 1, sizeof(double));
    bench->other.values = calloc(trial_count + 1, sizeof(double));
    return bench->ample.values && bench->one.values && bench->other.values ? 0 : -ENOMEM;
}

/* The ratio above / below. */
static struct mlm_ratio span_of(const struct sample *above, const struct sample *below)
{
    const struct mlm_log_mean a = mlm_log_mean(&(struct mlm_values){below->values, below->count});
    const struct mlm_log_mean b = mlm_log_mean(&(struct mlm_values){above->values, above->count});
    return mlm_log_ratio(&a, &b, MLM_RATIO_CONFIDENCE);
}

static enum mlm_time_kind kind_of(const struct mlm_sweep *sweep)
{
    for (size_t i = 0; i < mlm_sweep_point_count(sweep); i++)
        if (sweep->points[i].end == MLM_END_OK && sweep->points[i].row->time_kind == MLM_TIME_WALL)
            return MLM_TIME_WALL;
    return MLM_TIME_OWN;
}

/* Fills bench->one with the fastest sample that had enough memory. */
static void best_find(struct mlm_sweep *sweep, struct bench *bench)
{
    struct sample *best = &bench->one;
    bench->ample.count = best->count = 0;
    size_t count = mlm_sweep_point_count(sweep);
    for (size_t i = 0; i < count; i++)
        if (sweep->points[i].end == MLM_END_OK && sweep->points[i].felt == MLM_FELT_NOTHING)
            sample_add(&bench->ample, sweep->points[i].row, sweep->time_kind);
    struct sample swap = *best;
    if (bench->ample.count) {
        *best = bench->ample;
        bench->ample = swap;
    }
    for (size_t i = 0; i < count; i++) {
        const struct mlm_point *point = &sweep->points[i];
        if (point->end != MLM_END_OK || point->felt == MLM_FELT_NOTHING)
            continue;
        if (best->count && point->row->times[sweep->time_kind].summary.median >= sample_median(best))
            continue;
        best->count = 0;
        sample_add(best, point->row, sweep->time_kind);
    }
    sweep->best_ns = best->count ? sample_median(best) : NAN;
    sweep->best = best->count ? mlm_log_mean(&(struct mlm_values){best->values, best->count})
                              : (struct mlm_log_mean){.count = 0};
}

struct mlm_ratio mlm_sweep_best_ratio(const struct mlm_sweep *sweep, const struct mlm_row *row)
{
    const struct mlm_log_mean *log = &row->times[sweep->time_kind].log;
    if (!log->count || !sweep->best.count)
        return (struct mlm_ratio){NAN, NAN, NAN, NAN};
    return mlm_log_ratio(log, &sweep->best, MLM_RATIO_CONFIDENCE);
}

static void points_judge(struct mlm_sweep *sweep, struct bench *bench)
{
    size_t count = mlm_sweep_point_count(sweep);
    sweep->time_kind = kind_of(sweep);
    best_find(sweep, bench);
    for (size_t i = 0; i < count; i++) {
        struct mlm_point *point = &sweep->points[i];
        point->over = (struct mlm_ratio){NAN, NAN, NAN, NAN};
        if (point->end != MLM_END_OK)
            continue;
        bench->other.count = 0;
        sample_add(&bench->other, point->row, sweep->time_kind);
        point->over = span_of(&bench->other, &bench->one);
    }
    for (size_t i = 0; i < count; i++)
        sweep->points[i].spent = spent_of(sweep, &sweep->points[i]);
}

/* Swapping explains a difference even where other influences exist. */
static bool doubtful(const struct mlm_point *point)
{
    const mlm_mark_set marks = point->row->marks;
    /* What other programs took is no part of an own time. */
    bool noisy = marks & MLM_MARK_BIT(noisy) && point->row->time_kind == MLM_TIME_WALL;
    return (noisy || marks & DOUBTFUL) && point->felt != MLM_FELT_SHORT;
}

static void step_judge(const struct mlm_sweep *sweep, size_t at)
{
    const struct mlm_point *from = &sweep->points[at], *to = from + 1;
    struct mlm_step *step = &sweep->steps[at];
    *step = (struct mlm_step){.gain = MLM_GAIN_UNKNOWN, .speedup = {NAN, NAN, NAN, NAN}};
    if (from->end == MLM_END_UNKNOWN || to->end == MLM_END_UNKNOWN)
        return;
    if (from->end == MLM_END_FAILED || to->end == MLM_END_FAILED) {
        step->gain = from->end == MLM_END_OK ? MLM_GAIN_LOST
                     : to->end == MLM_END_OK ? MLM_GAIN_FITS
                                             : MLM_GAIN_NO_FIT;
        return;
    }
    step->speedup = mlm_row_time_ratio(from->row, to->row, MLM_RATIO_CONFIDENCE);
    const struct mlm_ratio *speedup = &step->speedup;
    const double more = 1 + MLM_WITHIN;
    /* Disturbance of the larger cap could only hide a gain, so a gain is still shown. */
    const bool may_gain = !doubtful(from), may_not = may_gain && !doubtful(to);
    step->gain = MLM_GAIN_UNCLEAR;
    if (from->felt == MLM_FELT_NOTHING)
        step->gain = MLM_GAIN_NONE;
    else if (may_gain && speedup->low > 1 && speedup->ratio > more)
        step->gain = MLM_GAIN_FASTER;
    else if (may_not && speedup->high < 1 && speedup->ratio < 1 / more)
        step->gain = MLM_GAIN_SLOWER;
    else if (may_not && speedup->high <= more && speedup->low >= 1 / more)
        step->gain = MLM_GAIN_EVEN;
}

static bool is_shown_slower(const struct mlm_point *point)
{
    return point->end == MLM_END_OK && point->felt != MLM_FELT_NOTHING && slower_than_best(point) &&
           !doubtful(point);
}

bool mlm_sweep_lacks_at(const struct mlm_sweep *sweep, uint64_t cap_bytes)
{
    const struct mlm_point *point = mlm_sweep_at(sweep, cap_bytes);
    return point && (point->end == MLM_END_FAILED || is_shown_slower(point));
}

/* A job that swapped at all caps has no known time with enough memory. */
static bool swapped_everywhere(const struct mlm_sweep *sweep)
{
    for (size_t i = 0; i < mlm_sweep_point_count(sweep); i++)
        if (sweep->points[i].end == MLM_END_OK && sweep->points[i].felt != MLM_FELT_SHORT)
            return false;
    return true;
}

static bool suffices(const struct mlm_point *point)
{
    return point->end == MLM_END_OK &&
           (point->felt == MLM_FELT_NOTHING || point->over.ratio <= 1 + MLM_WITHIN);
}

static void enough_find(struct mlm_sweep *sweep)
{
    size_t begin = sweep->cap_count;
    /* A cap below one that failed was enough only by luck. */
    while (begin > 0 && sweep->points[begin - 1].end != MLM_END_FAILED)
        begin--;
    size_t enough = begin;
    bool best_known = !swapped_everywhere(sweep);
    while (enough < sweep->cap_count && !(best_known && suffices(&sweep->points[enough])))
        enough++;
    bool found =
        enough < sweep->cap_count || (best_known && sweep->has_reference && suffices(&sweep->points[enough]));
    sweep->enough = found ? enough : MLM_NOT_ENOUGH;
    sweep->sure = true;
    if (enough < sweep->cap_count) {
        const struct mlm_point *point = &sweep->points[enough];
        sweep->sure =
            point->felt == MLM_FELT_NOTHING || (point->over.high <= 1 + MLM_WITHIN && !doubtful(point));
    }
    for (size_t i = begin; i < enough && i < sweep->cap_count; i++)
        sweep->sure = sweep->sure && is_shown_slower(&sweep->points[i]);
}

static double needs_of(const struct mlm_sweep *sweep)
{
    for (size_t i = mlm_sweep_point_count(sweep); i-- > 0;)
        if (sweep->points[i].end == MLM_END_OK && !isnan(mlm_row_needs(sweep->points[i].row)))
            return mlm_row_needs(sweep->points[i].row);
    return NAN;
}

static void sweep_judge(struct mlm_sweep *sweep, struct bench *bench)
{
    size_t count = mlm_sweep_point_count(sweep);
    bool ends_with_more = false;
    for (size_t i = count; i-- > 0;) {
        struct mlm_point *point = &sweep->points[i];
        point->end = end_of(point->row, ends_with_more);
        ends_with_more = ends_with_more || point->end == MLM_END_OK;
        point->felt = point->end == MLM_END_OK ? mlm_row_felt(point->row) : MLM_FELT_UNKNOWN;
        point->waiting = waiting_of(point->row);
        point->kernel = kernel_of(point->row);
        if (point->row->trial_count > sweep->repetitions)
            sweep->repetitions = point->row->trial_count;
    }
    points_judge(sweep, bench);
    for (size_t i = 0; i + 1 < count; i++)
        step_judge(sweep, i);
    enough_find(sweep);
    sweep->needs_bytes = needs_of(sweep);
}

/* The sweep of each row of the sections, in their order. */
struct belonging {
    struct mlm_keymap keys;
    size_t *sweep_of;
    size_t *counts; /* rows in each sweep */
    bool *refers;   /* by row of the table: the row is another row's reference */
    size_t row_count;
};

static void belonging_release(struct belonging *belonging)
{
    mlm_keymap_release(&belonging->keys);
    free(belonging->sweep_of);
    free(belonging->counts);
    free(belonging->refers);
}

static int belonging_find(const struct mlm_table *table, struct belonging *belonging)
{
    belonging->sweep_of = calloc(table->row_count + 1, sizeof *belonging->sweep_of);
    belonging->counts = calloc(table->row_count + 1, sizeof *belonging->counts);
    belonging->refers = calloc(table->row_count + 1, sizeof *belonging->refers);
    if (!belonging->sweep_of || !belonging->counts || !belonging->refers)
        return -ENOMEM;
    for (size_t s = 0; s < table->section_count; s++)
        for (size_t i = 0; i < table->sections[s].count; i++) {
            const struct mlm_row *row = table->sections[s].rows[i];
            size_t *sweep = &belonging->sweep_of[belonging->row_count++];
            int r = mlm_keymap_add(&belonging->keys, mlm_record_sweep_key(row->first), sweep);
            if (r < 0)
                return r;
            belonging->counts[*sweep]++;
            if (row->reference)
                belonging->refers[row->reference - table->rows] = true;
        }
    return 0;
}

/* Fills the points of each sweep, by cap as the sections are, with room for a reference after them. */
static void points_fill(
    const struct mlm_table *table, const struct belonging *belonging, struct mlm_sweeps *sweeps)
{
    size_t next = 0, at = 0;
    for (size_t i = 0; i < sweeps->count; i++) {
        sweeps->items[i].points = sweeps->points + next;
        sweeps->items[i].steps = sweeps->steps + next;
        next += belonging->counts[i] + 1;
    }
    for (size_t s = 0; s < table->section_count; s++)
        for (size_t i = 0; i < table->sections[s].count; i++) {
            const struct mlm_row *row = table->sections[s].rows[i];
            struct mlm_sweep *sweep = &sweeps->items[belonging->sweep_of[at++]];
            if (!sweep->first) {
                sweep->first = row;
                sweep->section = &table->sections[s];
            }
            sweep->points[sweep->cap_count] =
                (struct mlm_point){.row = row, .cap_bytes = row->first->limits.cap_bytes};
            if (row->first->limits.cap_bytes == MLM_NO_LIMIT) /* the reference comes last */
                sweep->has_reference = true;
            else
                sweep->cap_count++;
        }
    for (size_t i = 0; i < sweeps->count; i++) {
        struct mlm_sweep *sweep = &sweeps->items[i];
        const struct mlm_row *reference = NULL;
        /* Of laptops, each may have its own. */
        for (size_t k = 0; k < sweep->cap_count && !reference; k++)
            reference = sweep->points[k].row->reference;
        if (sweep->has_reference || !reference)
            continue;
        sweep->points[sweep->cap_count] = (struct mlm_point){.row = reference, .cap_bytes = MLM_NO_LIMIT};
        sweep->has_reference = true;
    }
}

bool mlm_sweep_same_field(const struct mlm_sweep *x, const struct mlm_sweep *y)
{
    const struct mlm_record *a = x->first->first, *b = y->first->first;
    return mlm_same_machine(a, b) && mlm_record_same_ladder(a, b);
}

int mlm_sweeps_make(const struct mlm_table *table, struct mlm_sweeps *ret_sweeps, struct mlm_error *error)
{
    mlm_cleanup(mlm_sweeps_release) struct mlm_sweeps sweeps = {0};
    mlm_cleanup(belonging_release) struct belonging belonging = {0};
    mlm_cleanup(bench_release) struct bench bench = {0};
    size_t trial_count = 0, kept = 0;
    for (size_t i = 0; i < table->row_count; i++)
        trial_count += table->rows[i].trial_count;
    int r = belonging_find(table, &belonging);
    if (r >= 0)
        r = bench_make(&bench, trial_count);
    size_t room = belonging.row_count + belonging.keys.count + 1;
    sweeps.items = calloc(belonging.keys.count + 1, sizeof *sweeps.items);
    sweeps.points = calloc(room, sizeof *sweeps.points);
    sweeps.steps = calloc(room, sizeof *sweeps.steps);
    if (r < 0 || !sweeps.items || !sweeps.points || !sweeps.steps)
        return mlm_error_errno(error, r < 0 ? r : -ENOMEM, "caps of %zu rows", table->row_count);
    sweeps.count = belonging.keys.count;
    points_fill(table, &belonging, &sweeps);
    for (size_t i = 0; i < sweeps.count; i++) {
        struct mlm_sweep sweep = sweeps.items[i];
        /* A row without a cap that only serves as a reference of rows with another swap limit is not a
         * sweep. */
        if (!sweep.cap_count && belonging.refers[sweep.first - table->rows])
            continue;
        sweep_judge(&sweep, &bench);
        sweeps.items[kept++] = sweep;
    }
    sweeps.count = kept;
    *ret_sweeps = sweeps;
    sweeps = (struct mlm_sweeps){0};
    return 0;
}
