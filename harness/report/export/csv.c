/* CSV and TSV, quoted by RFC 4180 (with plain line ends), in the types that pandas and R recognize: missing
 * is empty, whole numbers are whole, flags are TRUE and FALSE.
 *
 * A text that a reader would not take for a text gets a ' in front, as in spreadsheets: a text that begins
 * like a formula (= + - @), reads as a number (a checksum of digits only), or reads as missing or a flag in R
 * and pandas. So does a text that begins with a ', so that removing one gives the text back. Parameter values
 * that are numbers stay numbers. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "base/utf8.h"
#include "record/keymap.h"
#include "report/export/formats.h"
#include "report/export/json_text.h"
#include "report/export/names.h"
#include "report/export/objects.h"

struct sheet {
    FILE *out;
    char separator;
    bool begun;               /* a field of this line is written */
    struct mlm_keymap params; /* names of all parameters, in order of appearance */
};

static void sheet_release(struct sheet *sheet)
{
    mlm_keymap_release(&sheet->params);
}

static void put_raw(struct sheet *sheet, const char *text)
{
    if (sheet->begun)
        fputc(sheet->separator, sheet->out);
    sheet->begun = true;
    fputs(text, sheet->out);
}

static void line_end(struct sheet *sheet)
{
    fputc('\n', sheet->out);
    sheet->begun = false;
}

static bool reads_as_number(const char *text)
{
    char *end;
    (void)strtod(text, &end); /* accepts "inf", "nan" and "0x1F" too */
    return *text && !*end;
}

static bool reads_as_other(const char *text)
{
    static const char *const words[] = {"NA", "N/A", "n/a", "#N/A", "#NA", "<NA>", "NULL", "null", "None",
        "TRUE", "True", "true", "T", "FALSE", "False", "false", "F"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(text, words[i]) == 0)
            return true;
    return reads_as_number(text);
}

/* Takes any text; control characters become '?', so that a record stays on one line. */
static int put_text(struct sheet *sheet, const char *text, bool may_be_number)
{
    mlm_auto_free char *tame = strdup(text);
    if (!tame)
        return -ENOMEM;
    mlm_utf8_tame(tame);
    bool number = may_be_number && reads_as_number(tame);
    bool marked = *tame && !number && (strchr("=+-@'", *tame) || reads_as_other(tame));
    /* Quote every usual separator: spreadsheets in half the world use ';'. */
    bool quoted = strpbrk(tame, ",;\t|\"") != NULL;
    put_raw(sheet, quoted ? "\"" : "");
    fputs(marked ? "'" : "", sheet->out);
    for (const char *c = tame; *c; c++) {
        if (*c == '"')
            fputc('"', sheet->out);
        fputc(*c, sheet->out);
    }
    fputs(quoted ? "\"" : "", sheet->out);
    return 0;
}

/* Numbers and words of an array, joined; a null inside stays the word null. */
static int put_array(struct sheet *sheet, const json_t *array, const char *glue)
{
    struct mlm_text words;
    FILE *out = mlm_text_begin(&words);
    size_t i;
    const json_t *item;
    if (!out)
        return -ENOMEM;
    json_array_foreach(array, i, item)
    {
        fputs(i ? glue : "", out);
        if (json_is_string(item))
            fputs(json_string_value(item), out);
        else
            mlm_json_write(out, item);
    }
    mlm_auto_free char *text = mlm_text_end(&words);
    return text ? put_text(sheet, text, true) : -ENOMEM;
}

