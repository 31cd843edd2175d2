/* The verb export: writes the table in the formats of other tools. */
#include "report/export/export.h"

#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/whole.h"
#include "cli/formats.h"
#include "cli/load.h"
#include "cli/target.h"
#include "cli/verbs.h"

struct export_options {
    const char *format, *out;
    bool rows;
};

static const struct mlm_option options[] = {
    {"format", "FORMAT", mlm_option_text, offsetof(struct export_options, format),
        .help = "required: one of the formats below"},
    {"out", "FILE", mlm_option_text, offsetof(struct export_options, out),
        .help = "write to FILE, which appears whole or not at all", .otherwise = "standard output"},
    {"rows", NULL, NULL, offsetof(struct export_options, rows),
        .help = "write one line for each row, the summary of its trials, instead of one for each trial (csv "
                "and tsv only)"},
    {0},
};

static const struct mlm_exit_meaning exits[] = {
    {MLM_EXIT_OK, "exported"},
    {MLM_EXIT_USAGE, "wrong usage"},
    {MLM_EXIT_NOT_RUN, "a file cannot be read or written, or holds no record"},
    {0, NULL},
};

static struct mlm_format_list formats(void)
{
    struct mlm_format_list list = {.count = 0};
    MLM_FORMATS_OF(mlm_export_formats, &list);
    return list;
}

static void formats_print(void)
{
    const struct mlm_format_list list = formats();
    mlm_formats_print(&list);
}

static int format_find(const char *name, const struct mlm_export_format **ret_format, struct mlm_error *error)
{
    const struct mlm_format_list list = formats();
    size_t at;
    int r = mlm_format_find(&list, "export", name, &at, error);
    if (r < 0)
        return r;
    *ret_format = &mlm_export_formats[at];
    return 0;
}

static int check(const struct export_options *said, const struct mlm_parsed *parsed,
    const struct mlm_export_format **ret_format, struct mlm_error *error)
{
    static const char example[] = "mlmembench export results/NAME.jsonl --format markdown";
    if (!parsed->operands.count)
        return mlm_error_set(error, -EINVAL, "export needs a file: %s", example);
    if (!said->format)
        return mlm_error_set(error, -EINVAL, "export needs --format: %s", example);
    int r = format_find(said->format, ret_format, error);
    if (r == 0 && said->rows && !(*ret_format)->has_rows)
        r = mlm_error_set(error, -EINVAL, "--rows is for csv and tsv, not for %s", said->format);
    if (r == 0 && said->out)
        r = mlm_target_check("--out", said->out, NULL, parsed->operands.items, parsed->operands.count, error);
    return r;
}

static int write_to(const char *path, const struct mlm_export_format *format, const struct mlm_export *export,
    size_t *ret_left_out, struct mlm_error *error)
{
    if (!path)
        return format->write(export, stdout, ret_left_out, error);
    mlm_cleanup(mlm_whole_drop) struct mlm_whole whole = {0};
    int r = mlm_whole_open(path, &whole, error);
    if (r == 0)
        r = format->write(export, whole.file, ret_left_out, error);
    return r == 0 ? mlm_whole_keep(&whole, error) : r;
}

static int export_verb(int argc, char **argv, struct mlm_error *error)
{
    struct export_options said = {0};
    struct mlm_parsed parsed;
    const struct mlm_export_format *format = NULL;
    int r = mlm_options_parse(&mlm_verb_export, argc, argv, &said, NULL, &parsed, error);
    if (r != 0)
        return r < 0 ? r : MLM_EXIT_OK;
    r = check(&said, &parsed, &format, error);
    if (r < 0)
        return r;
    mlm_cleanup(mlm_loaded_release) struct mlm_loaded loaded = {0};
    r = mlm_load(parsed.operands.items, parsed.operands.count, &loaded, error);
    if (r < 0)
        return r;
    struct mlm_export export = {.table = loaded.table, .list = &loaded.list, .rows = said.rows};
    size_t left_out = 0;
    r = write_to(said.out, format, &export, &left_out, error);
    if (r < 0)
        return r;
    if (left_out)
        fprintf(stderr, "mlmembench: %zu left out: %s has no place for %s\n", left_out, format->name,
            format->leaves_out);
    return MLM_EXIT_OK;
}

static const char *const *words_of(const char *option)
{
    static struct mlm_format_list list;
    list = formats();
    return strcmp(option, "format") == 0 ? list.names : NULL;
}

const struct mlm_verb mlm_verb_export = {
    .name = "export",
    .summary = "write the tables of stored runs in other tools' formats",
    .operands = "FILE…",
    .details =
        "Several files are exported as one. No format shows a missing figure as 0, and a job that was cut "
        "off has no time. results/README.md explains what each format holds.",
    .exits = exits,
    .example = "mlmembench export results/NAME.jsonl --format csv --out trials.csv",
    .options = options,
    .words = words_of,
    .print_more = formats_print,
    .run = export_verb,
};
