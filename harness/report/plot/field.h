/* The figures that can be drawn: of a row, of a moment of its timeline, of a pair of rows of two machines. To
 * add one: a line here and a function in field.c. */
#pragma once

#include <stdbool.h>

#include "report/compare/compare.h"

enum mlm_quantity {
    MLM_QUANTITY_BYTES,
    MLM_QUANTITY_NS,
    MLM_QUANTITY_RATIO,
    MLM_QUANTITY_PER_SECOND,
    MLM_QUANTITY_SHARE
};

/* The thing that a point of a picture represents. */
struct mlm_subject {
    const struct mlm_row *row;
    const struct mlm_timeline_point *moment; /* a moment of one of the row's trials; NULL: none */
    const struct mlm_pair *pair;             /* the row with that of another machine; NULL: none */
};

/* NAN: not measured; low and high are NAN also where there is no range. */
struct mlm_plot_value {
    double value, low, high;
    bool bound; /* a lower bound: the job was cut off */
};

struct mlm_plot_field {
    const char *name;  /* part of the names of gnuplot's variables */
    const char *words; /* for legends */
    enum mlm_quantity quantity;
    struct mlm_plot_value (*read)(const struct mlm_subject *subject);
};

/* Only a row that did its work has figures of time. The needs of a row that was cut off are known as a lower
 * bound. */
extern const struct mlm_plot_field mlm_plot_field_needs; /* memory and swap together */
extern const struct mlm_plot_field
    mlm_plot_field_full_needs; /* the needs; for a row that was cut off, those of its reference */
extern const struct mlm_plot_field mlm_plot_field_uncapped_needs; /* of a row cut off: the reference's */
extern const struct mlm_plot_field mlm_plot_field_swap;
extern const struct mlm_plot_field mlm_plot_field_core;
extern const struct mlm_plot_field mlm_plot_field_predicted;
extern const struct mlm_plot_field mlm_plot_field_over_core; /* full needs divided by core bytes */
extern const struct mlm_plot_field mlm_plot_field_time;
extern const struct mlm_plot_field mlm_plot_field_uncapped_time;
/* Parts of the time of the job, as shares of all of it. They add up to 1; a row with several busy threads has
 * no blocked time, and its shares are those of the threads' time. */
extern const struct mlm_plot_field mlm_plot_field_user, mlm_plot_field_system, mlm_plot_field_run_queue;
extern const struct mlm_plot_field mlm_plot_field_blocked_memory, mlm_plot_field_blocked_storage;
extern const struct mlm_plot_field mlm_plot_field_blocked_rest;
extern const struct mlm_plot_field mlm_plot_field_blocked; /* only where it is not split */
extern const struct mlm_plot_field mlm_plot_field_slowdown;
extern const struct mlm_plot_field mlm_plot_field_rate; /* items a second */
extern const struct mlm_plot_field mlm_plot_field_memory_now, mlm_plot_field_swap_now;
extern const struct mlm_plot_field mlm_plot_field_time_ratio; /* another machine's time / this one's */

#define MLM_PLOT_VALUE_TEXT 48

/* "0.25", "1500": a place on the x axis, two digits and never an exponent for large ones. */
const char *mlm_plot_place_show(double x, char text[static MLM_PLOT_VALUE_TEXT]);

/* "1.25 GiB", "> 512 MiB", "3.41 s", "1.20 ×", "12300", "35 %"; "" where there is no value. */
const char *mlm_plot_value_show(
    const struct mlm_plot_value *figure, enum mlm_quantity quantity, char text[static MLM_PLOT_VALUE_TEXT]);
