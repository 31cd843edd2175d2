/* Prints messages on standard error; control characters from files are replaced. */
#include "cli/say.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/utf8.h"
#include "trial/catalogue.h"

const char *mlm_say_program(void)
{
    const char *program = getenv("MLMEMBENCH_PROGRAM");
    return program && *program ? program : "mlmembench";
}

void mlm_say(const char *format, ...)
{
    char text[4096];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    mlm_utf8_tame(text);
    fprintf(stderr, "%s\n", text);
}

void mlm_put_named(FILE *out, const char *format, ...)
{
    char *text = NULL;
    va_list args;
    va_start(args, format);
    int n = vasprintf(&text, format, args);
    va_end(args);
    if (n < 0)
        return;
    mlm_utf8_tame(text);
    fprintf(out, "%s\n", text);
    free(text);
}

size_t mlm_say_broken(const struct mlm_catalogue *catalogue)
{
    for (size_t i = 0; i < catalogue->broken_count; i++)
        mlm_say("mlmembench: left out: %s", catalogue->broken[i].why);
    return catalogue->broken_count;
}
