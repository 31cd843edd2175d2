/* Limits a picture to what people can read; a store may have any number of rows. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "report/plot/frame_parts.h"

struct rank {
    double weight;
    size_t index;
};

static int compare_ranks(const void *p, const void *q)
{
    const struct rank *a = p, *b = q;
    if (a->weight < b->weight || a->weight > b->weight)
        return a->weight > b->weight ? -1 : 1;
    return (a->index > b->index) - (a->index < b->index);
}

/* Marks the `most` elements with the largest weights; of two equal ones, the earlier. `weights` is the weight
 * of the first element; the next ones follow `stride` bytes apart. The caller frees the marks; NULL: out of
 * memory. */
static bool *heaviest(const double *weights, size_t stride, size_t count, size_t most)
{
    mlm_auto_free struct rank *ranks = calloc(count, sizeof *ranks);
    bool *kept = calloc(count, sizeof *kept);
    if (!ranks || !kept) {
        free(kept);
        return NULL;
    }
    for (size_t i = 0; i < count; i++) {
        double weight = *(const double *)((const char *)weights + i * stride);
        ranks[i] = (struct rank){isnan(weight) ? -INFINITY : weight, i};
    }
    qsort(ranks, count, sizeof *ranks, compare_ranks);
    for (size_t i = 0; i < most; i++)
        kept[ranks[i].index] = true;
    return kept;
}

/* Gives the kept elements new numbers, in their old order. */
static size_t renumber(size_t count, const bool *kept, size_t *numbers)
{
    size_t next = 0;
    for (size_t i = 0; i < count; i++)
        numbers[i] = !kept || kept[i] ? next++ : SIZE_MAX;
    return next;
}

int mlm_frame_keep(struct mlm_frame *frame, const bool *panels, const bool *series)
{
    mlm_auto_free size_t *panel_numbers = calloc(frame->panel_count + 1, sizeof *panel_numbers);
    mlm_auto_free size_t *series_numbers = calloc(frame->series_count + 1, sizeof *series_numbers);
    if (!panel_numbers || !series_numbers)
        return -ENOMEM;
    size_t panel_count = renumber(frame->panel_count, panels, panel_numbers);
    size_t series_count = renumber(frame->series_count, series, series_numbers);
    for (size_t i = 0; i < frame->panel_count; i++)
        if (panel_numbers[i] != SIZE_MAX)
            frame->panels[panel_numbers[i]] = frame->panels[i];
    for (size_t i = 0; i < frame->series_count; i++)
        if (series_numbers[i] != SIZE_MAX)
            frame->series[series_numbers[i]] = frame->series[i];
    frame->panel_count = panel_count;
    frame->series_count = series_count;
    size_t point_count = 0;
    for (size_t i = 0; i < frame->point_count; i++) {
        struct mlm_frame_point point = frame->points[i];
        point.panel = panel_numbers[point.panel];
        point.series = series_numbers[point.series];
        if (point.panel != SIZE_MAX && point.series != SIZE_MAX)
            frame->points[point_count++] = point;
    }
    frame->point_count = point_count;
    return 0;
}

int mlm_frame_bound_series(struct mlm_frame *frame, size_t most)
{
    size_t count = frame->series_count;
    if (count <= most)
        return 0;
    frame->series_of = count;
    mlm_auto_free bool *kept = heaviest(&frame->series[0].weight, sizeof *frame->series, count, most);
    return kept ? mlm_frame_keep(frame, NULL, kept) : -ENOMEM;
}

int mlm_frame_bound_panels(struct mlm_frame *frame, size_t most)
{
    size_t count = frame->panel_count;
    if (count <= most)
        return 0;
    frame->panels_of = count;
    mlm_auto_free bool *kept = heaviest(&frame->panels[0].weight, sizeof *frame->panels, count, most);
    return kept ? mlm_frame_keep(frame, kept, NULL) : -ENOMEM;
}

/* Returns true if point i belongs to the same row as the point before it. Points of a row are adjacent. */
static bool same_row(const struct mlm_frame *frame, size_t i)
{
    return i && frame->points[i].order == frame->points[i - 1].order;
}

int mlm_frame_bound_rows(struct mlm_frame *frame, size_t most)
{
    size_t count = 0;
    mlm_auto_free double *weights = calloc(frame->point_count + 1, sizeof *weights);
    mlm_auto_free size_t *row_of = calloc(frame->point_count + 1, sizeof *row_of);
    if (!weights || !row_of)
        return -ENOMEM;
    for (size_t i = 0; i < frame->point_count; i++) {
        double weight = frame->points[i].weight;
        if (same_row(frame, i))
            weights[count - 1] = fmax(weights[count - 1], weight);
        else
            weights[count++] = weight;
        row_of[i] = count - 1;
    }
    frame->row_count = count < most ? count : most;
    if (count <= most)
        return 0;
    frame->rows_of = count;
    mlm_auto_free bool *kept = heaviest(weights, sizeof *weights, count, most);
    if (!kept)
        return -ENOMEM;
    size_t point_count = 0;
    for (size_t i = 0; i < frame->point_count; i++)
        if (kept[row_of[i]])
            frame->points[point_count++] = frame->points[i];
    frame->point_count = point_count;
    return 0;
}
