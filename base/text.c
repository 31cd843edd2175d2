/* Puts texts together in memory with stdio (open_memstream), so that their length has no limit. */
#include "base/text.h"

#include <stdarg.h>
#include <stdlib.h>

#include "base/utf8.h"

FILE *mlm_text_begin(struct mlm_text *ret_text)
{
    return ret_text->out = open_memstream(&ret_text->text, &ret_text->size);
}

char *mlm_text_end(struct mlm_text *text)
{
    if (fclose(text->out) == 0)
        return text->text;
    free(text->text);
    return NULL;
}

char *mlm_text_end_tame(struct mlm_text *text)
{
    char *line = mlm_text_end(text);
    if (line)
        mlm_utf8_tame(line);
    return line;
}

char *mlm_text_of(const char *format, ...)
{
    char *text;
    va_list args;
    va_start(args, format);
    int r = vasprintf(&text, format, args);
    va_end(args);
    return r < 0 ? NULL : text;
}
