/* Compares the commands of one exec under each cap. */
#include "cli/contest.h"

#include <errno.h>
#include <math.h>

#include "base/cleanup.h"
#include "base/size.h"
#include "base/text.h"
#include "report/table/group.h"
#include "report/text/prose.h"

static void put_time(FILE *out, const struct mlm_row *row)
{
    char time[MLM_SIZE_TEXT], needs[MLM_SIZE_TEXT];
    fprintf(out, " (%s", mlm_duration_show(row->time.median, time));
    if (!isnan(mlm_row_needs(row)))
        fprintf(out, ", needs %s", mlm_size_show(mlm_row_needs(row), needs));
    fputc(')', out);
}

static void put_other(
    FILE *out, const struct mlm_section *section, const struct mlm_group *group, const struct mlm_row *row)
{
    const struct mlm_row *best = group->fastest;
    struct mlm_ratio time = mlm_group_time_ratio(group, row);
    struct mlm_ratio needs = mlm_row_needs_ratio(row, best, MLM_RATIO_CONFIDENCE);
    char text[MLM_RATIO_TEXT];
    fputc(' ', out);
    mlm_row_say(out, section, row, best);
    fprintf(out, " takes %s as long", mlm_ratio_show(&time, text));
    if (mlm_ratio_says(&needs) == MLM_SAYS_MORE || mlm_ratio_says(&needs) == MLM_SAYS_LESS)
        fprintf(out, " and needs %s as much", mlm_ratio_show(&needs, text));
    fputc('.', out);
}

/* Names the fastest commands, and how much longer the others take. */
static void say_fastest(FILE *out, const struct mlm_section *section, const struct mlm_group *group)
{
    char cap[MLM_SIZE_TEXT];
    size_t count = 0, said = 0;
    for (size_t i = 0; i < section->count; i++)
        count += mlm_group_is_fastest(group, section->rows[i]);
    fprintf(out, "Under cap %s, ", mlm_size_spell(section->rows[0]->first->limits.cap_bytes, cap));
    for (size_t i = 0; i < section->count; i++) {
        const struct mlm_row *row = section->rows[i];
        if (!mlm_group_is_fastest(group, row))
            continue;
        fputs(!said ? "" : said + 1 == count ? " and " : ", ", out);
        mlm_row_say(out, section, row, NULL);
        put_time(out, row);
        said++;
    }
    fputs(count == 1                 ? " is the fastest."
          : count == group->ok_count ? " cannot be told apart by their times."
                                     : " are the fastest; they cannot be told apart.",
        out);
    for (size_t i = 0; i < section->count; i++)
        if (mlm_group_counts(section->rows[i]) && !mlm_group_is_fastest(group, section->rows[i]))
            put_other(out, section, group, section->rows[i]);
}

/* With one repetition of each, nothing is known of chance. */
static bool repeated(const struct mlm_section *section)
{
    for (size_t i = 0; i < section->count; i++)
        if (section->rows[i]->time.count > 1)
            return true;
    return false;
}

/* `*ret_once` is set where rows would be compared, had they been repeated. */
static char *section_text(const struct mlm_section *section, bool *ret_once)
{
    struct mlm_text text;
    struct mlm_group group = mlm_group_look(section->rows, section->count);
    FILE *out = mlm_text_begin(&text);
    if (!out)
        return NULL;
    if (group.ok_count > 1 && repeated(section))
        say_fastest(out, section, &group);
    else if (group.ok_count > 1)
        *ret_once = true;
    return mlm_text_end_tame(&text);
}

int mlm_contest_say(
    const struct mlm_table *table, const struct mlm_text_style *style, FILE *out, struct mlm_error *error)
{
    bool once = false;
    for (size_t i = 0; i < table->section_count; i++) {
        mlm_auto_free char *text = section_text(&table->sections[i], &once);
        if (!text)
            return mlm_error_errno(error, -ENOMEM, "comparing commands");
        if (!*text)
            continue;
        fputc('\n', out);
        mlm_put_wrapped(out, style, 0, text);
    }
    if (once) {
        fputc('\n', out);
        mlm_put_wrapped(out, style, 0, "To compare their times, run each several times: --repetitions 5.");
    }
    return 0;
}
