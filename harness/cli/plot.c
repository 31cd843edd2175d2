/* The verb plot: draws pictures of stored runs. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "cli/load.h"
#include "cli/place.h"
#include "cli/say.h"
#include "cli/verbs.h"
#include "report/compare/machines.h"
#include "report/plot/picture.h"
#include "trial/catalogue.h"

struct plot_options {
    const char *out;
    struct mlm_list formats;
};

static const struct mlm_option options[] = {
    {"out", "DIR", mlm_option_text, offsetof(struct plot_options, out),
        .help = "write the pictures to this folder, which is made if it is missing",
        .otherwise = "where the first FILE is"},
    {"format", "LIST", mlm_option_list, offsetof(struct plot_options, formats),
        .help = "svg, png, pdf, or several of them, separated by commas", .standard = "svg",
        .words = (const char *const[]){"svg", "png", "pdf", NULL}},
    {0},
};

static const struct mlm_exit_meaning exits[] = {
    {MLM_EXIT_OK, "every picture that there is data for was made"},
    {MLM_EXIT_USAGE, "wrong usage"},
    {MLM_EXIT_NOT_RUN, "a file cannot be read or holds no record, or gnuplot is missing"},
    {MLM_EXIT_INTERRUPTED, "interrupted"},
    {0, NULL},
};

static void catalogue_close_p(struct mlm_catalogue **catalogue)
{
    mlm_catalogue_close(*catalogue);
}

static void written(const char *path)
{
    mlm_put_named(stdout, "%s", path);
}

static int draw(const struct mlm_texts *paths, const struct plot_options *said, struct mlm_error *error)
{
    mlm_cleanup(mlm_loaded_release) struct mlm_loaded loaded = {0};
    mlm_cleanup(mlm_machines_release) struct mlm_machines machines = {0};
    mlm_cleanup(catalogue_close_p) struct mlm_catalogue *catalogue = NULL;
    struct mlm_pictures_made made = {0};
    struct mlm_place place;
    int r = 0;
    for (size_t i = 0; i < said->formats.count && r == 0; i++)
        r = mlm_picture_format_check(said->formats.items[i], error);
    if (r < 0)
        return mlm_error_wrap(error, -EINVAL, "--format");
    mlm_place_of(paths->items, paths->count, &place);
    if (said->out && snprintf(place.folder, sizeof place.folder, "%s", said->out) >= (int)sizeof place.folder)
        return mlm_error_errno(error, -ENAMETOOLONG, "--out");
    r = mlm_load(paths->items, paths->count, &loaded, error);
    if (r == 0)
        r = mlm_catalogue_find(&catalogue, error);
    if (r == 0)
        r = mlm_machines_compare(loaded.table, SIZE_MAX, &machines, error);
    for (size_t i = 0; i < said->formats.count && r == 0; i++) {
        const struct mlm_picture_order order = {.table = loaded.table,
            .list = &loaded.list,
            .plots_folder = catalogue->plots_folder,
            .format = said->formats.items[i],
            .machines = machines.comparison};
        r = mlm_pictures_write(&order, place.folder, place.base, written, &made, error);
    }
    if (r >= 0 && *made.left_out)
        mlm_say("mlmembench: %s", made.left_out);
    return r < 0 ? r : MLM_EXIT_OK;
}

static int plot_verb(int argc, char **argv, struct mlm_error *error)
{
    struct plot_options said = {.out = NULL};
    struct mlm_parsed parsed;
    int r = mlm_options_parse(&mlm_verb_plot, argc, argv, &said, NULL, &parsed, error);
    if (r != 0)
        return r < 0 ? r : MLM_EXIT_OK;
    return draw(&parsed.operands, &said, error);
}

const struct mlm_verb mlm_verb_plot = {
    .name = "plot",
    .summary = "draw pictures of stored runs",
    .operands = "FILE…",
    .needs_file = true,
    .details =
        "plot draws every picture that there is data for, suite by suite: memory and time of each row; what "
        "the time went into; slowdown under each cap, if there are several; memory and time for each value "
        "of a parameter; memory over time; and, for two machines or more, time against that of the first "
        "machine. It prints the name of each file: BASE-SUITE-PLOT.svg (or .png, .pdf), where BASE is the "
        "name of the first FILE.\n\n"
        "Several files are drawn as one. plot needs gnuplot.",
    .exits = exits,
    .example = "mlmembench plot results/*.jsonl --out pictures --format svg,png",
    .options = options,
    .run = plot_verb,
};
