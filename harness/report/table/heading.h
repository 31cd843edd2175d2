/* Lines that stand above tables and pictures. One line, printable; the caller frees it; NULL: out of memory.
 */
#pragma once

#include <stdio.h>

#include "report/table/table.h"

/* "laptop: Intel …, 4 cores, 7.63 GiB memory, no swap, Linux 6.1.0, Debian 12" */
char *mlm_machine_line(const struct mlm_record *record);

/* "storage, cap 2G, data 2.50 GiB": the conditions that the rows of a section share. */
char *mlm_section_line(const struct mlm_table *table, const struct mlm_section *section);

/* "storage/csr density=0.01, data 2.50 GiB, without swap": the conditions shared by trials that differ only
 * in their cap. */
char *mlm_sweep_line(const struct mlm_record *record);

/* "data 2.50 GiB, without swap": the line of a section without suite and cap; "" where nothing else is to be
 * said. */
char *mlm_surroundings_line(const struct mlm_table *table, const struct mlm_section *section);

/* The same for rows that differ in the RAM of their laptop: ", on laptops" instead of one laptop and its
 * background. */
char *mlm_ladder_line(const struct mlm_table *table, const struct mlm_section *section);
void mlm_ladder_limits_write(FILE *out, const struct mlm_record *record);

/* Writes ", without swap, idle background of 1G": the limits of a row beside its cap; "" for none. */
void mlm_limits_write(FILE *out, const struct mlm_record *record);

/* The parameters as a printable text; threads are stated wherever there is more than the usual one. The
 * caller frees it; NULL: out of memory. */
char *mlm_params_show(const struct mlm_params *params, uint64_t threads);
