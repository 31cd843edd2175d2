/* The figures that can be drawn: of a row, of a moment of its timeline, of a pair of rows of two machines. To
 * add one: a line here and a function in field.c. */
#pragma once

#include <stdbool.h>

#include "report/compare/compare.h"

enum mlm_quantity { MLM_QUANTITY_BYTES, MLM_QUANTITY_NS, MLM_QUANTITY_RATIO, MLM_QUANTITY_PER_SECOND };

/* The thing that a point of a picture represents. */
struct mlm_subject {
    const struct mlm_row *row;
    const struct mlm_timeline_point *moment; /* of one of the row's trials; NULL */
    const struct mlm_pair *pair;             /* the row's with another machine's; NULL */
};

/* NAN: not had; low and high also where there is no range. */
struct mlm_plot_value {
    double value, low, high;
    bool bound; /* it is at least so much: the job was cut off */
};

struct mlm_plot_field {
    const char *name;  /* as gnuplot's variables have it */
    const char *words; /* as a legend has it */
    enum mlm_quantity quantity;
    struct mlm_plot_value (*read)(const struct mlm_subject *subject);
};

/* Figures of time are those of rows that did their work; what a row needed is also known of one that was cut
 * off, as a bound. */
extern const struct mlm_plot_field mlm_plot_field_needs; /* memory and swap together */
extern const struct mlm_plot_field
    mlm_plot_field_full_needs; /* the same; of a row cut off, its reference's */
extern const struct mlm_plot_field mlm_plot_field_uncapped_needs; /* of a row cut off: its reference's */
extern const struct mlm_plot_field mlm_plot_field_swap;
extern const struct mlm_plot_field mlm_plot_field_core;
extern const struct mlm_plot_field mlm_plot_field_predicted;
extern const struct mlm_plot_field mlm_plot_field_over_core; /* full needs over core */
extern const struct mlm_plot_field mlm_plot_field_time;
extern const struct mlm_plot_field mlm_plot_field_uncapped_time;
extern const struct mlm_plot_field mlm_plot_field_slowdown;
extern const struct mlm_plot_field mlm_plot_field_rate; /* items a second */
extern const struct mlm_plot_field mlm_plot_field_memory_now, mlm_plot_field_swap_now;
extern const struct mlm_plot_field mlm_plot_field_time_ratio; /* another machine's time over this one's */

#define MLM_PLOT_VALUE_TEXT 48

/* "1.25 GiB", "> 512 MiB", "3.41 s", "1.20 ×", "12300"; "" for one that was not had. */
const char *mlm_plot_value_show(
    const struct mlm_plot_value *figure, enum mlm_quantity quantity, char text[static MLM_PLOT_VALUE_TEXT]);
