/* OpenMetrics' text format: a family of gauges for each figure, a sample for each row, in base units. Figures
 * are medians of the trials that ended ok. mlmembench_trials counts all outcomes, and the lower bound of
 * needs of a row that was cut off has a family of its own. The machine is a gauge with value 1, not of the
 * type info, so that the text is also valid in Prometheus' older format, which text file collectors read. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/size.h"
#include "base/utf8.h"
#include "record/keymap.h"
#include "report/export/formats.h"
#include "report/export/json_text.h"
#include "report/export/names.h"
#include "report/export/objects.h"

#define NS_PER_SECOND 1e9

static const char *machine_id(const struct mlm_record *record)
{
    return json_string_value(json_object_get(record->machine, "id"));
}

static void put_label(FILE *out, const char *name, const char *text, const char *glue)
{
    fprintf(out, "%s%s=\"", glue, name);
    while (*text) {
        uint32_t code;
        size_t length = mlm_utf8_next(text, &code);
        if (code == '"' || code == '\\')
            fprintf(out, "\\%c", (int)code);
        else if (mlm_utf8_printable(code))
            fwrite(text, 1, length, out);
        else
            fputc('?', out);
        text += length;
    }
    fputc('"', out);
}

/* A family: a figure of which every row may have a sample. */
struct family {
    char name[64];
    const char *unit; /* ending of the name; NULL: none */
    const char *help;
    double (*figure)(const struct mlm_row *row, const struct family *family); /* NAN: no sample */
    enum mlm_metric metric;
    double unit_size; /* a figure is divided by this, to get that unit */
};

struct place {
    FILE *out;
    const struct mlm_table *table;
    const struct mlm_row_names *names;
    char **params; /* parameters of the rows, by their index in the table */
};

static void put_sample(
    const struct place *place, const char *name, const struct mlm_row *row, const char *outcome, double value)
{
    char cap[MLM_SIZE_TEXT], number[MLM_NUMBER_TEXT];
    const struct mlm_record *record = row->first;
    FILE *out = place->out;
    fputs(name, out);
    put_label(out, "row", mlm_row_name_of(place->names, place->table, row), "{");
    put_label(out, "suite", record->suite, ",");
    put_label(out, "workload", record->workload, ",");
    put_label(out, "params", place->params[row - place->table->rows], ",");
    put_label(out, "cap", mlm_size_spell(record->limits.cap_bytes, cap), ",");
    put_label(out, "machine", machine_id(record), ",");
    put_label(out, "outcome", outcome, ",");
    fprintf(out, "} %s\n", mlm_number_text(value, number));
}

static void put_family_head(FILE *out, const char *name, const char *unit, const char *help)
{
    fprintf(out, "# TYPE %s gauge\n", name);
    if (unit)
        fprintf(out, "# UNIT %s %s\n", name, unit);
    fprintf(out, "# HELP %s %s\n", name, help);
}

/* Writes a family; one without samples is left out. */
static void put_family(const struct place *place, const struct family *family)
{
    const struct mlm_table *table = place->table;
    bool begun = false;
    for (size_t i = 0; i < table->row_count; i++) {
        const struct mlm_row *row = table->order[i];
        double figure = row->folded ? NAN : family->figure(row, family);
        if (isnan(figure))
            continue;
        if (!begun)
            put_family_head(place->out, family->name, family->unit, family->help);
        begun = true;
        put_sample(place, family->name, row, mlm_outcome_name(row->outcome), figure / family->unit_size);
    }
}

static double metric_figure(const struct mlm_row *row, const struct family *family)
{
    int64_t value = row->readings.values[family->metric];
    return row->outcome != MLM_OUTCOME_OK || value == MLM_NULL ? NAN : (double)value;
}

static double least_figure(const struct mlm_row *row, const struct family *family)
{
    int64_t value = row->readings.values[family->metric];
    return !row->cut_off || value == MLM_NULL ? NAN : (double)value;
}

static bool has_time(const struct mlm_row *row)
{
    return row->outcome == MLM_OUTCOME_OK && row->time.count;
}

static double shortest(const struct mlm_row *row, const struct family *family)
{
    (void)family;
    return has_time(row) ? row->times[MLM_TIME_WALL].summary.minimum : NAN;
}

static double longest(const struct mlm_row *row, const struct family *family)
{
    (void)family;
    return has_time(row) ? row->times[MLM_TIME_WALL].summary.maximum : NAN;
}

static double slowdown(const struct mlm_row *row, const struct family *family)
{
    (void)family;
    return row->outcome == MLM_OUTCOME_OK ? row->slowdown.ratio : NAN;
}

static double of_best(const struct mlm_row *row, const struct family *family)
{
    (void)family;
    return row->outcome == MLM_OUTCOME_OK ? row->of_best.ratio : NAN;
}

