/* Findings come from three questions that any table can be asked: which row fits where another does not, how
 * much time low needs cost among the rows that fit, and how much time the cap costs. Nothing here knows a
 * suite. */
#include "report/table/finding.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "record/files.h"
#include "report/table/felt.h"
#include "report/table/group.h"
#include "report/text/sold.h"

static void put_size(FILE *out, double bytes)
{
    char text[MLM_SIZE_TEXT];
    fputs(mlm_size_show(bytes, text), out);
}

/* "2G"; "3712M (a laptop with 4 GB)" where the cap stands for one. */
static void put_cap(FILE *out, const struct mlm_row *row)
{
    const struct mlm_limits *limits = &row->first->limits;
    char text[MLM_SIZE_TEXT];
    fputs(mlm_size_spell(limits->cap_bytes, text), out);
    if (!mlm_is_laptop_cap(limits))
        return;
    fputs(limits->laptop_own ? " (this laptop, with " : " (a laptop with ", out);
    mlm_sold_ram(out, limits->laptop_bytes);
    fputc(')', out);
}

static void put_time(FILE *out, double ns)
{
    char text[MLM_SIZE_TEXT];
    fputs(mlm_duration_show(ns, text), out);
}

/* " takes 1.38 to 1.49 × the time of", " is 1.92 to 1.98 × as fast as", " takes about the time of"; "" where
 * nothing is certain. The caller adds the name. */
static bool put_takes(FILE *out, const char *glue, const struct mlm_ratio *ratio)
{
    const struct mlm_ratio inverse = {1 / ratio->ratio, 1 / ratio->high, 1 / ratio->low, ratio->p};
    char text[MLM_RATIO_TEXT];
    switch (mlm_ratio_says(ratio)) {
    case MLM_SAYS_UNSURE:
        return false;
    case MLM_SAYS_EVEN:
        fprintf(out, "%stakes about the time of ", glue);
        return true;
    case MLM_SAYS_LESS:
        fprintf(out, "%sis %s × as fast as ", glue, mlm_ratio_range(&inverse, text));
        return true;
    case MLM_SAYS_MORE:
        fprintf(out, "%stakes %s × the time of ", glue, mlm_ratio_range(ratio, text));
        return true;
    }
    return false;
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
    } else if (row->marks & MLM_MARK_BIT(killed_for_another_limit)) {
        fputs("was killed under ", out);
        put_cap(out, row);
        fputs(", but not for this cap (see its note)", out);
    } else if (row->marks & MLM_MARK_BIT(swap_ran_out)) {
        fputs("was killed at ", out);
        put_cap(out, row);
        fputs(" for lack of swap (see its note)", out);
    } else {
        fputs("was killed at ", out);
        put_cap(out, row);
    }
    if (isnan(mlm_row_full_needs(row)) && row->phase && !isnan(row->progress))
        fprintf(out, " with %.0f %% of %.24s done", 100 * row->progress, row->phase);
}

