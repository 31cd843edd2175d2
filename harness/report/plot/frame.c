/* Makes points from rows: chooses sections, panels and series. */
#include "report/plot/frame.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/grow.h"
#include "base/text.h"
#include "record/keymap.h"
#include "report/plot/frame_parts.h"

/* A picture with more lines cannot be read; the table has all rows. */
#define SERIES_MAX 16
#define FAMILIES_MAX 4
#define SECTIONS_MAX 24
#define ROWS_MAX 12
#define SLOTS_MAX 80
#define TALL_SLOTS_MAX 40 /* with a line for each of several machines */

struct builder {
    struct mlm_frame *frame;
    struct mlm_keymap series; /* numbers the series by variant */
    size_t panel_capacity, series_capacity, point_capacity;
    size_t order;
    size_t *cursors; /* for each pairing, the index behind the last pair that was shown */
};

static void builder_release(struct builder *builder)
{
    mlm_keymap_release(&builder->series);
    free(builder->cursors);
}

/* The weight of a point is its first figure. A job that failed weighs most, because the reader looks for
 * it. */
static double weight_of(const struct mlm_frame_point *point)
{
    double figure = point->figures[0][0].value;
    return mlm_frame_failed(point) ? INFINITY : figure;
}

static int panel_add(struct builder *builder, const struct mlm_section *section, const struct mlm_row *row)
{
    struct mlm_frame *frame = builder->frame;
    int r = mlm_grow(&frame->panels, frame->panel_count, &builder->panel_capacity, sizeof *frame->panels);
    if (r < 0)
        return r;
    uint64_t cap_bytes = section->rows[0]->first->limits.cap_bytes;
    bool one_cap = frame->plot->x != MLM_X_CAP && cap_bytes != MLM_NO_LIMIT;
    frame->panels[frame->panel_count++] = (struct mlm_frame_panel){
        .section = section, .row = row, .cap_bytes = one_cap ? (double)cap_bytes : NAN, .weight = NAN};
    return 0;
}

/* Makes the key of a row's series: its variant without the parameter that is on the axis. */
static char *series_key(const struct mlm_plot *plot, const struct mlm_row *row)
{
    if (plot->x != MLM_X_CAP && plot->x != MLM_X_PARAMETER)
        return strdup("");
    const struct mlm_params *all = &row->first->params;
    struct mlm_record variant = {.suite = row->first->suite, .workload = row->first->workload};
    variant.params.items = calloc(all->count + 1, sizeof *all->items);
    if (!variant.params.items)
        return NULL;
    for (size_t i = 0; i < all->count; i++)
        if (!plot->parameter || strcmp(all->items[i].name, plot->parameter) != 0)
            variant.params.items[variant.params.count++] = all->items[i];
    mlm_auto_free char *key = mlm_record_variant_key(&variant);
    free(variant.params.items);
    return key ? mlm_text_of("%llu%s", (unsigned long long)row->first->threads, key) : NULL;
}

/* Finds or makes the series with this key, and takes over the key. NULL: out of memory. */
static int series_find(
    struct builder *builder, char *key, const struct mlm_row *row, const char *name, size_t *ret_number)
{
    struct mlm_frame *frame = builder->frame;
    int r = mlm_keymap_add(&builder->series, key, ret_number);
    if (r < 0 || *ret_number < frame->series_count)
        return r;
    r = mlm_grow(&frame->series, frame->series_count, &builder->series_capacity, sizeof *frame->series);
    if (r == 0)
        frame->series[frame->series_count++] =
            (struct mlm_frame_series){.row = row, .label = name, .weight = NAN};
    return r;
}

static double x_of(const struct mlm_plot *plot, const struct mlm_row *row, size_t order)
{
    if (plot->x == MLM_X_CAP)
        return row->first->limits.cap_bytes == MLM_NO_LIMIT ? NAN : (double)row->first->limits.cap_bytes;
    if (plot->x != MLM_X_PARAMETER)
        return (double)order;
    const char *text = mlm_row_param(row, plot->parameter);
    char *rest = NULL;
    double x = text && *text ? strtod(text, &rest) : NAN;
    return rest && !*rest && isfinite(x) ? x : NAN;
}

