/* Compares the commands of one exec under each cap. */
#include "cli/contest.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/size.h"
#include "report/text/prose.h"

static bool counts(const struct mlm_row *row)
{
    return mlm_row_all_ok(row) && row->time.count;
}

static const struct mlm_row *fastest(const struct mlm_section *section, size_t *ret_count)
{
    const struct mlm_row *best = NULL;
    *ret_count = 0;
    for (size_t i = 0; i < section->count; i++) {
        const struct mlm_row *row = section->rows[i];
        if (!counts(row))
            continue;
        ++*ret_count;
        if (!best || row->time.median < best->time.median)
            best = row;
    }
    return best;
}

static void put_other(FILE *out, const struct mlm_row *row, const struct mlm_row *best)
{
    fprintf(out, "; %s took %.3g × as long", row->workload, row->time.median / best->time.median);
    /* The range: slowest against fastest, and the other way round. */
    if (row->time.count > 1 && best->time.count > 1)
        fprintf(out, " (%.3g to %.3g)", row->time.minimum / best->time.maximum,
            row->time.maximum / best->time.minimum);
    int64_t needs = row->readings.values[MLM_needs_peak_bytes];
    int64_t best_needs = best->readings.values[MLM_needs_peak_bytes];
    if (needs != MLM_NULL && best_needs > 0)
        fprintf(out, " and needed %.3g × as much", (double)needs / (double)best_needs);
}

static int section_text(const struct mlm_section *section, char **ret_text)
{
    size_t count, size;
    const struct mlm_row *best = fastest(section, &count);
    char *text = NULL, cap[MLM_SIZE_TEXT], time[MLM_SIZE_TEXT], needs[MLM_SIZE_TEXT];
    FILE *out = open_memstream(&text, &size);
    if (!out)
        return -ENOMEM;
    if (count > 1) {
        fprintf(out, "Fastest under cap %s: %s, %s", mlm_size_spell(best->first->limits.cap_bytes, cap),
            best->workload, mlm_duration_show(best->time.median, time));
        if (best->readings.values[MLM_needs_peak_bytes] != MLM_NULL)
            fprintf(out, ", needing %s",
                mlm_size_show((double)best->readings.values[MLM_needs_peak_bytes], needs));
        for (size_t i = 0; i < section->count; i++)
            if (counts(section->rows[i]) && section->rows[i] != best)
                put_other(out, section->rows[i], best);
        fputc('.', out);
    }
    if (fclose(out) != 0) {
        free(text);
        return -ENOMEM;
    }
    *ret_text = text;
    return 0;
}

int mlm_contest_say(
    const struct mlm_table *table, const struct mlm_text_style *style, FILE *out, struct mlm_error *error)
{
    for (size_t i = 0; i < table->section_count; i++) {
        mlm_auto_free char *text = NULL;
        if (section_text(&table->sections[i], &text) < 0)
            return mlm_error_errno(error, -ENOMEM, "comparing commands");
        if (!*text)
            continue;
        fputc('\n', out);
        mlm_put_wrapped(out, style, 0, text);
    }
    return 0;
}
