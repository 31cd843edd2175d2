/* Computes everything that needs all points: slots, names, extents, tics, places. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "record/keymap.h"
#include "report/plot/frame_parts.h"

/* Figures further apart than this need a logarithmic axis. */
#define FAR_APART 20.0

/* A cap so far beyond all figures would leave nothing to see of them. */
#define CAP_IN_SIGHT 4.0

static int compare_points(const void *p, const void *q)
{
    const struct mlm_frame_point *a = p, *b = q;
    if (a->panel != b->panel)
        return a->panel < b->panel ? -1 : 1;
    if (a->series != b->series)
        return a->series < b->series ? -1 : 1;
    if (a->x < b->x || a->x > b->x)
        return a->x < b->x ? -1 : 1;
    return (a->order > b->order) - (a->order < b->order);
}

/* Returns the index behind the last point of the same panel and series. */
static size_t line_end(const struct mlm_frame *frame, size_t begin)
{
    size_t end = begin + 1;
    while (end < frame->point_count && frame->points[end].panel == frame->points[begin].panel &&
           frame->points[end].series == frame->points[begin].series)
        end++;
    return end;
}

static size_t places_of(const struct mlm_frame *frame, size_t begin, size_t end)
{
    size_t count = 1;
    for (size_t i = begin + 1; i < end; i++)
        count += frame->points[i].x > frame->points[i - 1].x;
    return count;
}

/* Drops empty panels, and series of jobs that never ran. */
static int empty_drop(struct mlm_frame *frame)
{
    mlm_auto_free bool *panels = calloc(frame->panel_count + 1, sizeof *panels);
    mlm_auto_free bool *series = calloc(frame->series_count + 1, sizeof *series);
    mlm_auto_free size_t *places = calloc(frame->panel_count + 1, sizeof *places);
    if (!panels || !series || !places)
        return -ENOMEM;
    for (size_t begin = 0, end; begin < frame->point_count; begin = end) {
        end = line_end(frame, begin);
        struct mlm_frame_panel *panel = &frame->panels[frame->points[begin].panel];
        size_t count = places_of(frame, begin, end);
        if (count > places[frame->points[begin].panel])
            places[frame->points[begin].panel] = count;
        for (size_t i = begin; i < end; i++) {
            bool had = false;
            for (size_t a = 0; a < MLM_PLOT_AXES; a++) {
                had |= !isnan(frame->points[i].figures[a][0].value);
                panel->shown[a] |= !isnan(frame->points[i].figures[a][0].value);
            }
            series[frame->points[i].series] |=
                had || mlm_frame_failed(&frame->points[i]) || frame->plot->x == MLM_X_SLOT;
        }
    }
    for (size_t p = 0; p < frame->panel_count; p++) {
        bool shown = !frame->plot->places && places[p];
        for (size_t a = 0; a < MLM_PLOT_AXES; a++)
            shown |= frame->panels[p].shown[a] && !(a && frame->plot->second_beside);
        panels[p] = shown && places[p] >= frame->plot->places;
    }
    return mlm_frame_keep(frame, panels, series);
}

static int compare_places(const void *p, const void *q)
{
    const struct mlm_frame_point *a = *(struct mlm_frame_point *const *)p,
                                 *b = *(struct mlm_frame_point *const *)q;
    if (a->panel != b->panel)
        return a->panel < b->panel ? -1 : 1;
    if (a->x < b->x || a->x > b->x)
        return a->x < b->x ? -1 : 1;
    return (a > b) - (a < b);
}

/* Lists the points that are `wanted` (NULL: all), by panel and x. The caller frees the list; NULL: out of
 * memory. */
static struct mlm_frame_point **points_by_place(
    struct mlm_frame *frame, bool (*wanted)(const struct mlm_frame_point *point))
{
    struct mlm_frame_point **points = calloc(frame->point_count + 1, sizeof *points);
    size_t count = 0;
    for (size_t i = 0; points && i < frame->point_count; i++)
        if (!wanted || wanted(&frame->points[i]))
            points[count++] = &frame->points[i];
    if (points)
        qsort(points, count, sizeof(struct mlm_frame_point *), compare_places);
    return points;
}

