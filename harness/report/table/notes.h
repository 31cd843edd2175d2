/* The notes below tables: reasons and marks of rows as lettered footnotes, each text once, and the meaning of
 * the tables' signs. */
#pragma once

#include "record/keymap.h"
#include "report/table/columns.h"

/* Adds the letter of one more footnote to the brackets: "", "[a]", "[a,c]". Each text gets one letter.
 * -ENOMEM. */
int mlm_footnote_add(struct mlm_keymap *texts, const char *note, char brackets[static MLM_CELL_SIZE]);

/* Calls `put` for each footnote, with "[a]" and a printable text. An error of `put` ends this; -ENOMEM. */
int mlm_footnotes_say(const struct mlm_keymap *texts,
    int (*put)(void *context, const char *label, const char *text), void *context);

struct mlm_notes {
    const struct mlm_section *sections;
    size_t count;
    struct mlm_keymap texts;   /* by letter */
    mlm_mark_set of_every_row; /* marks that are stated once for all rows */
    mlm_column_set columns;    /* of the tables */
    bool processes_named;      /* a footnote has said what processes held */
};

/* Begins the notes of tables of these sections, which are borrowed, with these columns. */
void mlm_notes_begin(
    const struct mlm_section *sections, size_t count, mlm_column_set columns, struct mlm_notes *ret_notes);
void mlm_notes_release(struct mlm_notes *notes); /* a zeroed one holds nothing */

/* Writes the row's footnotes for the cell of its outcome: "[a,c]", or "". -ENOMEM. */
int mlm_notes_of_row(struct mlm_notes *notes, const struct mlm_row *row, char text[static MLM_CELL_SIZE]);

/* Calls `put` for each line below the tables, with its label ("[a]", "every row:", ">") and a printable text.
 * Call it when all rows are written. An error of `put` ends this; -ENOMEM. */
int mlm_notes_say(const struct mlm_notes *notes,
    int (*put)(void *context, const char *label, const char *text), void *context);
