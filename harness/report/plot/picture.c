/* Draws all plots of a table, suite by suite, and writes them as files. */
#include "report/plot/picture.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/interrupts.h"
#include "base/text.h"
#include "record/keymap.h"
#include "report/plot/data.h"
#include "report/plot/drawn.h"
#include "report/plot/svg.h"

struct drawing {
    struct mlm_frame_source from;
    const struct mlm_picture_order *order;
    mlm_picture_take *take;
    void *context;
    size_t count;
    struct mlm_interrupts interrupts; /* a picture may take long, and gnuplot must end when we are asked to */
};

static void point_say(FILE *out, const void *context, size_t point)
{
    mlm_frame_say(out, context, point);
}

static int svg_finish(const struct mlm_frame *frame, struct mlm_picture *picture, size_t number, char **bytes,
    struct mlm_error *error)
{
    char prefix[64], *svg = NULL;
    /* Pictures of one call appear on one page, so their identifiers must differ. */
    snprintf(prefix, sizeof prefix, "mlm-%s-%zu", picture->plot, number);
    const struct mlm_svg_words words = {.prefix = prefix,
        .title = picture->title,
        .description = picture->description,
        .point_count = frame->point_count,
        .lines = frame->plot->x == MLM_X_SLOT,
        .say = point_say,
        .context = frame};
    int r = mlm_svg_finish(*bytes, &words, &svg, error);
    if (r < 0)
        return r;
    free(*bytes);
    picture->bytes = *bytes = svg;
    picture->size = strlen(svg);
    return 0;
}

static int frame_draw(struct drawing *drawing, const struct mlm_frame *frame, struct mlm_error *error)
{
    struct mlm_picture picture = {
        .plot = frame->plot->name, .suite = frame->suite, .format = drawing->order->format};
    mlm_cleanup(mlm_plot_files_release) struct mlm_plot_files files = {.count = 0};
    mlm_auto_free char *title = mlm_frame_title(frame);
    mlm_auto_free char *description = mlm_frame_describe(frame);
    mlm_auto_free char *bytes = NULL;
    if (!title || !description)
        return mlm_error_errno(error, -ENOMEM, "picture");
    int r = mlm_plot_files_make(&files, error);
    if (r == 0)
        r = mlm_frame_write(frame, picture.format, &files, error);
    if (r == 0)
        r = mlm_plot_run(
            &files, drawing->order->plots_folder, frame->plot->script, drawing->interrupts.fd, error);
    if (r == 0)
        r = mlm_plot_read(&files, MLM_PLOT_PICTURE, &bytes, &picture.size, error);
    if (r < 0)
        return r;
    picture.title = title;
    picture.description = description;
    picture.bytes = bytes;
    drawing->count++;
    if (strcmp(picture.format, "svg") == 0)
        r = svg_finish(frame, &picture, drawing->count, &bytes, error);
    return r < 0 ? r : drawing->take(drawing->context, &picture, error);
}

static int suite_draw(
    struct drawing *drawing, const struct mlm_section *const *sections, size_t count, struct mlm_error *error)
{
    const char *suite = sections[0]->rows[0]->first->suite;
    int r = 0;
    for (size_t p = 0; p < mlm_plot_count && r >= 0; p++) {
        const struct mlm_plot *plot = &mlm_plots[p];
        if ((plot->suite && strcmp(plot->suite, suite) != 0) ||
            (drawing->order->only && strcmp(plot->name, drawing->order->only) != 0))
            continue;
        mlm_cleanup(mlm_frame_release) struct mlm_frame frame = {0};
        r = mlm_frame_make(plot, &drawing->from, sections, count, &frame, error);
        if (r > 0)
            r = frame_draw(drawing, &frame, error);
    }
    return r < 0 ? r : 0;
}

/* Numbers the suites: sections of several machines belong to one picture. */
static int suites_find(const struct mlm_table *table, struct mlm_keymap *suites, size_t *suite_of)
{
    for (size_t i = 0; i < table->section_count; i++) {
        int r = mlm_keymap_add(suites, strdup(table->sections[i].rows[0]->first->suite), &suite_of[i]);
        if (r < 0)
            return r;
    }
    return 0;
}

