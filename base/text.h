/* A text that is put together piece by piece: write to its `out` between begin and end. */
#pragma once

#include <stdio.h>

struct mlm_text {
    FILE *out;
    char *text;
    size_t size; /* without the last NUL; set by mlm_text_end() */
};

/* `out`; NULL: out of memory, and there is nothing to end. */
FILE *mlm_text_begin(struct mlm_text *ret_text);

/* Gives the text, which the caller frees; NULL: out of memory. */
char *mlm_text_end(struct mlm_text *text);

/* The same, made printable on one line (base/utf8.h). */
char *mlm_text_end_tame(struct mlm_text *text);

/* The whole text at once, which the caller frees; NULL: out of memory. */
char *mlm_text_of(const char *format, ...) __attribute__((format(printf, 1, 2)));
