/* Finds where lines cross: there, one way of doing a job stops being better than another. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "report/plot/frame_parts.h"

/* Figures count as equal if they differ by a smaller share of the smaller one. */
#define LEVEL 0.01

/* Crossings that are nearer than this share of the axis have one label together. */
#define CLOSE 0.04

struct line {
    const struct mlm_frame_point *points;
    size_t count;
};

/* Returns true if every parameter that both rows have is equal, except for the one on the axis. */
static bool comparable(const struct mlm_plot *plot, const struct mlm_row *a, const struct mlm_row *b)
{
    const struct mlm_params *params = &a->first->params;
    for (size_t i = 0; i < params->count; i++) {
        const char *other = mlm_row_param(b, params->items[i].name);
        bool on_axis = plot->parameter && strcmp(params->items[i].name, plot->parameter) == 0;
        if (other && !on_axis && strcmp(params->items[i].value, other) != 0)
            return false;
    }
    return a->first->threads == b->first->threads;
}

/* Lines are straight as they are drawn, so they cross where they are seen to cross. */
static double to_axis(const struct mlm_frame_extent *extent, double value)
{
    return extent->logarithmic ? log(value) : value;
}

static double from_axis(const struct mlm_frame_extent *extent, double place)
{
    return extent->logarithmic ? exp(place) : place;
}

static void crossing_add(struct mlm_frame *frame, size_t axis, const struct mlm_frame_point *at,
    const struct mlm_frame_point *base, double x, double y)
{
    if (frame->crossing_count < MLM_FRAME_CROSSINGS)
        frame->crossings[frame->crossing_count++] = (struct mlm_frame_crossing){
            .panel = at->panel,
            .axis = axis,
            .series = at->series,
            .base = base->series,
            .x = from_axis(&frame->x, x),
            .y = from_axis(&frame->axes[axis], y),
        };
}

/* Finds crossings between neighbouring places where both lines have a figure; places where they are level are
 * skipped. */
static void lines_cross(struct mlm_frame *frame, size_t axis, struct line line, struct line base)
{
    const struct mlm_frame_extent *ys = &frame->axes[axis];
    double x0 = NAN, y0 = NAN, gap0 = NAN; /* the last place where one was above the other */
    double level_x = NAN, level_y = NAN;   /* the first place after it where they were level */
    for (size_t i = 0, j = 0; i < line.count && j < base.count;) {
        const struct mlm_frame_point *a = &line.points[i], *b = &base.points[j];
        if (a->x < b->x || a->x > b->x) {
            i += a->x < b->x;
            j += b->x < a->x;
            continue;
        }
        double above = a->figures[axis][0].value, below = b->figures[axis][0].value;
        double x = to_axis(&frame->x, a->x), y = to_axis(ys, below), gap = to_axis(ys, above) - y;
        i++;
        j++;
        if (fabs(above - below) < LEVEL * below) {
            level_x = isnan(level_x) ? x : level_x;
            level_y = isnan(level_y) ? y : level_y;
            continue;
        }
        if (gap0 * gap < 0) {
            double share = gap0 / (gap0 - gap);
            crossing_add(frame, axis, a, b, isnan(level_x) ? x0 + share * (x - x0) : level_x,
                isnan(level_x) ? y0 + share * (y - y0) : level_y);
        }
        x0 = x;
        y0 = y;
        gap0 = gap;
        level_x = level_y = NAN;
    }
}

static int compare_crossings(const void *p, const void *q)
{
    const struct mlm_frame_crossing *a = p, *b = q;
    if (a->panel != b->panel)
        return a->panel < b->panel ? -1 : 1;
    if (a->axis != b->axis)
        return a->axis < b->axis ? -1 : 1;
    return (a->x > b->x) - (a->x < b->x);
}

/* Lets crossings share a label: several lines often cross at one place, which has room for one label only. */
static void labels_share(struct mlm_frame *frame)
{
    qsort(frame->crossings, frame->crossing_count, sizeof *frame->crossings, compare_crossings);
    double apart = CLOSE * (to_axis(&frame->x, frame->x.high) - to_axis(&frame->x, frame->x.low));
    struct mlm_frame_crossing *first = NULL;
    for (size_t i = 0; i < frame->crossing_count; i++) {
        struct mlm_frame_crossing *crossing = &frame->crossings[i];
        crossing->last_x = crossing->x;
        crossing->close = first && first->panel == crossing->panel && first->axis == crossing->axis &&
                          to_axis(&frame->x, crossing->x) - to_axis(&frame->x, first->x) < apart;
        if (crossing->close)
            first->last_x = crossing->x;
        else
            first = crossing;
    }
}

static struct line line_of(const struct mlm_frame *frame, size_t panel, size_t series)
{
    struct line line = {NULL, 0};
    for (size_t i = 0; i < frame->point_count; i++)
        if (frame->points[i].panel == panel && frame->points[i].series == series) {
            line.points = line.points ? line.points : &frame->points[i];
            line.count++;
        }
    return line;
}

static bool is_base(const struct mlm_frame *frame, size_t series)
{
    return strcmp(frame->series[series].row->workload, frame->plot->base) == 0;
}

void mlm_frame_find_crossings(struct mlm_frame *frame)
{
    for (size_t p = 0; p < frame->panel_count && frame->plot->base; p++)
        for (size_t b = 0; b < frame->series_count; b++)
            for (size_t s = 0; s < frame->series_count && is_base(frame, b); s++)
                for (size_t a = 0; a < MLM_PLOT_AXES && !is_base(frame, s); a++)
                    if (comparable(frame->plot, frame->series[s].row, frame->series[b].row))
                        lines_cross(frame, a, line_of(frame, p, s), line_of(frame, p, b));
    labels_share(frame);
}
