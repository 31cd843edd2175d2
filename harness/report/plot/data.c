/* Writes the data files of a picture for gnuplot. */
#include "report/plot/data.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/size.h"
#include "base/utf8.h"

#define LABEL_COLUMNS 44
#define TITLE_COLUMNS 116
#define LABEL_SIZE 1024

/* Columns of the points before its figures, and those of a figure. */
#define POINT_COLUMNS 9
#define FIGURE_COLUMNS 4

struct unit {
    const char *name;
    double size;
};

struct writer {
    const struct mlm_frame *frame;
    const struct mlm_plot_files *files;
    bool any_character;
    struct unit x_unit, units[MLM_PLOT_AXES];
};

static struct unit unit_of(enum mlm_quantity quantity, double high)
{
    switch (quantity) {
    case MLM_QUANTITY_BYTES:
        return high >= 0x1p30   ? (struct unit){"GiB", 0x1p30}
               : high >= 0x1p20 ? (struct unit){"MiB", 0x1p20}
                                : (struct unit){"KiB", 0x1p10};
    case MLM_QUANTITY_NS:
        return high >= 1e9   ? (struct unit){"s", 1e9}
               : high >= 1e6 ? (struct unit){"ms", 1e6}
                             : (struct unit){"us", 1e3};
    case MLM_QUANTITY_RATIO:
        return (struct unit){"×", 1};
    case MLM_QUANTITY_SHARE:
        return (struct unit){"%", 0.01};
    case MLM_QUANTITY_PER_SECOND:
        return (struct unit){"1/s", 1};
    }
    return (struct unit){"", 1};
}

static const char *outcome_text(const struct mlm_frame_point *point, char text[static LABEL_SIZE])
{
    char outcome[MLM_OUTCOME_TEXT];
    snprintf(text, LABEL_SIZE, "%s%s%s", point->teller ? point->teller : "", point->teller ? ": " : "",
        mlm_row_outcome_text(point->tells, true, outcome));
    mlm_utf8_repair(text);
    mlm_utf8_cut(text, LABEL_SIZE, LABEL_COLUMNS);
    return text;
}

static void label_of(const struct mlm_row *row, char label[static LABEL_SIZE])
{
    snprintf(label, LABEL_SIZE, "%s%s%s", row->workload, *row->params ? " " : "", row->params);
    mlm_utf8_repair(label); /* it may have been cut within a character */
    mlm_utf8_cut(label, LABEL_SIZE, LABEL_COLUMNS);
}

static void put_number(FILE *file, double value)
{
    if (isfinite(value))
        fprintf(file, "%.9g\t", value);
    else
        fputs("NaN\t", file);
}

static void put_text(const struct writer *writer, FILE *file, const char *text, char end)
{
    mlm_plot_text(file, text, writer->any_character);
    fputc(end, file);
}

/* Writes a line and frees its text. NULL: out of memory. */
static int put_line(const struct writer *writer, FILE *file, char *text, size_t columns)
{
    mlm_auto_free char *line = text;
    /* Adds room for the character that marks the cut. */
    char *roomy = line ? realloc(line, strlen(line) + 4) : NULL;
    if (!roomy)
        return -ENOMEM;
    line = roomy;
    mlm_utf8_cut(line, strlen(line) + 4, columns);
    put_text(writer, file, line, '\n');
    return 0;
}

/* Writes the points; plots/README.md describes the file. */
static int write_points(const struct writer *writer, FILE *file)
{
    const struct mlm_frame *frame = writer->frame;
    for (size_t i = 0; i < frame->point_count; i++) {
        const struct mlm_frame_point *point = &frame->points[i];
        char text[LABEL_SIZE], label[LABEL_SIZE];
        fprintf(file, "%zu\t%zu\t", point->panel + 1, point->series + 1);
        put_number(file, point->x / writer->x_unit.size);
        fprintf(
            file, "%d\t%d\t%zu\t%zu\t", (int)point->outcome, point->partial, point->place + 1, point->places);
        label_of(point->row, label);
        put_text(writer, file, label, '\t');
        put_text(writer, file, outcome_text(point, text), '\t');
        for (size_t a = 0; a < MLM_PLOT_AXES; a++)
            for (size_t f = 0; f < MLM_PLOT_FIELDS && frame->plot->axes[a].fields[f]; f++) {
                const struct mlm_plot_value *figure = &point->figures[a][f];
                char shown[MLM_PLOT_VALUE_TEXT];
                put_number(file, figure->value / writer->units[a].size);
                put_number(file, figure->low / writer->units[a].size);
                put_number(file, figure->high / writer->units[a].size);
                put_text(writer, file,
                    mlm_plot_value_show(figure, frame->plot->axes[a].fields[f]->quantity, shown), '\t');
            }
        fputc('\n', file);
    }
    return 0;
}

