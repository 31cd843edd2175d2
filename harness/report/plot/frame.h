/* A picture as data: the points of one plot for one suite, in panels and series, with the ranges of the axes.
 * Its size is bounded, however many rows there are; the rows, panels and series that are left out are
 * counted. */
#pragma once

#include "report/plot/plot.h"

struct mlm_frame_panel {
    const struct mlm_section *section; /* the first of its family */
    const struct mlm_row *row;         /* the row that this panel is for; NULL: it is for several */
    double cap_bytes;                  /* NAN: none, or several */
    size_t slot, last_slot;            /* slots of its heading and of its last point */
    bool shown[MLM_PLOT_AXES];         /* by axis: the panel has a figure */
    /* The cliff, in a panel over caps with one line: from the higher cap on the job ends well, or is not
     * slowed; at the lower one it did not, or was. NAN: there is no cliff. */
    double cliff_low, cliff_high;
    double weight; /* decides what is shown where there is not room for all */
};

struct mlm_frame_series {
    const struct mlm_row *row; /* its first row */
    const char *label;         /* NULL: its name is made from the row */
    char *name;                /* printable; "" where there is only one series */
    size_t colour, shape;      /* numbers of the workload, and of its variant */
    double weight;
};

struct mlm_frame_point {
    size_t panel, series;
    size_t order; /* place of the row among the rows; points of one row share it */
    double x;     /* bytes, a parameter's value, ns, or a slot (points of one row share it) */
    enum mlm_outcome outcome;
    bool partial;         /* not all repetitions ended with this outcome */
    size_t place, places; /* its place among the failed points with the same panel and x, and their number */
    double weight;
    const struct mlm_row *row;   /* the row that gives it its label */
    const struct mlm_row *tells; /* the row that gives it its outcome */
    const char *teller;          /* the machine of that row; NULL: there is only one machine */
    struct mlm_plot_value figures[MLM_PLOT_AXES][MLM_PLOT_FIELDS];
};

/* A place where a series crosses a series of the plot's base workload. */
struct mlm_frame_crossing {
    size_t panel, axis, series, base;
    double x, y;
    bool close;    /* so near to the one before it in its panel that both share a label */
    double last_x; /* x of the last crossing that shares this one's label */
};

#define MLM_FRAME_CROSSINGS 24
#define MLM_FRAME_TICS 12

struct mlm_frame_extent {
    double low, high; /* range of all figures, above 0 where logarithmic; NAN: there is no figure */
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
    struct mlm_frame_point *points; /* sorted by panel, series and x */
    size_t panel_count, series_count, point_count, row_count, slot_count;
    size_t panels_of, series_of, rows_of; /* numbers before some were left out; 0: all are shown */
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

/* The functions below return printable texts, which the caller frees; NULL: out of memory. */
char *mlm_frame_heading(const struct mlm_frame *frame, const struct mlm_frame_panel *panel);
char *mlm_frame_title(const struct mlm_frame *frame); /* "storage: slowdown against cap" */
char *mlm_frame_machine(const struct mlm_frame *frame);
char *mlm_frame_place(const struct mlm_frame *frame);    /* shared conditions: "cap 2G, data 2.50 GiB" */
char *mlm_frame_left_out(const struct mlm_frame *frame); /* "" where nothing is left out */
/* Describes the picture in a sentence, for readers who cannot see it. */
char *mlm_frame_describe(const struct mlm_frame *frame);

/* Writes what a point says when it is pointed at: its row with repetitions and intervals, or the ratio of two
 * machines; printable lines. */
void mlm_frame_say(FILE *out, const struct mlm_frame *frame, size_t point);

/* Returns true if the job ran and did not end ok. */
static inline bool mlm_frame_failed(const struct mlm_frame_point *point)
{
    return point->outcome != MLM_OUTCOME_OK && point->outcome != MLM_OUTCOME_SKIPPED &&
           point->outcome != MLM_OUTCOME_REFUSED;
}
