/* Escapes texts for HTML, and writes the table of a suite with its notes. */
#include "report/html/html.h"

#include <errno.h>
#include <math.h>

#include "base/cleanup.h"
#include "base/size.h"
#include "base/utf8.h"
#include "report/table/columns.h"
#include "report/table/finding.h"
#include "report/table/heading.h"
#include "report/table/notes.h"
#include "report/table/repetitions.h"

/* A wide table scrolls inside its own box, so the page itself never scrolls sideways; the name of a row stays
 * in sight. */
const char mlm_html_table_css[] =
    ":root{color-scheme:light dark;--mlm-ok:#1a6e34;--mlm-bad:#b3261e;--mlm-warn:#7a5200;--mlm-dim:#5d6671;"
    "--mlm-line:#d4d9df;--mlm-stripe:#f5f7f9}\n"
    "@media(prefers-color-scheme:dark){:root{--mlm-ok:#63c07c;--mlm-bad:#ff8a80;--mlm-warn:#e0b050;"
    "--mlm-dim:#9aa4af;--mlm-line:#3a4149;--mlm-stripe:#1e2328}}\n"
    ".mlm-scroll{overflow-x:auto;margin:1.5em 0 .75em}\n"
    ".mlm-table{border-collapse:collapse;font-size:.92em;font-variant-numeric:tabular-nums}\n"
    ".mlm-table caption{text-align:left;font-weight:600;padding:0 0 .4em}\n"
    ".mlm-table caption span{position:sticky;left:0;display:inline-block;max-width:calc(100vw - 3rem);"
    "overflow-wrap:anywhere}\n"
    ".mlm-table th,.mlm-table td{padding:.3em .6em;white-space:nowrap;text-align:right;font-weight:400;"
    "border-bottom:1px solid var(--mlm-line)}\n"
    ".mlm-table th:first-child,.mlm-table td:first-child{padding-left:.2em}\n"
    ".mlm-table thead th{color:var(--mlm-dim)}\n"
    ".mlm-table .text{text-align:left}\n"
    ".mlm-table tbody th{position:sticky;left:0;background:var(--mlm-page,Canvas)}\n"
    ".mlm-table tbody tr:nth-child(even),.mlm-table tbody tr:nth-child(even) th{background:var(--mlm-stripe)}"
    "\n"
    ".mlm-table .ok{color:var(--mlm-ok)}\n"
    ".mlm-table .oom,.mlm-table .killed,.mlm-table .crash,.mlm-table .wrong{color:var(--mlm-bad)}\n"
    ".mlm-table .timeout,.mlm-table .partly{color:var(--mlm-warn)}\n"
    ".mlm-table .refused,.mlm-table .skipped{color:var(--mlm-dim)}\n"
    ".mlm-finding{max-width:75ch}\n"
    ".mlm-notes{color:var(--mlm-dim);font-size:.9em;display:grid;grid-template-columns:max-content 1fr;"
    "gap:.2em .6em;overflow-wrap:anywhere}\n"
    ".mlm-notes dd{margin:0}\n";

void mlm_html_text(FILE *out, const char *text)
{
    while (*text) {
        uint32_t code;
        size_t length = mlm_utf8_next(text, &code);
        if (code == '&')
            fputs("&amp;", out);
        else if (code == '<')
            fputs("&lt;", out);
        else if (code == '>')
            fputs("&gt;", out);
        else if (code == '"')
            fputs("&quot;", out);
        else if (code == '\'')
            fputs("&#39;", out);
        else if (mlm_utf8_printable(code))
            fwrite(text, 1, length, out);
        else
            fputc('?', out);
        text += length;
    }
}

/* The columns that are shown. */
struct layout {
    size_t columns[MLM_COLUMN_COUNT]; /* the standard ones first, then the rest; the most important first */
    size_t count, standard_count;
    bool repetitions[MLM_REPETITION_COLUMNS]; /* shown between these and those */
};

static void layout_add(struct layout *layout, size_t column)
{
    size_t at = layout->count++;
    while (at > layout->standard_count &&
           mlm_columns[layout->columns[at - 1]].sacrifice > mlm_columns[column].sacrifice) {
        layout->columns[at] = layout->columns[at - 1];
        at--;
    }
    layout->columns[at] = column;
}

static void layout_make(const struct mlm_section *sections, size_t count, struct layout *ret_layout)
{
    struct layout layout = {.count = 0};
    bool standard[MLM_COLUMN_COUNT];
    mlm_columns_shown(0, sections, count, standard);
    for (size_t c = 0; c < MLM_COLUMN_COUNT; c++)
        if (standard[c])
            layout_add(&layout, c);
    layout.standard_count = layout.count;
    for (size_t c = 0; c < MLM_COLUMN_COUNT; c++)
        if (!standard[c] && mlm_column_used(c, sections, count))
            layout_add(&layout, c);
    for (size_t c = 0; c < MLM_REPETITION_COLUMNS; c++)
        layout.repetitions[c] = mlm_repetition_column_used(c, sections, count);
    *ret_layout = layout;
}

/* "figure prime time": the kind of a column, its importance and its name, for style sheets. */
static void put_class(FILE *out, const struct layout *layout, size_t place)
{
    const struct mlm_column *column = &mlm_columns[layout->columns[place]];
    const char *importance = place >= layout->standard_count         ? " rest"
                             : column->sacrifice <= MLM_COLUMN_LEADS ? " prime"
                                                                     : "";
    fprintf(out, " class=\"%s%s %s", column->left ? "text" : "figure", importance, column->key);
}

