/* Writes JSON without locale, with the shortest numbers, and safe for terminals. */
#include "report/export/json_text.h"

#include <math.h>
#include <stdlib.h>

#include "base/utf8.h"

/* Whole numbers up to here are exact as doubles. */
#define WHOLE_MOST 9007199254740992.0

const char *mlm_number_text(double number, char text[static MLM_NUMBER_TEXT])
{
    if (number >= -WHOLE_MOST && number <= WHOLE_MOST && trunc(number) == number) {
        snprintf(text, MLM_NUMBER_TEXT, "%.0f", number == 0 ? 0 : number);
        return text;
    }
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, MLM_NUMBER_TEXT, "%.*g", digits, number);
        double again = strtod(text, NULL);
        if (again >= number && again <= number)
            break;
    }
    return text;
}

json_t *mlm_json_number(double number)
{
    if (isnan(number))
        return json_null();
    if (number >= -WHOLE_MOST && number <= WHOLE_MOST && trunc(number) == number)
        return json_integer((json_int_t)number);
    return json_real(number);
}

void mlm_json_write_text(FILE *out, const char *text)
{
    fputc('"', out);
    while (*text) {
        uint32_t code;
        size_t length = mlm_utf8_next(text, &code);
        if (code == '"' || code == '\\')
            fprintf(out, "\\%c", (int)code);
        else if (mlm_utf8_printable(code))
            fwrite(text, 1, length, out);
        else if (code <= 0xffff)
            fprintf(out, "\\u%04x", (unsigned)code);
        else /* no UTF-8 */
            fputc('?', out);
        text += length;
    }
    fputc('"', out);
}

static void write_array(FILE *out, const json_t *array)
{
    size_t i;
    const json_t *item;
    fputc('[', out);
    json_array_foreach(array, i, item)
    {
        if (i)
            fputs(", ", out);
        mlm_json_write(out, item);
    }
    fputc(']', out);
}

static void write_object(FILE *out, const json_t *object)
{
    const char *key, *glue = "";
    json_t *value;
    fputc('{', out);
    /* It takes no const, and changes nothing. */
    json_object_foreach((json_t *)(uintptr_t)object, key, value)
    {
        fputs(glue, out);
        mlm_json_write_text(out, key);
        fputs(": ", out);
        mlm_json_write(out, value);
        glue = ", ";
    }
    fputc('}', out);
}

void mlm_json_write(FILE *out, const json_t *json)
{
    char number[MLM_NUMBER_TEXT];
    switch (json_typeof(json)) {
    case JSON_OBJECT:
        write_object(out, json);
        break;
    case JSON_ARRAY:
        write_array(out, json);
        break;
    case JSON_STRING:
        mlm_json_write_text(out, json_string_value(json));
        break;
    case JSON_INTEGER:
        fprintf(out, "%" JSON_INTEGER_FORMAT, json_integer_value(json));
        break;
    case JSON_REAL:
        fputs(mlm_number_text(json_real_value(json), number), out);
        break;
    case JSON_TRUE:
        fputs("true", out);
        break;
    case JSON_FALSE:
        fputs("false", out);
        break;
    case JSON_NULL:
        fputs("null", out);
        break;
    }
}
