/* JUnit's XML for CI services: a section for each suite, a test for each row. A test fails where a trial was
 * wrong or crashed; it is skipped where the row could not be run. Every other outcome, oom and timeout
 * included, is a valid result and passes, with its figures in system-out. */
#include <errno.h>

#include "base/cleanup.h"
#include "base/size.h"
#include "report/export/formats.h"
#include "report/export/json_text.h"
#include "report/export/names.h"
#include "report/html/html.h"
#include "report/table/columns.h"
#include "report/table/heading.h"

static bool is_failure(const struct mlm_row *row)
{
    return row->outcome_counts[MLM_OUTCOME_WRONG] || row->outcome_counts[MLM_OUTCOME_CRASH];
}

static void put_attribute(FILE *out, const char *name, const char *text)
{
    fprintf(out, " %s=\"", name);
    mlm_html_text(out, text); /* HTML's escapes are valid in XML too */
    fputc('"', out);
}

static void put_seconds(FILE *out, double ns)
{
    char text[MLM_NUMBER_TEXT];
    fprintf(out, " time=\"%s\"", mlm_number_text(ns / 1e9, text));
}

/* Writes the cells of the row, each behind the title of its column. */
static void put_figures(FILE *out, const struct mlm_row *row)
{
    fputs("      <system-out>", out);
    for (size_t c = MLM_COLUMN_OUTCOME; c < MLM_COLUMN_COUNT; c++) {
        char cell[MLM_CELL_SIZE];
        mlm_columns[c].write(row, cell);
        if (!cell[0])
            continue;
        fprintf(out, "%s%s: ", c == MLM_COLUMN_OUTCOME ? "" : "\n", mlm_columns[c].title);
        mlm_html_text(out, cell);
    }
    fputs("</system-out>\n", out);
}

static void put_verdict(FILE *out, const char *element, const struct mlm_row *row)
{
    char outcome[MLM_OUTCOME_TEXT];
    fprintf(out, "      <%s", element);
    put_attribute(out, "message", row->reason ? row->reason : mlm_row_outcome_text(row, false, outcome));
    if (is_failure(row))
        put_attribute(out, "type", row->outcome_counts[MLM_OUTCOME_WRONG] ? "wrong" : "crash");
    fputs("/>\n", out);
}

static void put_case(FILE *out, const struct mlm_row *row, const char *name)
{
    fputs("    <testcase", out);
    put_attribute(out, "classname", row->first->suite);
    put_attribute(out, "name", name);
    if (row->time.count)
        put_seconds(out, row->time.median);
    fputs(">\n", out);
    if (is_failure(row))
        put_verdict(out, "failure", row);
    else if (!mlm_row_ran(row))
        put_verdict(out, "skipped", row);
    put_figures(out, row);
    fputs("    </testcase>\n", out);
}

struct tally {
    size_t tests, failures, skipped;
    double ns;
};

static void tally_add(struct tally *tally, const struct mlm_section *section)
{
    tally->tests += section->count;
    for (size_t i = 0; i < section->count; i++) {
        const struct mlm_row *row = section->rows[i];
        tally->failures += is_failure(row);
        tally->skipped += !is_failure(row) && !mlm_row_ran(row);
        tally->ns += row->time.count ? row->time.median : 0;
    }
}

static void put_tally(FILE *out, const struct tally *tally)
{
    fprintf(out, " tests=\"%zu\" failures=\"%zu\" errors=\"0\" skipped=\"%zu\"", tally->tests,
        tally->failures, tally->skipped);
    if (tally->ns > 0)
        put_seconds(out, tally->ns);
}

static int put_section(FILE *out, const struct mlm_table *table, const struct mlm_row_names *names,
    const struct mlm_section *section)
{
    mlm_auto_free char *line = mlm_section_line(table, section);
    if (!line)
        return -ENOMEM;
    const struct mlm_record *record = section->rows[0]->first;
    const char *host = json_string_value(json_object_get(record->machine, "host"));
    struct tally tally = {0};
    tally_add(&tally, section);
    fputs("  <testsuite", out);
    put_attribute(out, "name", line);
    put_tally(out, &tally);
    put_attribute(out, "timestamp", record->time);
    if (host)
        put_attribute(out, "hostname", host);
    fputs(">\n", out);
    for (size_t i = 0; i < section->count; i++)
        put_case(out, section->rows[i], mlm_row_name_of(names, table, section->rows[i]));
    fputs("  </testsuite>\n", out);
    return 0;
}

int mlm_export_junit(
    const struct mlm_export *export, FILE *out, size_t *ret_left_out, struct mlm_error *error)
{
    const struct mlm_table *table = export->table;
    mlm_cleanup(mlm_row_names_release) struct mlm_row_names names = {0};
    int r = mlm_row_names_make(table, &names, error);
    if (r < 0)
        return r;
    struct tally tally = {0};
    for (size_t s = 0; s < table->section_count; s++)
        tally_add(&tally, &table->sections[s]);
    fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"mlmembench\"", out);
    put_tally(out, &tally);
    fputs(">\n", out);
    for (size_t s = 0; s < table->section_count && r == 0; s++)
        r = put_section(out, table, &names, &table->sections[s]);
    fputs("</testsuites>\n", out);
    *ret_left_out = 0;
    return r < 0 ? mlm_error_errno(error, r, "exporting tests") : 0;
}