/* Numbers the slots: one for each panel's heading, and one for each of its rows. */
static int slots_number(struct mlm_frame *frame)
{
    mlm_auto_free struct mlm_frame_point **points = points_by_place(frame, NULL);
    if (!points)
        return -ENOMEM;
    size_t slot = 0, i = 0;
    for (size_t p = 0; p < frame->panel_count; p++) {
        frame->panels[p].slot = slot;
        for (const struct mlm_row *row = NULL; i < frame->point_count && points[i]->panel == p; i++) {
            slot += points[i]->row != row;
            row = points[i]->row;
            points[i]->x = (double)slot;
        }
        frame->panels[p].last_slot = slot++;
    }
    frame->slot_count = slot;
    return 0;
}

static void include(struct mlm_frame_extent *extent, double value)
{
    if (isnan(value) || (extent->logarithmic && value <= 0))
        return;
    extent->low = isnan(extent->low) ? value : fmin(extent->low, value);
    extent->high = isnan(extent->high) ? value : fmax(extent->high, value);
}

static void figures_include(struct mlm_frame_extent *extent, const struct mlm_frame *frame, size_t axis)
{
    for (size_t i = 0; i < frame->point_count; i++)
        for (size_t f = 0; f < MLM_PLOT_FIELDS; f++) {
            const struct mlm_plot_value *figure = &frame->points[i].figures[axis][f];
            include(extent, figure->value);
            include(extent, figure->low);
            include(extent, figure->high);
        }
}

static void axis_measure(struct mlm_frame *frame, size_t axis)
{
    const struct mlm_plot_axis *is = &frame->plot->axes[axis];
    struct mlm_frame_extent extent = {NAN, NAN, is->scale != MLM_SCALE_LINEAR};
    figures_include(&extent, frame, axis);
    if (is->scale == MLM_SCALE_FITTING && !(extent.high > FAR_APART * extent.low)) {
        extent = (struct mlm_frame_extent){NAN, NAN, false};
        figures_include(&extent, frame, axis);
    }
    /* Include 1 in the axis, because a reader compares ratios with it: 1 means equal to the time without a
     * cap, or to the live bytes. */
    if (is->title && is->fields[0]->quantity == MLM_QUANTITY_RATIO && !isnan(extent.high))
        include(&extent, 1);
    for (size_t p = 0; p < frame->panel_count; p++)
        if (is->title && is->fields[0]->quantity == MLM_QUANTITY_BYTES &&
            frame->panels[p].cap_bytes < CAP_IN_SIGHT * extent.high)
            include(&extent, frame->panels[p].cap_bytes);
    frame->axes[axis] = extent;
}

static int compare_doubles(const void *p, const void *q)
{
    double a = *(const double *)p, b = *(const double *)q;
    return (a > b) - (a < b);
}

/* Chooses the places on x that get a label, so that labels are not too close together. */
static int tics_choose(struct mlm_frame *frame)
{
    mlm_auto_free double *xs = calloc(frame->point_count + 1, sizeof *xs);
    if (!xs)
        return -ENOMEM;
    for (size_t i = 0; i < frame->point_count; i++)
        xs[i] = frame->points[i].x;
    qsort(xs, frame->point_count, sizeof *xs, compare_doubles);
    bool logarithmic = frame->x.logarithmic;
    double low = logarithmic ? log(frame->x.low) : frame->x.low;
    double high = logarithmic ? log(frame->x.high) : frame->x.high;
    double apart = (high - low) / MLM_FRAME_TICS, last = -INFINITY;
    for (size_t i = 0; i < frame->point_count && frame->tic_count < MLM_FRAME_TICS; i++) {
        double at = logarithmic ? log(xs[i]) : xs[i];
        if (at > last && at - last >= apart) {
            frame->tics[frame->tic_count++] = xs[i];
            last = at;
        }
    }
    return 0;
}