/* The cap of a panel is drawn only on an axis that shows bytes. */
static double cap_shown(const struct writer *writer, const struct mlm_frame_panel *panel)
{
    for (size_t a = 0; a < MLM_PLOT_AXES; a++) {
        const struct mlm_plot_axis *axis = &writer->frame->plot->axes[a];
        if (axis->title && axis->fields[0]->quantity == MLM_QUANTITY_BYTES &&
            panel->cap_bytes <= writer->frame->axes[a].high)
            return panel->cap_bytes / writer->units[a].size;
    }
    return NAN;
}

/* "cliff 298M–302M" */
static void put_cliff(FILE *file, const struct mlm_frame_panel *panel)
{
    char low[MLM_SIZE_TEXT], high[MLM_SIZE_TEXT];
    if (!isnan(panel->cliff_low))
        fprintf(file, "cliff %s–%s", mlm_size_spell((uint64_t)panel->cliff_low, low),
            mlm_size_spell((uint64_t)panel->cliff_high, high));
    fputc('\t', file);
}

static int write_panels(const struct writer *writer, FILE *file)
{
    int r = 0;
    for (size_t p = 0; p < writer->frame->panel_count && r == 0; p++) {
        const struct mlm_frame_panel *panel = &writer->frame->panels[p];
        fprintf(file, "%zu\t%zu\t%zu\t", p + 1, panel->slot, panel->last_slot);
        put_number(file, cap_shown(writer, panel));
        for (size_t a = 0; a < MLM_PLOT_AXES; a++)
            fprintf(file, "%d\t", panel->shown[a]);
        put_number(file, panel->cliff_low / writer->x_unit.size);
        put_number(file, panel->cliff_high / writer->x_unit.size);
        put_cliff(file, panel);
        r = put_line(writer, file, mlm_frame_heading(writer->frame, panel), TITLE_COLUMNS);
    }
    return r;
}

static int write_series(const struct writer *writer, FILE *file)
{
    int r = 0;
    for (size_t s = 0; s < writer->frame->series_count && r == 0; s++) {
        const struct mlm_frame_series *series = &writer->frame->series[s];
        fprintf(file, "%zu\t%zu\t%zu\t", s + 1, series->colour + 1, series->shape + 1);
        r = put_line(writer, file, strdup(series->name), LABEL_COLUMNS);
    }
    return r;
}

static int write_crossings(const struct writer *writer, FILE *file)
{
    for (size_t i = 0; i < writer->frame->crossing_count; i++) {
        const struct mlm_frame_crossing *crossing = &writer->frame->crossings[i];
        fprintf(file, "%zu\t%zu\t%zu\t%zu\t", crossing->panel + 1, crossing->axis + 1, crossing->series + 1,
            crossing->base + 1);
        put_number(file, crossing->x / writer->x_unit.size);
        put_number(file, crossing->y / writer->units[crossing->axis].size);
        char from[MLM_PLOT_VALUE_TEXT], to[MLM_PLOT_VALUE_TEXT];
        mlm_plot_place_show(crossing->x, from);
        mlm_plot_place_show(crossing->last_x, to);
        bool range = strcmp(from, to) != 0;
        fprintf(file, "%s%s%s\n", crossing->close ? " " : from, range ? "–" : "", range ? to : "");
    }
    return 0;
}

static int write_title(const struct writer *writer, FILE *file)
{
    char *(*const lines[])(const struct mlm_frame *frame) = {
        mlm_frame_title, mlm_frame_machine, mlm_frame_place, mlm_frame_left_out};
    int r = 0;
    for (size_t i = 0; i < sizeof lines / sizeof *lines && r == 0; i++) {
        fprintf(file, "%zu\t", i + 1);
        r = put_line(writer, file, lines[i](writer->frame), TITLE_COLUMNS);
    }
    return r;
}

