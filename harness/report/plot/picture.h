/* From a table to pictures: every plot with data, for every suite. To add a plot: a gnuplot script in plots/
 * and an entry in the table of plots.c. */
#pragma once

#include "report/table/table.h"

struct mlm_comparison;

/* A record may name any suite, and so may many. */
#define MLM_PICTURE_SUITES 16

/* What to draw. */
struct mlm_picture_order {
    const struct mlm_table *table;
    const struct mlm_record_list *list; /* that of the table: timelines are read from its files */
    const char *plots_folder;           /* where the scripts are */
    const char *format;                 /* "svg", "png" or "pdf" */
    const char *only;                   /* the name of one plot; NULL: all */
    /* The table's machines with each other (mlm_sides_by_machine()); NULL: no picture of that. */
    const struct mlm_comparison *machines;
};

/* A picture that was made. It goes away when its taker returns. */
struct mlm_picture {
    const char *plot;        /* "slowdown" */
    const char *suite;       /* as the records have it, which may be any text */
    const char *title;       /* "storage: slowdown against cap", printable */
    const char *description; /* what it shows, in a sentence, for those who cannot see it; printable */
    const char *format;
    /* Content for a file. An SVG is text that ends with a NUL and begins with its <svg> tag: it can stand in
     * a page beside others of the same call, and adapts to a dark screen. */
    const char *bytes;
    size_t size;
};

/* -EINVAL: no picture can be made in that format. */
int mlm_picture_format_check(const char *format, struct mlm_error *error);

/* An error ends the drawing and is what mlm_pictures_draw() returns. */
typedef int mlm_picture_take(void *context, const struct mlm_picture *picture, struct mlm_error *error);

struct mlm_pictures_made {
    size_t count;
    char left_out[96]; /* which suites there are no pictures of; "": of all there are */
};

/* Gives every picture to the taker, suite by suite, and says how many. Bounded in number, size and time
 * however long the list is; of more than MLM_PICTURE_SUITES suites, the first. -ENOENT: gnuplot is missing.
 * -EINVAL: an unknown format. -EINTR: the user wants to stop; no signal ends the program itself while it
 * draws. */
int mlm_pictures_draw(const struct mlm_picture_order *order, mlm_picture_take *take, void *context,
    struct mlm_pictures_made *ret_made, struct mlm_error *error);

/* The same into a folder, which is made, as BASE-SUITE-PLOT.FORMAT, SUITE being as much of the suite's name
 * as a file's may hold, with a number where another suite has that already. `written` (may be NULL) is told
 * each path. */
int mlm_pictures_write(const struct mlm_picture_order *order, const char *folder, const char *base,
    void (*written)(const char *path), struct mlm_pictures_made *ret_made, struct mlm_error *error);