static void x_measure(struct mlm_frame *frame)
{
    struct mlm_frame_extent extent = {NAN, NAN, false};
    for (size_t i = 0; i < frame->point_count; i++)
        include(&extent, frame->points[i].x);
    extent.logarithmic = frame->plot->x == MLM_X_CAP || (frame->plot->x == MLM_X_PARAMETER &&
                                                            extent.low > 0 && extent.high > 4 * extent.low);
    frame->x = extent;
}

/* Gives failed points at the same place a number, because they would hide each other. */
static int places_number(struct mlm_frame *frame)
{
    size_t count = 0;
    for (size_t i = 0; i < frame->point_count; i++)
        count += mlm_frame_failed(&frame->points[i]);
    mlm_auto_free struct mlm_frame_point **failed = points_by_place(frame, mlm_frame_failed);
    if (!failed)
        return -ENOMEM;
    for (size_t begin = 0, end; begin < count; begin = end) {
        for (end = begin + 1;
             end < count && failed[end]->panel == failed[begin]->panel && failed[end]->x <= failed[begin]->x;)
            end++;
        for (size_t i = begin; i < end; i++) {
            failed[i]->place = i - begin;
            failed[i]->places = end - begin;
        }
    }
    return 0;
}

/* Names the series by its row's text, without the parameter that is on the axis, if the text contains it. */
static int name_make(const struct mlm_plot *plot, struct mlm_frame_series *series)
{
    const struct mlm_row *row = series->row;
    if (series->label || plot->x == MLM_X_SLOT || plot->x == MLM_X_TIME) {
        series->name = strdup(series->label ? series->label : "");
        return series->name ? 0 : -ENOMEM;
    }
    mlm_auto_free char *params = strdup(row->params);
    const char *value = plot->x == MLM_X_PARAMETER ? mlm_row_param(row, plot->parameter) : NULL;
    mlm_auto_free char *word = NULL;
    if (!params || (value && asprintf(&word, "%s=%s", plot->parameter, value) < 0))
        return -ENOMEM;
    size_t length = word ? strlen(word) : 0;
    for (char *at = params; length && (at = strstr(at, word)); at++)
        if ((at == params || at[-1] == ' ') && (!at[length] || at[length] == ' ')) {
            memmove(at, at + length, strlen(at + length) + 1);
            if (*at == ' ')
                memmove(at, at + 1, strlen(at));
            break;
        }
    length = strlen(params);
    if (length && params[length - 1] == ' ')
        params[length - 1] = 0;
    series->name = mlm_text_of("%s%s%s", row->workload, *params ? " " : "", params);
    return series->name ? 0 : -ENOMEM;
}

/* Gives each workload (or machine) a colour, and each of its variants a shape. */
static int series_name(struct mlm_frame *frame)
{
    mlm_cleanup(mlm_keymap_release) struct mlm_keymap workloads = {0};
    for (size_t s = 0; s < frame->series_count; s++) {
        struct mlm_frame_series *series = &frame->series[s];
        char *key = strdup(series->label ? series->label : series->row->first->workload);
        int r = mlm_keymap_add(&workloads, key, &series->colour);
        for (size_t before = 0; before < s; before++)
            series->shape += frame->series[before].colour == series->colour;
        if (r == 0)
            r = name_make(frame->plot, series);
        if (r < 0)
            return r;
    }
    return 0;
}

int mlm_frame_finish(struct mlm_frame *frame)
{
    if (frame->point_count)
        qsort(frame->points, frame->point_count, sizeof *frame->points, compare_points);
    int r = empty_drop(frame);
    if (r < 0 || !frame->point_count)
        return r;
    if (frame->plot->x == MLM_X_SLOT && (r = slots_number(frame)) < 0)
        return r;
    for (size_t a = 0; a < MLM_PLOT_AXES; a++)
        axis_measure(frame, a);
    x_measure(frame);
    r = tics_choose(frame);
    r = r == 0 ? places_number(frame) : r;
    r = r == 0 ? series_name(frame) : r;
    if (r == 0)
        mlm_frame_find_crossings(frame);
    if (r == 0)
        mlm_frame_find_cliffs(frame);
    return r;
}
