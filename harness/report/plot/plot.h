/* A plot is an entry of the table in plots.c, and a script of plots/ that draws the data that the entry
 * chooses.
 *
 *   picture  one plot of one suite, of every machine in the table
 *   panel    a part of the picture with its own heading
 *   series   points with the same colour and one line in the legend
 *   point    figures at a place: of a row, of a moment of a row's timeline, of a row and another machine's
 *   axis     figures with the same unit; a panel is drawn once for each axis
 *   family   sections that differ only in their cap
 *
 * Nothing here knows a suite: suites and parameters are data of an entry. */
#pragma once

#include "report/plot/field.h"

#define MLM_PLOT_AXES 2
#define MLM_PLOT_FIELDS 7

enum mlm_plot_scale {
    MLM_SCALE_LINEAR,
    MLM_SCALE_LOGARITHMIC,
    MLM_SCALE_FITTING, /* logarithmic where figures are far apart */
};

struct mlm_plot_axis {
    const char *title; /* its unit is added behind it; NULL: no such axis */
    enum mlm_plot_scale scale;
    /* Figures of one quantity. The first is the subject of the plot: it decides what is shown where there is
     * not room for all. A point without it only shows an outcome. */
    const struct mlm_plot_field *fields[MLM_PLOT_FIELDS];
};

struct mlm_plot {
    const char *name; /* part of a file's name */
    const char *script;
    const char *title;
    const char *suite; /* NULL: every suite */
    /* A point is a row (with MLM_X_TIME, a moment of its timeline), or a row paired with that of another
     * machine. */
    enum { MLM_OF_ROWS, MLM_OF_MACHINES } of;
    enum { MLM_CAPS_ALL, MLM_CAPS_MIDDLE, MLM_CAPS_LARGEST } caps; /* caps that are shown of each family */
    enum { MLM_PANEL_FAMILY, MLM_PANEL_SECTION, MLM_PANEL_ROW } panels; /* content of a panel */
    /* The place of a point: the row's own line, from the top down; its cap; its value of `parameter`; the
     * time of a moment. Points at caps and parameters form one series for each variant; points of machines
     * form one for each machine but the first. */
    enum { MLM_X_SLOT, MLM_X_CAP, MLM_X_PARAMETER, MLM_X_TIME } x;
    const char *x_title, *parameter;
    const char *base; /* a workload; places where others cross its line are marked; NULL: none */
    size_t places;    /* at least one series must have points at so many places, or there is no picture */
    struct mlm_plot_axis axes[MLM_PLOT_AXES];
    bool second_beside; /* figures of the second axis are written beside those of the first, and are nothing
                           to show alone */
};

extern const struct mlm_plot mlm_plots[];
extern const size_t mlm_plot_count;
