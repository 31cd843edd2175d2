/* Data for plots/needs.gp: a slot for each row from the top down, and one for each section's heading. */
#include <errno.h>
#include <math.h>
#include <string.h>

#include "base/cleanup.h"
#include "record/utf8.h"
#include "report/plot/picture.h"
#include "report/table/heading.h"

/* More rows than this are a table's business. */
#define SLOTS_MAX 200

#define WIDTH 800
#define SLOT_HEIGHT 20
#define TOP_HEIGHT 74
#define BOTTOM_HEIGHT 46
#define CHARACTER_WIDTH 6.6 /* on average, at the style's font size */
#define LABEL_COLUMNS 44
#define LABEL_SIZE 1024
#define TITLE_COLUMNS 116

/* A cap so far beyond all bars would leave nothing to see of them. */
#define CAP_IN_SIGHT 4.0

/* Times further apart than this need a logarithmic axis. */
#define LOGARITHMIC 20.0

/* How much of the longest bar a figure beside it takes, about. */
#define FIGURE_SHARE 0.2

/* What the axes have to hold. */
struct extent {
    double needs, cap;          /* bytes */
    double time_low, time_high; /* ns */
    size_t label_columns, needs_columns, time_columns, slots, rows;
    bool swap, core, cap_shown, cut_off, uncapped_needs, uncapped_time;
};

struct unit {
    const char *name;
    double size;
};

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

static double or_nan(int64_t value)
{
    return value == MLM_NULL ? NAN : (double)value;
}

static double needs_of(const struct mlm_row *row)
{
    return or_nan(row->readings.values[MLM_needs_peak_bytes]);
}

/* What a row that was cut off would have needed. */
static double uncapped_needs(const struct mlm_row *row)
{
    return row->cut_off && row->reference && !row->reference->cut_off ? needs_of(row->reference) : NAN;
}

static double uncapped_time(const struct mlm_row *row)
{
    return row->reference && row->reference->time.count ? row->reference->time.median : NAN;
}

static void label_of(const struct mlm_row *row, char label[static LABEL_SIZE])
{
    (void)snprintf(label, LABEL_SIZE, "%s%s%s", row->workload, *row->params ? " " : "", row->params);
    mlm_utf8_repair(label); /* it may have been cut within a character */
    mlm_utf8_cut(label, LABEL_SIZE, LABEL_COLUMNS);
}

#define NEEDS_TEXT (MLM_SIZE_TEXT + 4)
#define TIME_TEXT (MLM_SIZE_TEXT + 64)

/* What stands beside a bar. */
static void needs_text(const struct mlm_row *row, char text[static NEEDS_TEXT])
{
    text[0] = 0;
    if (!isnan(uncapped_needs(row)))
        (void)mlm_size_show(uncapped_needs(row), text);
    else if (!isnan(needs_of(row)))
        (void)mlm_size_show(needs_of(row), row->cut_off ? stpcpy(text, "> ") : text);
}

static bool is_timed(const struct mlm_row *row)
{
    return row->outcome == MLM_OUTCOME_OK && row->time.count;
}

/* What stands beside a time, or for want of one. */
static void time_text(const struct mlm_row *row, char text[static TIME_TEXT])
{
    if (!is_timed(row)) {
        (void)strcpy(text, mlm_outcome_name(row->outcome));
        return;
    }
    (void)mlm_duration_show(row->time.median, text);
    if (!mlm_row_all_ok(row))
        (void)snprintf(text + strlen(text), 64, " (ok %zu of %zu)", row->outcome_counts[MLM_OUTCOME_OK],
            row->trial_count);
}

static void time_include(struct extent *extent, double ns)
{
    if (!(ns > 0))
        return;
    extent->time_low = fmin(extent->time_low, ns);
    extent->time_high = fmax(extent->time_high, ns);
}

