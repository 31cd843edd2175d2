/* Findings come from three questions that any table can be asked: what fits where something else does not,
 * what being lean costs among those that fit, and what the cap costs. Nothing here knows a suite. */
#include "report/table/finding.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "base/cleanup.h"
#include "record/utf8.h"

/* Slower than this under a cap is said to be slowed by it: repetitions alone differ by less. */
#define SLOWED 1.1

/* Needs closer together than this are about the same. */
#define LEANER 1.1

/* Rows of one section that do equal work. */
struct group {
    const struct mlm_row *const *rows;
    size_t count;
    const struct mlm_row *fastest, *slowest, *leanest,
        *largest;                 /* of those whose trials are all ok; or NULL */
    const struct mlm_row *failed; /* the one that would need most; or NULL */
    size_t ok_count, failed_count;
};

static double needs(const struct mlm_row *row)
{
    int64_t bytes = row->readings.values[MLM_needs_peak_bytes];
    return bytes == MLM_NULL ? NAN : (double)bytes;
}

/* What a row needs when it can have it: its own figure if it ended, else its uncapped reference's; NAN: not
 * known. */
static double full_needs(const struct mlm_row *row)
{
    if (!row->cut_off)
        return needs(row);
    return row->reference && !row->reference->cut_off ? needs(row->reference) : NAN;
}

/* Known or not, at least so much. */
static double least_needs(const struct mlm_row *row)
{
    return fmax(full_needs(row), needs(row));
}

static struct group group_look(const struct mlm_row *const *rows, size_t count)
{
    struct group group = {.rows = rows, .count = count};
    for (size_t i = 0; i < count; i++) {
        const struct mlm_row *row = rows[i];
        if (mlm_row_failed(row)) {
            group.failed_count++;
            if (!group.failed || !(least_needs(row) <= least_needs(group.failed)))
                group.failed = row;
        }
        if (!mlm_row_all_ok(row) || !row->time.count || isnan(needs(row)))
            continue;
        group.ok_count++;
        if (!group.fastest || row->time.median < group.fastest->time.median)
            group.fastest = row;
        if (!group.slowest || row->time.median > group.slowest->time.median)
            group.slowest = row;
        if (!group.leanest || needs(row) < needs(group.leanest))
            group.leanest = row;
        if (!group.largest || needs(row) > needs(group.largest))
            group.largest = row;
    }
    return group;
}

/* Does the parameter tell rows of the section apart? Rows without it say nothing. */
static bool varies(const struct mlm_section *section, const char *name)
{
    const char *value = NULL;
    for (size_t i = 0; i < section->count; i++) {
        const char *other = mlm_row_param(section->rows[i], name);
        if (value && other && strcmp(value, other) != 0)
            return true;
        value = other ? other : value;
    }
    return false;
}

/* "csr at density=0.01"; beside another row that was just named, only what differs from it: "batch=4096". */
static void name_row(
    FILE *out, const struct mlm_section *section, const struct mlm_row *row, const struct mlm_row *beside)
{
    bool by_workload = !beside || strcmp(row->first->workload, beside->first->workload) != 0;
    const char *glue = "";
    if (by_workload) {
        (void)fputs(row->workload, out);
        glue = " at ";
    }
    const struct mlm_params *params = &row->first->params;
    for (size_t i = 0; i < params->count; i++) {
        const struct mlm_param_value *param = &params->items[i];
        const char *other = beside ? mlm_row_param(beside, param->name) : NULL;
        if ((other && strcmp(other, param->value) == 0) || !varies(section, param->name))
            continue;
        (void)fprintf(out, "%s%s=%s", glue, param->name, param->value);
        glue = " ";
    }
    if (!by_workload && !*glue) /* they differ in what is no parameter */
        (void)fputs(row->workload, out);
}

static void put_size(FILE *out, double bytes)
{
    char text[MLM_SIZE_TEXT];
    (void)fputs(mlm_size_show(bytes, text), out);
}

static void put_cap(FILE *out, const struct mlm_row *row)
{
    char text[MLM_SIZE_TEXT];
    (void)fputs(mlm_size_spell(row->first->cap_bytes, text), out);
}

static void put_time(FILE *out, double ns)
{
    char text[MLM_SIZE_TEXT];
    (void)fputs(mlm_duration_show(ns, text), out);
}

