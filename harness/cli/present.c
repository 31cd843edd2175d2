#include "cli/present.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "cli/load.h"
#include "cli/style.h"
#include "report/plot/picture.h"

static void pictures(const struct mlm_presentation *presentation, const struct mlm_table *table)
{
    char folder[4096], base[256];
    const char *path = presentation->paths[0], *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    (void)snprintf(folder, sizeof folder, "%.*s", slash ? (int)(slash - path) : 1, slash ? path : ".");
    size_t length = strlen(name);
    if (length > 6 && strcmp(name + length - 6, ".jsonl") == 0)
        length -= 6;
    (void)snprintf(base, sizeof base, "%.*s", (int)length, name);
    /* Pictures can be made again; the records are safe and the table is printed. */
    struct mlm_error error = {0};
    if (mlm_report_pictures(table, presentation->plots_folder, folder[0] ? folder : "/", base, &error) < 0)
        (void)fprintf(stderr, "mlmembench: %s\n", error.text);
}

int mlm_present(const struct mlm_presentation *presentation, size_t *ret_wrong, struct mlm_error *error)
{
    mlm_cleanup(mlm_loaded_release) struct mlm_loaded loaded = {0};
    int r = mlm_load(presentation->paths, presentation->path_count, &loaded, error);
    if (r < 0)
        return r;
    *ret_wrong = loaded.wrong;
    struct mlm_text_style style = mlm_style_of_stdout();
    if (presentation->table)
        r = mlm_report_text(loaded.table, &style, stdout, error);
    if (r == 0 && presentation->pictures)
        pictures(presentation, loaded.table);
    if (r == 0 && presentation->table && presentation->pictures)
        printf("\nRecords: %s\n", presentation->paths[0]);
    return r;
}
