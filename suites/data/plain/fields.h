/* Cuts a text table into its fields: any separator, quotes ("a ""b"" c") with line breaks inside, LF or CRLF,
 * blank lines skipped, a byte order mark skipped. It does not judge what a field says. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "data/plain/source.h"

/* The longest field, with its quotes, that can be read. */
#define MLM_FIELD_MAX (UINT64_C(256) << 10)

struct mlm_fields {
    struct mlm_source *source; /* NULL: the bytes that are there are all */
    char separator;            /* ' ': any number of spaces */
    char *bytes, *scratch;     /* MLM_FIELD_MAX each */
    size_t begin, end;         /* range that is not cut yet */
    bool last;                 /* no bytes follow those in the range */
    bool in_row, row_ends;
    uint64_t line;  /* of the field or row that was returned last, from 1 */
    uint64_t index; /* fields of this row before the one that was returned last */
    uint64_t count; /* fields of this row so far */
    uint64_t next_line;
};

/* A field without the spaces and quotes around it. */
struct mlm_field {
    const char *at, *end;
};

/* What was met: the end of the table, a field, or the end of a row. */
enum mlm_met { MLM_MET_END, MLM_MET_FIELD, MLM_MET_ROW };

/* Begins at the source's begin, and reads its first bytes. The separator is to be set afterwards. */
int mlm_fields_open(struct mlm_source *source, struct mlm_fields *ret_fields, struct mlm_scoreboard *sb);

/* Goes back to the begin of the source. */
int mlm_fields_rewind(struct mlm_fields *fields, struct mlm_scoreboard *sb);

/* Returns an enum mlm_met, and with MLM_MET_FIELD the field, which is valid until the next call. */
int mlm_fields_next(struct mlm_fields *fields, struct mlm_field *ret_field, struct mlm_scoreboard *sb);

/* Finds the separator by the first lines: tab, semicolon or comma, whichever cuts all of them into as many
 * fields, at least two; spaces only where none of these is there. */
char mlm_separator_find(const struct mlm_fields *fields);

void mlm_fields_close(struct mlm_fields *fields); /* accepts a zeroed or closed struct */
