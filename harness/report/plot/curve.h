/* The picture of a prediction: what was measured at small sizes, a curve through it with its band, what is
 * expected at the full size, and what laptops leave to a job. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/laptop.h"

#define MLM_CURVE_STEPS 100
#define MLM_CURVE_POINTS 64

struct mlm_curve_place {
    double x, bytes;
    double low_bytes, high_bytes; /* the band; of a measurement the same as `bytes` */
};

struct mlm_curve {
    const char *title, *place; /* printable; `place`: what was run, and on which machine */
    const char *x_title;       /* printable */
    struct mlm_curve_place steps[MLM_CURVE_STEPS]; /* ascending; the last one is the full size */
    size_t step_count;
    struct mlm_curve_place points[MLM_CURVE_POINTS];
    bool unused[MLM_CURVE_POINTS]; /* the curve leaves this point out */
    size_t point_count;
    double levels[MLM_LAPTOPS_SOLD]; /* bytes that each laptop leaves to a job */
};

/* Draws it in the format ("svg", "png") into a file. -ENOENT: gnuplot is missing; -EINTR: the user wants to
 * stop. */
int mlm_curve_write(const struct mlm_curve *curve, const char *plots_folder, const char *format,
    const char *path, struct mlm_error *error);
