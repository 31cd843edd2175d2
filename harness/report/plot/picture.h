/* From records to pictures: for each suite, each plot's writer puts the rows into data files, and its script
 * makes a picture of them. A new plot is a gnuplot script in plots/ and an entry in the table of picture.c.
 */
#pragma once

#include "report/plot/gnuplot.h"
#include "report/table/table.h"

/* What a picture is made of: all sections of one suite, of every machine. */
struct mlm_picture {
    const struct mlm_table *table;
    const struct mlm_section **sections;
    size_t count;
    const char *format; /* "svg" or "png" */
    bool bitmap;
};

struct mlm_plot {
    const char *suffix; /* of the file's name; "": the suite's own picture */
    const char *script; /* in plots/, loaded after style.gp */
    /* Writes values.gp (numbers and our own words alone: it is a script) and data files into the folder. */
    int (*write)(
        const struct mlm_picture *picture, const struct mlm_plot_folder *folder, struct mlm_error *error);
};

/* needs.gp: needs as bars against the cap, time beside. */
int mlm_plot_needs(
    const struct mlm_picture *picture, const struct mlm_plot_folder *folder, struct mlm_error *error);

/* One picture a suite as SVG and PNG in `folder`, named BASE-SUITE.svg; needs gnuplot: -ENOENT says that it
 * is missing. `plots_folder` holds the gnuplot scripts. */
int mlm_report_pictures(const struct mlm_table *table, const char *plots_folder, const char *folder,
    const char *base, struct mlm_error *error);
