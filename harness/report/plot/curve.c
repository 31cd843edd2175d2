/* Writes a curve as the data of plots/predict.gp, and keeps the picture. */
#include "report/plot/curve.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/interrupts.h"
#include "base/size.h"
#include "base/text.h"
#include "report/plot/drawn.h"
#include "report/plot/svg.h"

/* Labels of the x axis that are nearer to each other than this share of it would overlap. */
#define APART 0.09
#define TICS 12

struct unit {
    const char *name;
    double bytes;
};

static struct unit unit_of(double bytes)
{
    return bytes >= 0x1p30 ? (struct unit){"GiB", 0x1p30} : (struct unit){"MiB", 0x1p20};
}

/* The range of the y axis, for a logarithm. */
static void range_of(const struct mlm_curve *curve, double *ret_low, double *ret_high)
{
    double low = INFINITY, high = 0;
    for (size_t i = 0; i < curve->point_count; i++) {
        low = fmin(low, curve->points[i].bytes);
        high = fmax(high, curve->points[i].bytes);
    }
    for (size_t i = 0; i < curve->step_count; i++)
        high = fmax(high, curve->steps[i].high_bytes);
    /* The smallest laptop that is enough is shown, too. */
    for (size_t i = MLM_LAPTOPS_SOLD; i-- > 0;)
        if (curve->levels[i] >= high && (!i || curve->levels[i - 1] < high))
            high = curve->levels[i];
    *ret_low = fmax(low, 0x1p16) / 1.5;
    *ret_high = fmin(fmax(high, *ret_low * 2), 0x1p60) * 1.5;
}

static int put_tic(FILE *file, double x, int count)
{
    fprintf(file, "tic[%d] = %.9g\ntic_text[%d] = \"%.0f\"\n", count + 1, x, count + 1, x);
    return count + 1;
}

/* Puts a label at the full size, and at each measured one that has room. */
static void put_tics(const struct mlm_curve *curve, double low, double high, FILE *file)
{
    const double room = APART * log(high / low);
    int count = 0;
    double taken[TICS];
    fprintf(file, "array tic[%d]\narray tic_text[%d]\n", TICS, TICS);
    for (size_t i = 0; i <= curve->point_count && count < TICS; i++) {
        const double x = i ? curve->points[curve->point_count - i].x : curve->steps[curve->step_count - 1].x;
        bool free = true;
        for (int k = 0; k < count; k++)
            free &= fabs(log(x / taken[k])) >= room;
        if (!free)
            continue;
        taken[count] = x;
        count = put_tic(file, x, count);
    }
    fprintf(file, "tics = %d\n", count);
}

/* Only numbers and our own words: gnuplot runs this file. */
static void put_values(
    const struct mlm_curve *curve, const char *format, const struct mlm_plot_files *files, FILE *file)
{
    double low, high;
    range_of(curve, &low, &high);
    const struct unit unit = unit_of(high / 1.5);
    const double x_low = curve->steps[0].x / 1.15, x_high = curve->steps[curve->step_count - 1].x * 1.15;
    fprintf(file, "format = \"%s\"\npanels = 1\nseries = 1\n", format);
    mlm_plot_files_name(files, file);
    fprintf(file, "unit_1 = \"%s\"\nlow_1 = %.9g\nhigh_1 = %.9g\nlow_x = %.9g\nhigh_x = %.9g\n", unit.name,
        low / unit.bytes, high / unit.bytes, x_low, x_high);
    put_tics(curve, x_low, x_high, file);
    fprintf(file, "levels = %d\narray level[%d]\narray level_text[%d]\n", MLM_LAPTOPS_SOLD, MLM_LAPTOPS_SOLD,
        MLM_LAPTOPS_SOLD);
    for (int i = 0; i < MLM_LAPTOPS_SOLD; i++)
        fprintf(file, "level[%d] = %.9g\nlevel_text[%d] = \"%.0f GB\"\n", i + 1,
            curve->levels[i] / unit.bytes, i + 1, (double)mlm_laptops_sold[i] / 0x1p30);
}

static void put_place(
    const struct mlm_curve *curve, const struct mlm_curve_place *place, int kind, FILE *file)
{
    double low, high;
    range_of(curve, &low, &high);
    const double bytes = unit_of(high / 1.5).bytes;
    fprintf(file, "%.9g\t%.9g\t%.9g\t%.9g\t%d\n", place->x, fmax(place->bytes, low) / bytes,
        fmax(place->low_bytes, low) / bytes, fmax(place->high_bytes, low) / bytes, kind);
}