static void figures_read(
    const struct mlm_plot *plot, const struct mlm_subject *subject, struct mlm_frame_point *point)
{
    for (size_t a = 0; a < MLM_PLOT_AXES; a++)
        for (size_t f = 0; f < MLM_PLOT_FIELDS; f++) {
            const struct mlm_plot_field *field = plot->axes[a].fields[f];
            point->figures[a][f] =
                field ? field->read(subject) : (struct mlm_plot_value){.value = NAN, .low = NAN, .high = NAN};
        }
}

static int point_add(struct builder *builder, struct mlm_frame_point *point)
{
    struct mlm_frame *frame = builder->frame;
    int r = mlm_grow(&frame->points, frame->point_count, &builder->point_capacity, sizeof *frame->points);
    if (r < 0)
        return r;
    struct mlm_frame_series *series = &frame->series[point->series];
    struct mlm_frame_panel *panel = &frame->panels[point->panel];
    point->outcome = point->tells->outcome;
    point->partial = point->tells->outcome_counts[point->outcome] < point->tells->trial_count;
    point->weight = weight_of(point);
    series->weight = fmax(series->weight, point->weight);
    panel->weight = fmax(panel->weight, point->weight);
    frame->points[frame->point_count++] = *point;
    return 0;
}

static int row_add(struct builder *builder, const struct mlm_row *row)
{
    struct mlm_frame *frame = builder->frame;
    size_t order = builder->order++;
    struct mlm_frame_point point = {
        .panel = frame->panel_count - 1,
        .order = order,
        .x = x_of(frame->plot, row, order),
        .row = row,
        .tells = row,
    };
    if (isnan(point.x))
        return 0;
    int r = series_find(builder, series_key(frame->plot, row), row, NULL, &point.series);
    if (r < 0)
        return r;
    figures_read(frame->plot, &(struct mlm_subject){.row = row}, &point);
    return point_add(builder, &point);
}

/* Adds a point for each other machine that has the same row. Pairs are in the order of the first machine's
 * rows, so each cursor only moves forward. */
static int pairs_add(struct builder *builder, const struct mlm_row *row)
{
    const struct mlm_comparison *machines = builder->frame->from.machines;
    size_t order = builder->order++;
    int r = 0;
    for (size_t i = 0; i < machines->pairing_count && r >= 0; i++) {
        const struct mlm_pairing *pairing = &machines->pairings[i];
        if (builder->cursors[i] >= pairing->pair_count || pairing->pairs[builder->cursors[i]].old_row != row)
            continue;
        const struct mlm_pair *pair = &pairing->pairs[builder->cursors[i]++];
        bool new_ok = mlm_row_all_ok(pair->new_row);
        struct mlm_frame_point point = {
            .panel = builder->frame->panel_count - 1,
            .order = order,
            .x = (double)order,
            .row = row,
            .tells = new_ok ? row : pair->new_row,
            .teller = new_ok ? pairing->old_side->label : pairing->new_side->label,
        };
        r = series_find(
            builder, mlm_text_of("%zu", i), pair->new_row, pairing->new_side->label, &point.series);
        if (r < 0)
            return r;
        figures_read(builder->frame->plot, &(struct mlm_subject){.row = row, .pair = pair}, &point);
        r = point_add(builder, &point);
    }
    return r;
}

/* Adds a panel for the row's timeline, if it was recorded. Its points are read later, when it is known that
 * the panel is shown. */
