/* The report: one page of HTML with all results of the stored runs. It needs no other files (style, script
 * and pictures are inside), and can be read without script, on a phone, in the dark and on paper. It is valid
 * XML too, so that programs can read it. */
#pragma once

#include <stdio.h>

#include "base/laptop.h"
#include "report/table/table.h"

struct mlm_page_request {
    const struct mlm_record_list *list;
    const struct mlm_table *table; /* table of that list */
    const char *plots_folder;      /* the gnuplot scripts; NULL: without pictures */
    const char *program;           /* name and version of the program: "mlmembench 0.1.0 (1a2b3c)" */
    /* The advice for a sweep over caps, as the verb advise prints it: its recommendation, a paragraph in each
     * line, commands indented; and all of it, in lines of a terminal. NULL: none. */
    const char *recommendation, *advice;
    const struct mlm_desktop *desktop; /* the programs beside the job on a laptop; NULL: the usual ones */
};

/* Writes the page in one pass. Without gnuplot, or where it fails, pictures are missing; the page says why,
 * and so does *ret_no_pictures (else NULL), which the caller frees. -ENOMEM; -EIO: `out` cannot be written;
 * -EINTR: the user wanted to stop while pictures were drawn. */
int mlm_report_page(
    const struct mlm_page_request *request, FILE *out, char **ret_no_pictures, struct mlm_error *error);
