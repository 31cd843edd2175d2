/* Findings come from three questions that any table can be asked: which row fits where another does not, how
 * much time low needs cost among the rows that fit, and how much time the cap costs. Nothing here knows a
 * suite. */
#include "report/table/finding.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "report/table/group.h"

static void put_size(FILE *out, double bytes)
{
    char text[MLM_SIZE_TEXT];
    fputs(mlm_size_show(bytes, text), out);
}

static void put_cap(FILE *out, const struct mlm_row *row)
{
    char text[MLM_SIZE_TEXT];
    fputs(mlm_size_spell(row->first->limits.cap_bytes, text), out);
}

static void put_time(FILE *out, double ns)
{
    char text[MLM_SIZE_TEXT];
    fputs(mlm_duration_show(ns, text), out);
}

static void put_times(FILE *out, double ratio)
{
    fprintf(out, ratio < 999.5 ? "%.3g ×" : "%.0f ×", ratio);
}

/* "needs 2.47 GiB and was killed at 2G" */
static void put_failure(FILE *out, const struct mlm_row *row)
{
    if (!isnan(mlm_row_full_needs(row))) {
        fputs("needs ", out);
        put_size(out, mlm_row_full_needs(row));
        fputs(" and ", out);
    }
    if (row->outcome == MLM_OUTCOME_TIMEOUT) {
        fputs("did not end within ", out);
        put_time(out, (double)row->first->limits.timeout_ns);
    } else if (row->outcome == MLM_OUTCOME_KILLED) {
        fputs("was killed from outside", out);
    } else if (row->first->limits.cap_bytes == MLM_NO_LIMIT) {
        fputs("was killed for lack of memory", out);
    } else {
        fputs("was killed at ", out);
        put_cap(out, row);
    }
    if (isnan(mlm_row_full_needs(row)) && row->phase && !isnan(row->progress))
        fprintf(out, " with %.0f %% of %.24s done", 100 * row->progress, row->phase);
}

/* Compares the fastest row that fits with the one that needs most and does not fit. */
static void say_contrast(FILE *out, const struct mlm_section *section, const struct mlm_group *group)
{
    const struct mlm_row *fits = group->fastest, *failed = group->failed;
    mlm_row_say(out, section, fits, NULL);
    fputs(" needs ", out);
    put_size(out, mlm_row_needs(fits));
    fputs(". ", out);
    mlm_row_say(out, section, failed, fits);
    fputc(' ', out);
    put_failure(out, failed);
    const struct mlm_row *reference = failed->reference;
    if (reference && reference->time.count && mlm_row_all_ok(reference)) {
        double ratio = fits->time.median / reference->time.median;
        fputs("; without a cap it takes ", out);
        put_times(out, 1 / ratio);
        fputs(" the time of ", out);
        mlm_row_say(out, section, fits, failed);
    }
    fputs(". ", out);
}

static void say_none_fits(FILE *out, const struct mlm_section *section, const struct mlm_group *group)
{
    if (group->count == 1) {
        mlm_row_say(out, section, group->failed, NULL);
        fputc(' ', out);
        put_failure(out, group->failed);
        fputs(". ", out);
        return;
    }
    const struct mlm_row *closest = NULL;
    for (size_t i = 0; i < group->count; i++)
        if (!isnan(mlm_row_full_needs(group->rows[i])) &&
            (!closest || mlm_row_full_needs(group->rows[i]) < mlm_row_full_needs(closest)))
            closest = group->rows[i];
    fprintf(out, "%zu rows do the work of ", group->count);
    mlm_row_say(out, section, group->failed, NULL);
    fputs("; none of them fits in ", out);
    put_cap(out, group->failed);
    if (closest) {
        fputs(". The least that one of them needs is ", out);
        put_size(out, mlm_row_full_needs(closest));
        if (closest != group->failed) {
            fputs(", by ", out);
            mlm_row_say(out, section, closest, group->failed);
        }
    }
    fputs(". ", out);
}

/* Says what low needs cost, or that they cost nothing. */
static void say_trade(FILE *out, const struct mlm_section *section, const struct mlm_group *group)
{
    const struct mlm_row *fast = group->fastest, *lean = group->leanest;
    bool nearly = fast != lean && mlm_row_needs(fast) < MLM_LEANER * mlm_row_needs(lean);
    fprintf(out, "%zu rows fit and do equal work. Of these, ", group->ok_count);
    mlm_row_say(out, section, fast, NULL);
    fputs(" is the fastest", out);
    if (mlm_row_needs(group->largest) < MLM_LEANER * mlm_row_needs(lean)) {
        fputs("; all need about ", out);
        put_size(out, mlm_row_needs(fast));
        fputs(", and ", out);
        mlm_row_say(out, section, group->slowest, fast);
        fputs(" takes ", out);
        put_times(out, group->slowest->time.median / fast->time.median);
        fputs(" as long. ", out);
        return;
    }
    if (fast == lean || nearly) {
        fputs(nearly ? " and needs almost the least memory: " : " and needs the least memory: ", out);
        put_time(out, fast->time.median);
        fputs(" and ", out);
        put_size(out, mlm_row_needs(fast));
        fputs("; ", out);
        mlm_row_say(out, section, group->largest, fast);
        fputs(" takes ", out);
        put_times(out, group->largest->time.median / fast->time.median);
        fputs(" the time and ", out);
        put_times(out, mlm_row_needs(group->largest) / mlm_row_needs(fast));
        fputs(" the memory. ", out);
        return;
    }
    fputs(" (", out);
    put_time(out, fast->time.median);
    fputs(", ", out);
    put_size(out, mlm_row_needs(fast));
    fputs("); ", out);
    mlm_row_say(out, section, lean, fast);
    fputs(" needs the least memory, ", out);
    put_size(out, mlm_row_needs(lean));
    fputs(", and takes ", out);
    put_times(out, lean->time.median / fast->time.median);
    fputs(" as long. ", out);
}