/* Writes the widest texts of the picture, in columns. */
static void write_widths(const struct writer *writer, FILE *file)
{
    const struct mlm_frame *frame = writer->frame;
    size_t label = 0, series = 0, outcome = 0;
    for (size_t i = 0; i < frame->point_count; i++) {
        char text[LABEL_SIZE], name[LABEL_SIZE];
        label_of(frame->points[i].row, name);
        size_t width = mlm_utf8_width(name);
        label = width > label ? width : label;
        width = frame->points[i].outcome == MLM_OUTCOME_OK && !frame->points[i].partial
                    ? 0
                    : mlm_utf8_width(outcome_text(&frame->points[i], text));
        outcome = width > outcome ? width : outcome;
    }
    for (size_t s = 0; s < frame->series_count; s++) {
        size_t width = mlm_utf8_width(frame->series[s].name);
        width = width > LABEL_COLUMNS ? LABEL_COLUMNS : width;
        series = width > series ? width : series;
    }
    fprintf(file, "wide_label = %zu\nwide_series = %zu\nwide_outcome = %zu\n", label, series, outcome);
}

static void write_field(const struct writer *writer, FILE *file, size_t axis, size_t field, size_t column)
{
    const struct mlm_frame *frame = writer->frame;
    const struct mlm_plot_field *is = frame->plot->axes[axis].fields[field];
    size_t wide = 0;
    bool had = false, above_zero = false;
    for (size_t i = 0; i < frame->point_count; i++) {
        char text[MLM_PLOT_VALUE_TEXT];
        const struct mlm_plot_value *figure = &frame->points[i].figures[axis][field];
        size_t width = mlm_utf8_width(mlm_plot_value_show(figure, is->quantity, text));
        wide = width > wide ? width : wide;
        had |= !isnan(figure->value);
        above_zero |= figure->value > 0;
    }
    fprintf(file, "words_%s = \"%s\"\n", is->name, is->words);
    fprintf(file, "at_%s = %zu\nhas_%s = %d\nsome_%s = %d\nwide_%s = %zu\n", is->name, column, is->name, had,
        is->name, above_zero, is->name, wide);
}

static void write_axes(const struct writer *writer, FILE *file)
{
    const struct mlm_frame *frame = writer->frame;
    size_t column = POINT_COLUMNS + 1, count = 0;
    bool cap = false;
    for (size_t p = 0; p < frame->panel_count; p++)
        cap |= !isnan(cap_shown(writer, &frame->panels[p]));
    for (; count < MLM_PLOT_AXES && frame->plot->axes[count].title; count++) {
        const struct mlm_plot_axis *axis = &frame->plot->axes[count];
        const struct mlm_frame_extent *extent = &frame->axes[count];
        size_t a = count + 1;
        bool had = !isnan(extent->high);
        fprintf(file, "title_%zu = \"%s\"\nunit_%zu = \"%s\"\nshown_%zu = %d\nlogarithmic_%zu = %d\n", a,
            axis->title, a, writer->units[count].name, a, had, a, extent->logarithmic);
        fprintf(file, "low_%zu = %.9g\nhigh_%zu = %.9g\nfirst_%zu = %zu\nbytes_%zu = %d\n", a,
            had ? extent->low / writer->units[count].size : 0, a,
            had ? extent->high / writer->units[count].size : 1, a, column, a,
            axis->fields[0]->quantity == MLM_QUANTITY_BYTES);
        size_t lost = 0;
        for (size_t i = 0; i < frame->point_count; i++)
            lost += isnan(frame->points[i].figures[count][0].value) && mlm_frame_failed(&frame->points[i]);
        fprintf(file, "lost_%zu = %zu\n", a, lost);
        size_t fields = 0;
        for (; fields < MLM_PLOT_FIELDS && axis->fields[fields]; fields++, column += FIGURE_COLUMNS)
            write_field(writer, file, count, fields, column);
        fprintf(file, "fields_%zu = %zu\nsecond_%zu = \"%s\"\n", a, fields, a,
            fields > 1 ? axis->fields[1]->words : "");
    }
    fprintf(file, "axes = %zu\nhas_cap = %d\n", count, cap);
    for (; count < MLM_PLOT_AXES; count++)
        fprintf(file, "shown_%zu = 0\nlost_%zu = 0\n", count + 1, count + 1);
}

