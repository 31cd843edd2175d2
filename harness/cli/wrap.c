/* Wraps help texts at the width of a terminal. */
#include "cli/wrap.h"

#include <stdbool.h>
#include <stdio.h>

#include "base/utf8.h"

/* Finds the end of the word at `text`, and its width in columns. */
static const char *word_end(const char *text, int *ret_columns)
{
    bool quoted = false;
    *ret_columns = 0;
    while (*text && *text != '\n' && (quoted || *text != ' ')) {
        quoted ^= *text == '`';
        *ret_columns += (int)mlm_utf8_step(&text);
    }
    return text;
}

void mlm_wrap(const char *text, int indent, int column)
{
    int spaces = 0; /* blanks to print before the next word; none at the end of a line */
    while (*text) {
        int columns;
        const char *end = word_end(text, &columns);
        if (columns && spaces && column + spaces + columns > MLM_WRAP_COLUMNS) {
            printf("\n%*s", indent, "");
            column = indent;
            spaces = 0;
        }
        printf("%*s%.*s", columns ? spaces : 0, "", (int)(end - text), text);
        column += columns ? spaces + columns : 0;
        spaces = columns ? 0 : spaces;
        text = end;
        if (*text == '\n') {
            /* An empty line stays empty. */
            printf("\n%*s", text[1] && text[1] != '\n' ? indent : 0, "");
            column = indent;
            spaces = 0;
            text++;
        } else if (*text == ' ') {
            spaces++;
            text++;
        }
    }
    putchar('\n');
}
