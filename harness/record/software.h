/* The versions of the programs behind a script: Python's, and those of the frameworks that it has. They are
 * the fact `software` of the machine, and only records of scripts have it. Rows of different versions are no
 * repetitions of each other, and stand in different sections. */
#pragma once

#include <stdio.h>

#include "record/record.h"

/* An object of names and versions, {"Python": "3.11.2", "numpy": "1.24.2"}; NULL: the record has none. */
const json_t *mlm_record_software(const struct mlm_record *record);

/* Orders records by their versions; 0: they are the same. */
int mlm_record_compare_software(const struct mlm_record *a, const struct mlm_record *b);

/* Makes such an object of a text with a line for each, "numpy 1.24.2"; NULL: out of memory. */
json_t *mlm_software_of_text(const char *text);

/* Takes out of `common` what the record has not, or has in another version. */
void mlm_software_keep_common(json_t *common, const struct mlm_record *record);

/* Writes "SEPARATORnumpySPACE1.24.2" for each version that is not in `common` (may be NULL). */
void mlm_software_write(FILE *out, const struct mlm_record *record, const json_t *common,
    const char *separator, const char *space);