static void write_x(const struct writer *writer, FILE *file)
{
    const struct mlm_frame *frame = writer->frame;
    const struct mlm_plot *plot = frame->plot;
    double size = writer->x_unit.size;
    fprintf(file, "title_x = \"%s\"\nunit_x = \"%s\"\nlow_x = %.9g\nhigh_x = %.9g\nlogarithmic_x = %d\n",
        plot->x_title ? plot->x_title : "", writer->x_unit.name, frame->x.low / size, frame->x.high / size,
        frame->x.logarithmic);
    fprintf(file, "tics = %zu\narray tic[%d]\narray tic_text[%d]\n", frame->tic_count, MLM_FRAME_TICS,
        MLM_FRAME_TICS);
    for (size_t i = 0; i < frame->tic_count; i++) {
        char text[MLM_SIZE_TEXT];
        if (plot->x == MLM_X_CAP)
            mlm_size_spell((uint64_t)frame->tics[i], text);
        else
            snprintf(text, sizeof text, "%g", frame->tics[i] / size);
        fprintf(file, "tic[%zu] = %.9g\ntic_text[%zu] = \"%s\"\n", i + 1, frame->tics[i] / size, i + 1, text);
    }
}

/* Writes only numbers and our own words, never a text of a record, because gnuplot runs this file as a
 * script. */
static int write_values(const struct writer *writer, const char *format, FILE *file)
{
    const struct mlm_frame *frame = writer->frame;
    fprintf(file, "format = \"%s\"\npanels = %zu\nseries = %zu\npoints = %zu\nslots = %zu\ncrossings = %zu\n",
        format, frame->panel_count, frame->series_count, frame->point_count, frame->slot_count,
        frame->crossing_count);
    mlm_plot_files_name(writer->files, file);
    size_t places = 0, partial = 0;
    for (size_t i = 0; i < frame->point_count; i++) {
        places = frame->points[i].places > places ? frame->points[i].places : places;
        partial += frame->points[i].partial;
    }
    fprintf(file, "most_places = %zu\ncount_partial = %zu\nbase = \"%s\"\n", places, partial,
        frame->plot->base ? frame->plot->base : "");
    write_x(writer, file);
    write_axes(writer, file);
    write_widths(writer, file);
    fprintf(file, "array outcome_name[%d]\n", MLM_OUTCOME_COUNT);
    for (int i = 0; i < MLM_OUTCOME_COUNT; i++) {
        size_t count = 0;
        for (size_t p = 0; p < frame->point_count; p++)
            count += frame->points[p].outcome == (enum mlm_outcome)i;
        const char *name = mlm_outcome_name((enum mlm_outcome)i);
        fprintf(file, "outcome_name[%d] = \"%s\"\nis_%s = %d\ncount_%s = %zu\n", i + 1, name, name, i, name,
            count);
    }
    return 0;
}

static int write_file(const struct writer *writer, enum mlm_plot_file which,
    int (*write)(const struct writer *writer, FILE *file), struct mlm_error *error)
{
    FILE *file;
    int r = mlm_plot_file(writer->files, which, &file, error);
    if (r < 0)
        return r;
    int written = write(writer, file);
    r = mlm_plot_file_close(file, error);
    return written < 0 ? mlm_error_errno(error, written, "a picture's data") : r;
}

int mlm_frame_write(const struct mlm_frame *frame, const char *format, const struct mlm_plot_files *files,
    struct mlm_error *error)
{
    static const struct {
        enum mlm_plot_file which;
        int (*write)(const struct writer *writer, FILE *file);
    } written[] = {
        {MLM_PLOT_POINTS, write_points},
        {MLM_PLOT_PANELS, write_panels},
        {MLM_PLOT_SERIES, write_series},
        {MLM_PLOT_CROSSINGS, write_crossings},
        {MLM_PLOT_TITLE, write_title},
    };
    struct writer writer = {.frame = frame,
        .files = files,
        .any_character = strcmp(format, "svg") == 0,
        .x_unit =
            frame->plot->x == MLM_X_TIME ? unit_of(MLM_QUANTITY_NS, frame->x.high) : (struct unit){"", 1}};
    for (size_t a = 0; a < MLM_PLOT_AXES && frame->plot->axes[a].title; a++)
        writer.units[a] = unit_of(frame->plot->axes[a].fields[0]->quantity, frame->axes[a].high);
    FILE *values;
    int r = mlm_plot_file(files, MLM_PLOT_VALUES, &values, error);
    if (r < 0)
        return r;
    (void)write_values(&writer, format, values);
    r = mlm_plot_file_close(values, error);
    for (size_t i = 0; i < sizeof written / sizeof *written && r == 0; i++)
        r = write_file(&writer, written[i].which, written[i].write, error);
    return r;
}
