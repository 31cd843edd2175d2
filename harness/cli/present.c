/* Shows stored files: the table, and pictures beside them. */
#include "cli/present.h"

#include <errno.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "cli/place.h"
#include "cli/say.h"
#include "cli/style.h"
#include "report/plot/picture.h"

const char *const mlm_present_formats[MLM_PRESENT_FORMATS] = {"svg", "png"};

void mlm_present_name(const char *path)
{
    mlm_put_named(stdout, "Picture: %s, and as .png", path);
}

int mlm_present_pictures(const struct mlm_loaded *loaded, const char *const *paths, size_t path_count,
    const char *plots_folder, const char *plot, bool named, struct mlm_error *error)
{
    struct mlm_place place;
    mlm_place_of(paths, path_count, &place);
    struct mlm_pictures_made made = {0};
    struct mlm_error why = {0};
    int r = 0;
    for (size_t i = 0; i < MLM_PRESENT_FORMATS && r >= 0; i++) {
        const struct mlm_picture_order order = {.table = loaded->table,
            .list = &loaded->list,
            .plots_folder = plots_folder,
            .format = mlm_present_formats[i],
            .only = plot};
        r = mlm_pictures_write(
            &order, place.folder, place.base, named && i == 0 ? mlm_present_name : NULL, &made, &why);
    }
    if (r == -EINTR)
        return mlm_error_set(error, r, "interrupted while pictures were drawn; `%s plot %s` draws them",
            mlm_say_program(), paths[0]);
    const char *missing = r < 0 ? why.text : made.left_out;
    if (*missing)
        mlm_say("mlmembench: %s", missing);
    return 0;
}

int mlm_present(
    const struct mlm_presentation *presentation, struct mlm_presented *ret_presented, struct mlm_error *error)
{
    mlm_cleanup(mlm_loaded_release) struct mlm_loaded loaded = {0};
    int r = mlm_load(presentation->paths, presentation->path_count, &loaded, error);
    if (r < 0)
        return r;
    ret_presented->wrong = loaded.wrong;
    struct mlm_text_style style = mlm_style_of(STDOUT_FILENO);
    if (presentation->table)
        r = mlm_report_text(loaded.table, presentation->columns, &style, stdout, error);
    const bool named = presentation->table && presentation->pictures;
    if (r == 0 && named)
        putchar('\n');
    if (r == 0 && presentation->pictures)
        r = mlm_present_pictures(&loaded, presentation->paths, presentation->path_count,
            presentation->plots_folder, "needs", named, error);
    if (r == 0 && named)
        mlm_put_named(stdout, "Records: %s", presentation->paths[0]);
    if (r == 0)
        r = mlm_budgets_judge(
            &presentation->budgets, loaded.table, presentation->table ? stdout : stderr, error);
    if (r < 0)
        return r;
    ret_presented->over_budget = (size_t)r;
    return 0;
}