/* Writes the family of a metric: "run_ns" becomes run_seconds. */
static void put_metric(const struct place *place, enum mlm_metric metric)
{
    const struct mlm_metric_info *info = &mlm_metrics[metric];
    bool is_time = info->unit == MLM_UNIT_NS;
    char help[256];
    snprintf(help, sizeof help, "%s; median of the repetitions", info->help);
    struct family family = {.help = help,
        .unit = is_time                        ? "seconds"
                : info->unit == MLM_UNIT_BYTES ? "bytes"
                                               : NULL,
        .figure = metric_figure,
        .metric = metric,
        .unit_size = is_time ? NS_PER_SECOND : 1};
    size_t length = strlen(info->key) - (is_time ? strlen("_ns") : 0);
    snprintf(family.name, sizeof family.name, "mlmembench_%.*s%s", (int)length, info->key,
        is_time ? "_seconds" : "");
    put_family(place, &family);
}

/* Families that are not metrics of a record. */
static const struct family others[] = {
    {"mlmembench_run_shortest_seconds", "seconds", "time of the job itself, shortest repetition", shortest, 0,
        NS_PER_SECOND},
    {"mlmembench_run_longest_seconds", "seconds", "time of the job itself, longest repetition", longest, 0,
        NS_PER_SECOND},
    {"mlmembench_slowdown_ratio", "ratio", "time against the same row's without a cap", slowdown, 0, 1},
    {"mlmembench_of_best_ratio", "ratio", "time against the fastest row that does the same work", of_best, 0,
        1},
    {"mlmembench_needs_at_least_bytes", "bytes",
        "what a row that was cut off had come to need: its peak is higher", least_figure,
        MLM_needs_peak_bytes, 1},
};

static void put_trials(const struct place *place)
{
    const struct mlm_table *table = place->table;
    put_family_head(place->out, "mlmembench_trials", NULL, "trials of the row by how they ended");
    for (size_t i = 0; i < table->row_count; i++)
        for (int outcome = 0; outcome < MLM_OUTCOME_COUNT; outcome++) {
            const struct mlm_row *row = table->order[i];
            if (!row->folded && row->outcome_counts[outcome])
                put_sample(place, "mlmembench_trials", row, mlm_outcome_name((enum mlm_outcome)outcome),
                    (double)row->outcome_counts[outcome]);
        }
}

static int put_machine(FILE *out, const struct mlm_record *record)
{
    json_auto_t *machine = mlm_export_machine(record->machine);
    if (!machine)
        return -ENOMEM;
    const char *key, *glue = "{";
    json_t *value;
    fputs("mlmembench_machine_info", out);
    json_object_foreach(machine, key, value)
    {
        char number[MLM_NUMBER_TEXT];
        const char *text = json_string_value(value);
        if (json_is_number(value))
            text = mlm_number_text(json_number_value(value), number);
        if (!text)
            continue;
        put_label(out, strcmp(key, "id") == 0 ? "machine" : key, text, glue);
        glue = ",";
    }
    fputs("} 1\n", out);
    return 0;
}

static int put_machines(FILE *out, const struct mlm_table *table)
{
    mlm_cleanup(mlm_keymap_release) struct mlm_keymap seen = {0};
    int r = 0;
    put_family_head(
        out, "mlmembench_machine_info", NULL, "the machines that the rows were measured on, and with what");
    for (size_t i = 0; i < table->row_count && r == 0; i++) {
        const struct mlm_record *record = table->order[i]->first;
        size_t before = seen.count, number;
        r = mlm_keymap_add(&seen, strdup(machine_id(record)), &number);
        if (r == 0 && number == before)
            r = put_machine(out, record);
    }
    return r;
}

static void params_free(char **params, size_t count)
{
    for (size_t i = 0; params && i < count; i++)
        free(params[i]);
    free(params);
}

static int write_all(struct place *place)
{
    const struct mlm_table *table = place->table;
    place->params = calloc(table->row_count + 1, sizeof *place->params);
    if (!place->params)
        return -ENOMEM;
    for (size_t i = 0; i < table->row_count; i++) {
        place->params[i] = mlm_params_text(&table->rows[i].first->params);
        if (!place->params[i])
            return -ENOMEM;
    }
    int r = put_machines(place->out, table);
    put_trials(place);
    for (int metric = 0; metric < MLM_METRIC_COUNT; metric++)
        put_metric(place, (enum mlm_metric)metric);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        put_family(place, &others[i]);
    fputs("# EOF\n", place->out);
    return r;
}

int mlm_export_openmetrics(
    const struct mlm_export *export, FILE *out, size_t *ret_left_out, struct mlm_error *error)
{
    const struct mlm_table *table = export->table;
    mlm_cleanup(mlm_row_names_release) struct mlm_row_names names = {0};
    int r = mlm_row_names_make(table, &names, error);
    if (r < 0)
        return r;
    struct place place = {.out = out, .table = table, .names = &names};
    r = write_all(&place);
    params_free(place.params, table->row_count);
    *ret_left_out = 0;
    return r < 0 ? mlm_error_errno(error, r, "exporting metrics") : 0;
}
