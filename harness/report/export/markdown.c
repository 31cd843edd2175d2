/* The tables in GitHub-flavoured Markdown. */
#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "report/export/formats.h"
#include "report/table/columns.h"
#include "report/table/finding.h"
#include "report/table/heading.h"
#include "report/table/notes.h"
#include "report/text/markdown.h"

/* Writes the line between `before` and `behind`, and frees it. NULL: out of memory. */
static int put_line(FILE *out, const char *before, char *line, const char *behind)
{
    mlm_auto_free char *owned = line;
    if (!owned)
        return -ENOMEM;
    fputs(before, out);
    mlm_markdown_text(out, owned, true);
    fputs(behind, out);
    return 0;
}

/* The columns that are shown, with time and needs right behind the outcome: a pull request shows the first
 * 830 pixels of a table. */
struct order {
    size_t columns[MLM_COLUMN_COUNT], count;
};

static struct order order_of(const bool *shown)
{
    struct order order = {.count = 0};
    for (int part = 0; part < 3; part++)
        for (size_t c = 0; c < MLM_COLUMN_COUNT; c++) {
            const char *key = mlm_columns[c].key;
            const bool figure = strcmp(key, "time") == 0 || strcmp(key, "needs") == 0;
            if (shown[c] && part == (c <= MLM_COLUMN_OUTCOME ? 0 : figure ? 1 : 2))
                order.columns[order.count++] = c;
        }
    return order;
}

static void put_titles(FILE *out, const struct order *order)
{
    for (size_t i = 0; i < order->count; i++)
        fprintf(out, "| %s ", mlm_columns[order->columns[i]].title);
    fputs("|\n", out);
    for (size_t i = 0; i < order->count; i++)
        fputs(mlm_columns[order->columns[i]].left ? "| --- " : "| ---: ", out);
    fputs("|\n", out);
}

static int put_row(FILE *out, const struct order *order, struct mlm_notes *notes, const struct mlm_row *row)
{
    char letters[MLM_CELL_SIZE];
    int r = mlm_notes_of_row(notes, row, letters);
    if (r < 0)
        return r;
    for (size_t i = 0; i < order->count; i++) {
        const size_t c = order->columns[i];
        char cell[MLM_CELL_SIZE];
        mlm_columns[c].write(row, cell);
        fputs("| ", out);
        /* Bold, so that failures are seen at once. */
        bool loud = c == MLM_COLUMN_OUTCOME && !mlm_row_all_ok(row);
        fputs(loud ? "**" : "", out);
        if (mlm_columns[c].left)
            mlm_markdown_text(out, cell, false);
        else
            mlm_markdown_figure(out, cell[0] ? cell : "-");
        fputs(loud ? "**" : "", out);
        if (c == MLM_COLUMN_OUTCOME && *letters) {
            fputc(' ', out);
            mlm_markdown_text(out, letters, false);
        }
        fputc(' ', out);
    }
    fputs("|\n", out);
    return 0;
}

static int put_note(void *context, const char *label, const char *text)
{
    FILE *out = context;
    fputs("- ", out);
    mlm_markdown_text(out, label, false);
    fputc(' ', out);
    mlm_markdown_text(out, text, false);
    fputc('\n', out);
    return 0;
}

static int put_finding(FILE *out, const struct mlm_section *section, struct mlm_error *error)
{
    char *finding = NULL;
    int r = mlm_finding(section, &finding, error);
    if (r < 0)
        return r;
    if (!*finding) {
        free(finding);
        return 0;
    }
    return put_line(out, "\n", finding, "\n");
}

static int put_suite(
    FILE *out, const struct mlm_table *table, size_t begin, size_t end, struct mlm_error *error)
{
    const struct mlm_section *sections = &table->sections[begin];
    mlm_cleanup(mlm_notes_release) struct mlm_notes notes = {0};
    bool shown[MLM_COLUMN_COUNT];
    mlm_notes_begin(sections, end - begin, 0, &notes);
    mlm_columns_shown(0, sections, end - begin, shown);
    const struct order order = order_of(shown);
    int r = 0;
    for (size_t s = 0; s < end - begin && r >= 0; s++) {
        r = put_line(out, "\n### ", mlm_section_line(table, &sections[s]), "\n\n");
        if (r < 0)
            break;
        put_titles(out, &order);
        for (size_t i = 0; i < sections[s].count && r >= 0; i++)
            r = put_row(out, &order, &notes, sections[s].rows[i]);
        if (r >= 0)
            r = put_finding(out, &sections[s], error);
    }
    fputc('\n', out);
    if (r >= 0)
        r = mlm_notes_say(&notes, put_note, out);
    return r < 0 ? mlm_error_errno(error, r, "exporting a table") : 0;
}

int mlm_export_markdown(
    const struct mlm_export *export, FILE *out, size_t *ret_left_out, struct mlm_error *error)
{
    const struct mlm_table *table = export->table;
    const struct mlm_record *machine = NULL;
    int r = 0;
    fputs("## mlmembench\n", out);
    for (size_t begin = 0, end; begin < table->section_count && r == 0; begin = end) {
        const struct mlm_record *record = table->sections[begin].rows[0]->first;
        end = mlm_table_suite_end(table, begin);
        if (!machine || !mlm_same_machine(machine, record)) {
            machine = record;
            r = put_line(out, "\n", mlm_machine_line(machine), "\n");
            if (r < 0)
                return mlm_error_errno(error, r, "exporting a table");
        }
        r = put_suite(out, table, begin, end, error);
    }
    *ret_left_out = 0;
    return r;
}
