/* The texts of a picture: its titles, and a description for readers who cannot see it. */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/size.h"
#include "base/text.h"
#include "report/plot/frame.h"
#include "report/table/heading.h"
#include "report/table/repetitions.h"

static void put_host(FILE *out, const struct mlm_record *record)
{
    mlm_auto_free char *machine = mlm_machine_line(record);
    if (machine)
        fwrite(machine, 1, strcspn(machine, ","), out);
}

/* "cap 2G, data 2.50 GiB": where a panel's rows ran. */
static char *place_of(const struct mlm_frame *frame, const struct mlm_frame_panel *panel, bool with_cap)
{
    struct mlm_text text;
    char cap[MLM_SIZE_TEXT];
    mlm_auto_free char *surroundings = mlm_surroundings_line(frame->from.table, panel->section);
    if (!surroundings || !mlm_text_begin(&text))
        return NULL;
    if (with_cap)
        fprintf(text.out, "cap %s%s", mlm_size_spell(panel->section->rows[0]->first->limits.cap_bytes, cap),
            *surroundings ? ", " : "");
    fputs(surroundings, text.out);
    return mlm_text_end_tame(&text);
}

/* Text that all panels share is written once, below the title, and not in their headings. */
enum shared { SHARED_NOTHING, SHARED_SURROUNDINGS, SHARED_ALL };

static enum shared shared_of(const struct mlm_frame *frame)
{
    enum shared shared = SHARED_ALL;
    for (bool with_cap = frame->plot->x != MLM_X_CAP; shared > SHARED_NOTHING; with_cap = false, shared--) {
        mlm_auto_free char *first = place_of(frame, &frame->panels[0], with_cap);
        bool same = first;
        for (size_t p = 1; p < frame->panel_count && same; p++) {
            mlm_auto_free char *other = place_of(frame, &frame->panels[p], with_cap);
            same = other && strcmp(first, other) == 0;
        }
        if (same)
            return shared;
    }
    return SHARED_NOTHING;
}

char *mlm_frame_heading(const struct mlm_frame *frame, const struct mlm_frame_panel *panel)
{
    struct mlm_text text;
    char cap[MLM_SIZE_TEXT];
    enum shared shared = shared_of(frame);
    const struct mlm_record *record = panel->section->rows[0]->first;
    mlm_auto_free char *place = place_of(frame, panel, frame->plot->x != MLM_X_CAP);
    if (!place || !mlm_text_begin(&text))
        return NULL;
    const char *separator = "";
    if (frame->several_machines && frame->plot->of != MLM_OF_MACHINES) {
        put_host(text.out, record);
        separator = ": ";
    }
    if (panel->row) {
        fprintf(text.out, "%s%s%s%s", separator, panel->row->workload, *panel->row->params ? " " : "",
            panel->row->params);
        separator = ", ";
    }
    if (shared == SHARED_NOTHING)
        fprintf(text.out, "%s%s", separator, place);
    else if (shared == SHARED_SURROUNDINGS && frame->plot->x != MLM_X_CAP)
        fprintf(text.out, "%scap %s", separator, mlm_size_spell(record->limits.cap_bytes, cap));
    return mlm_text_end_tame(&text);
}

char *mlm_frame_title(const struct mlm_frame *frame)
{
    struct mlm_text text;
    if (!mlm_text_begin(&text))
        return NULL;
    fprintf(text.out, "%s: %s", frame->suite, frame->plot->title);
    return mlm_text_end_tame(&text);
}

char *mlm_frame_place(const struct mlm_frame *frame)
{
    enum shared shared = shared_of(frame);
    if (shared == SHARED_NOTHING)
        return strdup("");
    return place_of(frame, &frame->panels[0], shared == SHARED_ALL && frame->plot->x != MLM_X_CAP);
}

static void put_some(FILE *out, size_t some, size_t all, const char *what)
{
    if (all)
        fprintf(out, "%s%zu of %zu %s", ftell(out) > 0 ? " and " : "", some, all, what);
}

char *mlm_frame_left_out(const struct mlm_frame *frame)
{
    struct mlm_text text;
    if (!mlm_text_begin(&text))
        return NULL;
    put_some(text.out, frame->series_count, frame->series_of, "variants");
    put_some(text.out, frame->panel_count, frame->panels_of,
        frame->plot->panels == MLM_PANEL_ROW ? "rows" : "panels");
    put_some(text.out, frame->row_count, frame->rows_of, "rows");
    if (ftell(text.out) > 0)
        fprintf(text.out, ": those that failed, or have the largest %s", frame->plot->axes[0].title);
    return mlm_text_end_tame(&text);
}

static size_t machine_count(const struct mlm_frame *frame)
{
    size_t count = 1;
    for (size_t p = 1; p < frame->panel_count; p++)
        count += !mlm_same_machine(
            frame->panels[p - 1].section->rows[0]->first, frame->panels[p].section->rows[0]->first);
    return count;
}

char *mlm_frame_machine(const struct mlm_frame *frame)
{
    struct mlm_text text;
    const struct mlm_record *record = frame->panels[0].section->rows[0]->first;
    size_t machines = machine_count(frame);
    mlm_auto_free char *machine = mlm_machine_line(record);
    if (!machine || !mlm_text_begin(&text))
        return NULL;
    if (machines > 1)
        fprintf(text.out, "%zu machines", machines);
    else
        fprintf(text.out, "%s%s", frame->plot->of == MLM_OF_MACHINES ? "1 × is " : "", machine);
    return mlm_text_end_tame(&text);
}