static void row_include(struct extent *extent, const struct mlm_row *row)
{
    const int64_t *values = row->readings.values;
    char label[LABEL_SIZE], needs[NEEDS_TEXT], time[TIME_TEXT];
    label_of(row, label);
    needs_text(row, needs);
    time_text(row, time);
    extent->label_columns = larger(extent->label_columns, mlm_utf8_width(label));
    extent->needs_columns = larger(extent->needs_columns, strlen(needs));
    extent->time_columns = larger(extent->time_columns, strlen(time));
    extent->needs = fmax(extent->needs, fmax(needs_of(row), uncapped_needs(row)));
    extent->swap |= values[MLM_swap_peak_bytes] != MLM_NULL && values[MLM_swap_peak_bytes] > 0;
    extent->core |= values[MLM_core_bytes] != MLM_NULL && values[MLM_core_bytes] > 0;
    extent->cut_off |= row->cut_off && !isnan(needs_of(row));
    extent->uncapped_needs |= !isnan(uncapped_needs(row));
    extent->uncapped_time |= !isnan(uncapped_time(row));
    if (row->time.count) {
        time_include(extent, row->time.minimum);
        time_include(extent, row->time.maximum);
    }
    time_include(extent, uncapped_time(row));
    extent->rows++;
}

/* How much of the picture there is room for, and what is in it. */
static struct extent extent_find(const struct mlm_picture *picture)
{
    struct extent extent = {.time_low = INFINITY};
    for (size_t s = 0; s < picture->count; s++) {
        const struct mlm_section *section = picture->sections[s];
        if (extent.slots + 2 > SLOTS_MAX)
            break;
        extent.slots++;
        for (size_t i = 0; i < section->count && extent.slots < SLOTS_MAX; i++, extent.slots++)
            row_include(&extent, section->rows[i]);
    }
    for (size_t s = 0; s < picture->count; s++) {
        double cap = (double)picture->sections[s]->rows[0]->first->cap_bytes;
        if (cap < CAP_IN_SIGHT * extent.needs)
            extent.cap = fmax(extent.cap, cap);
    }
    extent.cap_shown = extent.cap > 0;
    return extent;
}

static struct unit bytes_unit(double bytes)
{
    static const struct unit units[] = {{"GiB", 0x1p30}, {"MiB", 0x1p20}, {"KiB", 0x1p10}};
    for (size_t i = 0; i < 2; i++)
        if (bytes >= units[i].size)
            return units[i];
    return units[2];
}

static struct unit time_unit(double ns)
{
    return ns >= 1e9   ? (struct unit){"s", 1e9}
           : ns >= 1e6 ? (struct unit){"ms", 1e6}
                       : (struct unit){"us", 1e3};
}

/* Where the axis of times begins; above 0 on a logarithmic one. */
static double time_first(const struct extent *extent)
{
    return extent->time_high > LOGARITHMIC * extent->time_low ? extent->time_low / 1.5 : 0;
}

static int write_values(const struct mlm_picture *picture, const struct extent *extent,
    const struct mlm_plot_folder *folder, struct mlm_error *error)
{
    FILE *file;
    int r = mlm_plot_file(folder, "values.gp", &file, error);
    if (r < 0)
        return r;
    bool timed = extent->time_high > 0;
    double high = timed ? extent->time_high : 1;
    struct unit bytes = bytes_unit(extent->needs), time = time_unit(high);
    (void)fprintf(file, "format = \"%s\"\nwidth = %d.0\nheight = %zu.0\n", picture->format, WIDTH,
        TOP_HEIGHT + BOTTOM_HEIGHT + SLOT_HEIGHT * extent->slots);
    (void)fprintf(file, "top = %d.0\nbottom = %d.0\nslots = %zu\n", TOP_HEIGHT, BOTTOM_HEIGHT, extent->slots);
    (void)fprintf(file, "label_width = %.1f\nneeds_text_width = %.1f\ntime_text_width = %.1f\n",
        CHARACTER_WIDTH * (double)extent->label_columns, CHARACTER_WIDTH * (double)extent->needs_columns,
        CHARACTER_WIDTH * (double)extent->time_columns);
    (void)fprintf(file, "needs_unit = \"%s\"\nneeds_high = %.9g\n", bytes.name,
        fmax(fmax(extent->needs, extent->cap), 1) / bytes.size);
    (void)fprintf(file, "time_unit = \"%s\"\ntime_first = %.9g\ntime_high = %.9g\ntimed = %d\n", time.name,
        time_first(extent) / time.size, high / time.size, timed);
    (void)fprintf(
        file, "has_swap = %d\nhas_core = %d\nhas_cap = %d\n", extent->swap, extent->core, extent->cap_shown);
    (void)fprintf(file, "has_cut_off = %d\nhas_uncapped_needs = %d\nhas_uncapped_time = %d\n",
        extent->cut_off, extent->uncapped_needs, extent->uncapped_time);
    return mlm_plot_file_close(file, error);
}