/* Compares a fastest row that fits with the one that needs most and does not fit. */
static void say_contrast(FILE *out, const struct mlm_section *section, const struct mlm_group *group)
{
    const struct mlm_row *fits = group->choice, *failed = group->failed;
    mlm_row_say(out, section, fits, NULL);
    fputs(" needs ", out);
    put_size(out, mlm_row_needs(fits));
    fputs(". ", out);
    mlm_row_say(out, section, failed, fits);
    fputc(' ', out);
    put_failure(out, failed);
    const struct mlm_row *reference = failed->reference;
    if (reference && reference->time.count && mlm_row_all_ok(reference)) {
        struct mlm_ratio ratio = mlm_row_time_ratio(reference, fits, MLM_RATIO_CONFIDENCE);
        if (put_takes(out, "; without a cap it ", &ratio))
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

/* Rows of a group that share a property, and how many of them are named. */
typedef bool member(const struct mlm_group *group, const struct mlm_row *row);
#define NAMED_MOST 3

static size_t members_count(const struct mlm_group *group, member *is)
{
    size_t count = 0;
    for (size_t i = 0; i < group->count; i++)
        count += is(group, group->rows[i]);
    return count;
}

/* "csr and csc", "csr, csc and 3 others" */
static void put_members(
    FILE *out, const struct mlm_section *section, const struct mlm_group *group, member *is)
{
    size_t count = members_count(group, is), named = 0;
    size_t most = count > NAMED_MOST ? NAMED_MOST - 1 : count;
    for (size_t i = 0; i < group->count && named < most; i++) {
        if (!is(group, group->rows[i]))
            continue;
        bool last = named + 1 == count;
        fputs(!named ? "" : last ? " and " : ", ", out);
        mlm_row_say(out, section, group->rows[i], NULL);
        named++;
    }
    if (count > most)
        fprintf(out, " and %zu others", count - most);
}

static bool all_are_lean(const struct mlm_group *group)
{
    return members_count(group, mlm_group_is_leanest) == group->ok_count;
}

static bool same_members(const struct mlm_group *group)
{
    for (size_t i = 0; i < group->count; i++)
        if (mlm_group_is_fastest(group, group->rows[i]) != mlm_group_is_leanest(group, group->rows[i]))
            return false;
    return true;
}

static bool all_take_alike(const struct mlm_group *group)
{
    struct mlm_ratio ratio = mlm_group_time_ratio(group, group->slowest);
    return mlm_ratio_says(&ratio) == MLM_SAYS_EVEN;
}

/* With one trial of each, nothing is known of chance. */
static bool repeated(const struct mlm_group *group)
{
    for (size_t i = 0; i < group->count; i++)
        if (mlm_group_counts(group->rows[i]) && group->rows[i]->time.count > 1)
            return true;
    return false;
}

/* Every row can be compared with the fastest. Two that ran once each cannot: that is not the same as two that
 * cannot be told apart. */
static bool all_compared(const struct mlm_group *group)
{
    for (size_t i = 0; i < group->count; i++) {
        struct mlm_ratio ratio = mlm_group_time_ratio(group, group->rows[i]);
        if (mlm_group_counts(group->rows[i]) && group->rows[i] != group->fastest && isnan(ratio.low))
            return false;
    }
    return true;
}

static void say_fastest(FILE *out, const struct mlm_section *section, const struct mlm_group *group)
{
    size_t count = members_count(group, mlm_group_is_fastest);
    if (!repeated(group)) {
        fputs("Each was run once, so their times are not compared. ", out);
        return;
    }
    if (!all_compared(group)) {
        fputs("Some of them ran only once, so it is not known which is the fastest. ", out);
        return;
    }
    if (count == group->ok_count) {
        fputs(all_take_alike(group) ? "All take about the same time. " : "Their times cannot be told apart. ",
            out);
        return;
    }
    put_members(out, section, group, mlm_group_is_fastest);
    if (count > 1) {
        fputs(" are the fastest; they cannot be told apart. ", out);
        return;
    }
    bool leanest = mlm_group_is_leanest(group, group->fastest);
    leanest = leanest && !all_are_lean(group);
    fputs(leanest ? " is the fastest and needs the least memory: " : " is the fastest: ", out);
    put_time(out, group->fastest->time.median);
    fputs(leanest ? " and " : ", ", out);
    put_size(out, mlm_row_needs(group->fastest));
    fputs(". ", out);
}

static void say_leanest(FILE *out, const struct mlm_section *section, const struct mlm_group *group)
{
    size_t count = members_count(group, mlm_group_is_leanest);
    if (!count) {
        mlm_row_say(out, section, group->leanest, NULL);
        fputs(" needs ", out);
        put_size(out, mlm_row_needs(group->leanest));
        fputs(" to finish, and at most ", out);
        put_size(out, mlm_row_at_speed(group->leanest));
        fputs(" to run at speed. ", out);
        return;
    }
    if (count == group->ok_count || (count > 1 && all_compared(group) && same_members(group))) {
        fputs(count == group->ok_count ? "All need about " : "They need the least memory, too: about ", out);
        put_size(out, mlm_row_needs(group->leanest));
        fputs(". ", out);
        return;
    }
    if (members_count(group, mlm_group_is_fastest) == 1 && mlm_group_is_leanest(group, group->fastest))
        return; /* that was said */
    put_members(out, section, group, mlm_group_is_leanest);
    fputs(count > 1 ? " need the least memory, about " : " needs the least memory, ", out);
    put_size(out, mlm_row_needs(group->leanest));
    struct mlm_ratio ratio = mlm_group_time_ratio(group, group->leanest);
    if (count == 1 && !mlm_group_is_fastest(group, group->leanest) && put_takes(out, ", and ", &ratio))
        mlm_row_say(out, section, group->fastest, group->leanest);
    fputs(". ", out);
}

/* Names the row that is worst: in memory, or, where all need the same, in time. */
static void say_worst(FILE *out, const struct mlm_section *section, const struct mlm_group *group)
{
    const struct mlm_row *best = group->fastest, *largest = group->largest, *slowest = group->slowest;
    struct mlm_ratio time = mlm_group_time_ratio(group, largest);
    struct mlm_ratio slow = mlm_group_time_ratio(group, slowest);
    if (largest != best && !mlm_group_is_leanest(group, largest)) {
        mlm_row_say(out, section, largest, NULL);
        fputs(" needs ", out);
        put_size(out, mlm_row_needs(largest));
        if (put_takes(out, " and ", &time))
            mlm_row_say(out, section, best, largest);
        fputs(". ", out);
    } else if (all_are_lean(group) && mlm_ratio_says(&slow) == MLM_SAYS_MORE) {
        mlm_row_say(out, section, slowest, NULL);
        fputc(' ', out);
        (void)put_takes(out, "", &slow);
        mlm_row_say(out, section, best, slowest);
        fputs(". ", out);
    }
}

/* Says what low needs cost, or that they cost nothing. */
static void say_trade(FILE *out, const struct mlm_section *section, const struct mlm_group *group)
{
    fprintf(out, "%zu rows fit and do equal work. ", group->ok_count);
    say_fastest(out, section, group);
    say_leanest(out, section, group);
    say_worst(out, section, group);
}

static bool row_swapped(const struct mlm_row *row)
{
    return mlm_swapped(row->readings.values[MLM_swap_peak_bytes], row->readings.values[MLM_cage_peak_bytes]);
}

static void say_slowed(FILE *out, const struct mlm_section *section, const struct mlm_row *row)
{
    char times[MLM_RATIO_TEXT];
    mlm_row_say(out, section, row, NULL);
    fprintf(out, " is slowed down most by the cap: it takes %s × its time without a cap",
        mlm_ratio_range(&row->slowdown, times));
    int64_t swap_bytes = row->readings.values[MLM_swap_peak_bytes];
    const bool said = section->count == 1 && mlm_row_all_ok(row) && row_swapped(row);
    if (swap_bytes != MLM_NULL && swap_bytes > 0 && !said) {
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

/* True if it is shown of every row that the cap did not slow it down. */
static bool none_slowed(const struct mlm_section *section)
{
    for (size_t i = 0; i < section->count; i++) {
        enum mlm_says says = mlm_ratio_says(&section->rows[i]->slowdown);
        if (says != MLM_SAYS_EVEN && says != MLM_SAYS_LESS)
            return false;
    }
    return true;
}

/* Writes how the trials began, where they use files: what is in the page cache costs a job nothing. */
static void put_start(FILE *out, const struct mlm_section *section)
{
    size_t counts[MLM_START_UNKNOWN + 1] = {0};
    for (size_t i = 0; i < section->count; i++)
        for (size_t k = 0; k < section->rows[i]->trial_count; k++)
            counts[mlm_files_start(section->rows[i]->trials[k])]++;
    if (counts[MLM_START_UNKNOWN])
        fputs(", though some of its files may have been in the page cache before", out);
    else if (counts[MLM_START_WARM] && counts[MLM_START_COLD])
        fputs(" from cold and warm starts", out);
    else if (counts[MLM_START_WARM] || counts[MLM_START_COLD])
        fputs(counts[MLM_START_WARM] ? " from a warm start" : " from a cold start", out);
}

/* A job that swaps does not fit: it ends well because a part of it is elsewhere. */
static void put_fits(FILE *out, const struct mlm_section *section)
{
    size_t swapped = 0;
    for (size_t i = 0; i < section->count; i++)
        swapped += row_swapped(section->rows[i]);
    if (section->count == 1)
        fputs(swapped ? "It ends well in " : "It fits in ", out);
    else
        fprintf(out, "All %zu rows %s in ", section->count, swapped ? "end well" : "fit");
    put_cap(out, section->rows[0]);
    if (swapped && section->count == 1) {
        fputs(" with ", out);
        put_size(out, (double)section->rows[0]->readings.values[MLM_swap_peak_bytes]);
        fputs(" in swap", out);
    } else if (swapped) {
        fprintf(out, ", %zu of them with a part in swap", swapped);
    }
}

/* Says that every row ended ok, and whether the cap slowed any. */
static void say_all_fit(FILE *out, const struct mlm_section *section)
{
    if (section->rows[0]->first->limits.cap_bytes == MLM_NO_LIMIT)
        return;
    put_fits(out, section);
    put_start(out, section);
    if (none_slowed(section))
        fprintf(out, ", and %s slower than without a cap", section->count == 1 ? "is not" : "none is");
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
    if (group->failed && group->choice) {
        double ratio = mlm_row_least_needs(group->failed) / mlm_row_needs(group->choice);
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
    if (slowest && !said_enough)
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
