/* A picture as data: the points of one plot for one suite, in panels and series, with what the axes have to
 * hold. Bounded, however many rows there are: what is left out is counted. */
#pragma once

#include "report/plot/plot.h"

struct mlm_frame_panel {
    const struct mlm_section *section; /* the first of its family */
    const struct mlm_row *row;         /* of a panel that is a row's; NULL */
    double cap_bytes;                  /* NAN: none, or several */
    size_t slot, last_slot;            /* its heading's, and its last point's */
    bool shown[MLM_PLOT_AXES];         /* has a figure there */
    /* Over caps, of one line alone: a job that ends well, or runs freely, from the higher cap on did not at
     * the lower one. NAN: there is no such place. */
    double cliff_low, cliff_high;
    double weight; /* decides what is shown where there is not room for all */
};

struct mlm_frame_series {
    const struct mlm_row *row; /* the first */
    const char *label;         /* NULL: it is called after the row */
    char *name;                /* printable; "" where there is but one */
    size_t colour, shape;      /* which workload, and which of its variants */
    double weight;
};

struct mlm_frame_point {
    size_t panel, series;
    size_t order; /* of the rows; points of one row share it */
    double x;     /* bytes, a parameter's value, ns, or a slot (points of one row share it) */
    enum mlm_outcome outcome;
    bool partial;         /* not all repetitions ended so */
    size_t place, places; /* its place among those of its panel and x that failed, and how many they are */
    double weight;
    const struct mlm_row *row;   /* whose label it has */
    const struct mlm_row *tells; /* whose outcome it has */
    const char *teller;          /* the machine of that row; NULL: there is but one */
    struct mlm_plot_value figures[MLM_PLOT_AXES][MLM_PLOT_FIELDS];
};

/* Where a series crosses one of the plot's base. */
struct mlm_frame_crossing {
    size_t panel, axis, series, base;
    double x, y;
    bool close;    /* so near the one before it in its panel that one label stands for both */
    double last_x; /* of those that this one's label stands for */
};

#define MLM_FRAME_CROSSINGS 24
#define MLM_FRAME_TICS 12

struct mlm_frame_extent {
    double low, high; /* of all figures, above 0 where logarithmic; NAN: there is none */
    bool logarithmic;
};

struct mlm_frame_source {
    const struct mlm_table *table;
    const struct mlm_record_list *list;    /* the table's: timelines are read from its files */
    const struct mlm_comparison *machines; /* the table's machines; NULL */
};

struct mlm_frame {
    struct mlm_frame_source from;
    const struct mlm_plot *plot;
    const char *suite;
    bool several_machines;
    struct mlm_frame_panel *panels;
    struct mlm_frame_series *series;
    struct mlm_frame_point *points; /* by panel, series and x */
    size_t panel_count, series_count, point_count, row_count, slot_count;
    size_t panels_of, series_of, rows_of; /* so many there were; 0: all are shown */
    struct mlm_frame_extent x, axes[MLM_PLOT_AXES];
    double tics[MLM_FRAME_TICS]; /* places of x that are worth a label */
    size_t tic_count;
    struct mlm_frame_crossing crossings[MLM_FRAME_CROSSINGS];
    size_t crossing_count;
};

/* The sections are those of one suite, in the table's order. 1: made; 0: there is nothing to show. */
int mlm_frame_make(const struct mlm_plot *plot, const struct mlm_frame_source *from,
    const struct mlm_section *const *sections, size_t count, struct mlm_frame *ret_frame,
    struct mlm_error *error);
void mlm_frame_release(struct mlm_frame *frame);

/* All of these are printable, and the caller's to free; NULL: out of memory. */
char *mlm_frame_heading(const struct mlm_frame *frame, const struct mlm_frame_panel *panel);
char *mlm_frame_title(const struct mlm_frame *frame); /* "storage: slowdown against cap" */
char *mlm_frame_machine(const struct mlm_frame *frame);
char *mlm_frame_place(const struct mlm_frame *frame);    /* "cap 2G, data 2.50 GiB": what its panels share */
char *mlm_frame_left_out(const struct mlm_frame *frame); /* "" where nothing is */
/* Describes the picture in a sentence, for readers who cannot see it. */
char *mlm_frame_describe(const struct mlm_frame *frame);

/* Did the job fail or do wrong, rather than never run? */
static inline bool mlm_frame_failed(const struct mlm_frame_point *point)
{
    return point->outcome != MLM_OUTCOME_OK && point->outcome != MLM_OUTCOME_SKIPPED &&
           point->outcome != MLM_OUTCOME_REFUSED;
}