static void put_titles(FILE *out, const struct layout *layout)
{
    fputs("<thead><tr>", out);
    for (size_t i = 0; i <= layout->count; i++) {
        for (size_t c = 0; i == layout->standard_count && c < MLM_REPETITION_COLUMNS; c++)
            if (layout->repetitions[c])
                fprintf(out, "<th scope=\"col\" class=\"text rest each\">%s</th>",
                    mlm_repetition_columns[c].title);
        if (i == layout->count)
            break;
        fputs("<th scope=\"col\"", out);
        put_class(out, layout, i);
        fprintf(out, "\">%s</th>", mlm_columns[layout->columns[i]].title);
    }
    fputs("</tr></thead>\n", out);
}

static void put_cell(
    FILE *out, const struct layout *layout, size_t place, const struct mlm_row *row, const char *notes)
{
    char cell[MLM_CELL_SIZE];
    size_t column = layout->columns[place];
    mlm_columns[column].write(row, cell);
    const char *tag = column == 0 ? "th scope=\"row\"" : "td";
    fprintf(out, "<%s", tag);
    put_class(out, layout, place);
    if (column == MLM_COLUMN_OUTCOME) {
        bool partly = row->outcome == MLM_OUTCOME_OK && !mlm_row_all_ok(row);
        fprintf(out, " %s", partly ? "partly" : mlm_outcome_name(row->outcome));
    } else if (!mlm_columns[column].left) {
        double value = mlm_columns[column].value(row);
        fputs("\" data-value=\"", out);
        if (!isnan(value))
            fprintf(out, "%.17g", value);
    }
    fputs("\">", out);
    /* A missing text stays empty; a dash stands for a missing reading. */
    mlm_html_text(out, cell[0] || mlm_columns[column].left ? cell : "-");
    if (column == MLM_COLUMN_OUTCOME && *notes) {
        fputc(' ', out);
        mlm_html_text(out, notes);
    }
    fprintf(out, "</%.2s>", tag);
}

static void put_repetitions(FILE *out, const struct layout *layout, const struct mlm_row *row)
{
    for (size_t c = 0; c < MLM_REPETITION_COLUMNS; c++) {
        char cell[MLM_CELL_SIZE];
        if (!layout->repetitions[c])
            continue;
        mlm_repetition_columns[c].write(row, cell);
        fputs("<td class=\"text rest each\">", out);
        mlm_html_text(out, cell);
        fputs("</td>", out);
    }
}

static void put_row(FILE *out, const struct layout *layout, const struct mlm_row *row, const char *notes)
{
    fputs("<tr>", out);
    for (size_t i = 0; i < layout->count; i++) {
        if (i == layout->standard_count)
            put_repetitions(out, layout, row);
        put_cell(out, layout, i, row, notes);
    }
    if (layout->count == layout->standard_count)
        put_repetitions(out, layout, row);
    fputs("</tr>\n", out);
}

static int put_section(FILE *out, const struct layout *layout, const struct mlm_table *table,
    const struct mlm_section *section, struct mlm_notes *notes)
{
    mlm_auto_free char *caption = mlm_section_line(table, section);
    if (!caption)
        return -ENOMEM;
    fputs(
        "<div class=\"mlm-scroll\" tabindex=\"0\"><table class=\"mlm-table results\">\n<caption><span>", out);
    mlm_html_text(out, caption);
    fputs("</span></caption>\n", out);
    put_titles(out, layout);
    fputs("<tbody>\n", out);
    for (size_t i = 0; i < section->count; i++) {
        char letters[MLM_CELL_SIZE];
        int r = mlm_notes_of_row(notes, section->rows[i], letters);
        if (r < 0)
            return r;
        put_row(out, layout, section->rows[i], letters);
    }
    fputs("</tbody></table></div>\n", out);
    return 0;
}

static int put_finding(FILE *out, const struct mlm_section *section, struct mlm_error *error)
{
    mlm_auto_free char *finding = NULL;
    int r = mlm_finding(section, &finding, error);
    if (r < 0 || !*finding)
        return r;
    fputs("<p class=\"mlm-finding\">", out);
    mlm_html_text(out, finding);
    fputs("</p>\n", out);
    return 0;
}

static int put_note(void *context, const char *label, const char *text)
{
    FILE *out = context;
    fputs("<dt>", out);
    mlm_html_text(out, label);
    fputs("</dt><dd>", out);
    mlm_html_text(out, text);
    fputs("</dd>\n", out);
    return 0;
}

int mlm_html_suite(
    FILE *out, const struct mlm_table *table, size_t begin, size_t end, struct mlm_error *error)
{
    const struct mlm_section *sections = &table->sections[begin];
    mlm_cleanup(mlm_notes_release) struct mlm_notes notes = {0};
    mlm_notes_begin(sections, end - begin, MLM_COLUMNS_ALL, &notes);
    struct layout layout;
    layout_make(sections, end - begin, &layout);
    int r = 0;
    for (size_t s = 0; s < end - begin; s++) {
        char cap[MLM_SIZE_TEXT];
        fprintf(out, "<div class=\"mlm-part\" data-cap=\"%s\">\n",
            mlm_size_spell(sections[s].rows[0]->first->limits.cap_bytes, cap));
        r = put_section(out, &layout, table, &sections[s], &notes);
        if (r < 0)
            return mlm_error_errno(error, r, "tables of %s", sections[s].rows[0]->first->suite);
        r = put_finding(out, &sections[s], error);
        if (r < 0)
            return r;
        fputs("</div>\n", out);
    }
    fputs("<dl class=\"mlm-notes\">\n", out);
    r = mlm_notes_say(&notes, put_note, out);
    fputs("</dl>\n", out);
    return r < 0 ? mlm_error_errno(error, r, "footnotes of %s", sections[0].rows[0]->first->suite) : 0;
}