static void put_number(FILE *file, double value)
{
    if (isnan(value))
        (void)fputs("NaN\t", file);
    else
        (void)fprintf(file, "%.9g\t", value);
}

static unsigned outcome_colour(const struct mlm_row *row)
{
    if (row->outcome == MLM_OUTCOME_OK)
        return 0x202020;
    return row->outcome == MLM_OUTCOME_SKIPPED || row->outcome == MLM_OUTCOME_REFUSED ? 0x6c6c6c : 0xb04000;
}

static void put_texts(FILE *file, const struct mlm_row *row, bool any_character)
{
    char label[LABEL_SIZE], needs[NEEDS_TEXT], time[TIME_TEXT];
    label_of(row, label);
    needs_text(row, needs);
    time_text(row, time);
    mlm_plot_text(file, label, any_character);
    (void)fputc('\t', file);
    mlm_plot_text(file, needs, any_character);
    (void)fputc('\t', file);
    mlm_plot_text(file, time, any_character);
    (void)fputc('\n', file);
}

/* Where the figure of its needs begins: behind the bar, and behind a mark on which it would stand. */
static double figure_place(const struct mlm_row *row, const struct extent *extent)
{
    double place = fmax(needs_of(row), uncapped_needs(row));
    double marks[] = {or_nan(row->readings.values[MLM_core_bytes]), (double)row->first->cap_bytes};
    for (int i = 0; i < 2; i++)
        if (marks[i] > place && marks[i] - place < FIGURE_SHARE * fmax(extent->needs, extent->cap))
            place = marks[i];
    return isnan(place) ? 0 : place;
}

/* A line of rows.tsv; its columns are named in needs.gp. */
static void put_row(FILE *file, const struct mlm_picture *picture, const struct extent *extent,
    const struct mlm_row *row, size_t slot)
{
    double bytes = bytes_unit(extent->needs).size, time = time_unit(extent->time_high).size;
    double needs = needs_of(row), swap = fmax(or_nan(row->readings.values[MLM_swap_peak_bytes]), 0);
    double core = or_nan(row->readings.values[MLM_core_bytes]);
    bool timed = is_timed(row);
    swap = fmin(swap, needs);
    double memory = needs - swap;
    double full = uncapped_needs(row), reference = uncapped_time(row);
    (void)fprintf(file, "%zu\t", slot);
    put_number(file, row->cut_off ? NAN : memory / bytes);
    put_number(file, row->cut_off ? memory / bytes : NAN);
    put_number(file, swap > 0 ? memory / bytes : NAN);
    put_number(file, swap > 0 ? needs / bytes : NAN);
    /* Beyond the axis there is no mark to see. */
    put_number(file, core > 0 && core <= fmax(extent->needs, extent->cap) ? core / bytes : NAN);
    put_number(file, full / bytes);
    put_number(file, figure_place(row, extent) / bytes);
    put_number(file, timed ? row->time.median / time : NAN);
    put_number(file, timed ? row->time.minimum / time : NAN);
    put_number(file, timed ? row->time.maximum / time : NAN);
    put_number(file, reference / time);
    double at = timed ? fmax(row->time.maximum, reference) : reference;
    put_number(file, (isnan(at) ? time_first(extent) : at) / time);
    (void)fprintf(file, "%u\t", outcome_colour(row));
    put_texts(file, row, !picture->bitmap);
}

