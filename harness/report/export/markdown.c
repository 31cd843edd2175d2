/* GitHub-flavoured Markdown. Texts from records are escaped so that they appear unchanged: by a backslash
 * where that works, by entities where a table or HTML would interpret it. */
#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/utf8.h"
#include "report/export/formats.h"
#include "report/table/columns.h"
#include "report/table/finding.h"
#include "report/table/heading.h"
#include "report/table/notes.h"

/* "www.", "http:" and "name@host" become links automatically, and "@name" notifies a person. One character of
 * each is replaced to prevent that. `before` and `after` are its neighbours. */
static const char *unlinked(int before, int c, int after)
{
    if (c == '.' && before == 'w')
        return "&#46;";
    if (c == ':' && after == '/')
        return "&#58;";
    if (c == '@' && after != ' ' && after)
        return "＠";
    return NULL;
}

/* Returns true if the character begins a list or a heading; this is so only at the begin of a line. */
static bool begins_block(const char *text, const char *at)
{
    size_t digits = strspn(text, "0123456789");
    return at == text ? strchr("#+-=", *at) != NULL
                      : digits && at == text + digits && (*at == '.' || *at == ')');
}

/* Writes a tame text, escaped. */
static void put_text(FILE *out, const char *text, bool begins_line)
{
    for (const char *at = text; *at; at++) {
        const char *link = unlinked(at == text ? 0 : at[-1], *at, at[1]);
        bool in_word =
            *at == '_' && at != text && isalnum((unsigned char)at[-1]) && isalnum((unsigned char)at[1]);
        if (link)
            fputs(link, out);
        else if (*at == '<')
            fputs("&lt;", out);
        else if (*at == '>')
            fputs("&gt;", out);
        else if (*at == '&')
            fputs("&amp;", out);
        else if (*at == '|')
            fputs("&#124;", out);
        else if ((strchr("\\`*_[]~$!", *at) && !in_word) || (begins_line && begins_block(text, at)))
            fprintf(out, "\\%c", *at);
        else
            fputc(*at, out);
    }
}

/* Writes a figure so that no line is broken between number and unit. */
static void put_figure(FILE *out, const char *text)
{
    for (; *text; text++)
        if (*text == ' ')
            fputs("\u00a0", out);
        else if (*text == '>')
            fputs("&gt;", out);
        else
            fputc(*text, out);
}

/* Writes the line between `before` and `behind`, and frees it. NULL: out of memory. */
static int put_line(FILE *out, const char *before, char *line, const char *behind)
{
    mlm_auto_free char *owned = line;
    if (!owned)
        return -ENOMEM;
    fputs(before, out);
    put_text(out, owned, true);
    fputs(behind, out);
    return 0;
}

static void put_titles(FILE *out, const bool *shown)
{
    for (size_t c = 0; c < MLM_COLUMN_COUNT; c++)
        if (shown[c])
            fprintf(out, "| %s ", mlm_columns[c].title);
    fputs("|\n", out);
    for (size_t c = 0; c < MLM_COLUMN_COUNT; c++)
        if (shown[c])
            fputs(mlm_columns[c].left ? "| --- " : "| ---: ", out);
    fputs("|\n", out);
}

static int put_row(FILE *out, const bool *shown, struct mlm_notes *notes, const struct mlm_row *row)
{
    char letters[MLM_CELL_SIZE];
    int r = mlm_notes_of_row(notes, row, letters);
    if (r < 0)
        return r;
    for (size_t c = 0; c < MLM_COLUMN_COUNT; c++) {
        char cell[MLM_CELL_SIZE];
        if (!shown[c])
            continue;
        mlm_columns[c].write(row, cell);
        fputs("| ", out);
        /* Bold, so that failures are seen at once. */
        bool loud = c == MLM_COLUMN_OUTCOME && !mlm_row_all_ok(row);
        fputs(loud ? "**" : "", out);
        if (mlm_columns[c].left)
            put_text(out, cell, false);
        else
            put_figure(out, cell[0] ? cell : "-");
        fputs(loud ? "**" : "", out);
        if (c == MLM_COLUMN_OUTCOME && *letters) {
            fputc(' ', out);
            put_text(out, letters, false);
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
    put_text(out, label, false);
    fputc(' ', out);
    put_text(out, text, false);
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
    int r = 0;
    for (size_t s = 0; s < end - begin && r >= 0; s++) {
        r = put_line(out, "\n### ", mlm_section_line(table, &sections[s]), "\n\n");
        if (r < 0)
            break;
        put_titles(out, shown);
        for (size_t i = 0; i < sections[s].count && r >= 0; i++)
            r = put_row(out, shown, &notes, sections[s].rows[i]);
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
