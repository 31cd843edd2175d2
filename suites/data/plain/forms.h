/* What a field of a table can be read as. The forms are bits: a column has the forms that all its fields
 * have, and the lowest of them is the one that it is read in. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "data/number.h"
#include "data/plain/fields.h"

enum mlm_form {
    MLM_FORM_POINT = 1 << 0, /* a number: 1234.5 */
    MLM_FORM_COMMA = 1 << 1, /* a number: 1234,5 */
    MLM_FORM_YEAR_FIRST = 1 << 2,
    MLM_FORM_MONTH_FIRST =
        1 << 3, /* 3/4/2024 may have either order; this is taken unless a field says more */
    MLM_FORM_DAY_FIRST = 1 << 4,
    MLM_FORM_TEXT = 1 << 5, /* anything */
    MLM_FORMS_NUMBER = MLM_FORM_POINT | MLM_FORM_COMMA,
    MLM_FORMS_DATE = MLM_FORM_YEAR_FIRST | MLM_FORM_MONTH_FIRST | MLM_FORM_DAY_FIRST,
};

/* Room for a field as a plain number. */
#define MLM_PLAIN_TEXT (MLM_NUMBER_MAX + 1)

/* The forms that a field may have in a table with this separator. A decimal comma is none where commas
 * separate. */
unsigned mlm_forms_possible(char separator);

/* Returns true for an empty field, and for the words by which programs write a value that is missing. */
bool mlm_field_is_missing(const struct mlm_field *field);

/* Returns those of the forms `asked` that the field has. A missing field has them all. */
unsigned mlm_forms_of(const struct mlm_field *field, unsigned asked);

/* Returns the form that a column with these forms is read in. */
static inline enum mlm_form mlm_form_chosen(unsigned forms)
{
    return (enum mlm_form)(forms & -forms);
}

/* Writes a field of this form (not MLM_FORM_TEXT) as a number with a decimal point, and returns the length.
 * 0: it has another form. The number may be infinite in f32. */
size_t mlm_form_plain(const struct mlm_field *field, enum mlm_form form, char text[static MLM_PLAIN_TEXT]);
