/* From a table to pictures: every plot with data, for every suite. To add a plot: a gnuplot script in plots/
 * and an entry in the table of plots.c. */
#pragma once

#include "report/table/table.h"

struct mlm_comparison;

/* Most suites that pictures are drawn of: records can name any number of suites. */
#define MLM_PICTURE_SUITES 16

/* The choice of pictures to draw. */
struct mlm_picture_order {
    const struct mlm_table *table;
    const struct mlm_record_list *list; /* the table's list: timelines are read from its files */
    const char *plots_folder;           /* folder of the scripts */
    const char *format;                 /* "svg", "png" or "pdf" */
    const char *only;                   /* the name of one plot; NULL: all */
    /* The table's machines, compared (mlm_sides_by_machine()); NULL: pictures of several machines are not
     * drawn. */
    const struct mlm_comparison *machines;
};

/* A finished picture. It is valid until the taker returns. */
struct mlm_picture {
    const char *plot;        /* "slowdown" */
    const char *suite;       /* name of the suite in the records, which may be any text */
    const char *title;       /* "storage: slowdown against cap", printable */
    const char *description; /* one sentence for readers who cannot see the picture; printable */
    const char *format;
    /* Content for a file. An SVG is a text that begins with its <svg> tag and ends with a NUL: it can be put
     * into a page beside others of the same call, and adapts to a dark screen. */
    const char *bytes;
    size_t size;
};

/* -EINVAL: no picture can be made in that format. */
int mlm_picture_format_check(const char *format, struct mlm_error *error);

/* Called for each picture. An error ends the drawing, and mlm_pictures_draw() returns it. */
typedef int mlm_picture_take(void *context, const struct mlm_picture *picture, struct mlm_error *error);

struct mlm_pictures_made {
    size_t count;
    char left_out[96]; /* the suites that have no pictures; "": all have some */
};

/* Gives every picture to the taker, suite by suite, and counts them. Number, size and time are bounded
 * however long the list is: only the first MLM_PICTURE_SUITES suites are drawn. -ENOENT: gnuplot is missing.
 * -EINVAL: an unknown format. -EINTR: the user wants to stop; no signal ends the program itself while it
 * draws. */
int mlm_pictures_draw(const struct mlm_picture_order *order, mlm_picture_take *take, void *context,
    struct mlm_pictures_made *ret_made, struct mlm_error *error);

/* Writes the pictures into a folder, which is made if needed, as BASE-SUITE-PLOT.FORMAT. SUITE is the suite's
 * name as far as it is allowed in a file name, with a number where another suite has the same. `written` (may
 * be NULL) is called with each path. */
int mlm_pictures_write(const struct mlm_picture_order *order, const char *folder, const char *base,
    void (*written)(const char *path), struct mlm_pictures_made *ret_made, struct mlm_error *error);
