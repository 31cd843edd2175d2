/* Writes the sentences about steps, trades and the use of time. */
#include "advise/advice/words.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "advise/advice/phrase.h"

/* More names would not be read. */
#define NAMES_MAX 4

/* Writes ", having swapped (46.4 MiB in swap, 12773 pages read back)". */
static void put_swapped(FILE *out, const struct mlm_point *point)
{
    const int64_t *values = point->row->readings.values;
    fputs(", having swapped (", out);
    mlm_phrase_size(out, (double)values[MLM_swap_peak_bytes]);
    fputs(" in swap", out);
    if (values[MLM_refaults] != MLM_NULL)
        fprintf(out, ", %" PRId64 " pages read back", values[MLM_refaults]);
    fputc(')', out);
}

/* Writes a sweep's part of the sentence about a step. */
static void put_gain(FILE *out, const struct mlm_sweep *sweep, const struct mlm_step *step)
{
    const struct mlm_point *from = &sweep->points[step - sweep->steps], *to = from + 1;
    if (step->gain == MLM_GAIN_UNCLEAR)
        fputs("what ", out);
    mlm_phrase_name(out, sweep, NULL);
    switch (step->gain) {
    case MLM_GAIN_FITS:
        fputs(" fits (", out);
        mlm_phrase_outcome(out, from);
        fputs(" before, ", out);
        mlm_phrase_time(out, to->row->time.median);
        fputc(')', out);
        return;
    case MLM_GAIN_FASTER:
        fputs(" is ", out);
        mlm_phrase_span(out, &step->speedup);
        if (from->felt == MLM_FELT_SHORT)
            put_swapped(out, from);
        return;
    case MLM_GAIN_SLOWER:
        fputs(" is slower, not faster: ", out);
        mlm_phrase_span(out, &step->speedup);
        return;
    case MLM_GAIN_UNCLEAR:
        fputs(" gains is not clear: ", out);
        mlm_phrase_span(out, &step->speedup);
        if (isnan(step->speedup.low))
            fputs(", once each", out);
        return;
    case MLM_GAIN_LOST:
        fputs(" ended ok and does not with more, so one of the two is chance", out);
        return;
    default:
        return;
    }
}

/* The sweep's step between exactly these caps; NULL. */
static const struct mlm_step *step_of(const struct mlm_sweep *sweep, uint64_t from_bytes, uint64_t to_bytes)
{
    for (size_t i = 0; i + 1 < mlm_sweep_point_count(sweep); i++)
        if (sweep->points[i].cap_bytes == from_bytes && sweep->points[i + 1].cap_bytes == to_bytes)
            return &sweep->steps[i];
    return NULL;
}

enum mlm_gain mlm_gain_of_all(
    const struct mlm_sweep *sweeps, size_t count, uint64_t from_bytes, uint64_t to_bytes)
{
    enum mlm_gain gain = MLM_GAIN_UNKNOWN;
    for (size_t i = 0; i < count; i++) {
        const struct mlm_step *step = step_of(&sweeps[i], from_bytes, to_bytes);
        if (!step || (i > 0 && step->gain != gain))
            return MLM_GAIN_UNKNOWN;
        gain = step->gain;
    }
    return gain;
}

/* Writes "csr" where there is only one sweep, else "2 of 3". */
static void put_how_many(FILE *out, const char *glue, size_t count, size_t all, const struct mlm_sweep *only)
{
    fputs(glue, out);
    if (only)
        mlm_phrase_name(out, only, NULL);
    else
        fprintf(out, "%zu of %zu", count, all);
}

/* The gains that are worth a name, kind by kind; returns what goes before whatever follows. */
static const char *put_named_gains(
    FILE *out, const struct mlm_sweep *sweeps, size_t count, uint64_t from_bytes, uint64_t to_bytes)
{
    static const enum mlm_gain named[] = {
        MLM_GAIN_FITS, MLM_GAIN_FASTER, MLM_GAIN_SLOWER, MLM_GAIN_LOST, MLM_GAIN_UNCLEAR};
    const char *glue = ": ";
    for (size_t n = 0; n < sizeof named / sizeof *named; n++) {
        size_t said = 0;
        for (size_t i = 0; i < count; i++) {
            const struct mlm_step *step = step_of(&sweeps[i], from_bytes, to_bytes);
            if (!step || step->gain != named[n] || said++ >= NAMES_MAX)
                continue;
            fputs(glue, out);
            put_gain(out, &sweeps[i], step);
            glue = "; ";
        }
        if (said > NAMES_MAX)
            fprintf(out, "; likewise %zu more", said - NAMES_MAX);
    }
    return glue;
}