static void put_range(FILE *out, const struct mlm_frame *frame)
{
    char low[MLM_SIZE_TEXT], high[MLM_SIZE_TEXT];
    if (frame->plot->x == MLM_X_CAP)
        fprintf(out, ", caps from %s to %s", mlm_size_spell((uint64_t)frame->x.low, low),
            mlm_size_spell((uint64_t)frame->x.high, high));
    else if (frame->plot->x == MLM_X_PARAMETER)
        fprintf(out, ", %s from %.9g to %.9g", frame->plot->parameter, frame->x.low, frame->x.high);
    else if (frame->plot->x == MLM_X_TIME)
        fprintf(out, ", up to %s", mlm_duration_show(frame->x.high, high));
}

static void put_figures(FILE *out, const struct mlm_frame *frame)
{
    for (size_t a = 0; a < MLM_PLOT_AXES; a++) {
        const struct mlm_plot_axis *axis = &frame->plot->axes[a];
        struct mlm_plot_value low = {.value = NAN}, high = {.value = NAN};
        for (size_t i = 0; i < frame->point_count && axis->title; i++) {
            double value = frame->points[i].figures[a][0].value;
            low.value = fmin(isnan(low.value) ? value : low.value, value);
            high.value = fmax(isnan(high.value) ? value : high.value, value);
        }
        char from[MLM_PLOT_VALUE_TEXT], to[MLM_PLOT_VALUE_TEXT];
        if (!isnan(high.value))
            fprintf(out, "; %s from %s to %s", axis->title,
                mlm_plot_value_show(&low, axis->fields[0]->quantity, from),
                mlm_plot_value_show(&high, axis->fields[0]->quantity, to));
    }
}

static void put_failures(FILE *out, const struct mlm_frame *frame)
{
    size_t counts[MLM_OUTCOME_COUNT] = {0};
    for (size_t i = 0; i < frame->point_count; i++) {
        bool again =
            frame->plot->x == MLM_X_TIME && i && frame->points[i - 1].panel == frame->points[i].panel;
        counts[frame->points[i].outcome] += !again;
    }
    for (int i = MLM_OUTCOME_OK + 1; i < MLM_OUTCOME_COUNT; i++)
        if (counts[i])
            fprintf(out, "; %zu ended as %s", counts[i], mlm_outcome_name((enum mlm_outcome)i));
}

static void put_cliff(FILE *out, const struct mlm_frame_panel *panel)
{
    char low[MLM_SIZE_TEXT], high[MLM_SIZE_TEXT];
    if (!isnan(panel->cliff_low))
        fprintf(out, "; the cliff is between %s and %s", mlm_size_spell((uint64_t)panel->cliff_low, low),
            mlm_size_spell((uint64_t)panel->cliff_high, high));
}

char *mlm_frame_describe(const struct mlm_frame *frame)
{
    struct mlm_text text;
    if (!mlm_text_begin(&text))
        return NULL;
    const struct mlm_plot *plot = frame->plot;
    size_t count = plot->x == MLM_X_SLOT   ? frame->point_count
                   : plot->x == MLM_X_TIME ? frame->panel_count
                                           : frame->series_count;
    fprintf(text.out, "%s: %s, %zu %s%s", frame->suite, plot->title, count,
        plot->x == MLM_X_SLOT ? "row" : "variant", count == 1 ? "" : "s");
    put_range(text.out, frame);
    put_figures(text.out, frame);
    put_failures(text.out, frame);
    for (size_t i = 0; i < frame->crossing_count; i++) {
        const struct mlm_frame_crossing *crossing = &frame->crossings[i];
        char at[MLM_PLOT_VALUE_TEXT];
        fprintf(text.out, "; in %s %s crosses %s at %s", plot->axes[crossing->axis].title,
            frame->series[crossing->series].name, frame->series[crossing->base].name,
            mlm_plot_place_show(crossing->x, at));
    }
    for (size_t p = 0; p < frame->panel_count; p++)
        put_cliff(text.out, &frame->panels[p]);
    mlm_auto_free char *left_out = mlm_frame_left_out(frame);
    fprintf(text.out, "%s%s.", left_out && *left_out ? "; shown are " : "", left_out ? left_out : "");
    return mlm_text_end_tame(&text);
}

void mlm_frame_say(FILE *out, const struct mlm_frame *frame, size_t number)
{
    const struct mlm_frame_point *point = &frame->points[number];
    const struct mlm_plot_field *field = frame->plot->axes[0].fields[0];
    const struct mlm_plot_value *figure = &point->figures[0][0];
    if (frame->plot->of != MLM_OF_MACHINES) {
        if (frame->several_machines) {
            put_host(out, point->row->first);
            fputs(": ", out);
        }
        mlm_repetitions_say(out, point->row);
        return;
    }
    char text[3][MLM_PLOT_VALUE_TEXT];
    const struct mlm_plot_value ends[2] = {{.value = figure->low}, {.value = figure->high}};
    fprintf(out, "%s%s%s\n%s: %s", point->row->workload, *point->row->params ? " " : "", point->row->params,
        frame->series[point->series].label,
        isnan(figure->value) ? mlm_outcome_name(point->outcome)
                             : mlm_plot_value_show(figure, field->quantity, text[0]));
    if (!isnan(figure->low))
        fprintf(out, "\n95 %% interval: %s to %s", mlm_plot_value_show(&ends[0], field->quantity, text[1]),
            mlm_plot_value_show(&ends[1], field->quantity, text[2]));
}
