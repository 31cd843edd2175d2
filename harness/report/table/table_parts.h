/* What table.c is put together from; for it alone. */
#pragma once

#include "report/table/table.h"

/* The machine's id, "" without one. */
const char *mlm_machine_id(const struct mlm_record *record);

/* Fills everything of a row that its trials tell. `numbers` has room for as many as it has trials. -ENOMEM.
 */
int mlm_row_sum_up(struct mlm_row *row, double *numbers);

/* Sorts the rows into `order` and `sections`, and says how far each is from the best of its group. -ENOMEM.
 */
int mlm_table_make_sections(struct mlm_table *table);

/* Fills `common` of the sections and shortens the rows' parameters by it. -ENOMEM. */
int mlm_table_find_common(struct mlm_table *table);