static int put_value(struct sheet *sheet, const char *key, const json_t *value)
{
    char number[MLM_NUMBER_TEXT];
    switch (json_typeof(value)) {
    case JSON_STRING:
        return put_text(sheet, json_string_value(value), false);
    case JSON_INTEGER:
        snprintf(number, sizeof number, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
        put_raw(sheet, number);
        return 0;
    case JSON_REAL:
        put_raw(sheet, mlm_number_text(json_real_value(value), number));
        return 0;
    case JSON_TRUE:
    case JSON_FALSE:
        put_raw(sheet, json_is_true(value) ? "TRUE" : "FALSE");
        return 0;
    case JSON_ARRAY:
        return put_array(sheet, value, strcmp(key, "command") == 0 ? " " : ";");
    default:
        put_raw(sheet, "");
        return 0;
    }
}

static int put_title(struct sheet *sheet, const char *prefix, const char *name)
{
    mlm_auto_free char *title = mlm_text_of("%s_%s", prefix, name);
    return title ? put_text(sheet, title, false) : -ENOMEM;
}

/* Writes the titles. Any of the objects gives them, because all have the same keys. */
static int put_titles(struct sheet *sheet, const json_t *object)
{
    const char *key, *inner;
    json_t *value, *inner_value;
    int r = 0;
    /* json_object_foreach needs a non-const pointer, but changes nothing. */
    json_object_foreach((json_t *)(uintptr_t)object, key, value)
    {
        if (strcmp(key, "params") == 0) {
            r = put_text(sheet, key, false);
            for (size_t i = 0; i < sheet->params.count && r == 0; i++)
                r = put_title(sheet, "param", sheet->params.entries[i].key);
        } else if (json_is_object(value)) {
            json_object_foreach(value, inner, inner_value)
            {
                if (r == 0)
                    r = put_title(sheet, key, inner);
            }
        } else {
            r = put_text(sheet, key, false);
        }
        if (r < 0)
            return r;
    }
    line_end(sheet);
    return 0;
}

/* Writes all parameters as one text, then each in its own column. */
static int put_params(struct sheet *sheet, const struct mlm_params *params)
{
    mlm_auto_free char *text = mlm_params_text(params);
    int r = text ? put_text(sheet, text, false) : -ENOMEM;
    for (size_t i = 0; i < sheet->params.count && r == 0; i++) {
        const char *value = "";
        for (size_t k = 0; k < params->count; k++)
            if (strcmp(params->items[k].name, sheet->params.entries[i].key) == 0)
                value = params->items[k].value;
        r = put_text(sheet, value, true);
    }
    return r;
}

/* Writes one line. `params`: the object's parameters in their order. */
static int put_line(struct sheet *sheet, const json_t *object, const struct mlm_params *params)
{
    const char *key, *inner;
    json_t *value, *inner_value;
    int r = 0;
    json_object_foreach((json_t *)(uintptr_t)object, key, value)
    {
        if (strcmp(key, "params") == 0) {
            r = put_params(sheet, params);
        } else if (json_is_object(value)) {
            json_object_foreach(value, inner, inner_value)
            {
                if (r == 0)
                    r = put_value(sheet, inner, inner_value);
            }
        } else {
            r = put_value(sheet, key, value);
        }
        if (r < 0)
            return r;
    }
    line_end(sheet);
    return 0;
}

static int params_find(struct sheet *sheet, const struct mlm_record_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        for (size_t k = 0; k < list->items[i].params.count; k++) {
            size_t number;
            int r = mlm_keymap_add(&sheet->params, strdup(list->items[i].params.items[k].name), &number);
            if (r < 0)
                return r;
        }
    return 0;
}

/* Writes the object as a line and releases it. NULL: out of memory. */
static int put_object(struct sheet *sheet, json_t *taken, const struct mlm_params *params, bool first)
{
    json_auto_t *object = taken;
    int r = object ? 0 : -ENOMEM;
    if (r == 0 && first)
        r = put_titles(sheet, object);
    return r == 0 ? put_line(sheet, object, params) : r;
}

static int put_trials(struct sheet *sheet, const struct mlm_record_list *list)
{
    json_auto_t *machine = NULL;
    int r = 0;
    for (size_t i = 0; i < list->count && r == 0; i++) {
        const struct mlm_record *record = &list->items[i];
        /* Records of a run share their machine. */
        if (!machine || record->machine != list->items[i - 1].machine) {
            json_decref(machine);
            machine = mlm_export_machine(record->machine);
        }
        r = machine ? put_object(sheet, mlm_export_trial(record, machine), &record->params, i == 0) : -ENOMEM;
    }
    return r;
}

static int put_rows(struct sheet *sheet, const struct mlm_table *table, struct mlm_error *error)
{
    mlm_cleanup(mlm_row_names_release) struct mlm_row_names names = {0};
    int r = mlm_row_names_make(table, &names, error);
    for (size_t i = 0; i < table->row_count && r == 0; i++) {
        const struct mlm_row *row = table->order[i];
        json_auto_t *machine = mlm_export_machine(row->first->machine);
        json_t *object = machine ? mlm_export_row(row, mlm_row_name_of(&names, table, row), machine) : NULL;
        r = put_object(sheet, object, &row->first->params, i == 0);
    }
    return r;
}

static int write_sheet(const struct mlm_export *export, FILE *out, char separator, struct mlm_error *error)
{
    mlm_cleanup(sheet_release) struct sheet sheet = {.out = out, .separator = separator};
    int r = params_find(&sheet, export->list);
    if (r == 0)
        r = export->rows ? put_rows(&sheet, export->table, error) : put_trials(&sheet, export->list);
    return r < 0 ? mlm_error_errno(error, r, "exporting a table") : 0;
}

int mlm_export_csv(const struct mlm_export *export, FILE *out, size_t *ret_left_out, struct mlm_error *error)
{
    *ret_left_out = 0;
    return write_sheet(export, out, ',', error);
}

int mlm_export_tsv(const struct mlm_export *export, FILE *out, size_t *ret_left_out, struct mlm_error *error)
{
    *ret_left_out = 0;
    return write_sheet(export, out, '\t', error);
}
