#include "report/plot/picture.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "record/keymap.h"

static const struct mlm_plot plots[] = {
    {.suffix = "", .script = "needs.gp", .write = mlm_plot_needs},
};

static const char *const formats[] = {"svg", "png"};

static int script_path(const char *plots_folder, const char *script, char **ret_path, struct mlm_error *error)
{
    mlm_auto_free char *relative = NULL;
    if (asprintf(&relative, "%s/%s", plots_folder, script) < 0) {
        relative = NULL;
        return mlm_error_errno(error, -ENOMEM, "%s", script);
    }
    /* Absolute, for gnuplot runs elsewhere; and so it never begins with a '-'. */
    char *path = realpath(relative, NULL);
    if (!path)
        return mlm_error_set(error, -EINVAL, "plot script %s is missing", relative);
    *ret_path = path;
    return 0;
}

/* A suite's name comes from a record, a file's must not leave its folder. */
static int picture_path(const char *folder, const char *base, const char *suite, const struct mlm_plot *plot,
    const char *format, char **ret_path)
{
    mlm_auto_free char *name = strndup(suite, 64);
    if (!name)
        return -ENOMEM;
    for (char *c = name; *c; c++)
        if (!isalnum((unsigned char)*c) && *c != '-' && *c != '_')
            *c = '_';
    char *path = NULL;
    if (asprintf(&path, "%s/%s-%s%s.%s", folder, base, name, plot->suffix, format) < 0)
        return -ENOMEM;
    *ret_path = path;
    return 0;
}

static int draw(const struct mlm_plot *plot, const struct mlm_picture *picture, const char *plots_folder,
    const char *path, struct mlm_error *error)
{
    mlm_auto_free char *style = NULL;
    mlm_auto_free char *script = NULL;
    mlm_cleanup(mlm_plot_folder_remove) struct mlm_plot_folder folder = {""};
    int r = script_path(plots_folder, "style.gp", &style, error);
    if (r == 0)
        r = script_path(plots_folder, plot->script, &script, error);
    if (r == 0)
        r = mlm_plot_folder_make(&folder, error);
    if (r == 0)
        r = plot->write(picture, &folder, error);
    if (r == 0)
        r = mlm_gnuplot(&folder, (const char *const[]){style, script, NULL}, error);
    if (r < 0)
        return r;
    char name[32];
    (void)snprintf(name, sizeof name, "picture.%s", picture->format);
    return mlm_plot_deliver(&folder, name, path, error);
}

static int draw_suite(const struct mlm_table *table, const struct mlm_section **sections, size_t count,
    const char *plots_folder, const char *folder, const char *base, struct mlm_error *error)
{
    for (size_t p = 0; p < sizeof plots / sizeof *plots; p++)
        for (size_t f = 0; f < sizeof formats / sizeof *formats; f++) {
            struct mlm_picture picture = {.table = table,
                .sections = sections,
                .count = count,
                .format = formats[f],
                .bitmap = strcmp(formats[f], "png") == 0};
            mlm_auto_free char *path = NULL;
            const char *suite = sections[0]->rows[0]->first->suite;
            int r = picture_path(folder, base, suite, &plots[p], formats[f], &path);
            if (r < 0)
                return mlm_error_errno(error, r, "picture of %s", suite);
            r = draw(&plots[p], &picture, plots_folder, path, error);
            if (r < 0)
                return r;
        }
    return 0;
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

int mlm_report_pictures(const struct mlm_table *table, const char *plots_folder, const char *folder,
    const char *base, struct mlm_error *error)
{
    mlm_cleanup(mlm_keymap_release) struct mlm_keymap suites = {0};
    mlm_auto_free size_t *suite_of = calloc(table->section_count + 1, sizeof *suite_of);
    mlm_auto_free const struct mlm_section **sections = calloc(table->section_count + 1, sizeof(void *));
    if (!suite_of || !sections || suites_find(table, &suites, suite_of) < 0)
        return mlm_error_errno(error, -ENOMEM, "pictures");
    int r = mlm_make_directories(folder, error);
    for (size_t suite = 0; suite < suites.count && r == 0; suite++) {
        size_t count = 0;
        for (size_t i = 0; i < table->section_count; i++)
            if (suite_of[i] == suite)
                sections[count++] = &table->sections[i];
        if (count)
            r = draw_suite(table, sections, count, plots_folder, folder, base, error);
    }
    return r;
}