void mlm_say_step(FILE *out, const struct mlm_sweep *sweeps, size_t count, uint64_t from_bytes,
    uint64_t to_bytes, uint64_t last_bytes)
{
    size_t gains[MLM_GAIN_LOST + 1] = {0}, all = 0;
    const struct mlm_sweep *last = NULL;
    for (size_t i = 0; i < count; i++) {
        const struct mlm_step *step = step_of(&sweeps[i], from_bytes, to_bytes);
        last = step ? &sweeps[i] : last;
        all += step != NULL;
        gains[step ? step->gain : MLM_GAIN_UNKNOWN] += step != NULL;
    }
    if (!all)
        return;
    mlm_phrase_cap(out, last, from_bytes);
    fputs(" → ", out);
    mlm_phrase_cap(out, last, last_bytes);
    const char *glue = put_named_gains(out, sweeps, count, from_bytes, to_bytes);
    const struct mlm_sweep *only = all == 1 ? last : NULL;
    if (gains[MLM_GAIN_NONE]) {
        if (!only && gains[MLM_GAIN_NONE] == all) {
            fprintf(out, ": no gain, because none of %zu reached ", all);
        } else {
            put_how_many(out, glue, gains[MLM_GAIN_NONE], all, only);
            fputs(gains[MLM_GAIN_NONE] == 1 ? " gains nothing, because it never reached "
                                            : " gain nothing, because they never reached ",
                out);
        }
        mlm_phrase_cap(out, last, from_bytes);
        glue = "; ";
    }
    if (gains[MLM_GAIN_EVEN]) {
        put_how_many(out, glue, gains[MLM_GAIN_EVEN], all, only);
        fprintf(out, " reached it and %s no faster", gains[MLM_GAIN_EVEN] == 1 ? "is" : "are");
        glue = "; ";
    }
    if (gains[MLM_GAIN_NO_FIT]) {
        put_how_many(out, glue, gains[MLM_GAIN_NO_FIT], all, only);
        fprintf(out, " end%s at %s", gains[MLM_GAIN_NO_FIT] == 1 ? "s" : "",
            last_bytes == to_bytes ? "neither" : "none of them");
        glue = "; ";
    }
    if (gains[MLM_GAIN_UNKNOWN]) {
        fprintf(out, "%sof ", glue);
        put_how_many(out, "", gains[MLM_GAIN_UNKNOWN], all, only);
        fputs(" there is no figure", out);
    }
    fputs(".", out);
}

void mlm_say_trade(FILE *out, const struct mlm_trade *trade)
{
    const struct mlm_point *point = mlm_sweep_at(trade->instead, trade->cap_bytes);
    const struct mlm_point *there = mlm_sweep_at(trade->wants, trade->cap_bytes);
    fputs("At ", out);
    mlm_phrase_cap(out, trade->instead, trade->cap_bytes);
    fputs(" already ", out);
    mlm_phrase_name(out, trade->instead, NULL);
    fputs(" does the work of ", out);
    mlm_phrase_name(out, trade->wants, NULL);
    fputs(", in ", out);
    mlm_phrase_time(out, point->row->time.median);
    if (!isnan(trade->instead->needs_bytes)) {
        fputs(" with ", out);
        mlm_phrase_size(out, trade->instead->needs_bytes);
    }
    if (!isnan(trade->wants->needs_bytes) && trade->instead->needs_bytes < trade->wants->needs_bytes) {
        fputs(", ", out);
        mlm_phrase_share(out, trade->instead->needs_bytes, trade->wants->needs_bytes);
        fputs(" of its memory", out);
    }
    fputs("; the latter ", out);
    if (there->end == MLM_END_OK) {
        fputs("takes ", out);
        mlm_phrase_time(out, there->row->time.median);
    } else {
        fputs("ends there as ", out);
        mlm_phrase_outcome(out, there);
    }
    if (there->end == MLM_END_OK)
        fputs(" there", out);
    if (!isnan(trade->wants->best_ns)) {
        fputs("; with enough memory it takes ", out);
        mlm_phrase_time(out, trade->wants->best_ns);
        struct mlm_ratio ratio = mlm_sweep_best_ratio(trade->wants, point->row);
        mlm_phrase_comparison(out, ", ", &ratio);
    }
    if (trade->others)
        fprintf(out, ". That cap is also not enough for %zu other way%s of doing this work", trade->others,
            trade->others == 1 ? "" : "s");
    fputs(".", out);
}

const struct mlm_point *mlm_sweep_at_ease(const struct mlm_sweep *sweep)
{
    if (sweep->enough != MLM_NOT_ENOUGH)
        return &sweep->points[sweep->enough];
    for (size_t i = mlm_sweep_point_count(sweep); i-- > 0;)
        if (sweep->points[i].end == MLM_END_OK)
            return &sweep->points[i];
    return NULL;
}

void mlm_say_spent(FILE *out, const struct mlm_point *point)
{
    switch (point->spent) {
    case MLM_SPENT_COMPUTING:
        fprintf(out, "computing %.0f %%%s", 100 * (1 - point->waiting),
            point->kernel > 0.5 ? ", in the kernel" : "");
        return;
    case MLM_SPENT_DISK:
        fprintf(out, "reading files %.0f %%", 100 * point->waiting);
        return;
    case MLM_SPENT_WAITING:
        fprintf(out, "waiting %.0f %%", 100 * point->waiting);
        return;
    case MLM_SPENT_MEMORY:
        fputs("getting memory", out);
        return;
    case MLM_SPENT_UNKNOWN:
        return;
    }
}