static int suites_draw(struct drawing *drawing, size_t *ret_left_out, struct mlm_error *error)
{
    const struct mlm_table *table = drawing->from.table;
    mlm_cleanup(mlm_keymap_release) struct mlm_keymap suites = {0};
    mlm_auto_free size_t *suite_of = calloc(table->section_count + 1, sizeof *suite_of);
    mlm_auto_free const struct mlm_section **sections = calloc(table->section_count + 1, sizeof(void *));
    if (!suite_of || !sections || suites_find(table, &suites, suite_of) < 0)
        return mlm_error_errno(error, -ENOMEM, "pictures");
    int r = 0;
    for (size_t suite = 0; suite < suites.count && suite < MLM_PICTURE_SUITES && r == 0; suite++) {
        size_t count = 0;
        for (size_t i = 0; i < table->section_count; i++)
            if (suite_of[i] == suite)
                sections[count++] = &table->sections[i];
        if (count)
            r = suite_draw(drawing, sections, count, error);
    }
    *ret_left_out = suites.count > MLM_PICTURE_SUITES ? suites.count - MLM_PICTURE_SUITES : 0;
    return r;
}

int mlm_picture_format_check(const char *format, struct mlm_error *error)
{
    static const char *const formats[] = {"svg", "png", "pdf"};
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        if (strcmp(format, formats[i]) == 0)
            return 0;
    return mlm_error_set(error, -EINVAL, "pictures are svg, png or pdf, not '%s'", format);
}

int mlm_pictures_draw(const struct mlm_picture_order *order, mlm_picture_take *take, void *context,
    struct mlm_pictures_made *ret_made, struct mlm_error *error)
{
    int r = mlm_picture_format_check(order->format, error);
    if (r < 0)
        return r;
    struct drawing drawing = {
        {order->table, order->list, order->machines}, order, take, context, 0, {.fd = -1}};
    size_t left_out = 0;
    r = mlm_interrupts_open(&drawing.interrupts, error);
    if (r < 0)
        return r;
    r = suites_draw(&drawing, &left_out, error);
    if (mlm_interrupt_take(drawing.interrupts.fd) && r == 0)
        r = mlm_error_set(error, -EINTR, "interrupted while pictures were drawn");
    mlm_interrupts_close(&drawing.interrupts);
    if (r < 0)
        return r;
    *ret_made = (struct mlm_pictures_made){.count = drawing.count};
    if (left_out)
        snprintf(ret_made->left_out, sizeof ret_made->left_out,
            "no pictures of the last %zu suite%s: %d are drawn at most", left_out, left_out == 1 ? "" : "s",
            MLM_PICTURE_SUITES);
    return 0;
}

struct writing {
    const char *folder, *base;
    void (*written)(const char *path);
    struct mlm_keymap names; /* names of suites as parts of file names */
    char *suite;             /* the suite whose pictures are being written; NULL: none yet */
};

static void writing_release(struct writing *writing)
{
    mlm_keymap_release(&writing->names);
    free(writing->suite);
}

/* Makes the part of a file name that stands for the suite. The suite's name comes from a record, so it must
 * not lead out of the folder. */
static char *name_make(const char *suite, size_t number)
{
    char *name = number > 1 ? mlm_text_of("%.64s-%zu", suite, number) : mlm_text_of("%.64s", suite);
    for (char *c = name; c && *c; c++)
        if (!isalnum((unsigned char)*c) && *c != '-' && *c != '_')
            *c = '_';
    return name;
}

/* Two suites may become the same file name; the second one gets a number. Pictures come suite by suite. */
static const char *name_of(struct writing *writing, const char *suite)
{
    if (!writing->suite || strcmp(writing->suite, suite) != 0) {
        size_t number = 0, count = writing->names.count;
        free(writing->suite);
        writing->suite = strdup(suite);
        while (writing->suite && writing->names.count == count)
            if (mlm_keymap_add(&writing->names, name_make(suite, ++number), &(size_t){0}) < 0)
                return NULL;
        if (!writing->suite)
            return NULL;
    }
    return writing->names.entries[writing->names.count - 1].key;
}

static int picture_write(void *context, const struct mlm_picture *picture, struct mlm_error *error)
{
    struct writing *writing = context;
    const char *suite = name_of(writing, picture->suite);
    mlm_auto_free char *path = suite ? mlm_text_of("%s/%s-%s-%s.%s", writing->folder, writing->base, suite,
                                           picture->plot, picture->format)
                                     : NULL;
    if (!path)
        return mlm_error_errno(error, -ENOMEM, "picture");
    int r = mlm_plot_keep(path, picture->bytes, picture->size, error);
    if (r == 0 && writing->written)
        writing->written(path);
    return r;
}

int mlm_pictures_write(const struct mlm_picture_order *order, const char *folder, const char *base,
    void (*written)(const char *path), struct mlm_pictures_made *ret_made, struct mlm_error *error)
{
    mlm_cleanup(writing_release) struct writing writing = {
        .folder = folder, .base = base, .written = written};
    int r = mlm_make_directories(folder, error);
    return r < 0 ? r : mlm_pictures_draw(order, picture_write, &writing, ret_made, error);
}