static int course_add(struct builder *builder, const struct mlm_section *section, const struct mlm_row *row)
{
    bool recorded = false;
    for (size_t i = 0; i < row->trial_count; i++)
        recorded |= row->trials[i]->timeline.offset_bytes != 0;
    if (!recorded)
        return 0;
    int r = panel_add(builder, section, row);
    if (r < 0)
        return r;
    int64_t needs = row->readings.values[MLM_needs_peak_bytes];
    builder->frame->panels[builder->frame->panel_count - 1].weight = row->cut_off        ? INFINITY
                                                                     : needs == MLM_NULL ? NAN
                                                                                         : (double)needs;
    size_t series;
    return series_find(builder, strdup(""), row, NULL, &series);
}

/* The typical trial of a row: among those that ended as the row did, the one with the time nearest the
 * median, or the first. */
static const struct mlm_record *typical_trial(const struct mlm_row *row)
{
    const struct mlm_record *best = NULL;
    double best_distance = INFINITY;
    for (size_t i = 0; i < row->trial_count; i++) {
        const struct mlm_record *trial = row->trials[i];
        int64_t ns = trial->readings.values[MLM_run_ns];
        double distance =
            row->time.count && ns != MLM_NULL ? fabs((double)ns - row->time.median) : (double)INT64_MAX;
        if (trial->outcome == row->outcome && trial->timeline.offset_bytes && distance < best_distance) {
            best = trial;
            best_distance = distance;
        }
    }
    return best;
}

static int course_read(struct builder *builder, size_t panel, struct mlm_error *error)
{
    const struct mlm_row *row = builder->frame->panels[panel].row;
    const struct mlm_record *trial = typical_trial(row);
    mlm_auto_free struct mlm_timeline *timeline = malloc(sizeof *timeline);
    if (!timeline)
        return mlm_error_errno(error, -ENOMEM, "timeline");
    int r = trial ? mlm_timeline_read(builder->frame->from.list, trial, timeline, error) : 0;
    if (r < 0)
        return r;
    for (size_t i = 0; trial && i < timeline->count; i++) {
        struct mlm_frame_point point = {
            .panel = panel,
            .order = builder->order++,
            .x = (double)timeline->points[i].at_ns,
            .row = row,
            .tells = row,
        };
        figures_read(
            builder->frame->plot, &(struct mlm_subject){.row = row, .moment = &timeline->points[i]}, &point);
        if (point_add(builder, &point) < 0)
            return mlm_error_errno(error, -ENOMEM, "timeline");
    }
    return 0;
}

/* Chooses the sections of the family that are shown, from *from up to *to. They are sorted by cap, `none`
 * last. */
static void caps_choose(
    const struct mlm_plot *plot, const struct mlm_section *const *sections, size_t *from, size_t *to)
{
    size_t capped = 0;
    while (*from + capped < *to && sections[*from + capped]->rows[0]->first->limits.cap_bytes != MLM_NO_LIMIT)
        capped++;
    if (plot->caps == MLM_CAPS_ALL)
        return;
    if (plot->caps == MLM_CAPS_LARGEST)
        *from = *to - 1;
    else if (capped)
        *from += (capped - 1) / 2; /* the lower one of two, as in the default size of data */
    *to = *from + 1;
}

static int section_add(struct builder *builder, const struct mlm_section *section, bool first)
{
    const struct mlm_plot *plot = builder->frame->plot;
    int r = 0;
    /* Sections of other machines are drawn through the pairs. */
    if (plot->of == MLM_OF_MACHINES &&
        !mlm_same_machine(section->rows[0]->first, builder->frame->from.machines->sides[0].rows[0]->first))
        return 0;
    if (plot->panels == MLM_PANEL_SECTION || (plot->panels == MLM_PANEL_FAMILY && first))
        r = panel_add(builder, section, NULL);
    for (size_t i = 0; i < section->count && r >= 0; i++)
        r = plot->x == MLM_X_TIME         ? course_add(builder, section, section->rows[i])
            : plot->of == MLM_OF_MACHINES ? pairs_add(builder, section->rows[i])
                                          : row_add(builder, section->rows[i]);
    return r;
}

