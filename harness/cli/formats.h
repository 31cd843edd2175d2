/* Options --format whose values are rows of a table: help, completion, and the nearest name for a wrong one.
 */
#pragma once

#include <stddef.h>

#include "base/error.h"

#define MLM_FORMATS_MOST 32

/* Name and purpose of each format, in the table's order. */
struct mlm_format_list {
    const char *names[MLM_FORMATS_MOST + 1], *purposes[MLM_FORMATS_MOST + 1]; /* names are ended by NULL */
    size_t count;
};

/* Collects the rows of a table that is ended by an empty row. */
#define MLM_FORMATS_OF(table, list)                                                                          \
    do {                                                                                                     \
        for (size_t i = 0; (table)[i].name && i < MLM_FORMATS_MOST; i++, (list)->count++) {                  \
            (list)->names[i] = (table)[i].name;                                                              \
            (list)->purposes[i] = (table)[i].purpose;                                                        \
        }                                                                                                    \
    } while (0)

void mlm_formats_print(const struct mlm_format_list *list);

/* *ret_index: place of the format in the table. -EINVAL: there is none of that name; the error proposes one.
 */
int mlm_format_find(const struct mlm_format_list *list, const char *verb, const char *name, size_t *ret_index,
    struct mlm_error *error);
