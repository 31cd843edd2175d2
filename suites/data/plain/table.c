/* Writes a table as plain CSV: numbers, commas, one row a line. */
#include "data/plain/table.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "data/decoder.h"
#include "data/plain/forms.h"

/* The most memory that the texts of all columns may take. */
#define WORDS_BYTES_MAX (UINT64_C(64) << 20)

/* Passes over the file, for progress. */
#define PASSES 2u

static const char *name_of(const struct mlm_table *t)
{
    return t->rewrite->order->path;
}

/* Copies the begin of a field, without anything that controls a terminal. */
static void excerpt(const struct mlm_field *field, char text[static MLM_EXCERPT])
{
    size_t length = (size_t)(field->end - field->at);
    length = length < MLM_EXCERPT ? length : MLM_EXCERPT - 1;
    memcpy(text, field->at, length);
    text[length] = 0;
    /* Do not cut a character of UTF-8. */
    if (field->at + length < field->end)
        while (length && ((unsigned char)field->at[length] & 0xc0) == 0x80)
            text[--length] = 0;
    for (char *c = text; *c; c++)
        if (iscntrl((unsigned char)*c))
            *c = ' ';
}

/* The survey has seen another table. */
static int changed(const struct mlm_table *t)
{
    return mlm_file_changed(
        t->rewrite->sb, name_of(t), "line %" PRIu64 " is not what it was", t->fields.line);
}

static int missing_refuse(const struct mlm_table *t, const struct mlm_field *field)
{
    char text[MLM_EXCERPT];
    excerpt(field, text);
    return mlm_fail(t->rewrite->sb, -EINVAL,
        "%.200s, line %" PRIu64 ", field %" PRIu64
        ": the value is missing%s%s%s; fill it in or leave the line out",
        name_of(t), t->fields.line, t->fields.index + 1, *text ? " ('" : "", text, *text ? "')" : "");
}

static int infinite_refuse(const struct mlm_table *t, const struct mlm_field *field)
{
    char text[MLM_EXCERPT];
    excerpt(field, text);
    return mlm_fail(t->rewrite->sb, -EINVAL,
        "%.200s, line %" PRIu64 ", field %" PRIu64
        ": '%s' is not a finite f32; write another number, or leave the field empty",
        name_of(t), t->fields.line, t->fields.index + 1, text);
}

/* Gives the code of a text. */
static int text_code(
    struct mlm_table *t, struct mlm_column *column, const struct mlm_field *field, uint32_t *ret_code)
{
    struct mlm_text_column *text = column->text;
    if (!text)
        text = column->text = calloc(1, sizeof *text);
    if (!text)
        return mlm_fail(t->rewrite->sb, -ENOMEM, "out of memory");
    if (mlm_dictionary_code(&text->words, field->at, field->end, &t->held_bytes, WORDS_BYTES_MAX, ret_code) <
        0)
        return mlm_fail(t->rewrite->sb, -EINVAL,
            "%.200s, line %" PRIu64 ", field %" PRIu64
            ": so far the different texts of its columns take %" PRIu64
            " MiB, and more cannot be coded; leave columns of text out",
            name_of(t), t->fields.line, t->fields.index + 1, WORDS_BYTES_MAX >> 20);
    text->bytes += (uint64_t)(field->end - field->at);
    if (mlm_forms_of(field, t->possible & MLM_FORMS_NUMBER)) {
        text->numbers++;
    } else if (!text->odd_line) {
        text->odd_line = t->fields.line;
        excerpt(field, text->odd);
    }
    return 0;
}