static int sections_add(struct builder *builder, const struct mlm_section *const *sections, size_t count)
{
    int r = 0;
    for (size_t begin = 0, end; begin < count && r >= 0; begin = end) {
        for (end = begin + 1; end < count && mlm_section_same_family(sections[begin], sections[end]);)
            end++;
        size_t from = begin, to = end;
        caps_choose(builder->frame->plot, sections, &from, &to);
        for (size_t s = from; s < to && r >= 0; s++)
            r = section_add(builder, sections[s], s == from);
    }
    return r;
}

/* Moves each cursor to the first pair of the suite. From there on, the suite's pairs are adjacent, as its
 * sections are. */
static int cursors_place(struct builder *builder)
{
    const struct mlm_comparison *machines = builder->frame->from.machines;
    builder->cursors = calloc(machines->pairing_count + 1, sizeof *builder->cursors);
    for (size_t i = 0; builder->cursors && i < machines->pairing_count; i++) {
        const struct mlm_pairing *pairing = &machines->pairings[i];
        size_t *cursor = &builder->cursors[i];
        while (*cursor < pairing->pair_count &&
               strcmp(pairing->pairs[*cursor].old_row->first->suite, builder->frame->suite) != 0)
            ++*cursor;
    }
    return builder->cursors ? 0 : -ENOMEM;
}

static int bound(struct mlm_frame *frame)
{
    static const size_t panels_max[] = {
        [MLM_PANEL_FAMILY] = FAMILIES_MAX, [MLM_PANEL_SECTION] = SECTIONS_MAX, [MLM_PANEL_ROW] = ROWS_MAX};
    int r = mlm_frame_bound_series(frame, SERIES_MAX);
    if (r == 0)
        r = mlm_frame_bound_panels(frame, panels_max[frame->plot->panels]);
    if (r == 0 && frame->plot->x == MLM_X_SLOT)
        r = mlm_frame_bound_rows(frame, frame->series_count > 1 ? TALL_SLOTS_MAX : SLOTS_MAX);
    return r;
}

static int fill(
    struct builder *builder, const struct mlm_section *const *sections, size_t count, struct mlm_error *error)
{
    struct mlm_frame *frame = builder->frame;
    int r = frame->plot->of == MLM_OF_MACHINES ? cursors_place(builder) : 0;
    if (r == 0)
        r = sections_add(builder, sections, count);
    if (r == 0)
        r = bound(frame);
    if (r < 0)
        return mlm_error_errno(error, r, "picture of %s", frame->suite);
    for (size_t p = 0; p < frame->panel_count && frame->plot->x == MLM_X_TIME; p++) {
        r = course_read(builder, p, error);
        if (r < 0)
            return r;
    }
    r = mlm_frame_finish(frame);
    return r < 0 ? mlm_error_errno(error, r, "picture of %s", frame->suite) : 0;
}

int mlm_frame_make(const struct mlm_plot *plot, const struct mlm_frame_source *from,
    const struct mlm_section *const *sections, size_t count, struct mlm_frame *ret_frame,
    struct mlm_error *error)
{
    const struct mlm_record *first = sections[0]->rows[0]->first;
    if (plot->of == MLM_OF_MACHINES && !from->machines)
        return 0;
    mlm_cleanup(mlm_frame_release) struct mlm_frame frame = {.from = *from,
        .plot = plot,
        .suite = first->suite,
        .several_machines = !mlm_same_machine(first, sections[count - 1]->rows[0]->first)};
    mlm_cleanup(builder_release) struct builder builder = {.frame = &frame};
    int r = fill(&builder, sections, count, error);
    if (r < 0 || !frame.panel_count)
        return r;
    *ret_frame = frame;
    frame = (struct mlm_frame){0};
    return 1;
}

void mlm_frame_release(struct mlm_frame *frame)
{
    for (size_t s = 0; s < frame->series_count; s++)
        free(frame->series[s].name);
    free(frame->series);
    free(frame->panels);
    free(frame->points);
    *frame = (struct mlm_frame){0};
}
