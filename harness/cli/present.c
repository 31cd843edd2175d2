#include "cli/present.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "cli/style.h"
#include "record/judge.h"
#include "report/report.h"

static void complain(void *context, const char *text)
{
    (void)context;
    (void)fprintf(stderr, "mlmembench: %s\n", text);
}

static int pictures(
    const struct mlm_presentation *presentation, const struct mlm_table *table, struct mlm_error *error)
{
    char folder[4096], base[256];
    const char *path = presentation->paths[0], *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    (void)snprintf(folder, sizeof folder, "%.*s", slash ? (int)(slash - path) : 1, slash ? path : ".");
    size_t length = strlen(name);
    if (length > 6 && strcmp(name + length - 6, ".jsonl") == 0)
        length -= 6;
    (void)snprintf(base, sizeof base, "%.*s", (int)length, name);
    int r = mlm_report_pictures(table, presentation->plots_folder, folder[0] ? folder : "/", base, error);
    if (r == -ENOENT) {
        /* All else works without it. */
        (void)fprintf(stderr, "mlmembench: %s\n", error->text);
        return 0;
    }
    return r;
}

static int show(const struct mlm_presentation *presentation, struct mlm_record_list *list, size_t *ret_wrong,
    struct mlm_error *error)
{
    for (size_t i = 0; i < presentation->path_count; i++) {
        int r = mlm_store_read(presentation->paths[i], list, complain, NULL, error);
        if (r < 0)
            return r;
    }
    if (!list->count)
        return mlm_error_set(error, -ENODATA, "no trial is recorded in %s", presentation->paths[0]);
    int wrong = mlm_judge(list, error);
    if (wrong < 0)
        return wrong;
    *ret_wrong = (size_t)wrong;
    struct mlm_table *table = NULL;
    int r = mlm_table_make(list, &table, error);
    struct mlm_text_style style = mlm_style_of_stdout();
    if (r == 0 && presentation->table)
        r = mlm_report_text(table, &style, stdout, error);
    if (r == 0 && presentation->pictures)
        r = pictures(presentation, table, error);
    if (r == 0 && presentation->table && presentation->pictures)
        printf("\nRecords: %s\n", presentation->paths[0]);
    mlm_table_free(table);
    return r;
}

int mlm_present(const struct mlm_presentation *presentation, size_t *ret_wrong, struct mlm_error *error)
{
    struct mlm_record_list list = {0};
    int r = show(presentation, &list, ret_wrong, error);
    mlm_record_list_release(&list);
    return r;
}