/* Makes the plain number of a field. */
static int field_plain(
    struct mlm_table *t, const struct mlm_field *field, char text[static MLM_PLAIN_TEXT], size_t *ret_length)
{
    struct mlm_column *column = &t->columns[t->fields.index];
    enum mlm_form form = mlm_form_chosen(column->forms);
    if (mlm_field_is_missing(field)) {
        if (t->rewrite->order->reading.missing == MLM_MISSING_REFUSE)
            return missing_refuse(t, field);
        column->missing++;
        text[0] = '0';
        *ret_length = 1;
        return 0;
    }
    if (form == MLM_FORM_TEXT) {
        uint32_t code;
        int r = text_code(t, column, field, &code);
        *ret_length = r < 0 ? 0 : (size_t)(mlm_whole_print(text, code) - text);
        return r;
    }
    *ret_length = mlm_form_plain(field, form, text);
    return *ret_length ? 0 : changed(t);
}

static int field_write(struct mlm_table *t, const struct mlm_field *field, uint64_t *nonzeros)
{
    struct mlm_output *out = t->rewrite->out;
    char text[MLM_PLAIN_TEXT], *at;
    size_t length;
    float value;
    if (t->fields.index >= t->column_count)
        return changed(t);
    int r = field_plain(t, field, text, &length);
    if (r < 0)
        return r;
    if (mlm_number_parse(text, text + length, &value) != text + length || !isfinite(value))
        return infinite_refuse(t, field);
    *nonzeros += value != 0;
    r = mlm_output_reserve(out, length + 1, &at);
    if (r < 0)
        return r;
    memcpy(at, text, length);
    at[length] = t->fields.index + 1 < t->column_count ? ',' : '\n';
    out->used += length + 1;
    return 0;
}

static void name_take(struct mlm_table *t, const struct mlm_field *field)
{
    if (t->fields.index < t->column_count)
        excerpt(field, t->columns[t->fields.index].name);
}

/* The second pass. */
static int rows_write(struct mlm_table *t)
{
    struct mlm_rewrite *w = t->rewrite;
    struct mlm_field field;
    uint64_t row = 0, nonzeros = 0;
    int r = mlm_fields_rewind(&t->fields, w->sb);
    while (r >= 0 && (r = mlm_fields_next(&t->fields, &field, w->sb)) != MLM_MET_END) {
        if (r == MLM_MET_FIELD && row >= t->heads) {
            r = field_write(t, &field, &nonzeros);
        } else if (r == MLM_MET_FIELD && t->named && row + 1 == t->heads) {
            name_take(t, &field);
        } else if (r == MLM_MET_ROW) {
            if (row >= t->heads && t->fields.count != t->column_count)
                return changed(t);
            if (row++ >= t->heads)
                mlm_rewrite_row(w, nonzeros);
            nonzeros = 0;
        }
    }
    return r < 0 ? r : row == t->rows ? 0 : changed(t);
}

static int table_open(struct mlm_table *t)
{
    struct mlm_rewrite *w = t->rewrite;
    int r = mlm_fields_open(&w->source, &t->fields, w->sb);
    if (r < 0)
        return r;
    t->fields.separator = mlm_separator_bytes[w->order->reading.separator];
    if (!t->fields.separator)
        t->fields.separator = mlm_separator_find(&t->fields);
    t->possible = mlm_forms_possible(t->fields.separator);
    return 0;
}

static void table_close(struct mlm_table *t)
{
    for (size_t i = 0; i < t->column_count; i++)
        if (t->columns[i].text) {
            mlm_dictionary_close(&t->columns[i].text->words);
            free(t->columns[i].text);
        }
    free(t->columns);
    for (size_t i = 0; i < MLM_FIRST_LINES; i++)
        free(t->first[i].forms);
    mlm_fields_close(&t->fields);
}

int mlm_rewrite_table(struct mlm_rewrite *w)
{
    struct mlm_table t = {.rewrite = w};
    mlm_progress_begin(w->sb, PASSES * w->source.file_bytes);
    int r = table_open(&t);
    if (r == 0)
        r = mlm_survey(&t);
    if (r == 0)
        r = rows_write(&t);
    w->shape.columns = t.column_count;
    if (r == 0)
        mlm_table_tell(&t);
    table_close(&t);
    return r;
}
