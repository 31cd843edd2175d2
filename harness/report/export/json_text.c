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
        else /* a byte that is not UTF-8 */
            fputc('?', out);
        text += length;
    }
    fputc('"', out);
}

/* Writes an array or an object. Both loops run: jansson takes an array for an empty object, and the other way
 * round. */
static void write_items(FILE *out, const json_t *json, const char *begin, const char *glue, const char *end)
{
    size_t i;
    const json_t *item;
    const char *key;
    json_t *value;
    bool is_array = json_is_array(json);
    fputc(is_array ? '[' : '{', out);
    json_array_foreach(json, i, item)
    {
        fputs(i ? glue : begin, out);
        mlm_json_write(out, item);
    }
    /* json_object_foreach needs a non-const pointer, but changes nothing. */
    json_object_foreach((json_t *)(uintptr_t)json, key, value)
    {
        fputs(begin, out);
        mlm_json_write_text(out, key);
        fputs(": ", out);
        mlm_json_write(out, value);
        begin = glue;
    }
    fprintf(out, "%s%c", end, is_array ? ']' : '}');
}

void mlm_json_write_lines(FILE *out, const json_t *json, int indent)
{
    char glue[32], end[32];
    snprintf(glue, sizeof glue, ",\n%*s", indent, "");
    snprintf(end, sizeof end, "\n%*s", indent - 2, "");
    write_items(out, json, glue + 1, glue, end);
}

void mlm_json_write(FILE *out, const json_t *json)
{
    char number[MLM_NUMBER_TEXT];
    switch (json_typeof(json)) {
    case JSON_OBJECT:
    case JSON_ARRAY:
        write_items(out, json, "", ", ", "");
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
