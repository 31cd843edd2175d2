/* The notes below tables: reasons and marks of rows as lettered footnotes, each text once, and the meaning of
 * the tables' signs. */
#pragma once

#include "record/keymap.h"
#include "report/table/columns.h"

/* Puts one more footnote into the brackets: "", "[a]", "[a,c]"; each text is kept once, by letter. -ENOMEM.
 */
int mlm_footnote_add(struct mlm_keymap *texts, const char *note, char brackets[static MLM_CELL_SIZE]);

/* Calls for each of them: "[a]" and a printable text. An error of `put` ends it; -ENOMEM. */
int mlm_footnotes_say(const struct mlm_keymap *texts,
    int (*put)(void *context, const char *label, const char *text), void *context);

struct mlm_notes {
    const struct mlm_section *sections;
    size_t count;
    struct mlm_keymap texts;   /* by letter */
    mlm_mark_set of_every_row; /* said once for all instead */
};

/* For these sections, which are borrowed. */
void mlm_notes_begin(const struct mlm_section *sections, size_t count, struct mlm_notes *ret_notes);
void mlm_notes_release(struct mlm_notes *notes); /* a zeroed one holds nothing */

/* The row's footnotes as they stand behind its outcome: "[a,c]", or "". -ENOMEM. */
int mlm_notes_of_row(struct mlm_notes *notes, const struct mlm_row *row, char text[static MLM_CELL_SIZE]);

/* Calls for each line below the tables: label ("[a]", "every row:", ">") and a printable text. To be called
 * when all rows are written. An error of `put` ends it; -ENOMEM. */
int mlm_notes_say(const struct mlm_notes *notes,
    int (*put)(void *context, const char *label, const char *text), void *context);
