/* Parts of table.c, for it alone. */
#pragma once

#include "report/table/table.h"

/* The machine's id, "" without one. */
const char *mlm_machine_id(const struct mlm_record *record);

/* Fills all members of a row that follow from its trials. `numbers` has room for one number for each trial.
 * -ENOMEM. */
int mlm_row_sum_up(struct mlm_row *row, double *numbers);

/* Sorts the rows into `order` and `sections`, and compares each with the best of its group. -ENOMEM. */
int mlm_table_make_sections(struct mlm_table *table);

/* Fills `common` of the sections, and removes these parameters from the rows' texts. -ENOMEM. */
int mlm_table_find_common(struct mlm_table *table);
