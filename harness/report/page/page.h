/* The report: one page of HTML with everything that stored runs say. It needs nothing beside it (style,
 * script and pictures are inside, nothing is fetched), and can be read without script, on a phone, in the
 * dark and on paper. It is XML as well, so that what is in it can be read by programs. */
#pragma once

#include <stdio.h>

#include "report/table/table.h"

struct mlm_page_request {
    const struct mlm_record_list *list;
    const struct mlm_table *table; /* of that list */
    const char *plots_folder;      /* the gnuplot scripts; NULL: without pictures */
    const char *program;           /* what made the page: "mlmembench 0.1.0 (1a2b3c)" */
};

/* Writes the page in one pass. Without gnuplot, or where it fails, there are no pictures, or not all, and
 * the page says why; so does *ret_no_pictures, which is else NULL and the caller's to free. -ENOMEM, -EIO:
 * `out` cannot be written; -EINTR: the user wanted to stop while pictures were drawn. */
int mlm_report_page(
    const struct mlm_page_request *request, FILE *out, char **ret_no_pictures, struct mlm_error *error);
