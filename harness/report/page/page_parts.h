/* The sections of the page, for page.c alone. Each function writes one section; the caller checks `out`. The
 * only error is -ENOMEM. */
#pragma once

#include "record/fact.h"
#include "report/compare/machines.h"
#include "report/fleet/fleet.h"
#include "report/page/page.h"
#include "report/table/group.h"

/* Files of this folder, part of the program (cmake/embed.cmake). */
extern const char mlm_page_css[], mlm_page_js[], mlm_page_js_hash[], mlm_method_html[];

/* Lists in a page have a bounded length, however long the files are; the rest is counted. */
#define MLM_PAGE_MACHINES_MAX 16
#define MLM_PAGE_RUNS_MAX 30
#define MLM_PAGE_CAPS_MAX 12
#define MLM_PAGE_SETTINGS_MAX 40

struct mlm_page_pictures {
    struct mlm_page_picture {
        char *suite, *caption, *svg;
    } * items;
    size_t count, capacity;
    char *missing; /* the reason why pictures are missing; NULL: none is missing */
};

/* Draws all pictures that have data. A picture that cannot be drawn is not an error. -EINTR: the user wants
 * to stop. */
int mlm_page_pictures_draw(const struct mlm_page_request *request, const struct mlm_machines *machines,
    struct mlm_page_pictures *ret_pictures, struct mlm_error *error);
void mlm_page_pictures_release(struct mlm_page_pictures *pictures);
void mlm_page_pictures_put(FILE *out, const struct mlm_page_pictures *pictures, const char *suite);

/* Writes the answer: which machines of a fleet run everything, who of several machines is faster, or what is
 * advised after a sweep over caps. Then it summarizes all sections: which rows fit into which cap, and which
 * choice helps most. `fleet` NULL: there are only few machines. */
int mlm_page_summary(FILE *out, const struct mlm_page_request *request, const struct mlm_machines *machines,
    const struct mlm_fleet *fleet, struct mlm_error *error);

/* Writes the whole advice, folded; in front of it, if it comes first, the recommendation. */
int mlm_page_advice(FILE *out, const struct mlm_page_request *request, bool first);

/* Writes for each suite in the sections of one machine which row to use instead of which other. */
int mlm_page_gains(FILE *out, const struct mlm_section *sections, size_t section_count);

/* Writes, folded, the facts of each machine, side by side where there are several. A machine that was changed
 * between runs (swap, kernel, …) appears once for each state. */
int mlm_page_machines(
    FILE *out, const struct mlm_record_list *list, const struct mlm_table *table, struct mlm_error *error);

/* For a table of several machines: says in a few sentences how each differs from the first. */
int mlm_page_verdict(FILE *out, const struct mlm_comparison *comparison);

/* For a table of several machines: compares all with the first, row by row. */
int mlm_page_compare(FILE *out, const struct mlm_machines *machines, struct mlm_error *error);

/* For many machines: which run everything, and what stands out. */
int mlm_page_fleet_finding(FILE *out, const struct mlm_fleet *fleet);

/* For many machines, in place of mlm_page_compare(): a matrix of jobs and machines. */
int mlm_page_fleet(FILE *out, const struct mlm_fleet *fleet, struct mlm_error *error);

/* Writes the commands that made the records, quoted for a shell. */
int mlm_page_repeat(FILE *out, const struct mlm_record_list *list, struct mlm_error *error);

/* Folds a part with many rows, so that a browser need not lay it out before a reader opens it. */
void mlm_page_fold_begin(FILE *out, size_t row_count, size_t table_count);
void mlm_page_fold_end(FILE *out, size_t row_count);

/* Calls `say` with `of`, and writes its text escaped. */
int mlm_page_said(FILE *out, void (*say)(FILE *out, const void *of), const void *of);

/* "1 trial", "3 trials" */
void mlm_page_count(FILE *out, size_t count, const char *noun);

/* "1.25 GiB" */
void mlm_page_size(FILE *out, double bytes);

/* "in 2G", "without a cap" */
void mlm_page_in_cap(FILE *out, uint64_t cap_bytes);