static void say_slowed(FILE *out, const struct mlm_section *section, const struct mlm_row *row)
{
    mlm_row_say(out, section, row, NULL);
    fputs(" is slowed down most by the cap: it takes ", out);
    put_times(out, row->slowdown);
    fputs(" its time without a cap", out);
    int64_t swap_bytes = row->readings.values[MLM_swap_peak_bytes];
    if (swap_bytes != MLM_NULL && swap_bytes > 0) {
        fputs(", with ", out);
        put_size(out, (double)swap_bytes);
        fputs(" in swap", out);
    }
    fputs(". ", out);
}

/* For several failed rows, each in a group of its own: says how many. */
static void say_how_many(FILE *out, const struct mlm_section *section, size_t failed_count)
{
    fprintf(out, "%zu of %zu rows do not fit in ", failed_count, section->count);
    put_cap(out, section->rows[0]);
    fputs(". ", out);
}

/* True if no row was slowed, not even possibly. */
static bool none_slowed(const struct mlm_section *section)
{
    bool known = false;
    for (size_t i = 0; i < section->count; i++) {
        const struct mlm_row *row = section->rows[i];
        if (isnan(mlm_row_sure_slowdown(row)))
            continue;
        if (row->slowdown >= MLM_SLOWED)
            return false;
        known = true;
    }
    return known;
}

/* Says that every row ended ok, and whether the cap slowed any. */
static void say_all_fit(FILE *out, const struct mlm_section *section)
{
    if (section->rows[0]->first->limits.cap_bytes == MLM_NO_LIMIT)
        return;
    if (section->count == 1)
        fputs("It fits in ", out);
    else
        fprintf(out, "All %zu rows fit in ", section->count);
    put_cap(out, section->rows[0]);
    if (none_slowed(section))
        fprintf(
            out, ", and %s noticeably slower than without a cap", section->count == 1 ? "is not" : "none is");
    fputs(". ", out);
}

/* The groups with the most to say: the largest ratio of memory between a row that failed and the fastest that
 * fits; a group that failed completely; the largest ratio between rows that fit. */
struct look {
    struct mlm_group contrast, failed, trade;
    double contrast_ratio, trade_ratio;
    bool all_ok;
};

static void look_at(struct look *look, const struct mlm_group *group)
{
    if (group->failed && group->fastest) {
        double ratio = mlm_row_least_needs(group->failed) / mlm_row_needs(group->fastest);
        if (!look->contrast.count || ratio > look->contrast_ratio) {
            look->contrast = *group;
            look->contrast_ratio = ratio;
        }
    }
    if (group->failed_count == group->count && group->count > look->failed.count)
        look->failed = *group;
    if (group->ok_count > 1) {
        double ratio = mlm_row_needs(group->largest) / mlm_row_needs(group->leanest);
        if (!look->trade.count || ratio > look->trade_ratio) {
            look->trade = *group;
            look->trade_ratio = ratio;
        }
    }
}

static void section_say(FILE *out, const struct mlm_section *section)
{
    struct look look = {.all_ok = true};
    size_t failed_count = 0;
    for (size_t begin = 0, end; begin < section->count; begin = end) {
        end = mlm_section_group_end(section, begin);
        struct mlm_group group = mlm_group_look(section->rows + begin, end - begin);
        look_at(&look, &group);
        failed_count += group.failed_count;
    }
    for (size_t i = 0; i < section->count; i++)
        look.all_ok = look.all_ok && mlm_row_all_ok(section->rows[i]);
    if (look.contrast.count)
        say_contrast(out, section, &look.contrast);
    else if (failed_count > look.failed.count)
        say_how_many(out, section, failed_count);
    if (look.failed.count)
        say_none_fits(out, section, &look.failed);
    if (look.all_ok)
        say_all_fit(out, section);
    if (look.trade.count)
        say_trade(out, section, &look.trade);
    const struct mlm_row *slowest = mlm_section_most_slowed(section);
    bool said_enough = look.contrast.count && look.failed.count && look.trade.count;
    if (slowest && mlm_row_sure_slowdown(slowest) >= MLM_SLOWED && !said_enough)
        say_slowed(out, section, slowest);
}

int mlm_finding(const struct mlm_section *section, char **ret_text, struct mlm_error *error)
{
    struct mlm_text finding;
    char *text = NULL;
    if (mlm_text_begin(&finding)) {
        section_say(finding.out, section);
        text = mlm_text_end_tame(&finding);
    }
    if (!text)
        return mlm_error_errno(error, -ENOMEM, "finding");
    size_t size = strlen(text);
    if (size && text[size - 1] == ' ')
        text[size - 1] = 0;
    *ret_text = text;
    return 0;
}
