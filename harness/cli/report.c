/* The verb report: writes stored runs as one page of HTML. */
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "advise/advice/advice.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "base/whole.h"
#include "cli/laptop.h"
#include "cli/load.h"
#include "cli/place.h"
#include "cli/rerun.h"
#include "cli/say.h"
#include "cli/target.h"
#include "cli/verbs.h"
#include "report/page/page.h"
#include "trial/catalogue.h"
#include "version.h"

struct report_options {
    const char *out;
    struct mlm_desktop desktop;
};

static const struct mlm_option options[] = {
    {"out", "FILE", mlm_option_text, offsetof(struct report_options, out),
        .help = "write the page to FILE; '-' is standard output",
        .otherwise = "beside the first FILE, as NAME.html"},
    {.group = mlm_desktop_option_rows, .offset = offsetof(struct report_options, desktop)},
    {0},
};

static const struct mlm_exit_meaning exits[] = {
    {MLM_EXIT_OK, "the page was written"},
    {MLM_EXIT_USAGE, "wrong usage"},
    {MLM_EXIT_NOT_RUN, "a file cannot be read or written, or holds no record"},
    {MLM_EXIT_INTERRUPTED, "interrupted"},
    {0, NULL},
};

/* The path of the page: --out, or "results/NAME.html". */
static char *page_path(const struct report_options *said, const struct mlm_texts *stores)
{
    struct mlm_place place;
    char *path = NULL;
    if (said->out)
        return strdup(said->out);
    mlm_place_of(stores->items, stores->count, &place);
    return asprintf(&path, "%s/%s.html", place.folder, place.base) < 0 ? NULL : path;
}

/* Columns of the whole advice, which keeps its lines on the page. */
#define ADVICE_WIDTH 100

struct advice {
    char *recommendation, *whole; /* NULL: no row was run under several caps */
};

static void advice_release(struct advice *advice)
{
    free(advice->recommendation);
    free(advice->whole);
}

static int advice_make(const struct mlm_table *table, const struct mlm_desktop *desktop,
    struct advice *advice, struct mlm_error *error)
{
    /* A page can scroll, so no column of the table is hidden. */
    static const struct mlm_text_style style = {.width = ADVICE_WIDTH};
    struct mlm_text brief, whole;
    if (!mlm_text_begin(&brief))
        return mlm_error_errno(error, -ENOMEM, "advice");
    int r = mlm_advise_in_brief(table, desktop, mlm_rerun_put, brief.out, error);
    advice->recommendation = mlm_text_end(&brief);
    if (r < 0)
        return r;
    if (!advice->recommendation || !mlm_text_begin(&whole))
        return mlm_error_errno(error, -ENOMEM, "advice");
    r = mlm_advise(table, desktop, &style, mlm_rerun_put, whole.out, error);
    advice->whole = mlm_text_end(&whole);
    if (r == 0 && !advice->whole)
        r = mlm_error_errno(error, -ENOMEM, "advice");
    return r;
}

/* Writes the page, and reports on standard error if pictures are missing, with the reason. */
static int page_write(
    const struct mlm_loaded *loaded, const struct mlm_desktop *desktop, FILE *out, struct mlm_error *error)
{
    static const char program[] = "mlmembench " MLM_VERSION;
    mlm_auto_free char *no_pictures = NULL;
    mlm_cleanup(advice_release) struct advice advice = {0};
    struct mlm_catalogue *catalogue = NULL;
    int r = advice_make(loaded->table, desktop, &advice, error);
    if (r == 0)
        r = mlm_catalogue_find(&catalogue, error);
    if (r < 0)
        return r;
    struct mlm_page_request request = {.list = &loaded->list,
        .table = loaded->table,
        .plots_folder = catalogue->plots_folder,
        .recommendation = *advice.recommendation ? advice.recommendation : NULL,
        .advice = advice.whole,
        .desktop = desktop,
        .program = program};
    r = mlm_report_page(&request, out, &no_pictures, error);
    mlm_catalogue_close(catalogue);
    if (r == 0 && no_pictures)
        mlm_say("mlmembench: %s", no_pictures);
    return r;
}

static int report(const char *path, const struct mlm_desktop *desktop, const struct mlm_texts *stores,
    struct mlm_error *error)
{
    mlm_cleanup(mlm_loaded_release) struct mlm_loaded loaded = {0};
    mlm_cleanup(mlm_whole_drop) struct mlm_whole page = {0};
    bool to_file = strcmp(path, "-") != 0;
    int r = to_file ? mlm_target_check("--out", path, ".html", stores->items, stores->count, error) : 0;
    if (r == 0)
        r = mlm_load(stores->items, stores->count, &loaded, error);
    if (r == 0 && to_file)
        r = mlm_whole_open(path, &page, error);
    if (r == 0)
        r = page_write(&loaded, desktop, to_file ? page.file : stdout, error);
    if (r == 0 && to_file)
        r = mlm_whole_keep(&page, error);
    if (r == 0 && to_file)
        mlm_put_named(stdout, "Report: %s", path);
    return r;
}

static int report_verb(int argc, char **argv, struct mlm_error *error)
{
    struct report_options said = {0};
    struct mlm_parsed parsed;
    int r = mlm_options_parse(&mlm_verb_report, argc, argv, &said, NULL, &parsed, error);
    if (r != 0)
        return r < 0 ? r : MLM_EXIT_OK;
    mlm_auto_free char *path = page_path(&said, &parsed.operands);
    if (!path)
        return mlm_error_errno(error, -ENOMEM, "report");
    r = report(path, &said.desktop, &parsed.operands, error);
    return r < 0 ? r : MLM_EXIT_OK;
}

const struct mlm_verb mlm_verb_report = {
    .name = "report",
    .summary = "write one page of HTML with everything that stored runs say",
    .operands = "FILE…",
    .needs_file = true,
    .details =
        "The page begins with the finding in words: for two machines, the verdict; for four or more, which of "
        "them run every job, and what stands out; for several caps, the advice. Then it shows the pictures and "
        "tables of each suite, how it was measured, how to repeat it, and the machines. It is one file, needs "
        "no network, and can be sent by mail. "
        "Several files are shown together, for example those of two laptops. gnuplot draws the pictures; "
        "without it the page has none.",
    .exits = exits,
    .example = "mlmembench report results/*.jsonl --out report.html",
    .options = options,
    .run = report_verb,
};
