/* Says what became of a table: one line for the whole, and one for each column that is no longer as it was.
 */
#include <inttypes.h>
#include <stdio.h>

#include "base/size.h"
#include "data/plain/forms.h"
#include "data/plain/table.h"

/* More columns are counted, but not named. */
#define COLUMNS_TOLD 12u

/* Bytes of a text column as codes: the smallest type for each row, and every text once. */
static uint64_t code_bytes(const struct mlm_table *t, const struct mlm_column *column)
{
    size_t values = column->text->words.count;
    uint64_t width = values <= UINT8_MAX ? 1 : values <= UINT16_MAX ? 2 : 4;
    return width * t->rewrite->shape.rows + column->text->words.text_bytes;
}

static const char *date_words(enum mlm_form form)
{
    return form == MLM_FORM_MONTH_FIRST ? "dates (month first), read as days since 1970-01-01"
           : form == MLM_FORM_DAY_FIRST ? "dates (day first), read as days since 1970-01-01"
                                        : "dates, read as days since 1970-01-01";
}

static void text_tell(FILE *out, const struct mlm_table *t, const struct mlm_column *column)
{
    const struct mlm_text_column *text = column->text;
    char as_text[MLM_SIZE_TEXT], as_codes[MLM_SIZE_TEXT];
    fprintf(out, "text, %zu value%s, read as codes from 1; %s as text, %s as codes", text->words.count,
        text->words.count == 1 ? "" : "s", mlm_size_show((double)text->bytes, as_text),
        mlm_size_show((double)code_bytes(t, column), as_codes));
    if (text->numbers)
        fprintf(out, "; %" PRIu64 " fields are numbers, but '%s' in line %" PRIu64 " is none", text->numbers,
            text->odd, text->odd_line);
}

static void column_tell(FILE *out, const struct mlm_table *t, size_t i)
{
    const struct mlm_column *column = &t->columns[i];
    enum mlm_form form = mlm_form_chosen(column->forms);
    bool more = column->text || form & MLM_FORMS_DATE;
    fprintf(out, "  column %zu", i + 1);
    if (column->name[0])
        fprintf(out, " '%s'", column->name);
    fputs(": ", out);
    if (column->text)
        text_tell(out, t, column);
    else if (form & MLM_FORMS_DATE)
        fputs(date_words(form), out);
    if (column->missing == t->rewrite->shape.rows)
        fputs("no value at all, read as 0", out);
    else if (column->missing)
        fprintf(out, "%s%" PRIu64 " missing value%s, read as 0", more ? "; " : "", column->missing,
            column->missing == 1 ? "" : "s");
    fputc('\n', out);
}

static bool is_as_it_was(const struct mlm_column *column)
{
    return !column->missing && mlm_form_chosen(column->forms) & MLM_FORMS_NUMBER;
}

static void heads_tell(FILE *out, const struct mlm_table *t)
{
    uint64_t first = t->first[0].number;
    if (t->heads == 2)
        fprintf(out, "  lines %" PRIu64 " and %" PRIu64 " are no rows: they do not fit the lines below\n",
            first, t->first[1].number);
    else if (t->heads == 1 && !t->named)
        fprintf(out, "  line %" PRIu64 " is no row: it does not fit the lines below\n", first);
    else if (t->heads == 1)
        fprintf(out, "  line %" PRIu64 " has the names of the columns\n", first);
}

/* Commas are what everybody expects. */
static void separators_tell(FILE *out, const struct mlm_table *t)
{
    size_t commas = 0;
    for (size_t i = 0; i < t->column_count; i++)
        commas += mlm_form_chosen(t->columns[i].forms) == MLM_FORM_COMMA;
    const char *separator = t->fields.separator == ';'    ? "semicolons"
                            : t->fields.separator == '\t' ? "tabs"
                            : t->fields.separator == ' '  ? "spaces"
                                                          : NULL;
    if (separator)
        fprintf(out, "  %s separate the fields%s\n", separator,
            commas ? ", and numbers have decimal commas" : "");
}

void mlm_table_tell(const struct mlm_table *t)
{
    FILE *out = t->rewrite->order->notes;
    if (!out)
        return;
    mlm_rewrite_tell(t->rewrite);
    separators_tell(out, t);
    heads_tell(out, t);
    size_t told = 0, left = 0, texts = 0;
    uint64_t missing = 0, as_text = 0, as_codes = 0;
    for (size_t i = 0; i < t->column_count; i++) {
        const struct mlm_column *column = &t->columns[i];
        missing += column->missing;
        if (column->text) {
            texts++;
            as_text += column->text->bytes;
            as_codes += code_bytes(t, column);
        }
        if (is_as_it_was(column))
            continue;
        if (told++ < COLUMNS_TOLD)
            column_tell(out, t, i);
        else
            left++;
    }
    char text[MLM_SIZE_TEXT], codes[MLM_SIZE_TEXT];
    if (left)
        fprintf(out, "  and %zu more columns like these\n", left);
    if (texts > 1)
        fprintf(out, "  the %zu columns of text together: %s as text, %s as codes\n", texts,
            mlm_size_show((double)as_text, text), mlm_size_show((double)as_codes, codes));
    if (missing)
        fprintf(out, "  %" PRIu64 " missing value%s in all; --missing refuse stops at the first\n", missing,
            missing == 1 ? "" : "s");
}
