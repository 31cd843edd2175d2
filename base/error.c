/* The three ways to fill a struct mlm_error: a text, a text with strerror(), and context in front of a text.
 * Texts have a fixed size, so that an error can be reported when memory is short. */
#include "base/error.h"

#include <stdio.h>
#include <string.h>

int(mlm_error_set)(struct mlm_error *error, int code, const char *format, ...)
{
    if (!error)
        return code;
    va_list args;
    va_start(args, format);
    error->code = code;
    vsnprintf(error->text, sizeof error->text, format, args);
    va_end(args);
    return code;
}

int(mlm_error_errno)(struct mlm_error *error, int code, const char *format, ...)
{
    if (!error)
        return code;
    va_list args;
    va_start(args, format);
    char what[MLM_ERROR_TEXT_SIZE / 2];
    vsnprintf(what, sizeof what, format, args);
    va_end(args);
    char why[128];
    return mlm_error_set(error, code, "%s: %s", what, strerror_r(-code, why, sizeof why));
}

int(mlm_error_wrap)(struct mlm_error *error, int code, const char *format, ...)
{
    if (!error)
        return code;
    va_list args;
    va_start(args, format);
    char context[MLM_ERROR_TEXT_SIZE / 2];
    vsnprintf(context, sizeof context, format, args);
    va_end(args);
    char inner[MLM_ERROR_TEXT_SIZE];
    memcpy(inner, error->text, sizeof inner);
    /* When the whole is too long, the inner text loses its end; the context is always complete. */
    snprintf(error->text, sizeof error->text, "%s: %.*s", context, MLM_ERROR_TEXT_SIZE / 2 - 3, inner);
    error->code = code;
    return code;
}