/* "needs 2.47 GiB and was killed at 2G" */
static void put_failure(FILE *out, const struct mlm_row *row)
{
    if (!isnan(full_needs(row))) {
        (void)fputs("needs ", out);
        put_size(out, full_needs(row));
        (void)fputs(" and ", out);
    }
    if (row->outcome == MLM_OUTCOME_TIMEOUT) {
        (void)fputs("did not end within ", out);
        put_time(out, (double)row->first->timeout_ns);
    } else if (row->outcome == MLM_OUTCOME_KILLED) {
        (void)fputs("was killed from outside", out);
    } else if (row->first->cap_bytes == MLM_NO_LIMIT) {
        (void)fputs("was killed for lack of memory", out);
    } else {
        (void)fputs("was killed at ", out);
        put_cap(out, row);
    }
    if (isnan(full_needs(row)) && row->phase && !isnan(row->progress))
        (void)fprintf(out, " with %.0f %% of %.24s done", 100 * row->progress, row->phase);
}

/* The fastest that fits against the one that needs most and does not. */
static void say_contrast(FILE *out, const struct mlm_section *section, const struct group *group)
{
    const struct mlm_row *fits = group->fastest, *failed = group->failed;
    name_row(out, section, fits, NULL);
    (void)fputs(" needs ", out);
    put_size(out, needs(fits));
    (void)fputs(" where ", out);
    name_row(out, section, failed, fits);
    (void)fputc(' ', out);
    put_failure(out, failed);
    const struct mlm_row *reference = failed->reference;
    if (reference && reference->time.count && mlm_row_all_ok(reference)) {
        double ratio = fits->time.median / reference->time.median;
        if (ratio > 0.5)
            (void)fprintf(out, "; it takes %.3g × the time that ", ratio);
        else
            (void)fprintf(out, "; it is %.3g × as fast as ", 1 / ratio);
        name_row(out, section, failed, fits);
        (void)fputs(ratio > 0.5 ? " takes uncapped" : " is uncapped", out);
    }
    (void)fputs(". ", out);
}

static void say_none_fits(FILE *out, const struct mlm_section *section, const struct group *group)
{
    if (group->count == 1) {
        name_row(out, section, group->failed, NULL);
        (void)fputc(' ', out);
        put_failure(out, group->failed);
        (void)fputs(". ", out);
        return;
    }
    const struct mlm_row *closest = NULL;
    for (size_t i = 0; i < group->count; i++)
        if (!isnan(full_needs(group->rows[i])) &&
            (!closest || full_needs(group->rows[i]) < full_needs(closest)))
            closest = group->rows[i];
    (void)fprintf(out, "None of the %zu that do the work of ", group->count);
    name_row(out, section, group->failed, NULL);
    (void)fputs(" gets through at ", out);
    put_cap(out, group->failed);
    if (closest) {
        (void)fputs("; the least that one of them needs is ", out);
        put_size(out, full_needs(closest));
        if (closest != group->failed) {
            (void)fputs(", by ", out);
            name_row(out, section, closest, group->failed);
        }
    }
    (void)fputs(". ", out);
}

/* What being lean costs, or that it costs nothing. */
static void say_trade(FILE *out, const struct mlm_section *section, const struct group *group)
{
    const struct mlm_row *fast = group->fastest, *lean = group->leanest;
    bool nearly = fast != lean && needs(fast) < LEANER * needs(lean);
    (void)fprintf(out, "Of %zu that fit and do equal work, ", group->ok_count);
    name_row(out, section, fast, NULL);
    (void)fputs(" is the fastest", out);
    if (needs(group->largest) < LEANER * needs(lean)) {
        (void)fputs("; all need about ", out);
        put_size(out, needs(fast));
        (void)fputs(", and ", out);
        name_row(out, section, group->slowest, fast);
        (void)fprintf(out, " takes %.3g × as long. ", group->slowest->time.median / fast->time.median);
        return;
    }
    if (fast == lean || nearly) {
        (void)fputs(nearly ? " and nearly the leanest: " : " and the leanest: ", out);
        put_time(out, fast->time.median);
        (void)fputs(" and ", out);
        put_size(out, needs(fast));
        (void)fputs("; ", out);
        name_row(out, section, group->largest, fast);
        (void)fprintf(out, " takes %.3g × the time and %.3g × the memory. ",
            group->largest->time.median / fast->time.median, needs(group->largest) / needs(fast));
        return;
    }
    (void)fputs(" (", out);
    put_time(out, fast->time.median);
    (void)fputs(", ", out);
    put_size(out, needs(fast));
    (void)fputs("); ", out);
    name_row(out, section, lean, fast);
    (void)fputs(" is the leanest: it needs ", out);
    put_size(out, needs(lean));
    (void)fprintf(out, " and takes %.3g × as long. ", lean->time.median / fast->time.median);
}

