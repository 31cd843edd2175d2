/* Writes a row's line. Its name is short, like in the table: parameters that have the same value in every row
 * of the suite are left out. */
#include "cli/live.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/size.h"
#include "base/text.h"
#include "base/utf8.h"

static const char *value_of(const struct mlm_params *params, const char *name)
{
    for (size_t i = 0; i < params->count; i++)
        if (strcmp(params->items[i].name, name) == 0)
            return params->items[i].value;
    return NULL;
}

/* Returns true if another row of the suite has this parameter with another value. */
static bool differs(
    const struct mlm_plan *plan, const struct mlm_plan_row *row, const struct mlm_param_value *param)
{
    for (size_t i = 0; i < plan->row_count; i++) {
        if (plan->rows[i].suite != row->suite || !plan->rows[i].wanted)
            continue;
        const char *other = value_of(&plan->rows[i].params, param->name);
        if (other && strcmp(other, param->value) != 0)
            return true;
    }
    return false;
}

/* "storage/csr value=f32" */
static void put_name(FILE *out, const struct mlm_plan *plan, const struct mlm_plan_row *row)
{
    fprintf(out, "%s/%s", row->suite->name, row->workload->name);
    for (size_t i = 0; i < row->params.count; i++)
        if (differs(plan, row, &row->params.items[i]))
            fprintf(out, " %s=%s", row->params.items[i].name, row->params.items[i].value);
}

/* "1 of 5". Where rows are repeated as often as it takes, more become "7 of 15", and those that other work
 * disturbed come on top. */
static void put_turn(FILE *out, const struct mlm_plan *plan, uint64_t repetition)
{
    const uint64_t turn = repetition + 1;
    uint64_t of = turn <= plan->certain_rounds ? plan->certain_rounds : plan->most_rounds;
    char text[48];
    snprintf(text, sizeof text, "%" PRIu64 " of %" PRIu64, turn, turn <= of ? of : turn);
    fprintf(out, "%-8s  ", text);
}

static void put_figures(FILE *out, const struct mlm_record *record)
{
    const int64_t *values = record->readings.values;
    const bool ok = record->outcome == MLM_OUTCOME_OK;
    int64_t ns = values[mlm_time_metric(MLM_TIME_OWN)], needs = values[MLM_needs_peak_bytes];
    if (ns == MLM_NULL)
        ns = values[mlm_time_metric(MLM_TIME_WALL)];
    char time[MLM_SIZE_TEXT] = "-", bytes[MLM_SIZE_TEXT] = "-", text[MLM_SIZE_TEXT + 2], cap[MLM_SIZE_TEXT];
    if (ok && ns != MLM_NULL)
        mlm_duration_show((double)ns, time);
    if (needs != MLM_NULL)
        mlm_size_show((double)needs, bytes);
    snprintf(text, sizeof text, "%s%s", ok || needs == MLM_NULL ? "" : "> ", bytes);
    fprintf(out, "%-7s  %11s  %10s  %5s  ", mlm_outcome_name(record->outcome), time, text,
        mlm_size_spell(record->limits.cap_bytes, cap));
}

/* Tells that there is more to know of the trial: why it ended so, or that it is done again. */
static void put_reason(FILE *out, const struct mlm_record *record)
{
    if (record->reason)
        fprintf(out, "; %s", record->reason);
    if (record->marks & MLM_MARK_BIT(disturbed))
        fputs("; disturbed by other work", out);
}

/* Prints the text and frees it; on a terminal, cut at its width. */
static void say(struct mlm_live *live, struct mlm_text *text)
{
    mlm_auto_free char *line = mlm_text_end_tame(text);
    const size_t columns = mlm_progress_columns(live->progress);
    if (line && columns)
        mlm_utf8_cut(line, strlen(line) + 1, columns);
    if (line)
        mlm_progress_say(live->progress, "%s", line);
}

/* The number of the trial stands in front where no bar shows it. */
static FILE *begin(const struct mlm_live *live, struct mlm_text *text, bool numbered)
{
    FILE *out = mlm_text_begin(text);
    char number[MLM_SIZE_TEXT], framed[MLM_SIZE_TEXT + 2] = "";
    mlm_progress_number(live->progress, number);
    if (numbered)
        snprintf(framed, sizeof framed, "[%s]", number);
    if (out && !live->progress->bar)
        fprintf(out, "%-9s  ", framed);
    return out;
}

static void put_titles(struct mlm_live *live)
{
    struct mlm_text text;
    FILE *out = begin(live, &text, false);
    if (!out)
        return;
    fprintf(out, "%-8s  %-7s  %11s  %10s  %5s  %s", "trial", "outcome", "time", "needs", "cap", "row");
    say(live, &text);
    live->titled = true;
}

void mlm_live_row(struct mlm_live *live, const struct mlm_plan_trial *trial, const struct mlm_record *record)
{
    if (live->progress->silent || (live->progress->bar && trial->repetition))
        return;
    if (!live->titled)
        put_titles(live);
    struct mlm_text text;
    FILE *out = begin(live, &text, true);
    if (!out)
        return;
    put_turn(out, live->plan, trial->repetition);
    put_figures(out, record);
    put_name(out, live->plan, &live->plan->rows[trial->row]);
    put_reason(out, record);
    say(live, &text);
}
