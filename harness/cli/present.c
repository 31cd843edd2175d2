#include "cli/present.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "cli/style.h"
#include "record/judge.h"
#include "report/report.h"

/* A file that is no store at all would fill the screen. */
#define COMPLAINTS_SHOWN 3

struct complaints {
    char shown[COMPLAINTS_SHOWN][MLM_ERROR_TEXT_SIZE];
    size_t count;
};

static void complain(void *context, const char *text)
{
    struct complaints *complaints = context;
    if (complaints->count < COMPLAINTS_SHOWN)
        (void)snprintf(complaints->shown[complaints->count], MLM_ERROR_TEXT_SIZE, "%s", text);
    complaints->count++;
}

static void complaints_print(const struct complaints *complaints)
{
    for (size_t i = 0; i < complaints->count && i < COMPLAINTS_SHOWN; i++)
        (void)fprintf(stderr, "mlmembench: %s\n", complaints->shown[i]);
    if (complaints->count > COMPLAINTS_SHOWN)
        (void)fprintf(
            stderr, "mlmembench: %zu more lines are no records\n", complaints->count - COMPLAINTS_SHOWN);
}

static int read_all(
    const struct mlm_presentation *presentation, struct mlm_record_list *list, struct mlm_error *error)
{
    struct complaints complaints = {0};
    for (size_t i = 0; i < presentation->path_count; i++) {
        int r = mlm_store_read(presentation->paths[i], list, complain, &complaints, error);
        if (r < 0)
            return r;
    }
    if (!list->count)
        return mlm_error_set(error, -ENODATA, "no trial is recorded in %s%s%.400s%s", presentation->paths[0],
            complaints.count ? " (" : "", complaints.shown[0], complaints.count ? ")" : "");
    complaints_print(&complaints);
    return 0;
}

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

static int show(const struct mlm_presentation *presentation, struct mlm_record_list *list, size_t *ret_wrong,
    struct mlm_error *error)
{
    int r = read_all(presentation, list, error);
    if (r < 0)
        return r;
    int wrong = mlm_judge(list, error);
    if (wrong < 0)
        return wrong;
    *ret_wrong = (size_t)wrong;
    struct mlm_table *table = NULL;
    r = mlm_table_make(list, &table, error);
    struct mlm_text_style style = mlm_style_of_stdout();
    if (r == 0 && presentation->table)
        r = mlm_report_text(table, &style, stdout, error);
    if (r == 0 && presentation->pictures)
        pictures(presentation, table);
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