/* A line of sections.tsv: the slot of its heading, the last of its rows, the cap and the heading. */
static int put_section(FILE *file, const struct mlm_picture *picture, const struct extent *extent,
    const struct mlm_section *section, size_t slot, size_t last)
{
    const struct mlm_record *record = section->rows[0]->first;
    mlm_auto_free char *line = mlm_section_line(picture->table, section);
    mlm_auto_free char *machine = mlm_machine_line(record);
    mlm_auto_free char *heading = NULL;
    if (!line || !machine)
        return -ENOMEM;
    /* The title has the suite; a machine is named where there are several. */
    const char *rest = strstr(line, ", ");
    bool several = !mlm_same_machine(
        picture->sections[0]->rows[0]->first, picture->sections[picture->count - 1]->rows[0]->first);
    machine[strcspn(machine, ",")] = 0;
    if (asprintf(&heading, "%s%s%s    ", several ? machine : "", several ? ": " : "",
            rest ? rest + 2 : line) < 0) {
        heading = NULL;
        return -ENOMEM;
    }
    double room = WIDTH - CHARACTER_WIDTH * (double)extent->label_columns;
    mlm_utf8_cut(heading, strlen(heading) + 1, (size_t)(room / CHARACTER_WIDTH) - 4);
    double cap = (double)record->cap_bytes;
    (void)fprintf(file, "%zu\t%zu\t", slot, last);
    put_number(file, cap <= extent->cap ? cap / bytes_unit(extent->needs).size : NAN);
    mlm_plot_text(file, heading, !picture->bitmap);
    (void)fputc('\n', file);
    return 0;
}

static int write_rows(
    const struct mlm_picture *picture, const struct extent *extent, FILE *rows, FILE *sections)
{
    size_t slot = 0;
    for (size_t s = 0; s < picture->count && slot < extent->slots; s++) {
        const struct mlm_section *section = picture->sections[s];
        size_t heading = slot++;
        for (size_t i = 0; i < section->count && slot < extent->slots; i++, slot++)
            put_row(rows, picture, extent, section->rows[i], slot);
        int r = put_section(sections, picture, extent, section, heading, slot - 1);
        if (r < 0)
            return r;
    }
    return 0;
}

/* A line of title.tsv: the suite and, of one machine, which. */
static int write_title(const struct mlm_picture *picture, const struct extent *extent, FILE *file)
{
    const struct mlm_record *record = picture->sections[0]->rows[0]->first;
    const struct mlm_record *last = picture->sections[picture->count - 1]->rows[0]->first;
    mlm_auto_free char *machine = mlm_machine_line(record);
    mlm_auto_free char *title = NULL;
    size_t all = 0;
    for (size_t s = 0; s < picture->count; s++)
        all += picture->sections[s]->count;
    char shown[64] = "";
    if (all > extent->rows)
        (void)snprintf(shown, sizeof shown, " (the first %zu of %zu rows)", extent->rows, all);
    bool one = mlm_same_machine(record, last);
    if (!machine ||
        asprintf(&title, "%s%s%s%s    ", record->suite, shown, one ? ": " : "", one ? machine : "") < 0) {
        title = NULL;
        return -ENOMEM;
    }
    mlm_utf8_tame(title);
    mlm_utf8_cut(title, strlen(title) + 1, TITLE_COLUMNS);
    (void)fputs("1\t", file);
    mlm_plot_text(file, title, !picture->bitmap);
    (void)fputc('\n', file);
    return 0;
}

int mlm_plot_needs(
    const struct mlm_picture *picture, const struct mlm_plot_folder *folder, struct mlm_error *error)
{
    static const char *const names[] = {"rows.tsv", "sections.tsv", "title.tsv"};
    FILE *files[3] = {NULL, NULL, NULL};
    struct extent extent = extent_find(picture);
    int r = write_values(picture, &extent, folder, error);
    for (int i = 0; i < 3 && r == 0; i++)
        r = mlm_plot_file(folder, names[i], &files[i], error);
    if (r == 0 &&
        (write_rows(picture, &extent, files[0], files[1]) < 0 || write_title(picture, &extent, files[2]) < 0))
        r = mlm_error_errno(error, -ENOMEM, "a picture's data");
    for (int i = 0; i < 3; i++)
        if (files[i]) {
            int closed = mlm_plot_file_close(files[i], r == 0 ? error : NULL);
            r = r == 0 ? closed : r;
        }
    return r;
}
