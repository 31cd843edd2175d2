/* Writes the figures of single trials, and the intervals of their medians. */
#include "report/table/repetitions.h"

#include <math.h>
#include <string.h>

#include "base/size.h"
#include "report/table/ratio.h"

#define FIGURE_TEXT (MLM_SIZE_TEXT + 2) /* with "> " */

static void show(double value, bool is_time, char *text)
{
    if (is_time)
        mlm_duration_show(value, text);
    else
        mlm_size_show(value, text);
}

/* The figure of one trial, or how it ended where it has none that counts. */
static void trial_show(const struct mlm_row *row, const struct mlm_record *trial, enum mlm_metric metric,
    bool is_time, char text[static FIGURE_TEXT])
{
    int64_t value = trial->readings.values[metric];
    bool counts = trial->outcome == row->outcome && !(is_time && row->cut_off);
    if (counts && value != MLM_NULL)
        show((double)value, is_time, row->cut_off ? stpcpy(text, "> ") : text);
    else
        snprintf(text, FIGURE_TEXT, "%s", counts ? "-" : mlm_outcome_name(trial->outcome));
}

/* Adds "2 × 12.4 ms"; false: there is no room for it, and "…" ends the cell. */
static bool add(const char *text, size_t times, char cell[static MLM_CELL_SIZE])
{
    char item[FIGURE_TEXT + 32];
    size_t length = strlen(cell);
    if (times > 1)
        snprintf(item, sizeof item, "%s%zu × %s", length ? ", " : "", times, text);
    else
        snprintf(item, sizeof item, "%s%s", length ? ", " : "", text);
    bool fits = length + strlen(item) + sizeof ", …" <= MLM_CELL_SIZE;
    strcpy(cell + length, fits ? item : ", …");
    return fits;
}

/* Equal neighbours are counted. */
static void each_write(
    const struct mlm_row *row, enum mlm_metric metric, bool is_time, char cell[static MLM_CELL_SIZE])
{
    char text[FIGURE_TEXT] = "", next[FIGURE_TEXT];
    size_t times = 0;
    cell[0] = 0;
    if (is_time && !row->time.count)
        return;
    for (size_t i = 0; i < row->trial_count; i++) {
        trial_show(row, row->trials[i], metric, is_time, next);
        if (times && strcmp(text, next) != 0) {
            if (!add(text, times, cell))
                return;
            times = 0;
        }
        strcpy(text, next);
        times++;
    }
    add(text, times, cell);
}

/* `margin` as in struct mlm_row: a share of the median. */
static void interval_write(double median, double margin, bool is_time, char cell[static MLM_CELL_SIZE])
{
    char low[MLM_SIZE_TEXT], high[MLM_SIZE_TEXT];
    cell[0] = 0;
    if (isnan(median) || !(margin < 1)) /* a wider one says nothing */
        return;
    show(median / (1 + margin), is_time, low);
    show(median * (1 + margin), is_time, high);
    snprintf(cell, MLM_CELL_SIZE, "%s to %s", low, high);
}

static void write_times(const struct mlm_row *row, char cell[static MLM_CELL_SIZE])
{
    each_write(row, mlm_time_metric(row->time_kind), true, cell);
}

static void write_time_interval(const struct mlm_row *row, char cell[static MLM_CELL_SIZE])
{
    interval_write(row->time.count ? row->time.median : NAN, row->time_margin, true, cell);
}

static void write_needs(const struct mlm_row *row, char cell[static MLM_CELL_SIZE])
{
    each_write(row, MLM_needs_peak_bytes, false, cell);
}

static void write_needs_interval(const struct mlm_row *row, char cell[static MLM_CELL_SIZE])
{
    int64_t needs = row->readings.values[MLM_needs_peak_bytes];
    double margin = row->needs_log.count ? mlm_log_mean_margin(&row->needs_log, MLM_RATIO_CONFIDENCE) : NAN;
    interval_write(needs == MLM_NULL ? NAN : (double)needs, margin, false, cell);
}

const struct mlm_repetition_column mlm_repetition_columns[MLM_REPETITION_COLUMNS] = {
    {"each time", write_times},
    {"time, 95 % interval", write_time_interval},
    {"each needs", write_needs},
    {"needs, 95 % interval", write_needs_interval},
};

bool mlm_repetition_column_used(size_t column, const struct mlm_section *sections, size_t count)
{
    char cell[MLM_CELL_SIZE];
    for (size_t s = 0; s < count; s++)
        for (size_t i = 0; i < sections[s].count; i++) {
            mlm_repetition_columns[column].write(sections[s].rows[i], cell);
            if (cell[0])
                return true;
        }
    return false;
}

static void say(FILE *out, const char *title, const char *cell)
{
    if (cell[0])
        fprintf(out, "\n%s: %s", title, cell);
}

void mlm_repetitions_say(FILE *out, const struct mlm_row *row)
{
    char cell[MLM_CELL_SIZE];
    fprintf(out, "%s%s%s at %s", row->workload, *row->params ? " " : "", row->params,
        mlm_size_spell(row->first->limits.cap_bytes, cell));
    for (size_t c = MLM_COLUMN_OUTCOME; c < MLM_COLUMN_COUNT; c++)
        if (mlm_columns[c].standard) {
            mlm_columns[c].write(row, cell);
            say(out, mlm_columns[c].title, cell);
        }
    for (size_t c = 0; c < MLM_REPETITION_COLUMNS; c++) {
        mlm_repetition_columns[c].write(row, cell);
        say(out, mlm_repetition_columns[c].title, cell);
    }
}
