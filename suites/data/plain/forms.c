/* Tells numbers, dates and missing values from other text. */
#include "data/plain/forms.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "data/plain/date.h"

static bool is_word(const struct mlm_field *field, const char *const *words, size_t count)
{
    size_t length = (size_t)(field->end - field->at);
    for (size_t i = 0; i < count; i++)
        if (length == strlen(words[i]) && strncasecmp(field->at, words[i], length) == 0)
            return true;
    return false;
}

bool mlm_field_is_missing(const struct mlm_field *field)
{
    static const char *const words[] = {"", "na", "nan", "-nan", "n/a", "#n/a", "<na>", "null", "none", "?"};
    return field->end - field->at <= 4 && is_word(field, words, sizeof words / sizeof *words);
}

static bool is_infinite(const struct mlm_field *field)
{
    static const char *const words[] = {"inf", "+inf", "-inf", "infinity", "+infinity", "-infinity"};
    return is_word(field, words, sizeof words / sizeof *words);
}

/* Copies the number with a point where it has its one comma. Returns the length; 0: it is no such number. */
static size_t comma_plain(const struct mlm_field *field, char text[static MLM_PLAIN_TEXT])
{
    size_t length = (size_t)(field->end - field->at);
    float value;
    if (length == 0 || length > MLM_NUMBER_MAX || memchr(field->at, '.', length))
        return 0;
    memcpy(text, field->at, length);
    char *comma = memchr(text, ',', length);
    if (comma)
        *comma = '.';
    return mlm_number_parse(text, text + length, &value) == text + length ? length : 0;
}

static size_t point_plain(const struct mlm_field *field, char text[static MLM_PLAIN_TEXT])
{
    size_t length = (size_t)(field->end - field->at);
    float value;
    if (length == 0 || length > MLM_NUMBER_MAX)
        return 0;
    memcpy(text, field->at, length);
    if (mlm_number_parse(text, text + length, &value) == text + length || is_infinite(field))
        return length;
    return 0;
}

static size_t date_plain(
    const struct mlm_field *field, enum mlm_date_order order, char text[static MLM_PLAIN_TEXT])
{
    double days;
    if (!mlm_date_parse(field->at, field->end, order, &days))
        return 0;
    /* A hundred thousandth of a day is less than a second. */
    return (size_t)snprintf(text, MLM_PLAIN_TEXT, days == floor(days) ? "%.0f" : "%.5f", days);
}

size_t mlm_form_plain(const struct mlm_field *field, enum mlm_form form, char text[static MLM_PLAIN_TEXT])
{
    switch (form) {
    case MLM_FORM_POINT:
        return point_plain(field, text);
    case MLM_FORM_COMMA:
        return comma_plain(field, text);
    case MLM_FORM_YEAR_FIRST:
        return date_plain(field, MLM_YEAR_FIRST, text);
    case MLM_FORM_MONTH_FIRST:
        return date_plain(field, MLM_MONTH_FIRST, text);
    case MLM_FORM_DAY_FIRST:
        return date_plain(field, MLM_DAY_FIRST, text);
    default:
        return 0;
    }
}

unsigned mlm_forms_possible(char separator)
{
    unsigned all = MLM_FORMS_NUMBER | MLM_FORMS_DATE | MLM_FORM_TEXT;
    return separator == ',' ? all & ~(unsigned)MLM_FORM_COMMA : all;
}

unsigned mlm_forms_of(const struct mlm_field *field, unsigned asked)
{
    char text[MLM_PLAIN_TEXT];
    if (mlm_field_is_missing(field))
        return asked;
    unsigned forms = asked & MLM_FORM_TEXT;
    for (unsigned form = MLM_FORM_POINT; form < MLM_FORM_TEXT; form <<= 1)
        if (asked & form && mlm_form_plain(field, (enum mlm_form)form, text))
            forms |= form;
    return forms;
}
