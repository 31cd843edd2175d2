/* Finds the columns of a table, and the lines at its begin that are no rows. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/grow.h"
#include "data/plain/forms.h"
#include "data/plain/table.h"

static const char *name_of(const struct mlm_table *t)
{
    return t->rewrite->order->path;
}

static int fields_refuse(
    const struct mlm_table *t, uint64_t line, uint64_t found, const char *more, uint64_t like, size_t wanted)
{
    return mlm_fail(t->rewrite->sb, -EINVAL,
        "%.200s, line %" PRIu64 ": expected %zu fields as in line %" PRIu64 ", found %" PRIu64 "%s",
        name_of(t), line, wanted, like, found, more);
}

static int line_add(struct mlm_table *t, struct mlm_line *line, const struct mlm_field *field)
{
    if (line->count == MLM_TABLE_COLUMNS_MAX)
        return mlm_fail(t->rewrite->sb, -EINVAL,
            "%.200s, line %" PRIu64
            ": a table of more than %u columns can be read only if all fields are numbers; leave columns out",
            name_of(t), t->fields.line, MLM_TABLE_COLUMNS_MAX);
    if (mlm_grow(&line->forms, line->count, &line->capacity, sizeof *line->forms) < 0)
        return mlm_fail(t->rewrite->sb, -ENOMEM, "out of memory");
    if (line->count == 0)
        line->number = t->fields.line;
    line->forms[line->count++] = (uint8_t)mlm_forms_of(field, t->possible);
    return 0;
}

static int columns_make(struct mlm_table *t, const struct mlm_line *line)
{
    t->columns = calloc(line->count, sizeof *t->columns);
    if (!t->columns)
        return mlm_fail(t->rewrite->sb, -ENOMEM, "out of memory");
    t->column_count = line->count;
    t->columns_line = line->number;
    for (size_t i = 0; i < line->count; i++)
        t->columns[i].forms = line->forms[i];
    return 0;
}

static int field_survey(struct mlm_table *t, const struct mlm_field *field)
{
    if (t->rows < MLM_FIRST_LINES)
        return line_add(t, &t->first[t->rows], field);
    if (t->fields.index == t->column_count)
        return fields_refuse(
            t, t->fields.line, t->column_count + 1, " or more", t->columns_line, t->column_count);
    struct mlm_column *column = &t->columns[t->fields.index];
    column->forms = mlm_forms_of(field, column->forms);
    return 0;
}

static int row_survey(struct mlm_table *t)
{
    uint64_t row = t->rows++;
    if (row < MLM_FIRST_LINES - 1)
        return 0;
    if (row == MLM_FIRST_LINES - 1)
        return columns_make(t, &t->first[row]);
    if (t->fields.count != t->column_count)
        return fields_refuse(t, t->fields.line, t->fields.count, "", t->columns_line, t->column_count);
    return 0;
}

/* Returns true if the line can be a row: each field can be read as the others of its column. */
static bool line_fits(const struct mlm_table *t, const struct mlm_line *line)
{
    for (size_t i = 0; i < line->count; i++) {
        unsigned forms = t->columns[i].forms;
        bool any = forms == t->possible || mlm_form_chosen(forms) == MLM_FORM_TEXT;
        if (!any && !(line->forms[i] & forms & ~(unsigned)MLM_FORM_TEXT))
            return false;
    }
    return true;
}

/* Returns true if the line holds texts, and neither a number nor a date. A field that is missing has all
 * forms. */
static bool line_is_names(const struct mlm_table *t, const struct mlm_line *line)
{
    bool texts = false;
    for (size_t i = 0; i < line->count; i++) {
        texts |= line->forms[i] == MLM_FORM_TEXT;
        if (line->forms[i] != MLM_FORM_TEXT && line->forms[i] != t->possible)
            return false;
    }
    return texts;
}

static void line_join(struct mlm_table *t, const struct mlm_line *line)
{
    for (size_t i = 0; i < line->count; i++)
        t->columns[i].forms &= line->forms[i];
}

/* The second line is no row where the first one has the shape of the table, and this one the names. */
static int second_judge(struct mlm_table *t)
{
    const struct mlm_line *second = &t->first[1];
    if (second->count != t->column_count)
        return fields_refuse(t, second->number, second->count, "", t->columns_line, t->column_count);
    if (line_is_names(t, second) && !line_fits(t, second))
        t->heads = 2;
    else
        line_join(t, second);
    return 0;
}

/* The first line is no row where it has another number of fields, names, or anything that its columns do not
 * have. */
static int first_judge(struct mlm_table *t)
{
    const struct mlm_line *first = &t->first[0];
    if (t->rows == 2 && first->count != t->column_count)
        return fields_refuse(t, t->columns_line, t->column_count, "", first->number, first->count);
    if (first->count != t->column_count || line_is_names(t, first) || !line_fits(t, first))
        t->heads = 1;
    else
        line_join(t, first);
    return 0;
}

static int heads_find(struct mlm_table *t)
{
    int r = 0;
    if (t->rows == 0 || (t->rows == 1 && line_is_names(t, &t->first[0])))
        return mlm_fail(t->rewrite->sb, -EINVAL,
            "%.200s, line %" PRIu64 ": expected a row with numbers, found the end of the file", name_of(t),
            t->fields.next_line);
    if (t->rows < MLM_FIRST_LINES)
        r = columns_make(t, &t->first[t->rows - 1]);
    if (r == 0 && t->rows >= MLM_FIRST_LINES)
        r = second_judge(t);
    if (r == 0 && t->rows > 1 && t->heads == 0)
        r = first_judge(t);
    if (r < 0 || t->heads == 0)
        return r;
    const struct mlm_line *last = &t->first[t->heads - 1];
    t->named = last->count == t->column_count && line_is_names(t, last);
    return 0;
}

int mlm_survey(struct mlm_table *t)
{
    for (;;) {
        struct mlm_field field;
        int r = mlm_fields_next(&t->fields, &field, t->rewrite->sb);
        if (r == MLM_MET_END)
            return heads_find(t);
        if (r == MLM_MET_FIELD)
            r = field_survey(t, &field);
        else if (r == MLM_MET_ROW)
            r = row_survey(t);
        if (r < 0)
            return r;
    }
}