/* A job shorter than this is slowed by chance as much as by a cap. */
#define SLOWED_LEAST_NS 10e6

static const struct mlm_row *most_slowed(const struct mlm_section *section)
{
    const struct mlm_row *slowest = NULL;
    for (size_t i = 0; i < section->count; i++)
        if (!isnan(section->rows[i]->slowdown) && section->rows[i]->time.median >= SLOWED_LEAST_NS &&
            (!slowest || section->rows[i]->slowdown > slowest->slowdown))
            slowest = section->rows[i];
    return slowest;
}

static void say_slowed(FILE *out, const struct mlm_section *section, const struct mlm_row *row)
{
    name_row(out, section, row, NULL);
    (void)fprintf(out, " pays most for the cap: %.3g × its uncapped time", row->slowdown);
    int64_t swap_bytes = row->readings.values[MLM_swap_peak_bytes];
    if (swap_bytes != MLM_NULL && swap_bytes > 0) {
        (void)fputs(", with ", out);
        put_size(out, (double)swap_bytes);
        (void)fputs(" in swap", out);
    }
    (void)fputs(". ", out);
}

/* Several failed, each in a group of its own. */
static void say_how_many(FILE *out, const struct mlm_section *section, size_t failed_count)
{
    (void)fprintf(out, "%zu of %zu rows do not get through at ", failed_count, section->count);
    put_cap(out, section->rows[0]);
    (void)fputs(". ", out);
}

/* Every row ended ok: say so, and whether the cap was felt. */
static void say_all_fit(FILE *out, const struct mlm_section *section)
{
    const struct mlm_row *slowest = most_slowed(section);
    if (section->rows[0]->first->cap_bytes == MLM_NO_LIMIT)
        return;
    if (section->count == 1)
        (void)fputs("It fits in ", out);
    else
        (void)fprintf(out, "All %zu rows fit in ", section->count);
    put_cap(out, section->rows[0]);
    if (slowest && slowest->slowdown < SLOWED)
        (void)fprintf(out, ", %s noticeably slower than uncapped", section->count == 1 ? "not" : "none");
    (void)fputs(". ", out);
}

/* The groups that have most to say: the greatest ratio of memory between a row that failed and the fastest
 * that fits; that failed as a whole; and between rows that fit. */
struct look {
    struct group contrast, failed, trade;
    double contrast_ratio, trade_ratio;
    bool all_ok;
};

static void look_at(struct look *look, const struct group *group)
{
    if (group->failed && group->fastest) {
        double ratio = least_needs(group->failed) / needs(group->fastest);
        if (!look->contrast.count || ratio > look->contrast_ratio) {
            look->contrast = *group;
            look->contrast_ratio = ratio;
        }
    }
    if (group->failed_count == group->count && group->count > look->failed.count)
        look->failed = *group;
    if (group->ok_count > 1) {
        double ratio = needs(group->largest) / needs(group->leanest);
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
        struct group group = group_look(section->rows + begin, end - begin);
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
    const struct mlm_row *slowest = most_slowed(section);
    bool said_enough = look.contrast.count && look.failed.count && look.trade.count;
    if (slowest && slowest->slowdown >= SLOWED && !said_enough)
        say_slowed(out, section, slowest);
}

int mlm_finding(const struct mlm_section *section, char **ret_text, struct mlm_error *error)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    if (!out)
        return mlm_error_errno(error, -ENOMEM, "finding");
    section_say(out, section);
    if (fclose(out) != 0) {
        free(text);
        return mlm_error_errno(error, -ENOMEM, "finding");
    }
    mlm_utf8_tame(text);
    size = strlen(text);
    if (size && text[size - 1] == ' ')
        text[size - 1] = 0;
    *ret_text = text;
    return 0;
}
