#include "cli/present.h"

#include <errno.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "cli/load.h"
#include "cli/place.h"
#include "cli/say.h"
#include "cli/style.h"
#include "report/plot/picture.h"

/* One picture a suite, as SVG and PNG. They can be made again; the records are safe and the table is printed.
 */
static void pictures(const struct mlm_presentation *presentation, const struct mlm_loaded *loaded)
{
    static const char *const formats[] = {"svg", "png"};
    struct mlm_place place;
    mlm_place_of(presentation->paths, presentation->path_count, &place);
    struct mlm_pictures_made made = {0};
    struct mlm_error error = {0};
    int r = 0;
    for (size_t i = 0; i < sizeof formats / sizeof *formats && r >= 0; i++) {
        struct mlm_picture_options options = {
            .plots_folder = presentation->plots_folder, .format = formats[i], .only = "needs"};
        r = mlm_pictures_write(
            loaded->table, &loaded->list, &options, place.folder, place.base, NULL, &made, &error);
    }
    const char *missing = r < 0 ? error.text : made.left_out;
    if (*missing)
        mlm_say("mlmembench: %s", missing);
}

int mlm_present(const struct mlm_presentation *presentation, size_t *ret_wrong, struct mlm_error *error)
{
    mlm_cleanup(mlm_loaded_release) struct mlm_loaded loaded = {0};
    int r = mlm_load(presentation->paths, presentation->path_count, &loaded, error);
    if (r < 0)
        return r;
    *ret_wrong = loaded.wrong;
    struct mlm_text_style style = mlm_style_of(STDOUT_FILENO);
    if (presentation->table)
        r = mlm_report_text(loaded.table, &style, stdout, error);
    if (r == 0 && presentation->pictures)
        pictures(presentation, &loaded);
    if (r == 0 && presentation->table && presentation->pictures)
        printf("\nRecords: %s\n", presentation->paths[0]);
    return r;
}