static void put_data(const struct mlm_curve *curve, bool any_character, FILE *const *out)
{
    for (size_t i = 0; i < curve->point_count; i++)
        put_place(curve, &curve->points[i], curve->unused[i] ? 2 : 1, out[MLM_PLOT_POINTS]);
    put_place(curve, &curve->steps[curve->step_count - 1], 3, out[MLM_PLOT_POINTS]);
    for (size_t i = 0; i < curve->step_count; i++)
        put_place(curve, &curve->steps[i], 0, out[MLM_PLOT_CROSSINGS]);
    fputs("1\t0\t0\tNaN\t1\t0\tNaN\tNaN\t \t \n", out[MLM_PLOT_PANELS]);
    fputs("1\t1\t1\t", out[MLM_PLOT_SERIES]);
    mlm_plot_text(out[MLM_PLOT_SERIES], curve->x_title, any_character);
    fputc('\n', out[MLM_PLOT_SERIES]);
    const char *const lines[] = {curve->title, curve->place};
    for (int i = 0; i < 2; i++) {
        fprintf(out[MLM_PLOT_TITLE], "%d\t", i + 1);
        mlm_plot_text(out[MLM_PLOT_TITLE], lines[i], any_character);
        fputc('\n', out[MLM_PLOT_TITLE]);
    }
}

static int write_files(const struct mlm_curve *curve, const char *format, const struct mlm_plot_files *files,
    struct mlm_error *error)
{
    FILE *out[MLM_PLOT_PICTURE] = {NULL};
    int r = 0;
    for (int which = 0; which < MLM_PLOT_PICTURE && r == 0; which++)
        r = mlm_plot_file(files, (enum mlm_plot_file)which, &out[which], error);
    if (r == 0) {
        put_values(curve, format, files, out[MLM_PLOT_VALUES]);
        put_data(curve, strcmp(format, "svg") == 0, out);
    }
    for (int which = 0; which < MLM_PLOT_PICTURE; which++)
        if (out[which]) {
            const int closed = mlm_plot_file_close(out[which], r == 0 ? error : NULL);
            r = r == 0 ? closed : r;
        }
    return r;
}

/* Says what a point is; the last one is the full size. */
static void say(FILE *out, const void *context, size_t point)
{
    const struct mlm_curve *curve = context;
    const bool full = point >= curve->point_count;
    const struct mlm_curve_place *place = full ? &curve->steps[curve->step_count - 1] : &curve->points[point];
    char size[MLM_SIZE_TEXT], low[MLM_SIZE_TEXT], high[MLM_SIZE_TEXT];
    fprintf(out, "%.0f: %s %s", place->x, mlm_size_show(place->bytes, size), full ? "predicted" : "measured");
    if (full)
        fprintf(out, ", between %s and %s", mlm_size_show(place->low_bytes, low),
            mlm_size_show(place->high_bytes, high));
}

static int svg_finish(const struct mlm_curve *curve, char **bytes, size_t *size, struct mlm_error *error)
{
    char *svg = NULL;
    mlm_auto_free char *description = mlm_text_of("%s: %zu measured sizes, a curve with its band, and %s",
        curve->title, curve->point_count, "what laptops of 2 to 64 GB leave to a job");
    if (!description)
        return mlm_error_errno(error, -ENOMEM, "picture");
    const struct mlm_svg_words words = {.prefix = "mlm-predict",
        .title = curve->title,
        .description = description,
        .point_count = curve->point_count + 1,
        .say = say,
        .context = curve};
    int r = mlm_svg_finish(*bytes, &words, &svg, error);
    if (r < 0)
        return r;
    free(*bytes);
    *bytes = svg;
    *size = strlen(svg);
    return 0;
}

int mlm_curve_write(const struct mlm_curve *curve, const char *plots_folder, const char *format,
    const char *path, struct mlm_error *error)
{
    mlm_cleanup(mlm_plot_files_release) struct mlm_plot_files files = {.count = 0};
    struct mlm_interrupts interrupts = {.fd = -1};
    mlm_auto_free char *bytes = NULL;
    size_t size = 0;
    int r = mlm_plot_files_make(&files, error);
    if (r == 0)
        r = write_files(curve, format, &files, error);
    if (r == 0)
        r = mlm_interrupts_open(&interrupts, error);
    if (r < 0)
        return r;
    r = mlm_plot_run(&files, plots_folder, "predict.gp", interrupts.fd, error);
    if (mlm_interrupt_take(interrupts.fd) && r == 0)
        r = mlm_error_set(error, -EINTR, "interrupted while a picture was drawn");
    mlm_interrupts_close(&interrupts);
    if (r == 0)
        r = mlm_plot_read(&files, MLM_PLOT_PICTURE, &bytes, &size, error);
    if (r == 0 && strcmp(format, "svg") == 0)
        r = svg_finish(curve, &bytes, &size, error);
    return r == 0 ? mlm_plot_keep(path, bytes, size, error) : r;
}
